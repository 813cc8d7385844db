import { Redis } from 'ioredis'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RedisEventLogOptions } from '../../../src/events/redis/redis-event-log.ts'
import { describeEventLog } from '../../support/describe-event-log.ts'
import { appendUntilLogged, newEvent, numbers, record, SOON } from '../../support/recorded-events.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { openRedisEventLog } from '../../support/redis-event-log.ts'

const cluster = await startRedisCluster()
const masters = cluster.urls.map((url) => new Redis(url))
afterAll(async () => {
  for (const master of masters) master.disconnect()
  await cluster.stop()
})

async function keysOfMasters(pattern: string): Promise<readonly number[]> {
  return Promise.all(masters.map(async (master) => (await master.keys(pattern)).length))
}

describeEventLog('redis cluster', async (options) => {
  const shared = { ...options, prefix: freshPrefix() }
  return {
    here: await openRedisEventLog(cluster.url, shared),
    there: await openRedisEventLog(cluster.url, shared),
    async outlive() {
      await expect.poll(() => keysOfMasters(`${shared.prefix}:events:*`), SOON).toEqual([0, 0, 0])
    },
  }
})

describe('the redis cluster event log', () => {
  async function open(options: Partial<RedisEventLogOptions> = {}) {
    const prefix = freshPrefix()
    const log = await openRedisEventLog(cluster.url, { prefix, ...options })
    onTestFinished(() => log.close())
    return { log, prefix }
  }

  /** How many connections each master has for a topic. */
  function subscribed(prefix: string, topic: string, among = masters): Promise<readonly number[]> {
    return Promise.all(
      among.map(async (master) => Number((await master.pubsub('NUMSUB', `${prefix}:events:${topic}`))[1])),
    )
  }

  test('keeps topics on all masters, and the order of each wherever it is followed', async () => {
    const { log, prefix } = await open()
    const others = await Promise.all(numbers(5).map(() => open({ prefix })))
    const topics = numbers(30).map((number) => `topic ${number}`)
    const recordings = await Promise.all(others.flatMap((other) => topics.map((topic) => record(other.log, topic))))
    for (const number of numbers(100)) await Promise.all(topics.map((topic) => log.append(topic, [newEvent(number)])))
    for (const { payloads } of recordings) expect(await payloads(100)).toEqual(numbers(100))
    for (const count of await keysOfMasters(`${prefix}:events:*`)) expect(count).toBeGreaterThan(0)
  })

  test('has one subscription in the whole cluster while a topic is followed, and none afterwards', async () => {
    const { log, prefix } = await open()
    const recordings = [await record(log, 'stock'), await record(log, 'stock')]
    expect((await subscribed(prefix, 'stock')).toSorted()).toEqual([0, 0, 1])
    for (const { stop } of recordings) stop()
    await expect.poll(() => subscribed(prefix, 'stock'), SOON).toEqual([0, 0, 0])
  })

  test('tells every number once, in order, while its subscription is cut again and again', async () => {
    const { log } = await open({ reconcileMs: 200 })
    const recordings = await Promise.all(numbers(10).map((number) => record(log, `topic ${number}`)))
    let cuts = 0
    for (const number of numbers(300)) {
      await Promise.all(numbers(10).map((topic) => log.append(`topic ${topic}`, [newEvent(number)])))
      if (number % 10 > 0) continue
      for (const master of masters) cuts += Number(await master.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    }
    for (const { payloads, ends } of recordings) {
      expect(await payloads(300)).toEqual(numbers(300))
      expect(ends).toEqual([])
    }
    expect(cuts).toBeGreaterThan(5)
  })

  test('leaves a master that does not answer any more for another one, and tells what came meanwhile', async () => {
    const { log, prefix } = await open({ reconcileMs: 200 })
    const elsewhere = await open({ prefix })
    // Of many topics, some are on masters that go on.
    const topics = numbers(12).map((number) => `topic ${number}`)
    const recordings = await Promise.all(topics.map((topic) => record(log, topic)))
    const frozen = (await subscribed(prefix, 'topic 0')).indexOf(1)
    const others = masters.filter((_, index) => index !== frozen)
    process.kill(cluster.masters[frozen]?.pid ?? 0, 'SIGSTOP')
    try {
      const found = async () => (await subscribed(prefix, 'topic 0', others)).toSorted()
      await expect.poll(found, SOON).toEqual([0, 1])
    } finally {
      process.kill(cluster.masters[frozen]?.pid ?? 0, 'SIGCONT')
    }
    for (const topic of topics) await appendUntilLogged(elsewhere.log, topic, 'again')
    for (const { payloads, ends } of recordings) {
      expect(await payloads(1)).toEqual(['again'])
      expect(ends).toEqual([])
    }
  })
})

test('a redis cluster event log whose master fails tells every number once, in order, or that it has expired', async () => {
  const failing = await startRedisCluster({ replica: true, nodeTimeoutMs: 1_000 })
  onTestFinished(failing.stop)
  const [log, elsewhere] = [await openRedisEventLog(failing.url), await openRedisEventLog(failing.url)]
  onTestFinished(async () => {
    await Promise.all([log.close(), elsewhere.close()])
  })
  const topics = numbers(12).map((number) => `topic ${number}`)
  const recordings = await Promise.all(topics.map((topic) => record(log, topic)))
  for (const number of numbers(200)) {
    if (number === 100) await failing.masters[0]?.stop()
    await Promise.all(topics.map((topic) => appendUntilLogged(elsewhere, topic, number)))
  }
  for (const { payloads, ends, events } of recordings) {
    await expect.poll(() => events.length === 200 || ends.length > 0, SOON).toBe(true)
    expect(await payloads(0)).toEqual(numbers(events.length))
  }
  // The others' have nothing to do with it.
  expect(recordings.filter(({ events }) => events.length === 200).length).toBeGreaterThan(4)
})
