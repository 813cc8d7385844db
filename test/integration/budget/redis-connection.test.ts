import { createServer } from 'node:net'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { freePort, startRedis } from '../../support/services.ts'

describe('a connection to redis', () => {
  test('is ready when it is returned', async () => {
    const connection = await createRedisConnection(inject('redisUrl'))
    expect(connection.status).toBe('ready')
    expect(await connection.ping()).toBe('PONG')
    await connection.quit()
  })

  test('uses the password and the database of its URL', async () => {
    const redis = await ownRedis(['--requirepass', 'hush'])
    const connection = await createRedisConnection(`redis://:hush@127.0.0.1:${redis.port}/3`)
    expect(await connection.client('INFO')).toContain('db=3')
    await connection.quit()
  })

  describe('that cannot be made names host and port, never the password', () => {
    test.each([
      { scheme: 'redis', reason: 'connect ECONNREFUSED' },
      { scheme: 'rediss', reason: 'connect ECONNREFUSED' },
      { scheme: 'redis+cluster', reason: 'Connection is closed.' },
      { scheme: 'redis+sentinel', reason: 'failed to connect to sentinel 127.0.0.1:' },
    ])('where nothing listens, with $scheme', async ({ scheme, reason }) => {
      const port = await freePort()
      const failure = await failureOf(`${scheme}://user:hush@127.0.0.1:${port}/0`)
      expect(failure).toContain(`Redis at 127.0.0.1:${port} cannot be used: ${reason}`)
      expect(failure).not.toContain('hush')
    })

    test('where the name is unknown', async () => {
      expect(await failureOf('redis://:hush@no-such-host.invalid:6379')).toMatch(
        /^Redis at no-such-host\.invalid:6379 cannot be used: getaddrinfo (ENOTFOUND|EAI_AGAIN) no-such-host\.invalid$/,
      )
    })

    test('where the password is wrong', async () => {
      const redis = await ownRedis(['--requirepass', 'secret'])
      const failure = await failureOf(`redis://:hush@127.0.0.1:${redis.port}`)
      expect(failure).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used: WRONGPASS/)
      expect(failure).not.toContain('hush')
    })

    test('where something listens that does not answer', async () => {
      const silent = createServer()
      const port = await freePort()
      await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
      for (const scheme of ['redis', 'redis+cluster', 'redis+sentinel']) {
        const failure = await failureOf(`${scheme}://:hush@127.0.0.1:${port}/0`, 300)
        expect(failure).toMatch(new RegExp(`^Redis at 127\\.0\\.0\\.1:${port} cannot be used: `))
        expect(failure).not.toContain('hush')
      }
      silent.close()
    })

    test.each([
      'http://:hush@localhost:6379',
      'localhost:6379',
      '',
      'redis://:hush@local host',
      'redis+cluster://a:1,b:x',
      'redis+sentinel://:hush@a:1,b:1',
      'redis+sentinel://:hush@a:1,b:x/name',
    ])('where the URL is no Redis URL: "%s"', async (url) => {
      const failure = await failureOf(url)
      expect(failure).toMatch(/Redis URL/)
      expect(failure).not.toContain('hush')
    })
  })

  test('comes back by itself after the server was gone, and reports what it met', async () => {
    const first = await ownRedis()
    let reported = (_: Error) => {}
    const report = new Promise<Error>((resolve) => {
      reported = resolve
    })
    const connection = await createRedisConnection(first.url, { onError: (error) => reported(error) })
    onTestFinished(() => connection.disconnect())
    await first.stop()
    await expect(connection.ping()).rejects.toThrow()
    expect((await report).message).toContain('ECONNREFUSED')
    await ownRedis(['--port', String(first.port)])
    await new Promise<void>((resolve) => connection.once('ready', () => resolve()))
    expect(await connection.ping()).toBe('PONG')
  })

  test('leaves a server that can only be read, for its name may lead to another now', async () => {
    const redis = await ownRedis()
    const admin = await createRedisConnection(redis.url)
    const connection = await createRedisConnection(redis.url)
    onTestFinished(() => {
      admin.disconnect()
      connection.disconnect()
    })
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    const again = new Promise<void>((resolve) => connection.once('ready', () => resolve()))
    await expect(connection.set('key', 'value')).rejects.toThrow('READONLY')
    await again
    expect(await connection.ping()).toBe('PONG')
  })
})

async function ownRedis(args: readonly string[] = []) {
  const redis = await startRedis(args)
  onTestFinished(redis.stop)
  return redis
}

async function failureOf(url: string, connectTimeoutMs = 5_000): Promise<string> {
  return createRedisConnection(url, { connectTimeoutMs }).then(
    () => 'connected',
    (error: Error) => error.message,
  )
}
