import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { subscribeAll } from '../../../src/events/redis/subscribe-all.ts'
import { numbers } from '../../support/recorded-events.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'

let subscriber: Redis
beforeAll(() => {
  subscriber = new Redis(inject('redisUrl'))
})
afterAll(() => subscriber.disconnect())

test('any number of channels is subscribed to, more than a call may have arguments', async () => {
  const prefix = freshPrefix()
  await subscribeAll(subscriber, [])
  await subscribeAll(
    subscriber,
    numbers(200_001).map((number) => `${prefix}:${number}`),
  )
  // It is answered with the number of all subscriptions.
  expect(await subscriber.subscribe(`${prefix}:one more`)).toBe(200_002)
})
