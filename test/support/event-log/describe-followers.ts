import { describe, expect, test } from 'vitest'
import type { JsonValue, LoggedEvent } from '../../../src/events/event-log.ts'
import { newEvent, numbers, type Recording, record } from '../recorded-events.ts'
import { type OpenTestLogs, payloadsAfter } from './test-logs.ts'

/** What those who follow a topic are told. */
export function describeFollowers(open: OpenTestLogs): void {
  describe('tells followers', () => {
    test('every event of a topic in the order they were appended in, from here and from elsewhere', async () => {
      const { here, there } = await open()
      const recordings = [await record(here, 'stock'), await record(there, 'stock')]
      await Promise.all(numbers(500).map((number) => here.append('stock', [newEvent(number)])))
      for (const { payloads } of recordings) expect(await payloads(500)).toEqual(numbers(500))
    })

    test('each event once, however many follow, with one position for all', async () => {
      const { here, there } = await open()
      const recordings = await Promise.all([here, here, there, there].map((log) => record(log, 'stock')))
      await there.append('stock', ['a', 'b', 'c'].map(newEvent))
      for (const { payloads } of recordings) expect(await payloads(3)).toEqual(['a', 'b', 'c'])
      expect(new Set(recordings.map(({ events }) => JSON.stringify(events))).size).toBe(1)
    })

    test('nothing of other topics, and nothing from before', async () => {
      const { here, there } = await open()
      await there.append('stock:1', [newEvent('before')])
      const { payloads } = await record(here, 'stock:1')
      for (const other of ['stock', 'stock:10', 'stock:', 'STOCK:1', 'stock:*', '']) {
        await there.append(other, [newEvent(other)])
      }
      await there.append('stock:1', [newEvent('mine')])
      await there.append('stock:10', [newEvent('other')])
      await there.append('stock:1', [newEvent('mine too')])
      expect(await payloads(2)).toEqual(['mine', 'mine too'])
    })

    test.each(['', ' ', '*', 'a:b', 'a?[b]', '{a}', '{}', 'a}b{', 'ä\n"\u{1F600}'])(
      'of the topic %j, which is read as well',
      async (topic) => {
        const { here, there } = await open()
        const { position, payloads } = await record(here, topic)
        await there.append(topic, [newEvent(1)])
        expect(await payloads(1)).toEqual([1])
        expect(await payloadsAfter(there, topic, position)).toEqual([1])
      },
    )

    test.each<{ payload: JsonValue }>([
      { payload: null },
      { payload: false },
      { payload: 0 },
      { payload: '' },
      { payload: [] },
      { payload: { id: 'ä\u{1F600} \n\0', lines: [{ quantity: 1.5 }, null] } },
    ])('$payload as it was appended', async ({ payload }) => {
      const { here, there } = await open()
      const { position, payloads } = await record(here, 'stock')
      await there.append('stock', [newEvent(payload)])
      expect(await payloads(1)).toEqual([payload])
      expect(await payloadsAfter(here, 'stock', position)).toEqual([payload])
    })

    test('an event as it was when it was appended, whatever becomes of it later', async () => {
      const { here } = await open()
      const { payloads } = await record(here, 'stock')
      const payload = { left: 3 }
      const appended = here.append('stock', [newEvent(payload)])
      payload.left = 2
      await appended
      expect(await payloads(1)).toEqual([{ left: 3 }])
    })

    test('all of an event before the next one, also where one of them appends it', async () => {
      const { here } = await open()
      const onEvent = ({ payload }: LoggedEvent) => {
        if (payload === 'first') void here.append('stock', [newEvent('second')])
      }
      await here.follow('stock', { onEvent, onEnd() {} })
      const { payloads } = await record(here, 'stock')
      await here.append('stock', [newEvent('first')])
      expect(await payloads(2)).toEqual(['first', 'second'])
    })

    test('although one of them throws, of which onError is told', async () => {
      const errors: unknown[] = []
      const { here } = await open({ onError: (error) => errors.push(error) })
      const bug = new Error('a bug of the follower')
      const thrower = () => {
        throw bug
      }
      await here.follow('stock', { onEvent: thrower, onEnd: thrower })
      const { payloads, ends } = await record(here, 'stock')
      await here.append('stock', [newEvent(1), newEvent(2)])
      expect(await payloads(2)).toEqual([1, 2])
      expect(errors).toEqual([bug, bug])
      await here.close()
      expect(ends).toEqual(['closed'])
    })

    test('nothing more once they have stopped, not even the end, and leaves the others alone', async () => {
      const { here, there } = await open()
      const stays = await record(here, 'stock')
      const leaves = await record(here, 'stock')
      leaves.stop()
      leaves.stop()
      await there.append('stock', [newEvent(1)])
      expect(await stays.payloads(1)).toEqual([1])
      await here.close()
      expect([leaves.events, leaves.ends]).toEqual([[], []])
      expect(stays.ends).toEqual(['closed'])
    })

    test('nothing more once another has stopped them while it was told', async () => {
      const { here } = await open()
      let stopOther = () => {}
      await here.follow('stock', { onEvent: () => stopOther(), onEnd() {} })
      const stopped = await record(here, 'stock')
      const last = await record(here, 'stock')
      stopOther = stopped.stop
      await here.append('stock', [newEvent(1)])
      await last.payloads(1)
      expect(stopped.events).toEqual([])
    })

    test('who come and go at once', async () => {
      const { here, there } = await open()
      for (const number of numbers(20)) {
        const { payloads, stop } = await record(here, 'stock')
        await there.append('stock', [newEvent(number)])
        expect(await payloads(1)).toEqual([number])
        stop()
      }
    })

    test('who join while events are appended: none is missed, and none told twice', async () => {
      const { here, there } = await open()
      const start = await record(there, 'stock')
      start.stop()
      const appending = (async () => {
        for (const number of numbers(300)) await there.append('stock', [newEvent(number)])
      })()
      const joined: Recording[] = []
      for (let done = false; !done; ) {
        joined.push(await record(here, 'stock'))
        done = (await here.read('stock', start.position, 300)).length === 300
      }
      await appending
      for (const { position, payloads, events } of joined) {
        const before = await here.read('stock', start.position, 1_000)
        if (before === 'expired') throw new Error('The beginning has gone')
        const seen = before.findIndex((event) => event.position === position) + 1
        await payloads(300 - seen)
        expect([...before.slice(0, seen), ...events].map(({ payload }) => payload)).toEqual(numbers(300))
      }
      expect(joined.length).toBeGreaterThan(1)
    })
  })
}
