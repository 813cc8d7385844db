import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../src/events/event-log.ts'
import { newEvent, numbers, record } from '../recorded-events.ts'
import { type OpenTestLogs, payloadsAfter } from './test-logs.ts'

/** What is read after a position, and for how long. */
export function describeReading(open: OpenTestLogs): void {
  describe('is read', () => {
    test('after any position, at most as much as is asked for', async () => {
      const { here, there } = await open()
      const { position, events, payloads } = await record(here, 'stock')
      await there.append('stock', numbers(10).map(newEvent))
      await payloads(10)
      for (const [index, event] of events.entries()) {
        expect(await here.read('stock', event.position, 3)).toEqual(events.slice(index + 1, index + 4))
      }
      expect(await there.read('stock', position, 4)).toEqual(events.slice(0, 4))
    })

    test('in pages to its end, where there is nothing', async () => {
      const { here, there } = await open()
      let { position } = await record(here, 'stock')
      await there.append('stock', numbers(10).map(newEvent))
      const found: JsonValue[] = []
      for (;;) {
        const page = await here.read('stock', position, 3)
        if (page === 'expired') throw new Error('It has gone')
        found.push(...page.map(({ payload }) => payload))
        if (page.length === 0) break
        position = page.at(-1)?.position ?? position
      }
      expect(found).toEqual(numbers(10))
    })

    test('from where a follower of a topic without events began', async () => {
      const { here, there } = await open()
      const first = await record(here, 'stock')
      first.stop()
      const second = await record(there, 'stock')
      expect(second.position).toBe(first.position)
      expect(await here.read('stock', first.position, 10)).toEqual([])
      await there.append('stock', [newEvent(1)])
      expect(await payloadsAfter(here, 'stock', first.position)).toEqual([1])
    })

    test('as far back as the given number of events, then it has expired', async () => {
      const { here, there } = await open({ maxEventsPerTopic: 5 })
      const { position, events, payloads } = await record(here, 'stock')
      await there.append('stock', numbers(5).map(newEvent))
      expect(await payloadsAfter(here, 'stock', position)).toEqual([0, 1, 2, 3, 4])
      await there.append('stock', [newEvent(5)])
      await payloads(6)
      expect(await here.read('stock', position, 10)).toBe('expired')
      expect(await payloadsAfter(here, 'stock', events[0]?.position ?? '')).toEqual([1, 2, 3, 4, 5])
    })

    test('as expired after positions that no event of its topic has', async () => {
      const { here } = await open()
      const { position, payloads, events } = await record(here, 'stock')
      await here.append('stock', [newEvent(1)])
      await payloads(1)
      await record(here, 'sales')
      const [ms] = position.split('-').map(Number)
      for (const never of ['0-0', '0-1', `${ms}-9999`, `${(ms ?? 0) + 99_999_999}-0`]) {
        expect(await here.read('stock', never, 10)).toBe('expired')
      }
      expect(await here.read('nothing', position, 10)).toBe('expired')
      expect(await here.read('sales', events[0]?.position ?? '', 10)).toBe('expired')
    })

    test('as expired when it was kept long enough, and what comes then is not taken for what came before', async () => {
      const { here, there, outlive } = await open({ keepForMs: 700 })
      const before = await record(here, 'stock')
      await there.append('stock', [newEvent(1)])
      await before.payloads(1)
      before.stop()
      await outlive('stock')
      const seen = before.events[0]?.position ?? ''
      expect(await here.read('stock', seen, 10)).toBe('expired')
      const { position } = await record(there, 'stock')
      await there.append('stock', [newEvent(2)])
      expect(await here.read('stock', seen, 10)).toBe('expired')
      expect(await here.read('stock', before.position, 10)).toBe('expired')
      expect(await payloadsAfter(here, 'stock', position)).toEqual([2])
    })
  })
}
