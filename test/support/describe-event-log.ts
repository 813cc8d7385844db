import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type EventLog,
  type JsonValue,
  LOOK_BACK,
  type LoggedEvent,
  type Position,
} from '../../src/events/event-log.ts'
import { newEvent, numbers, type Recording, record } from './recorded-events.ts'

export interface TestLogOptions {
  readonly maxEventsPerTopic?: number
  readonly keepForMs?: number
  readonly onError?: (error: unknown) => void
}

export interface TestLogs {
  /** Two logs that share their events, as two processes would have them. One twice where there is but one process. */
  readonly here: EventLog
  readonly there: EventLog
  /** Resolves when a topic that is left alone has been kept as long as it is to be. */
  outlive(topic: string): Promise<void>
}

/** What every event log keeps. */
export function describeEventLog(name: string, makeLogs: (options?: TestLogOptions) => Promise<TestLogs>): void {
  describe(`the ${name} event log`, () => {
    async function open(options?: TestLogOptions): Promise<TestLogs> {
      const logs = await makeLogs(options)
      onTestFinished(async () => {
        await Promise.all([logs.here.close(), logs.there.close()])
      })
      return logs
    }

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

    test('ends its followers when it is closed, once, and rejects what is asked of it then', async () => {
      const { here } = await open()
      const onEnd = vi.fn<(reason: string) => void>()
      const { position, stop } = await here.follow('stock', { onEvent() {}, onEnd })
      await here.close()
      await here.close()
      expect(onEnd.mock.calls).toEqual([['closed']])
      stop()
      await expect(here.append('stock', [newEvent(1)])).rejects.toThrow('The event log is closed.')
      await expect(here.follow('stock', { onEvent() {}, onEnd })).rejects.toThrow('The event log is closed.')
      await expect(here.read('stock', position, 1)).rejects.toThrow('The event log is closed.')
    })

    test('leaves nobody waiting who was about to follow when it was closed', async () => {
      const { here } = await open()
      const ends: string[] = []
      const joining = numbers(10).map((number) =>
        here.follow(`topic ${number}`, { onEvent() {}, onEnd: (reason) => ends.push(reason) }).then(
          () => 'joined',
          () => 'rejected',
        ),
      )
      await here.close()
      expect(ends).toEqual((await Promise.all(joining)).filter((outcome) => outcome === 'joined').map(() => 'closed'))
    })
  })
}

async function payloadsAfter(log: EventLog, topic: string, after: Position, limit = 1_000) {
  const events = await log.read(topic, after, limit)
  return events === 'expired' ? events : events.map(({ payload }) => payload)
}
