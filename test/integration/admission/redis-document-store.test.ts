import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { createDocuments } from '../../../src/admission/documents/documents.ts'
import { createKeptDocuments } from '../../../src/admission/documents/kept-documents.ts'
import { createRedisDocumentStore } from '../../../src/admission/documents/redis/redis-document-store.ts'
import { sha256Of } from '../../../src/admission/documents/sha256-of.ts'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { describeDocumentStore } from '../../support/describe-document-store.ts'
import { freshPrefix, ttls } from '../../support/redis-budget-store.ts'
import { startRedis } from '../../support/services.ts'

const url = inject('redisUrl')
let redis: Redis

beforeAll(() => {
  redis = new Redis(url)
})

afterAll(async () => {
  await redis.quit()
})

describeDocumentStore('redis', async () =>
  createRedisDocumentStore({ redis: await connect(), prefix: freshPrefix(), keepForMs: 60_000 }),
)

async function connect(to = url) {
  const connection = await createRedisConnection(to, { commandTimeoutMs: 5_000 })
  onTestFinished(() => connection.disconnect())
  return connection
}

/** The documents of one process. Busy machines get their time: nothing here tests deadlines. */
async function open(prefix: string, { to = url, deadlineMs = 5_000 } = {}) {
  const errors: Error[] = []
  const kept = createKeptDocuments({
    store: createRedisDocumentStore({ redis: await connect(to), prefix, keepForMs: 60_000 }),
    keepForMs: 60_000,
    nowMs: () => performance.now(),
    deadlineMs,
    onStoreFailure: (error) => errors.push(error),
  })
  return { documents: createDocuments({ mode: 'any', kept }), errors }
}

const source = 'query Shop { products(first: 3) { nodes { id } } }'
const sha256Hash = sha256Of(source)
const hashAlone = { extensions: { persistedQuery: { version: 1, sha256Hash } } }

describe('automatic persisted queries in Redis', () => {
  test('a document that one process has kept is found by another, by its hash alone', async () => {
    const prefix = freshPrefix()
    const [here, there] = [await open(prefix), await open(prefix)]
    expect(await there.documents.find(hashAlone)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
    here.documents.keep({ source, known: true, hash: sha256Hash })
    await vi.waitUntil(async () => 'source' in (await there.documents.find(hashAlone)))
    expect(await there.documents.find(hashAlone)).toEqual({ source, known: true, hash: sha256Hash })
  })

  test('every document has a time to live', async () => {
    const prefix = freshPrefix()
    const { documents } = await open(prefix)
    documents.keep({ source, known: true, hash: sha256Hash })
    await vi.waitUntil(async () => (await redis.exists(`${prefix}:document:${sha256Hash}`)) === 1)
    const [ttlMs] = await ttls(redis, prefix)
    expect(ttlMs).toBeGreaterThan(0)
    expect(ttlMs).toBeLessThanOrEqual(60_000)
  })

  test('a text that stands under the hash of another is not believed', async () => {
    const prefix = freshPrefix()
    await redis.set(`${prefix}:document:${sha256Hash}`, 'mutation { advanceOrder }', 'PX', 60_000)
    const { documents } = await open(prefix)
    expect(await documents.find(hashAlone)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
  })

  test('something that is no text counts as not found, and clients are told of no error', async () => {
    const prefix = freshPrefix()
    await redis.hset(`${prefix}:document:${sha256Hash}`, 'a', 'b')
    await redis.pexpire(`${prefix}:document:${sha256Hash}`, 60_000)
    const { documents, errors } = await open(prefix)
    expect(await documents.find(hashAlone)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
    expect(errors).toMatchObject([{ message: expect.stringContaining('WRONGTYPE') }])
  })
})

test('a Redis that stands still costs its deadline once, and clients are told of no error', async () => {
  const frozen = await startRedis()
  onTestFinished(frozen.stop)
  const { documents, errors } = await open(freshPrefix(), { to: frozen.url, deadlineMs: 50 })
  process.kill(frozen.pid, 'SIGSTOP')
  onTestFinished(() => void process.kill(frozen.pid, 'SIGCONT'))
  const startMs = performance.now()
  expect(await documents.find(hashAlone)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(49)
  // From then on nobody waits: the answers are no promises.
  expect(documents.find(hashAlone)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
  documents.keep({ source, known: true, hash: sha256Hash })
  expect(documents.find(hashAlone)).toMatchObject({ source })
  expect(errors).toHaveLength(1)
})
