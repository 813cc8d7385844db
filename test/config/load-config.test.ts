import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { configFolder, LEAST } from './config-folder.ts'

const shipped = fileURLToPath(new URL('../../tollgate.yaml', import.meta.url))

function load(text: string, env: Record<string, string> = {}) {
  return loadConfig({ env, cwd: configFolder({ 'tollgate.yaml': text }) })
}

describe('where the configuration comes from', () => {
  const other = LEAST.replace('maxCost: 200', 'maxCost: 7')

  test('the file that TOLLGATE_CONFIG names, relative to the working directory', () => {
    const cwd = configFolder({ 'tollgate.yaml': LEAST, 'other.yaml': other })
    const config = loadConfig({ env: { TOLLGATE_CONFIG: 'other.yaml' }, cwd })
    expect(config.tiers['anonymous']?.maxCost).toBe(7)
    expect(config.file).toBe(join(cwd, 'other.yaml'))
  })

  test('else tollgate.yaml in the working directory, of which nothing is filled in from the shipped file', () => {
    const cwd = configFolder({ 'tollgate.yaml': LEAST })
    const config = loadConfig({ env: { TOLLGATE_CONFIG: '' }, cwd })
    expect(Object.keys(config.tiers)).toEqual(['anonymous'])
    expect(config.file).toBe(join(cwd, 'tollgate.yaml'))
  })

  test('the file that the caller names, whatever the environment says', () => {
    const cwd = configFolder({ 'tollgate.yaml': LEAST, 'other.yaml': other })
    const config = loadConfig({ env: { TOLLGATE_CONFIG: 'tollgate.yaml' }, cwd, file: join(cwd, 'other.yaml') })
    expect(config.tiers['anonymous']?.maxCost).toBe(7)
  })

  test('else the shipped file', () => {
    expect(loadConfig({ env: {}, cwd: configFolder({}) }).file).toBe(shipped)
  })
})

test('a file with tiers alone has every default, and budgets their refill rate', () => {
  expect(load(LEAST)).toEqual({
    file: expect.stringMatching(/tollgate\.yaml$/),
    environment: 'development',
    server: {
      host: 'localhost',
      port: 4000,
      processes: 1,
      trustedProxies: [],
      maxBodyBytes: 262_144,
      maxHeaderBytes: 16_384,
      maxConnections: 10_000,
      maxConnectionsPerAddress: 500,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      keepAliveTimeoutMs: 72_000,
      responseTimeoutMs: 30_000,
      maxSocketBufferBytes: 1_048_576,
      maxSocketMessagesPerSecond: 500,
      statusProfile: 'audits',
      cors: { origins: [], credentials: false },
      tls: undefined,
      drainDelayMs: 0,
      drainTimeoutMs: 10_000,
    },
    guard: {
      maxTokens: 1000,
      maxDepth: 12,
      maxAliases: 30,
      maxRootFields: 20,
      maxFragments: 50,
      maxExpandedFields: 2000,
      maxDirectives: 50,
      maxBatchSize: 10,
      maxResponseBytes: 10_485_760,
    },
    execution: { oversizedLists: 'charge', eventLoopBudgetMs: 250 },
    documents: { mode: 'any', manifest: undefined, apq: true, keepForMs: 604_800_000 },
    subscriptions: {
      maxQueuedEvents: 1000,
      maxQueuedBytes: 4_194_304,
      maxEventsPerTopic: 1000,
      keepForMs: 3_600_000,
      initTimeoutMs: 3_000,
      pingIntervalMs: 12_000,
      maxSocketsPerAddress: 200,
      drainSpreadMs: 5_000,
    },
    overload: { mode: 'enforce', maxConcurrency: 1000, maxWaiting: 1000, maxWaitMs: 1000, maxEventLoopDelayMs: 100 },
    cost: { defaultListSize: 10, charge: { field: 1, type: 1 } },
    budgetStore: { prefix: 'tollgate', deadlineMs: 50, expectedNodes: 1, leases: true },
    rateLimitHeaders: { draft: 11, resetFormat: 'epoch' },
    globalBudgets: [],
    ipBudget: {
      name: 'ip',
      level: 'ip',
      meter: 'requests',
      algorithm: 'token-bucket',
      capacity: 3000,
      refillPerSecond: 100,
      mode: 'enforce',
      onStoreFailure: 'local',
    },
    tiers: {
      anonymous: {
        name: 'anonymous',
        maxCost: 200,
        timeoutMs: 5000,
        priority: 0,
        maxSubscriptions: 100,
        maxSubscriptionsPerSocket: 100,
        outOfBudget: 'pause',
        budgets: [
          {
            name: 'burst',
            level: 'client',
            meter: 'cost',
            algorithm: 'token-bucket',
            capacity: 300,
            refillPerSecond: 5,
            mode: 'enforce',
            onStoreFailure: 'local',
            softThreshold: undefined,
          },
        ],
      },
    },
    clients: [],
    introspection: true,
    demoKeys: true,
    log: { level: 'info' },
    redisUrl: undefined,
    databaseUrl: undefined,
  })
})

test('what the file says takes the place of the defaults', () => {
  const config = load(`
server:
  { host: '::', port: 0, processes: 3, trustedProxies: [10.0.0.0/8, '::1', 192.168.1.1], maxBodyBytes: 1000, drainDelay: 5s, drainTimeout: 1m,
    maxHeaderBytes: 2000, maxConnections: 20, maxConnectionsPerAddress: 10, headersTimeout: 1s, requestTimeout: 2s, keepAliveTimeout: 3s,
    responseTimeout: 4s, maxSocketBufferBytes: 3000, maxSocketMessagesPerSecond: 5,
    statusProfile: spec-2026, cors: { origins: ['https://shop.example'], credentials: true }, tls: { cert: tls/cert.pem, key: /key.pem } }
guard: { maxTokens: 10, maxDepth: 0, maxAliases: 0, maxRootFields: 1, maxFragments: 0, maxExpandedFields: 5, maxDirectives: 0, maxResponseBytes: 1000 }
execution: { oversizedLists: truncate, eventLoopBudget: 1s }
documents: { mode: known-only, manifest: build/documents.json, apq: false, keepFor: 1h }
subscriptions:
  { maxQueuedEvents: 1, maxQueuedBytes: 1024, maxEventsPerTopic: 2, keepFor: 30d, initTimeout: 1s, pingInterval: 10m, maxSocketsPerAddress: 3, drainSpread: 58s }
overload: { mode: off, maxConcurrency: 5, maxWaiting: 0, maxWait: 2s, maxEventLoopDelay: 30ms }
cost: { defaultListSize: .inf, charge: { field: 0, type: 0.5 } }
budgetStore: { prefix: shop, deadline: 200ms, expectedNodes: 3, leases: false }
rateLimitHeaders: { draft: 7, resetFormat: delta }
ipBudget: { capacity: 10, refillPerSecond: 0.5, mode: shadow, onStoreFailure: open }
tiers:
  anonymous: &tier
    maxCost: 0
    timeout: 1h
    priority: 9
    subscriptions: { perClient: 0, perSocket: 3, outOfBudget: close }
    budgets:
      - { name: b, level: tenant, meter: requests, algorithm: token-bucket, capacity: 1, refillPerSecond: 2, mode: shadow, onStoreFailure: closed }
  staff: *tier
clients:
  - { id: ada, tenant: acme, tier: staff, role: staff, keySha256: ${'AB'.repeat(32)} }
introspection: false
demoKeys: false
log: { level: trace }
`)
  expect(config).toMatchObject({
    server: {
      host: '::',
      port: 0,
      processes: 3,
      trustedProxies: ['10.0.0.0/8', '::1', '192.168.1.1'],
      maxBodyBytes: 1000,
      maxHeaderBytes: 2000,
      maxConnections: 20,
      maxConnectionsPerAddress: 10,
      headersTimeoutMs: 1_000,
      requestTimeoutMs: 2_000,
      keepAliveTimeoutMs: 3_000,
      responseTimeoutMs: 4_000,
      maxSocketBufferBytes: 3000,
      maxSocketMessagesPerSecond: 5,
      statusProfile: 'spec-2026',
      cors: { origins: ['https://shop.example'], credentials: true },
      tls: { cert: expect.stringMatching(/^\/.*\/tls\/cert\.pem$/), key: '/key.pem' },
      drainDelayMs: 5_000,
      drainTimeoutMs: 60_000,
    },
    guard: {
      maxTokens: 10,
      maxDepth: 0,
      maxAliases: 0,
      maxRootFields: 1,
      maxFragments: 0,
      maxExpandedFields: 5,
      maxResponseBytes: 1000,
    },
    execution: { oversizedLists: 'truncate', eventLoopBudgetMs: 1000 },
    documents: {
      mode: 'known-only',
      manifest: expect.stringMatching(/^\/.*\/build\/documents\.json$/),
      apq: false,
      keepForMs: 3_600_000,
    },
    subscriptions: {
      maxQueuedEvents: 1,
      maxQueuedBytes: 1024,
      maxEventsPerTopic: 2,
      keepForMs: 2_592_000_000,
      initTimeoutMs: 1_000,
      pingIntervalMs: 600_000,
      maxSocketsPerAddress: 3,
      drainSpreadMs: 58_000,
    },
    overload: { mode: 'off', maxConcurrency: 5, maxWaiting: 0, maxWaitMs: 2000, maxEventLoopDelayMs: 30 },
    cost: { defaultListSize: Number.POSITIVE_INFINITY, charge: { field: 0, type: 0.5 } },
    budgetStore: { prefix: 'shop', deadlineMs: 200, expectedNodes: 3, leases: false },
    rateLimitHeaders: { draft: 7, resetFormat: 'delta' },
    ipBudget: { capacity: 10, refillPerSecond: 0.5, mode: 'shadow', onStoreFailure: 'open' },
    tiers: {
      staff: {
        name: 'staff',
        maxCost: 0,
        timeoutMs: 3_600_000,
        priority: 9,
        maxSubscriptions: 0,
        maxSubscriptionsPerSocket: 3,
        outOfBudget: 'close',
      },
    },
    clients: [
      {
        client: { id: 'ada', tenant: 'acme', tier: 'staff', role: 'staff', anonymous: false },
        keySha256: 'ab'.repeat(32),
      },
    ],
    introspection: false,
    demoKeys: false,
    log: { level: 'trace' },
  })
  expect(config.tiers['anonymous']?.budgets).toEqual([
    {
      name: 'b',
      level: 'tenant',
      meter: 'requests',
      algorithm: 'token-bucket',
      capacity: 1,
      refillPerSecond: 2,
      mode: 'shadow',
      onStoreFailure: 'closed',
    },
  ])
})

test.each([
  { ipBudget: '{ capacity: 60 }', expected: { capacity: 60, refillPerSecond: 2 } },
  { ipBudget: '{ window: 1m }', expected: { capacity: 3000, refillPerSecond: 50 } },
  { ipBudget: '{ refillPerSecond: 7 }', expected: { capacity: 3000, refillPerSecond: 7 } },
  { ipBudget: '{ mode: shadow }', expected: { capacity: 3000, refillPerSecond: 100, mode: 'shadow' } },
])('the IP budget $ipBudget has the defaults for the rest', ({ ipBudget, expected }) => {
  expect(load(`ipBudget: ${ipBudget}\n${LEAST}`).ipBudget).toMatchObject(expected)
})

test.each([
  { settings: '', expected: 5_000 },
  { settings: 'server: { drainTimeout: 1s }', expected: 0 },
  { settings: 'server: { drainTimeout: 6s }', expected: 4_000 },
  { settings: 'server: { drainTimeout: 1m }', expected: 5_000 },
  { settings: 'server: { drainTimeout: 1s }\nsubscriptions: { drainSpread: 0s }', expected: 0 },
  { settings: 'server: { drainTimeout: 3s }\nsubscriptions: { drainSpread: 1000ms }', expected: 1_000 },
  { settings: 'subscriptions: { drainSpread: 0ms }', expected: 0 },
])('subscribers are sent elsewhere before the server has stopped: $settings', ({ settings, expected }) => {
  expect(load(`${settings}\n${LEAST}`).subscriptions.drainSpreadMs).toBe(expected)
})

const face = { level: 'client', meter: 'cost', mode: 'enforce', onStoreFailure: 'local' }

describe('a budget', () => {
  test.each([
    ['capacity: 60, window: 1m', { ...face, algorithm: 'token-bucket', capacity: 60, refillPerSecond: 1 }],
    [
      'algorithm: leaky-bucket, capacity: 60, refillPerSecond: 0.5, maxDelay: 2s',
      { ...face, algorithm: 'leaky-bucket', capacity: 60, refillPerSecond: 0.5, maxDelayMs: 2000 },
    ],
    [
      'algorithm: leaky-bucket, capacity: 60, window: 30s, maxDelay: 2s',
      { ...face, algorithm: 'leaky-bucket', capacity: 60, refillPerSecond: 2, maxDelayMs: 2000 },
    ],
    [
      'algorithm: fixed-window, capacity: 60, window: 1d',
      { ...face, algorithm: 'fixed-window', capacity: 60, window: { ms: 86_400_000 } },
    ],
    [
      'algorithm: fixed-window, capacity: 60, window: 3mo',
      { ...face, algorithm: 'fixed-window', capacity: 60, window: { months: 3 } },
    ],
    [
      'algorithm: sliding-window, capacity: 60, window: 1h, meter: responseBytes',
      { ...face, meter: 'responseBytes', algorithm: 'sliding-window', capacity: 60, windowMs: 3_600_000 },
    ],
    [
      'algorithm: sliding-log, capacity: 60, window: 1m, meter: requests, softThreshold: 0.8',
      { ...face, meter: 'requests', algorithm: 'sliding-log', capacity: 60, windowMs: 60_000, softThreshold: 0.8 },
    ],
    [
      'meter: concurrency, capacity: 60, mode: shadow, onStoreFailure: open',
      { ...face, meter: 'concurrency', algorithm: 'semaphore', capacity: 60, mode: 'shadow', onStoreFailure: 'open' },
    ],
  ])('of %s has the limits of its algorithm and no others, in a tier and for all clients', (settings, expected) => {
    const budget = `{ name: b, ${settings} }`
    const config = load(`globalBudgets: [${budget}]\n${LEAST.replace(/\{ name.*/, budget.replace(' b,', ' c,'))}`)
    expect(config.globalBudgets).toEqual([{ ...expected, name: 'b', level: 'global' }])
    expect(config.tiers['anonymous']?.budgets).toEqual([{ ...expected, name: 'c' }])
  })

  test('of the level operation has its field', () => {
    const settings = 'level: operation, field: Mutation.placeOrder, capacity: 5, window: 1s'
    const budgets = load(LEAST.replace('capacity: 300, window: 60s', settings)).tiers['anonymous']?.budgets
    expect(budgets).toMatchObject([{ level: 'operation', field: 'Mutation.placeOrder', capacity: 5 }])
  })
})

describe('what a client has of its own', () => {
  const own = (settings: string) => {
    const [ada] = load(`clients:
  - { id: ada, tenant: acme, tier: free, keySha256: ${'a'.repeat(64)}, ${settings} }
${LEAST}  free:
    maxCost: 1
    timeout: 1s
    subscriptions: { perClient: 4, perSocket: 2, outOfBudget: close }
    budgets:
      - { name: burst, capacity: 300, window: 60s }
      - { name: steady, capacity: 300, refillPerSecond: 5 }
      - { name: month, level: tenant, algorithm: fixed-window, capacity: 300, window: 1mo }
      - { name: queue, algorithm: leaky-bucket, capacity: 300, window: 60s, maxDelay: 1s }
`).clients
    expect(ada?.client).toEqual({ id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false })
    return ada?.ownTier
  }

  test('is nothing where nothing is set', () => {
    expect(own('')).toBeUndefined()
    expect(own('budgets: {}')).toBeUndefined()
  })

  test('takes the place of what its tier has, and the rest stays', () => {
    expect(own('maxCost: 7')).toMatchObject({ maxSubscriptions: 4, maxSubscriptionsPerSocket: 2, outOfBudget: 'close' })
    expect(own('maxCost: 7')).toMatchObject({ name: 'free', maxCost: 7, timeoutMs: 1000 })
    expect(own('timeout: 2s')).toMatchObject({ name: 'free', maxCost: 1, timeoutMs: 2000 })
    expect(own('budgets: { month: { capacity: 900, mode: shadow, softThreshold: 0.5 } }')).toMatchObject({
      maxCost: 1,
      timeoutMs: 1000,
      budgets: [
        { name: 'burst', capacity: 300, mode: 'enforce' },
        { name: 'steady', capacity: 300 },
        { name: 'month', level: 'tenant', window: { months: 1 }, capacity: 900, mode: 'shadow', softThreshold: 0.5 },
        { name: 'queue', capacity: 300 },
      ],
    })
  })

  test.each([
    ['burst: { capacity: 600 }', { capacity: 600, refillPerSecond: 10 }],
    ['burst: { refillPerSecond: 1 }', { capacity: 300, refillPerSecond: 1 }],
    ['steady: { capacity: 600 }', { capacity: 600, refillPerSecond: 5 }],
    ['steady: { window: 30s }', { capacity: 300, refillPerSecond: 10 }],
    ['queue: { refillPerSecond: 1, maxDelay: 3s }', { capacity: 300, refillPerSecond: 1, maxDelayMs: 3000 }],
    ['month: { window: 1d }', { window: { ms: 86_400_000 }, algorithm: 'fixed-window' }],
    ['month: { onStoreFailure: closed }', { window: { months: 1 }, onStoreFailure: 'closed' }],
  ])('a rate takes the place of a window, and a window that of a rate: %s', (override, expected) => {
    const name = override.split(':')[0]
    expect(own(`budgets: { ${override} }`)?.budgets.find((budget) => budget.name === name)).toMatchObject(expected)
  })
})

describe('the environment', () => {
  test('wins over the file', () => {
    const config = load(`server: { host: localhost, port: 1 }\nlog: { level: debug }\n${LEAST}`, {
      HOST: '0.0.0.0',
      PORT: '8080',
      WEB_CONCURRENCY: '2',
      LOG_LEVEL: 'warn',
      REDIS_URL: 'redis+cluster://user:p%40ss@a:7000,b:7001',
      DATABASE_URL: 'postgresql://user:pass@db:5432/shop',
    })
    expect(config).toMatchObject({
      server: { host: '0.0.0.0', port: 8080, processes: 2 },
      log: { level: 'warn' },
      redisUrl: 'redis+cluster://user:p%40ss@a:7000,b:7001',
      databaseUrl: 'postgresql://user:pass@db:5432/shop',
    })
  })

  test('says nothing where a variable is empty', () => {
    const empty = {
      HOST: '',
      PORT: '',
      LOG_LEVEL: '',
      WEB_CONCURRENCY: '',
      REDIS_URL: '',
      DATABASE_URL: '',
      NODE_ENV: '',
    }
    expect(load(`server: { host: a.example, port: 1 }\nlog: { level: debug }\n${LEAST}`, empty)).toMatchObject({
      environment: 'development',
      server: { host: 'a.example', port: 1, processes: 1 },
      log: { level: 'debug' },
      redisUrl: undefined,
      databaseUrl: undefined,
    })
  })

  test.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['WEB_CONCURRENCY', '1'],
    ['WEB_CONCURRENCY', '1024'],
    ['HOST', '127.0.0.1'],
    ['HOST', '::1'],
    ['HOST', 'shop-1.example'],
    ['REDIS_URL', 'redis://localhost'],
    ['REDIS_URL', 'redis://[::1]:6379/2'],
    ['REDIS_URL', 'rediss://:secret@cache.example:6380/0'],
    ['REDIS_URL', 'redis+cluster://a:7000'],
    ['REDIS_URL', 'redis+sentinel://a:26379,b:26379/main'],
    ['DATABASE_URL', 'postgres://localhost/shop'],
    ['DATABASE_URL', 'postgresql:///shop?host=/var/run/postgresql'],
    ['NODE_ENV', 'test'],
    ['LOG_LEVEL', 'silent'],
  ])('may say %s=%s', (name, value) => {
    expect(() => load(LEAST, { [name]: value })).not.toThrow()
  })

  test.each([
    { NODE_ENV: 'production', closed: true },
    { NODE_ENV: 'development', closed: false },
    { NODE_ENV: 'test', closed: false },
  ])('$NODE_ENV decides over introspection and demo keys where the file does not', ({ NODE_ENV, closed }) => {
    const config = load(LEAST, { NODE_ENV })
    expect(config).toMatchObject({ environment: NODE_ENV, introspection: !closed, demoKeys: !closed })
  })

  test('production may have introspection when the file says so', () => {
    expect(load(`introspection: true\n${LEAST}`, { NODE_ENV: 'production' }).introspection).toBe(true)
  })
})

test('a configuration is frozen, whatever is inside too', () => {
  const thawed: string[] = []
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    if (!Object.isFrozen(value)) thawed.push(path)
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`)
  }
  visit(
    load(
      `server: { trustedProxies: [10.0.0.1] }
globalBudgets: [{ name: all, algorithm: fixed-window, capacity: 1, window: 1mo }]
clients: [{ id: a, tenant: a, tier: anonymous, keySha256: ${'a'.repeat(64)}, maxCost: 1 }]
${LEAST}`,
    ),
    'config',
  )
  expect(thawed).toEqual([])
})
