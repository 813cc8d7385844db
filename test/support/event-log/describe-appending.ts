import { describe, expect, test } from 'vitest'
import { LOOK_BACK } from '../../../src/events/event-log.ts'
import { newEvent, numbers, record } from '../recorded-events.ts'
import { type OpenTestLogs, payloadsAfter } from './test-logs.ts'

/** What is logged, in which order, and how often. */
export function describeAppending(open: OpenTestLogs): void {
  describe('appends', () => {
    test('several events at once in their order, next to each other', async () => {
      const { here, there } = await open()
      const { payloads } = await record(here, 'stock')
      const batches = numbers(20).map((batch) => numbers(5).map((number) => `${batch}.${number}`))
      await Promise.all(batches.map((batch, index) => [here, there][index % 2]?.append('stock', batch.map(newEvent))))
      const told = await payloads(100)
      for (const batch of batches) {
        const at = told.indexOf(batch[0] ?? '')
        expect(told.slice(at, at + 5)).toEqual(batch)
      }
    })

    test('nothing where there is nothing', async () => {
      const { here } = await open()
      const { position } = await record(here, 'stock')
      await here.append('stock', [])
      expect(await here.read('stock', position, 10)).toEqual([])
    })

    test('once what is appended again: in one call, in another, from elsewhere, and with others around it', async () => {
      const { here, there } = await open()
      const { payloads, position } = await record(here, 'stock')
      const [a, b, c] = [newEvent('a'), newEvent('b'), newEvent('c')]
      await here.append('stock', [a, a])
      await here.append('stock', [a])
      await there.append('stock', [a, b, a])
      await here.append('stock', [b, c])
      expect(await payloads(3)).toEqual(['a', 'b', 'c'])
      expect(await payloadsAfter(there, 'stock', position)).toEqual(['a', 'b', 'c'])
    })

    test('once what is appended again after as many others as are looked through', async () => {
      const { here } = await open()
      const { position } = await record(here, 'stock')
      const first = newEvent('first')
      await here.append('stock', [first])
      await here.append('stock', numbers(LOOK_BACK - 1).map(newEvent))
      await here.append('stock', [first])
      expect(await payloadsAfter(here, 'stock', position)).toEqual(['first', ...numbers(LOOK_BACK - 1)])
      await here.append('stock', [newEvent('one more')])
      await here.append('stock', [first])
      expect((await payloadsAfter(here, 'stock', position)).slice(-2)).toEqual(['one more', 'first'])
    })

    test('once what is appended again, also where fewer events may be read than are looked through', async () => {
      const { here, there } = await open({ maxEventsPerTopic: 2 })
      const { payloads } = await record(here, 'stock')
      const events = numbers(LOOK_BACK).map(newEvent)
      await here.append('stock', events)
      for (const event of events.slice(0, 3)) await there.append('stock', [event])
      await here.append('stock', events)
      await here.append('stock', [newEvent('the last')])
      expect(await payloads(LOOK_BACK + 1)).toEqual([...numbers(LOOK_BACK), 'the last'])
    })

    test('an event of the same key to each of two topics', async () => {
      const { here } = await open()
      const recordings = [await record(here, 'stock'), await record(here, 'sales')]
      const event = newEvent(1)
      await Promise.all([here.append('stock', [event]), here.append('sales', [event])])
      for (const { payloads } of recordings) expect(await payloads(1)).toEqual([1])
    })

    test('no more at once than are looked through, which could be there twice', async () => {
      const { here } = await open()
      await here.append('stock', numbers(LOOK_BACK).map(newEvent))
      const many = here.append('stock', numbers(LOOK_BACK + 1).map(newEvent))
      await expect(many).rejects.toThrow('At most 100 events can be appended at once.')
    })
  })
}
