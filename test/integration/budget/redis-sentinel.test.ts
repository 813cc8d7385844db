import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { MASTER_NAME, startRedisSentinels } from '../../support/redis-sentinel.ts'
import { freePort } from '../../support/services.ts'

const redis = await startRedisSentinels('secret')
afterAll(() => redis.stop())

const [anySentinel = { port: 0 }] = redis.sentinels

describe('a connection through sentinels', () => {
  test('goes to the master with user, password and all of a URL, also where the first sentinel is down', async () => {
    const down = await freePort()
    const connection = await createRedisConnection(
      `redis+sentinel://default:secret@127.0.0.1:${down},127.0.0.1:${anySentinel.port}/${MASTER_NAME}`,
    )
    onTestFinished(() => connection.disconnect())
    expect(await connection.role()).toEqual(['master', expect.any(Number), expect.any(Array)])
  })

  test.each([
    {
      mistake: 'a name that they do not know',
      url: `redis+sentinel://:secret@127.0.0.1:${anySentinel.port}/another`,
      reason: 'ERR No such master with that name',
    },
    {
      mistake: 'a wrong password',
      url: `redis+sentinel://:hush@127.0.0.1:${anySentinel.port}/${MASTER_NAME}`,
      reason: 'WRONGPASS',
    },
  ])('that has $mistake names the sentinels and the reason, never the password', async ({ url, reason }) => {
    const failure = await createRedisConnection(url).then(
      () => 'connected',
      (error: Error) => error.message,
    )
    expect(failure).toContain(`Redis at 127.0.0.1:${anySentinel.port} cannot be used: `)
    expect(failure).toContain(reason)
    expect(failure).not.toMatch(/hush|secret/)
  })
})
