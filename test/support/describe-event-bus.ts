import { describe, expect, onTestFinished, test } from 'vitest'
import type { EventBus, EventStream, JsonValue } from '../../src/events/event-bus.ts'
import { SubscriptionOverflowError } from '../../src/events/subscription-overflow-error.ts'

export interface TestBusOptions {
  readonly maxQueuedEvents?: number
}

/** Two buses that share their events, as two processes would have them. One bus twice where there is but one process. */
export type MakeBuses = (options?: TestBusOptions) => Promise<{ readonly here: EventBus; readonly there: EventBus }>

/** The next events of a stream, as many as are asked for. */
export async function read(stream: EventStream, count: number): Promise<readonly JsonValue[]> {
  const events: JsonValue[] = []
  while (events.length < count) {
    const { done, value } = await stream.next()
    if (done) throw new Error(`The stream ended after ${events.length} of ${count} events`)
    events.push(value)
  }
  return events
}

const DONE = { done: true, value: undefined }

/** What every event bus keeps. */
export function describeEventBus(name: string, makeBuses: MakeBuses): void {
  describe(`the ${name} event bus`, () => {
    async function open(options?: TestBusOptions) {
      const buses = await makeBuses(options)
      onTestFinished(async () => {
        await Promise.all([buses.here.close(), buses.there.close()])
      })
      return buses
    }

    describe('hands over', () => {
      test('events of a topic in the order they were published in, from here and from elsewhere', async () => {
        const { here, there } = await open()
        const streams = [await here.subscribe('stock'), await there.subscribe('stock')]
        const events = Array.from({ length: 500 }, (_, index) => index)
        await Promise.all(events.map((event) => here.publish('stock', event)))
        for (const stream of streams) expect(await read(stream, 500)).toEqual(events)
      })

      test('each event once to each subscriber', async () => {
        const { here, there } = await open()
        const streams = await Promise.all([here, here, there, there].map((bus) => bus.subscribe('stock')))
        for (const event of ['a', 'b', 'c']) await there.publish('stock', event)
        for (const stream of streams) expect(await read(stream, 3)).toEqual(['a', 'b', 'c'])
      })

      test('no event of another topic, and none from before the subscription', async () => {
        const { here, there } = await open()
        await there.publish('stock:1', 'before')
        const stream = await here.subscribe('stock:1')
        for (const other of ['stock', 'stock:10', 'stock:', 'STOCK:1', 'stock:*', '']) await there.publish(other, other)
        await there.publish('stock:1', 'mine')
        await there.publish('stock:10', 'other')
        await there.publish('stock:1', 'mine too')
        expect(await read(stream, 2)).toEqual(['mine', 'mine too'])
      })

      test.each(['', ' ', '*', 'a:b', 'a?[b]', '{a}', 'ä\n"\u{1F600}'])('events of the topic %j', async (topic) => {
        const { here, there } = await open()
        const stream = await here.subscribe(topic)
        await there.publish(topic, 1)
        expect(await read(stream, 1)).toEqual([1])
      })

      test.each<{ payload: JsonValue }>([
        { payload: null },
        { payload: false },
        { payload: 0 },
        { payload: '' },
        { payload: [] },
        { payload: { id: 'ä\u{1F600}', lines: [{ quantity: 1.5 }, null] } },
      ])('$payload as it was published', async ({ payload }) => {
        const { here, there } = await open()
        const stream = await here.subscribe('stock')
        await there.publish('stock', payload)
        expect(await stream.next()).toEqual({ done: false, value: payload })
      })

      test('an event as it was when it was published, whatever its publisher does to it later', async () => {
        const { here } = await open()
        const stream = await here.subscribe('stock')
        const payload = { left: 3 }
        const published = here.publish('stock', payload)
        payload.left = 2
        await published
        expect(await read(stream, 1)).toEqual([{ left: 3 }])
      })

      test('an event to the reader that waits for it, the first one first', async () => {
        const { here, there } = await open()
        const stream = await here.subscribe('stock')
        const reads = [stream.next(), stream.next()]
        await there.publish('stock', 'a')
        await there.publish('stock', 'b')
        expect(await Promise.all(reads)).toEqual([
          { done: false, value: 'a' },
          { done: false, value: 'b' },
        ])
      })

      test('nothing where nobody is subscribed, and says no more of it', async () => {
        const { here } = await open()
        await expect(here.publish('stock', 1)).resolves.toBeUndefined()
      })
    })

    describe('ends a stream', () => {
      test.each<{ way: string; end(stream: EventStream, controller: AbortController, bus: EventBus): unknown }>([
        { way: 'by return()', end: (stream) => stream.return() },
        { way: 'when its signal aborts', end: (_, controller) => controller.abort() },
        { way: 'with the bus', end: (_stream, _controller, bus) => bus.close() },
      ])('$way: a reader that waits is told, what was not read is dropped', async ({ end }) => {
        const { here, there } = await open()
        const controller = new AbortController()
        const waiting = await here.subscribe('stock', { signal: controller.signal })
        const unread = await here.subscribe('sales', { signal: controller.signal })
        const witness = await here.subscribe('sales')
        await there.publish('sales', 'unread')
        await read(witness, 1)
        const reader = waiting.next()
        await end(waiting, controller, here)
        await end(unread, controller, here)
        expect(await reader).toEqual(DONE)
        expect(await unread.next()).toEqual(DONE)
        expect(await unread.return()).toEqual(DONE)
      })

      test('that a loop breaks out of', async () => {
        const { here, there } = await open()
        const stream = await here.subscribe('stock')
        await there.publish('stock', 1)
        for await (const event of stream) {
          expect(event).toBe(1)
          break
        }
        expect(await stream.next()).toEqual(DONE)
      })

      test('before it begins where the signal has aborted already', async () => {
        const { here } = await open()
        const stream = await here.subscribe('stock', { signal: AbortSignal.abort() })
        expect(await stream.next()).toEqual(DONE)
      })

      test('and leaves the others on its topic alone', async () => {
        const { here, there } = await open()
        const stays = await here.subscribe('stock')
        const leaves = await here.subscribe('stock')
        await leaves.return()
        await there.publish('stock', 1)
        expect(await read(stays, 1)).toEqual([1])
        expect(await leaves.next()).toEqual(DONE)
      })

      test('and begins another one on the same topic at once', async () => {
        const { here, there } = await open()
        for (const event of [1, 2, 3, 4, 5]) {
          const stream = await here.subscribe('stock')
          await there.publish('stock', event)
          expect(await read(stream, 1)).toEqual([event])
          void stream.return()
        }
      })
    })

    describe('keeps memory bounded', () => {
      test('by ending the stream of a slow reader with an error that names its topic, and nobody else’s', async () => {
        const { here, there } = await open({ maxQueuedEvents: 3 })
        const slow = await here.subscribe('stock')
        const quick = await here.subscribe('stock')
        for (const event of [1, 2, 3, 4]) {
          await there.publish('stock', event)
          expect(await read(quick, 1)).toEqual([event])
        }
        await expect(slow.next()).rejects.toThrow(
          'The subscription to "stock" has ended: 3 events were waiting to be read when another came.',
        )
        expect(await slow.next()).toEqual(DONE)
        await there.publish('stock', 5)
        expect(await read(quick, 1)).toEqual([5])
      })

      test('and lets a reader fall behind by as much as is allowed', async () => {
        const { here, there } = await open({ maxQueuedEvents: 3 })
        const behind = await here.subscribe('stock')
        const witness = await here.subscribe('stock')
        for (const event of [1, 2, 3]) {
          await there.publish('stock', event)
          await read(witness, 1)
        }
        expect(await read(behind, 3)).toEqual([1, 2, 3])
      })

      test('at 1000 events a subscriber, if nothing else is said', async () => {
        const { here, there } = await open()
        const slow = await here.subscribe('stock')
        const quick = await here.subscribe('stock')
        for (let event = 0; event <= 1000; event += 1) {
          await there.publish('stock', event)
          await read(quick, 1)
        }
        await expect(slow.next()).rejects.toBeInstanceOf(SubscriptionOverflowError)
      })
    })

    test('rejects what is asked of it after it was closed, and may be closed twice', async () => {
      const { here } = await open()
      await here.close()
      await here.close()
      await expect(here.publish('stock', 1)).rejects.toThrow()
      await expect(here.subscribe('stock')).rejects.toThrow('The event bus is closed.')
    })
  })
}
