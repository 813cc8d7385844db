import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { configFolder, LEAST } from './config-folder.ts'

/** What loading complains of. */
function mistakes(files: Readonly<Record<string, string>>, env: Record<string, string> = {}): readonly string[] {
  return errorOf(files, env).mistakes
}

function errorOf(files: Readonly<Record<string, string>>, env: Record<string, string> = {}): ConfigError {
  try {
    loadConfig({ env, cwd: configFolder(files) })
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('It was loaded')
}

const HASH = '0123456789abcdef'.repeat(4)

describe('a mistake in the file is named with its line, what was found and what is allowed', () => {
  const WHOLE = 'a whole number of at least 1 is allowed'
  const duration = (longest: string) =>
    `a duration from 1ms to ${longest}, such as 200ms, 50s, 5m, 1h or 1d, is allowed`

  const SHARE = 'a number above 0 and at most 1 is allowed'
  const MONTHS = 'a duration such as 30d (calendar months are for fixed-window alone) is allowed'
  const WINDOW =
    'a duration from 1ms to 36500d, such as 50s, 5m, 1h or 1d, or 1mo, 2mo, 3mo, 4mo, 6mo or 12mo is allowed'

  test.each([
    ['capacity: many, window: 1s', `.capacity: found "many"; ${WHOLE}`],
    ['capacity: 0, window: 1s', `.capacity: found 0; ${WHOLE}`],
    ['capacity: 1.5, window: 1s', `.capacity: found 1.5; ${WHOLE}`],
    ['capacity: 1_000, window: 1s', `.capacity: found "1_000"; ${WHOLE}`],
    ['capacity: [1], window: 1s', `.capacity: found a list; ${WHOLE}`],
    [
      'capacity: 9007199254740993, window: 1s',
      '.capacity: found 9007199254740992; a whole number of at most 9007199254740991 is allowed',
    ],
    ['capacity: 1, refillPerSecond: 0', '.refillPerSecond: found 0; a number above 0 is allowed'],
    ['capacity: 1, refillPerSecond: .inf', '.refillPerSecond: found Infinity; a number above 0 is allowed'],
    [
      'capacity: 1000, refillPerSecond: 1e-9',
      '.refillPerSecond: found 1e-9; a rate that fills the capacity 1000 within 1000 years is allowed',
    ],
    ['capacity: 1', ': has neither refillPerSecond nor window; one of them is needed'],
    ['capacity: 1, refillPerSecond: 1, window: 1s', ': has both refillPerSecond and window; one of them is allowed'],
    ['capacity: 1, window: 50', `.window: found 50; ${WINDOW}`],
    ['capacity: 1, window: 50sec', `.window: found "50sec"; ${WINDOW}`],
    ['capacity: 1, window: -1s', `.window: found "-1s"; ${WINDOW}`],
    ['capacity: 1, window: 36501d', `.window: found "36501d"; ${WINDOW}`],
    ['capacity: 1, window: 5mo, algorithm: fixed-window', `.window: found "5mo"; ${WINDOW}`],
    ['capacity: 1, window: 1s, mode: off', '.mode: found "off"; enforce or shadow is allowed'],
    ['capacity: 1, window: 1s, level: ip', '.level: found "ip"; client, tenant or operation is allowed'],
    [
      'capacity: 1, window: 1s, meter: bytes',
      '.meter: found "bytes"; cost, requests, responseBytes or concurrency is allowed',
    ],
    [
      'capacity: 1, window: 1s, algorithm: log',
      '.algorithm: found "log"; token-bucket, leaky-bucket, fixed-window, sliding-window or sliding-log is allowed',
    ],
    ['capacity: 1, window: 1s, softThreshold: 0', `.softThreshold: found 0; ${SHARE}`],
    ['capacity: 1, window: 1s, softThreshold: 80%', `.softThreshold: found "80%"; ${SHARE}`],
    ['capacity: 1, window: 1s, softThreshold: 1.01', `.softThreshold: found 1.01; ${SHARE}`],
    [
      'capacity: 1, window: 1s, level: operation',
      '.field: is missing; a budget of the level operation needs a root field such as Mutation.placeOrder',
    ],
    [
      'capacity: 1, window: 1s, level: operation, field: placeOrder',
      '.field: found "placeOrder"; a root field such as Mutation.placeOrder is allowed',
    ],
    [
      'capacity: 1, window: 1s, level: operation, field: Product.name',
      '.field: found "Product.name"; a root field such as Mutation.placeOrder is allowed',
    ],
    ['capacity: 1, window: 1s, level: tenant, field: Query.viewer', '.field: goes with the level operation alone'],
    [
      'capacity: 1, window: 1s, onStoreFailure: close',
      '.onStoreFailure: found "close"; local, open or closed is allowed',
    ],
  ])('a budget with %s', (settings, mistake) => {
    const file = LEAST.replace('capacity: 300, window: 60s', settings)
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([`tollgate.yaml:6 tiers.anonymous.budgets[0]${mistake}`])
  })

  const OF = {
    bucket: 'its limits are capacity, refillPerSecond and window',
    window: 'its limits are capacity and window',
    concurrency: 'does not go with the meter concurrency; its only limit is capacity',
  }

  test.each([
    ['maxDelay: 1s, window: 1s', `.maxDelay: does not go with token-bucket; ${OF.bucket}`],
    ['algorithm: leaky-bucket, window: 1s', '.maxDelay: is missing; leaky-bucket needs it'],
    ['algorithm: leaky-bucket, maxDelay: 1s', ': has neither refillPerSecond nor window; one of them is needed'],
    ['algorithm: leaky-bucket, window: 1s, maxDelay: 2h', `.maxDelay: found "2h"; ${duration('1h')}`],
    ['algorithm: fixed-window', '.window: is missing; fixed-window needs it'],
    [
      'algorithm: sliding-window, window: 1s, refillPerSecond: 1',
      `.refillPerSecond: does not go with sliding-window; ${OF.window}`,
    ],
    ['algorithm: sliding-log, window: 1s, maxDelay: 1s', `.maxDelay: does not go with sliding-log; ${OF.window}`],
    ['algorithm: sliding-log, window: 1mo', `.window: found "1mo"; ${MONTHS}`],
    ['window: 12mo', `.window: found "12mo"; ${MONTHS}`],
    ['meter: concurrency, window: 1s', `.window: ${OF.concurrency}`],
    ['meter: concurrency, algorithm: fixed-window', `.algorithm: ${OF.concurrency}`],
    ['meter: concurrency, refillPerSecond: 1', `.refillPerSecond: ${OF.concurrency}`],
    ['meter: concurrency, maxDelay: 1s', `.maxDelay: ${OF.concurrency}`],
  ])('a budget with %s', (settings, mistake) => {
    const budget = `{ name: b, capacity: 1, ${settings} }`
    expect(mistakes({ 'tollgate.yaml': LEAST.replace(/\{ name.*/, budget) })).toEqual([
      `tollgate.yaml:6 tiers.anonymous.budgets[0]${mistake}`,
    ])
    expect(mistakes({ 'tollgate.yaml': `globalBudgets: [${budget}]\n${LEAST}` })).toEqual([
      `tollgate.yaml:1 globalBudgets[0]${mistake}`,
    ])
  })

  test('a sliding log that would keep too many charges', () => {
    const budget = '{ name: b, algorithm: sliding-log, capacity: 100001, window: 1s }'
    expect(mistakes({ 'tollgate.yaml': LEAST.replace(/\{ name.*/, budget) })).toEqual([
      'tollgate.yaml:6 tiers.anonymous.budgets[0].capacity: found 100001; at most 10000 with sliding-log, which keeps every charge, is allowed',
    ])
  })

  test.each([
    ['name: burst', 'name: is that of a budget of the tier anonymous too; each needs its own'],
    ['name: b, level: tenant', 'level: is not set here; all clients share these budgets'],
    ['name: b, field: Query.a', 'field: is not set here; only a budget of a tier can be for one field'],
  ])('a budget for all clients with %s', (settings, mistake) => {
    const file = `globalBudgets: [{ capacity: 1, window: 1s, ${settings} }]\n${LEAST}`
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([`tollgate.yaml:1 globalBudgets[0].${mistake}`])
  })

  test('two budgets for all clients of one name', () => {
    const budget = '{ name: b, capacity: 1, window: 1s }'
    expect(mistakes({ 'tollgate.yaml': `globalBudgets: [${budget}, ${budget}]\n${LEAST}` })).toEqual([
      'tollgate.yaml:1 globalBudgets[1].name: is that of globalBudgets[0] too; each needs its own',
    ])
  })

  const TIER = 'is not set here; it stays what it is in the tier'

  test.each([
    ['maxCost: -1', 'maxCost: found -1; a whole number of at least 0 is allowed'],
    ['timeout: 0s', `timeout: found "0s"; ${duration('1d')}`],
    [
      'budgets: []',
      'budgets: found a list; a section with one entry for each budget of its tier that is another for this client is allowed',
    ],
    ['budgets: { brust: { capacity: 1 } }', 'budgets.brust: is no budget of the tier free; did you mean burst?'],
    [
      'budgets: { __proto__: { capacity: 1 } }',
      'budgets.__proto__: is no budget of the tier free; there are burst, log, parallel',
    ],
    [
      'budgets: { burst: 1000 }',
      `budgets.burst: found 1000; a section with the keys ${'capacity, refillPerSecond, window, maxDelay, softThreshold, mode, onStoreFailure'} is allowed`,
    ],
    ['budgets: { burst: { capacity: 0 } }', `budgets.burst.capacity: found 0; ${WHOLE}`],
    ['budgets: { burst: { algorithm: sliding-log } }', `budgets.burst.algorithm: ${TIER}`],
    ['budgets: { burst: { level: tenant } }', `budgets.burst.level: ${TIER}`],
    ['budgets: { burst: { meter: requests } }', `budgets.burst.meter: ${TIER}`],
    ['budgets: { burst: { maxDelay: 1s } }', `budgets.burst.maxDelay: does not go with token-bucket; ${OF.bucket}`],
    ['budgets: { burst: { window: 1mo } }', `budgets.burst.window: found "1mo"; ${MONTHS}`],
    [
      'budgets: { burst: { window: 1s, refillPerSecond: 1 } }',
      'budgets.burst: has both refillPerSecond and window; one of them is allowed',
    ],
    [
      'budgets: { burst: { refillPerSecond: 1e-12 } }',
      'budgets.burst.refillPerSecond: found 1e-12; a rate that fills the capacity 300 within 1000 years is allowed',
    ],
    [
      'budgets: { log: { refillPerSecond: 1 } }',
      `budgets.log.refillPerSecond: does not go with sliding-log; ${OF.window}`,
    ],
    [
      'budgets: { log: { capacity: 200000 } }',
      'budgets.log.capacity: found 200000; at most 10000 with sliding-log, which keeps every charge, is allowed',
    ],
    ['budgets: { parallel: { window: 1s } }', `budgets.parallel.window: ${OF.concurrency}`],
  ])('a client of its own with %s', (settings, mistake) => {
    const file = `clients:
  - { id: ada, tenant: acme, tier: free, keySha256: ${HASH}, ${settings} }
${LEAST}  free:
    maxCost: 1
    timeout: 1s
    budgets:
      - { name: burst, capacity: 300, window: 60s }
      - { name: log, algorithm: sliding-log, capacity: 5, window: 60s }
      - { name: parallel, meter: concurrency, capacity: 2 }
`
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([`tollgate.yaml:2 clients[0].${mistake}`])
  })

  test("a mistake in a tier's budget is told once, not again for clients that change the budget", () => {
    const file = `clients: [{ id: ada, tenant: acme, tier: anonymous, keySha256: ${HASH}, budgets: { burst: { capacity: 1 } } }]
${LEAST.replace(', window: 60s', '')}`
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([
      'tollgate.yaml:7 tiers.anonymous.budgets[0]: has neither refillPerSecond nor window; one of them is needed',
    ])
  })

  test.each([
    ['introspection: "yes"', 'introspection: found "yes"; true or false is allowed'],
    ['server: { port: 65536 }', 'server.port: found 65536; a whole number of at most 65535 is allowed'],
    ['server: { port: -1 }', 'server.port: found -1; a whole number from 0 to 65535 is allowed'],
    [
      'server: { host: "http://a" }',
      'server.host: found "http://a"; a host name, or an address without a port, is allowed',
    ],
    [
      'server: { host: "a:4000" }',
      'server.host: found "a:4000"; a host name, or an address without a port, is allowed',
    ],
    ['server: { drainTimeout: 25h }', `server.drainTimeout: found "25h"; ${duration('1d')}`],
    ['server: { maxBodyBytes: 0 }', `server.maxBodyBytes: found 0; ${WHOLE}`],
    [
      'server: { cors: { origins: [https://Shop.example/] } }',
      'server.cors.origins[0]: found "https://Shop.example/"; "*", or an origin in lower case and without a path, such as ' +
        'https://shop.example, is allowed',
    ],
    [
      'server: { cors: { origins: ["*"], credentials: true } }',
      'server.cors.credentials: found true with all origins; list those that may send cookies along, or leave it false',
    ],
    ['server: { tls: { cert: cert.pem } }', 'server.tls.key: is missing; the path of a file is needed'],
    ['server: { statusProfile: new }', 'server.statusProfile: found "new"; audits or spec-2026 is allowed'],
    [
      'guard: { maxResponseBytes: 999 }',
      'guard.maxResponseBytes: found 999; a whole number of at least 1000 is allowed',
    ],
    [
      'execution: { oversizedLists: cut }',
      'execution.oversizedLists: found "cut"; charge, truncate or error is allowed',
    ],
    ['execution: { eventLoopBudget: 0ms }', `execution.eventLoopBudget: found "0ms"; ${duration('1d')}`],
    ['guard: { maxDepth: -1 }', 'guard.maxDepth: found -1; a whole number from 0 to 200 is allowed'],
    [
      'documents: { mode: known-only }',
      'documents.mode: found "known-only" without a manifest; name one, or choose any',
    ],
    [
      'documents: { mode: known, manifest: documents.json }',
      'documents.mode: found "known"; any, known-first or known-only is allowed',
    ],
    ['documents: { manifest: "" }', 'documents.manifest: found ""; the path of a file is allowed'],
    ['documents: { apq: yes }', 'documents.apq: found "yes"; true or false is allowed'],
    ['documents: { keepFor: 30s }', `documents.keepFor: found "30s"; ${duration('365d').replace('1ms', '1m')}`],
    [
      'subscriptions: { maxQueuedEvents: 0 }',
      'subscriptions.maxQueuedEvents: found 0; a whole number from 1 to 100000 is allowed',
    ],
    [
      'subscriptions: { maxQueuedBytes: 1023 }',
      'subscriptions.maxQueuedBytes: found 1023; a whole number from 1024 to 1073741824 is allowed',
    ],
    ['subscriptions: { keepFor: 31d }', `subscriptions.keepFor: found "31d"; ${duration('30d').replace('1ms', '1m')}`],
    [
      'subscriptions: { initTimeout: 0s }',
      `subscriptions.initTimeout: found "0s"; ${duration('1m').replace('1ms', '1s')}`,
    ],
    [
      'subscriptions: { drainSpread: 8001ms }',
      'subscriptions.drainSpread: found "8001ms"; a duration up to 8000ms is allowed: 2s less than ' +
        'server.drainTimeout, which is 10s, for the last clients to answer',
    ],
    ['budgetStore: { deadline: 0ms }', `budgetStore.deadline: found "0ms"; ${duration('1d')}`],
    [
      'budgetStore: { prefix: "{a}" }',
      'budgetStore.prefix: found "{a}"; a name of 1 to 64 letters, digits and _ . : - is allowed',
    ],
    ['cost: { defaultListSize: -1 }', 'cost.defaultListSize: found -1; a number of at least 0, or .inf, is allowed'],
    ['cost: { defaultListSize: .nan }', 'cost.defaultListSize: found NaN; a number of at least 0, or .inf, is allowed'],
    ['cost: { charge: { field: .inf } }', 'cost.charge.field: found Infinity; a number of at least 0 is allowed'],
    ['cost: { charge: { type: -1 } }', 'cost.charge.type: found -1; a number of at least 0 is allowed'],
    ['log: { level: loud }', 'log.level: found "loud"; fatal, error, warn, info, debug, trace or silent is allowed'],
    ['budgetStore: { leases: on }', 'budgetStore.leases: found "on"; true or false is allowed'],
    ['rateLimitHeaders: { draft: 5 }', 'rateLimitHeaders.draft: found 5; 11, 7 or 6 is allowed'],
    ['rateLimitHeaders: { draft: "7" }', 'rateLimitHeaders.draft: found "7"; 11, 7 or 6 is allowed'],
    ['rateLimitHeaders: { resetFormat: ms }', 'rateLimitHeaders.resetFormat: found "ms"; epoch or delta is allowed'],
    ['log:', 'log: found nothing; a section with the keys level is allowed'],
    ['sever: { port: 1 }', 'sever: is not a known key; did you mean server?'],
    ['guard: { max_depth: 1 }', 'guard.max_depth: is not a known key; did you mean maxDepth?'],
    ['log: { colour: true }', 'log.colour: is not a known key; the keys here are level'],
    ['log: { "a\\nb": true }', 'log["a\\nb"]: is not a known key; the keys here are level'],
    ['redisUrl: redis://a', 'redisUrl: is not set here; set the environment variable REDIS_URL instead'],
    [
      'ipBudget: { refillPerSecond: 1, window: 1s }',
      'ipBudget: has both refillPerSecond and window; one of them is allowed',
    ],
    [
      'ipBudget: { refillPerSecond: 1e-9 }',
      'ipBudget.refillPerSecond: found 1e-9; a rate that fills the capacity 3000 within 1000 years is allowed',
    ],
  ])('%s', (settings, mistake) => {
    expect(mistakes({ 'tollgate.yaml': `${settings}\n${LEAST}` })).toEqual([`tollgate.yaml:1 ${mistake}`])
  })

  test('subscribers that are sent elsewhere for longer than the server is there', () => {
    const file = (drainSpread: string, drainTimeout: string) =>
      `server: { drainTimeout: ${drainTimeout} }\nsubscriptions: { drainSpread: ${drainSpread} }\n${LEAST}`
    const found = (drainSpread: string, allowed: string, drainTimeout: string) =>
      `tollgate.yaml:2 subscriptions.drainSpread: found "${drainSpread}"; a duration up to ${allowed} is allowed: 2s ` +
      `less than server.drainTimeout, which is ${drainTimeout}, for the last clients to answer`
    expect(mistakes({ 'tollgate.yaml': file('1m', '1m') })).toEqual([found('1m', '58000ms', '1m')])
    expect(mistakes({ 'tollgate.yaml': file('1ms', '1s') })).toEqual([found('1ms', '0ms', '1s')])
    // What is wrong by itself is told once.
    expect(mistakes({ 'tollgate.yaml': file('1h', 'soon') })).toEqual([
      `tollgate.yaml:1 server.drainTimeout: found "soon"; ${duration('1d')}`,
    ])
    expect(mistakes({ 'tollgate.yaml': file('2h', '1h') })).toHaveLength(2)
  })

  test.each([
    ['perClient: -1', 'perClient: found -1; a whole number from 0 to 1000000 is allowed'],
    ['perSocket: 100001', 'perSocket: found 100001; a whole number of at most 100000 is allowed'],
    ['outOfBudget: wait', 'outOfBudget: found "wait"; pause or close is allowed'],
    ['perclient: 1', 'perclient: is not a known key; did you mean perClient?'],
  ])('a tier whose subscriptions are { %s }', (settings, mistake) => {
    const file = LEAST.replace('timeout: 5s', `timeout: 5s\n    subscriptions: { ${settings} }`)
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([`tollgate.yaml:5 tiers.anonymous.subscriptions.${mistake}`])
  })

  const tierNames = 'is no name for a tier; a letter, then up to 63 letters, digits, _ and - are allowed'
  const budgets = (count: number) =>
    Array.from({ length: count }, (_, index) => `{ name: b${index}, capacity: 1, window: 1s }`).join(', ')

  test.each([
    ['an empty file', '', '1 tiers: is missing; a section with one entry for each tier is needed'],
    [
      'a missing setting',
      LEAST.replace(/.*maxCost.*\n/, ''),
      '2 tiers.anonymous.maxCost: is missing; a whole number of at least 0 is needed',
    ],
    [
      'no tier for requests without a key',
      LEAST.replace('anonymous', 'free'),
      '1 tiers: has no tier anonymous; add it: requests without a key have it',
    ],
    ['a tier name with a space', `${LEAST}  "a b": *tier\n`, `7 tiers["a b"]: ${tierNames}`],
    ['a tier named as a prototype', `${LEAST}  __proto__: *tier\n`, `7 tiers.__proto__: ${tierNames}`],
    [
      'no budgets',
      LEAST.replace(/budgets:\n.*/, 'budgets: []'),
      '5 tiers.anonymous.budgets: found 0 budgets; 1 to 16 are allowed',
    ],
    [
      'too many budgets',
      LEAST.replace(/budgets:\n.*/, `budgets: [${budgets(17)}]`),
      '5 tiers.anonymous.budgets: found 17 budgets; 1 to 16 are allowed',
    ],
    [
      'a section for a list',
      LEAST.replace(/budgets:\n.*/, 'budgets: { burst: 1 }'),
      '5 tiers.anonymous.budgets: found a section; a list of budgets is allowed',
    ],
    [
      'a budget name that no header can carry',
      LEAST.replace('name: burst', 'name: "a\\"b"'),
      '6 tiers.anonymous.budgets[0].name: found "a\\"b"; a name of 1 to 64 letters, digits, _ and - is allowed',
    ],
    [
      'two budgets of one name',
      `${LEAST}      - { name: burst, meter: requests, capacity: 1, window: 1s }\n`,
      '7 tiers.anonymous.budgets[1].name: is that of budgets[0] too; each needs its own',
    ],
  ])('%s', (_, file, mistake) => {
    const anchored = file.replace('anonymous:', 'anonymous: &tier')
    expect(mistakes({ 'tollgate.yaml': anchored })).toEqual([`tollgate.yaml:${mistake}`])
  })

  const hash = 'write the hash of the key, which printf %s "$KEY" | sha256sum prints'

  test.each([
    [
      'a tier that does not exist',
      'tier: anonimous',
      'tier: found "anonimous", which is no tier; did you mean anonymous?',
    ],
    [
      'a tier that all objects have',
      'tier: constructor',
      'tier: found "constructor", which is no tier; there are anonymous',
    ],
    ['a key instead of its hash', 'keySha256: hunter2', `keySha256: is not 64 hexadecimal digits; ${hash}`],
    ['no key', '', `keySha256: is missing; ${hash}`],
    [
      'an id like an address',
      'id: "ip:1"',
      'id: found "ip:1"; a name of 1 to 64 letters, digits and _ . @ - is allowed',
    ],
    [
      'a number for an id',
      'id: 7',
      'id: found 7; a name of 1 to 64 letters, digits and _ . @ -, in quotes, is allowed',
    ],
    ['the id of another', 'id: ada', 'id: is that of clients[0] too; each needs its own'],
    [
      'the key of another',
      `keySha256: ${HASH.toUpperCase()}`,
      'keySha256: is that of clients[0] too; each needs its own',
    ],
  ])('a client with %s', (_, setting, mistake) => {
    const defaults = ['id: bob', 'tenant: acme', 'tier: anonymous', `keySha256: ${HASH.replace('0', '1')}`]
    const [key] = setting === '' ? ['keySha256'] : setting.split(':')
    const client = [...defaults.filter((one) => !one.startsWith(`${key}:`)), setting].filter(Boolean)
    const file = `clients:
  - { id: ada, tenant: acme, tier: anonymous, keySha256: ${HASH} }
  - { ${client.join(', ')} }
${LEAST}`
    expect(mistakes({ 'tollgate.yaml': file })).toEqual([`tollgate.yaml:3 clients[1].${mistake}`])
  })

  test('a file that is a list', () => {
    expect(mistakes({ 'tollgate.yaml': '- tiers\n' })).toEqual([
      'tollgate.yaml:1 found a list; a section with the keys server, guard, execution, overload, documents, subscriptions, cost, ' +
        'budgetStore, rateLimitHeaders, ipBudget, globalBudgets, tiers, clients, introspection, log, demoKeys is allowed',
    ])
  })

  test.each([
    '10.0.0.0/0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    'proxy',
    'fe80::1%eth0',
    '',
    '10.0.0.1/0x8',
  ])('the trusted proxy "%s"', (proxy) => {
    expect(mistakes({ 'tollgate.yaml': `server:\n  trustedProxies:\n    - '${proxy}'\n${LEAST}` })).toEqual([
      `tollgate.yaml:3 server.trustedProxies[0]: found "${proxy}"; an IP address, or a network such as 10.0.0.0/8, is allowed`,
    ])
  })

  test('demo keys in production', () => {
    expect(mistakes({ 'tollgate.yaml': `${LEAST}demoKeys: true\n` }, { NODE_ENV: 'production' })).toEqual([
      'tollgate.yaml:7 demoKeys: found true with NODE_ENV=production; everybody knows the demo keys, so false is allowed there',
    ])
  })
})

describe('a file that is no YAML is named with its lines', () => {
  test.each<[found: string, file: string, mistakes: string[]]>([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', ['tollgate.yaml:3 Map keys must be unique']],
    ['a tab', 'a:\n\tb: 1\n', ['tollgate.yaml:2 Tabs are not allowed as indentation']],
    ['an open quote', 'a: 1\nb: "secret', ['tollgate.yaml:2 Missing closing "quote']],
    ['an unknown tag', 'a: !secret 1\n', ['tollgate.yaml:1 Unresolved tag: !secret']],
    ['an unknown anchor', 'a: 1\nb: *c\n', ['tollgate.yaml:2 *c stands for nothing; write &c before it']],
    ['a second document', 'a: 1\n---\nb: 2\n', ['tollgate.yaml:2 A second document begins here; a file holds one']],
    ['a key that is a list', '? [a]\n: 1\n', ['tollgate.yaml:1 With stringKeys, all keys must be strings']],
    [
      'wrong indentation, without what it says there',
      '  a: 1\n b: hunter2\nc: "hunter2" x\n',
      ['tollgate.yaml:2 Unexpected scalar at node end', 'tollgate.yaml:3 Unexpected scalar token in YAML stream'],
    ],
  ])('%s', (_, file, expected) => {
    expect(mistakes({ 'tollgate.yaml': file })).toEqual(expected)
  })
})

describe('a mistake in the environment is named by its variable', () => {
  const REDIS =
    'REDIS_URL: found a value (not shown: it may hold a password) that cannot be used; redis://host:6379, rediss://host:6379 (TLS), redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379/name is allowed, with special characters of a password percent-encoded'
  const DATABASE =
    'DATABASE_URL: found a value (not shown: it may hold a password) that cannot be used; postgres://user:password@host:5432/database or postgresql://… is allowed, with special characters of a password percent-encoded'

  test.each([
    ['PORT', '65536', 'PORT: found "65536"; a whole number from 0 to 65535 is allowed'],
    ['PORT', '4000 ', 'PORT: found "4000 "; a whole number from 0 to 65535 is allowed'],
    ['PORT', '-1', 'PORT: found "-1"; a whole number from 0 to 65535 is allowed'],
    ['PORT', '1e3', 'PORT: found "1e3"; a whole number from 0 to 65535 is allowed'],
    ['WEB_CONCURRENCY', '0', 'WEB_CONCURRENCY: found "0"; a whole number from 1 to 1024 is allowed'],
    ['WEB_CONCURRENCY', 'auto', 'WEB_CONCURRENCY: found "auto"; a whole number from 1 to 1024 is allowed'],
    ['HOST', 'a b', 'HOST: found "a b"; a host name, or an address without a port, is allowed'],
    ['NODE_ENV', 'prod', 'NODE_ENV: found "prod"; production, development or test is allowed'],
    ['LOG_LEVEL', 'INFO', 'LOG_LEVEL: found "INFO"; fatal, error, warn, info, debug, trace or silent is allowed'],
    ['REDIS_URL', 'hunter2', REDIS],
    ['REDIS_URL', 'http://:hunter2@localhost', REDIS],
    ['REDIS_URL', 'redis://', REDIS],
    ['REDIS_URL', 'redis://a:70000', REDIS],
    ['REDIS_URL', 'redis://a:1,b:2', REDIS],
    ['REDIS_URL', 'redis+cluster://a:1,', REDIS],
    ['REDIS_URL', 'redis+sentinel://a:1', REDIS],
    ['DATABASE_URL', 'mysql://root:hunter2@localhost', DATABASE],
    ['DATABASE_URL', 'postgres://user:hun/ter2@host:port/db', DATABASE],
  ])('%s=%s', (name, value, mistake) => {
    expect(mistakes({ 'tollgate.yaml': LEAST }, { [name]: value })).toEqual([mistake])
  })

  test('a file that TOLLGATE_CONFIG names and nobody can read', () => {
    expect(mistakes({}, { TOLLGATE_CONFIG: 'nowhere.yaml' })).toEqual([
      expect.stringMatching(/^nowhere\.yaml: cannot be read: ENOENT: /),
    ])
  })

  test('a file elsewhere is named by its whole path', () => {
    const elsewhere = join(configFolder({ 'mine.yaml': 'log: {}\n' }), 'mine.yaml')
    expect(mistakes({}, { TOLLGATE_CONFIG: elsewhere })).toEqual([
      `${elsewhere}:1 tiers: is missing; a section with one entry for each tier is needed`,
    ])
  })
})

test('one message names all mistakes, of the file by line and then of the environment', () => {
  const file = `demoKeys: true
server: { port: high, hots: a }
clients:
  - { id: a, tenant: t, tier: gold, keySha256: ${HASH} }
  - { id: a, tenant: t, tier: anonymous, keySha256: ${HASH}, rolle: staff }
tiers:
  anonymous:
    maxCost: lots
    budgets:
      - { name: b, capacity: -1.5, window: 1s }
      - { name: b, capacity: 1, window: 1s, refillPerSecond: 1 }
`
  const error = errorOf({ 'tollgate.yaml': file }, { NODE_ENV: 'production', PORT: 'x', REDIS_URL: 'x' })
  expect(error.mistakes.map((mistake) => mistake.split(/: (?=is |has |found )/)[0])).toEqual([
    'tollgate.yaml:1 demoKeys',
    'tollgate.yaml:2 server.port',
    'tollgate.yaml:2 server.hots',
    'tollgate.yaml:4 clients[0].tier',
    'tollgate.yaml:5 clients[1].rolle',
    'tollgate.yaml:5 clients[1].id',
    'tollgate.yaml:5 clients[1].keySha256',
    'tollgate.yaml:7 tiers.anonymous.timeout',
    'tollgate.yaml:8 tiers.anonymous.maxCost',
    'tollgate.yaml:10 tiers.anonymous.budgets[0].capacity',
    'tollgate.yaml:11 tiers.anonymous.budgets[1].name',
    'tollgate.yaml:11 tiers.anonymous.budgets[1]',
    'PORT',
    'REDIS_URL',
  ])
  expect(error.message).toBe(
    `The configuration has 14 mistakes:\n${error.mistakes.map((line) => `  ${line}`).join('\n')}`,
  )
})

test('mistakes of the environment are named beside a file that is no YAML', () => {
  expect(mistakes({ 'tollgate.yaml': 'a: "' }, { PORT: 'x' })).toHaveLength(2)
})

describe('no mistake repeats a secret', () => {
  test.each<[where: string, file: string, env: Record<string, string>]>([
    [
      'the password of a URL where a URL does not belong',
      `server: { host: "redis://user:hunter2@host" }\n${LEAST}`,
      {},
    ],
    ['a password with a slash and an at sign', LEAST, { HOST: 'redis://user:hun/t@er2hunter2@host' }],
    ['a key beside a syntax error', 'clients:\n  - keySha256: "x" hunter2\n', {}],
    [
      'a key where its hash belongs',
      `clients: [{ id: a, tenant: t, tier: anonymous, keySha256: hunter2 }]\n${LEAST}`,
      {},
    ],
    ['the value of an unknown key', `password: hunter2\n${LEAST}`, {}],
    ['a URL in the environment', LEAST, { REDIS_URL: 'hunter2', DATABASE_URL: 'hunter2' }],
  ])('%s', (_, file, env) => {
    expect(errorOf({ 'tollgate.yaml': file }, env).message).not.toContain('hunter2')
  })
})

test('a long value is cut', () => {
  expect(mistakes({ 'tollgate.yaml': LEAST }, { LOG_LEVEL: 'x'.repeat(1000) })).toEqual([
    `LOG_LEVEL: found "${'x'.repeat(60)}…"; fatal, error, warn, info, debug, trace or silent is allowed`,
  ])
})
