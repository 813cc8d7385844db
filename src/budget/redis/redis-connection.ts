import { Cluster, Redis, type RedisOptions } from 'ioredis'

export type RedisConnection = Redis | Cluster

export interface RedisConnectionOptions {
  /**
   * How long the first connection may take before it counts as failed.
   * @default 5000
   */
  readonly connectTimeoutMs?: number
  /**
   * After how long a command without an answer is given up; Redis may still run it. Takes have their deadline from the
   * resilient store. This is later, so that an answer that came in time is read even where the process was busy.
   * @default 200
   */
  readonly commandTimeoutMs?: number
  /** Told of every failure once the connection stands. It mends itself; the error never holds the password. */
  readonly onError?: (error: Error) => void
}

/**
 * A connection, ready when it is returned, to one of
 * - `redis://host:port/db`, or `rediss://…` with TLS
 * - `redis+cluster://host:port,host:port`: some nodes of a cluster, which name the others
 * - `redis+sentinel://host:port,host:port/name`: sentinels, which say where the master of that name is
 *
 * `user:password@` stands before the first host. It is for Redis itself: sentinels are asked without.
 *
 * From then on the connection comes back by itself after every loss, and goes to the new master after a failover. A
 * command that meets a loss fails at once: none waits in a queue. On a cluster it may be tried again, which takes,
 * settles and cancels bear.
 *
 * @throws Error that names host and port, and never the password, where the first connection fails
 */
export async function createRedisConnection(
  url: string,
  options: RedisConnectionOptions = {},
): Promise<RedisConnection> {
  const { connectTimeoutMs = 5000, commandTimeoutMs = 200, onError } = options
  const address = parseRedisUrl(url)
  let ready = false
  let lastError: unknown
  // Until the first connection stands, a failure is final; afterwards none is.
  const reconnectMs = (attempt: number) => (ready ? Math.min(attempt * 50, MAX_RECONNECT_MS) : null)
  const node = { ...NODE_OPTIONS, commandTimeout: commandTimeoutMs, connectTimeout: connectTimeoutMs }
  const connection = open(url, address, node, reconnectMs)

  // Without a listener, an 'error' event would end the process.
  connection.on('error', (error: Error) => {
    lastError ??= error
    if (ready) onError?.(error)
  })
  // A cluster or a sentinel that cannot be reached tells why through the nodes it tried.
  for (const event of ['node error', 'sentinelError']) {
    connection.on(event, (error: Error) => {
      lastError ??= error
    })
  }
  const timeout = setTimeout(() => {
    lastError ??= new Error(`no answer within ${connectTimeoutMs} ms`)
    connection.disconnect()
  }, connectTimeoutMs)
  try {
    await connection.connect()
    ready = true
    return connection
  } catch (error) {
    connection.disconnect()
    const hosts = address.nodes.map(({ host }) => host).join(', ')
    throw new Error(`Redis at ${hosts} cannot be used: ${reason(lastError ?? error)}`)
  } finally {
    clearTimeout(timeout)
  }
}

function open(
  url: string,
  { kind, nodes, master }: RedisAddress,
  node: NodeOptions,
  reconnectMs: (attempt: number) => number | null,
): RedisConnection {
  const one = { ...node, enableOfflineQueue: false, retryStrategy: reconnectMs }
  switch (kind) {
    case 'one':
      return new Redis(url, one)
    case 'cluster':
      return new Cluster(
        nodes.map((host) => hostAndPort(host, 6379)),
        {
          lazyConnect: true,
          enableOfflineQueue: false,
          clusterRetryStrategy: reconnectMs,
          clusterNodeRetryStrategy: reconnectMs,
          maxRedirections: 3,
          // While a slot moves, what needs several keys of it is put off. Asked again soon, it is done or fails in time.
          retryDelayOnTryAgain: 10,
          redisOptions: { ...node, ...credentials(nodes) },
        },
      )
    case 'sentinel':
      return new Redis({
        ...one,
        ...credentials(nodes),
        sentinels: nodes.map((host) => hostAndPort(host, 26_379)),
        name: master,
        sentinelRetryStrategy: reconnectMs,
        sentinelCommandTimeout: Math.min(node.connectTimeout, SENTINEL_TIMEOUT_MS),
        // An old master takes writes for some seconds after another was promoted, and loses them then.
        failoverDetector: true,
        sentinelReconnectStrategy: () => SENTINEL_RECONNECT_MS,
      })
  }
}

const MAX_RECONNECT_MS = 1000
const SENTINEL_TIMEOUT_MS = 1000
const SENTINEL_RECONNECT_MS = 10_000

const NODE_OPTIONS = {
  lazyConnect: true,
  // A peer that vanished without a word leaves a socket that looks alive; commands on it only time out.
  socketTimeout: 5_000,
  disconnectTimeout: 100,
  autoResendUnfulfilledCommands: false,
  // It forgets subscriptions when a connection is lost twice in a row. The log of events subscribes again by itself.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  // Behind one address there may be another server now: the name of a master moves on after a failover.
  reconnectOnError: (error) => error.message.includes('READONLY'),
} as const satisfies RedisOptions

type NodeOptions = typeof NODE_OPTIONS & { readonly commandTimeout: number; readonly connectTimeout: number }

interface RedisAddress {
  readonly kind: 'one' | 'cluster' | 'sentinel'
  /** One URL for each host. */
  readonly nodes: readonly URL[]
  /** The name under which sentinels know the master. */
  readonly master: string
}

const KINDS = new Map<string | undefined, RedisAddress['kind']>([
  ['redis:', 'one'],
  ['rediss:', 'one'],
  ['redis+cluster:', 'cluster'],
  ['redis+sentinel:', 'sentinel'],
])

function parseRedisUrl(url: string): RedisAddress {
  const [scheme, rest] = url.split('//', 2)
  const kind = KINDS.get(scheme)
  if (rest === undefined || kind === undefined) {
    throw new Error('A Redis URL begins with redis://, rediss://, redis+cluster:// or redis+sentinel://')
  }
  const hosts = (kind === 'one' ? [rest] : rest.split(',')).map((host) => `redis://${host}`)
  if (!hosts.every((host) => URL.canParse(host))) throw new Error(`This ${scheme}// Redis URL has an unreadable host`)
  const nodes = hosts.map((host) => new URL(host))
  const master = decodeURIComponent(nodes.at(-1)?.pathname.slice(1) ?? '')
  if (kind === 'sentinel' && master === '') {
    throw new Error('A redis+sentinel:// Redis URL ends with the name of the master: redis+sentinel://host:port/name')
  }
  return { kind, nodes, master }
}

function hostAndPort({ hostname, port }: URL, defaultPort: number): { host: string; port: number } {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || defaultPort }
}

/** User and password stand before the first host, as in any URL, and are good for all. */
function credentials([first]: readonly URL[]): { username?: string; password?: string } {
  return {
    ...(first?.username && { username: decodeURIComponent(first.username) }),
    ...(first?.password && { password: decodeURIComponent(first.password) }),
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection to several addresses has an empty message of its own.
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error.message
}
