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
 * A connection to `redis://host:port/db`, `rediss://…` (TLS) or `redis+cluster://host:port,host:port`, ready when it is
 * returned. From then on it comes back by itself after every loss. A command that meets a loss fails at once: none waits
 * in a queue. On a cluster it may be tried again after a failover, which takes, settles and cancels bear.
 *
 * @throws Error that names host and port, and never the password, where the first connection fails
 */
export async function createRedisConnection(
  url: string,
  options: RedisConnectionOptions = {},
): Promise<RedisConnection> {
  const { connectTimeoutMs = 5000, commandTimeoutMs = 200, onError } = options
  const nodes = nodesOf(url)
  let ready = false
  let lastError: unknown
  // Until the first connection stands, a failure is final; afterwards none is.
  const reconnectMs = (attempt: number) => (ready ? Math.min(attempt * 50, MAX_RECONNECT_MS) : null)
  const node = { ...NODE_OPTIONS, commandTimeout: commandTimeoutMs, connectTimeout: connectTimeoutMs }
  const connection = url.startsWith(CLUSTER)
    ? new Cluster(nodes.map(startupNode), {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: reconnectMs,
        clusterNodeRetryStrategy: reconnectMs,
        maxRedirections: 3,
        redisOptions: { ...node, ...credentials(nodes) },
      })
    : new Redis(url, { ...node, enableOfflineQueue: false, retryStrategy: reconnectMs })

  // Without a listener, an 'error' event would end the process.
  connection.on('error', (error: Error) => {
    lastError ??= error
    if (ready) onError?.(error)
  })
  // A cluster that cannot be reached tells why through the nodes it tried.
  connection.on('node error', (error: Error) => {
    lastError ??= error
  })
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
    const hosts = nodes.map(({ host }) => host).join(', ')
    throw new Error(`Redis at ${hosts} cannot be used: ${reason(lastError ?? error)}`)
  } finally {
    clearTimeout(timeout)
  }
}

const CLUSTER = 'redis+cluster:'
const MAX_RECONNECT_MS = 1000

const NODE_OPTIONS = {
  lazyConnect: true,
  // A peer that vanished without a word leaves a socket that looks alive; commands on it only time out.
  socketTimeout: 5_000,
  disconnectTimeout: 100,
  autoResendUnfulfilledCommands: false,
  // It forgets subscriptions when a connection is lost twice in a row. The event bus subscribes again by itself.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions

function startupNode({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || 6379 }
}

/** User and password stand before the first host, as in any URL, and are good for all. */
function credentials([first]: readonly URL[]): { username?: string; password?: string } {
  return {
    ...(first?.username && { username: decodeURIComponent(first.username) }),
    ...(first?.password && { password: decodeURIComponent(first.password) }),
  }
}

/** One URL for each host of a Redis URL. */
function nodesOf(url: string): readonly URL[] {
  const [scheme, rest] = url.split('//', 2)
  if (rest === undefined || (scheme !== 'redis:' && scheme !== 'rediss:' && scheme !== CLUSTER)) {
    throw new Error('A Redis URL begins with redis://, rediss:// or redis+cluster://')
  }
  const hosts = (scheme === CLUSTER ? rest.split(',') : [rest]).map((host) => `redis://${host}`)
  if (!hosts.every((host) => URL.canParse(host))) throw new Error(`This ${scheme}// Redis URL has an unreadable host`)
  return hosts.map((host) => new URL(host))
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection to several addresses has an empty message of its own.
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error.message
}
