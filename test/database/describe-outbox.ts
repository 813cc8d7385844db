import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type Database } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type JsonValue, type OutboxEvent, outbox, recordEvents } from '../../src/database/outbox.ts'
import { outboxBacklog } from '../../src/database/outbox-backlog.ts'
import { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from '../../src/database/outbox-relay.ts'

/** Longer than any test: what is delivered was not found by polling. */
const NEVER_MS = 600_000

const payloads: readonly JsonValue[] = [
  'text with "quotes" and ü🙂',
  '',
  0,
  -1.5,
  true,
  false,
  null,
  [],
  [1, 'a', null, [true]],
  {},
  { innerKey: { inner_key: [1, { deep: null }] } },
]

/**
 * What an outbox and its relay guarantee, whichever kind of database they are in.
 *
 * @param findUrl names an empty database of PostgreSQL, or none for PGlite
 */
export function describeOutbox(name: string, findUrl: () => Promise<string | undefined>): void {
  describe(`an outbox on ${name}`, () => {
    let database: Database<unknown>
    const queries: string[] = []
    const relays: OutboxRelay[] = []

    beforeAll(async () => {
      database = await createDatabase({ url: await findUrl(), onQuery: (query) => queries.push(query) })
      await migrate(database.db, { '0001-outbox': outbox })
    })
    afterEach(async () => {
      await Promise.all(relays.splice(0).map((relay) => relay.close()))
      await sql`delete from outbox`.execute(database.db)
    })
    afterAll(() => database.close())

    function record(...events: readonly OutboxEvent[]): Promise<void> {
      return database.db.transaction().execute((transaction) => recordEvents(transaction, events))
    }

    function numbered(topic: string, count: number): OutboxEvent[] {
      return Array.from({ length: count }, (_, payload) => ({ topic, payload }))
    }

    async function waiting(): Promise<readonly unknown[]> {
      const { rows } = await sql<{ payload: unknown }>`select payload from outbox order by id`.execute(database.db)
      return rows.map(({ payload }) => payload)
    }

    /** A relay into a log of the test's own. `refuse` throws, or takes its time, before a topic is appended to. */
    function open(
      options: Partial<OutboxRelayOptions<unknown>> = {},
      refuse: (topic: string) => Promise<void> | void = () => {},
    ) {
      const log: { topic: string; key: string; payload: JsonValue }[] = []
      const errors: unknown[] = []
      const relay = createOutboxRelay({
        db: database.db,
        alone: database.kind === 'pglite',
        pollMs: NEVER_MS,
        onError: (error) => errors.push(error),
        async deliver(topic, events) {
          await refuse(topic)
          log.push(...events.map((event) => ({ topic, ...event })))
        },
        ...options,
      })
      relays.push(relay)
      const of = (topic: string) => log.filter((event) => event.topic === topic).map(({ payload }) => payload)
      return { relay, log, errors, of }
    }

    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

    test('has the events of a transaction that was committed, in their order', async () => {
      await record({ topic: 'a', payload: 1 }, { topic: 'b', payload: 2 }, { topic: 'a', payload: 3 })
      expect(await waiting()).toEqual([1, 2, 3])
    })

    test('has no events of a transaction that was rolled back', async () => {
      const failed = database.db.transaction().execute(async (transaction) => {
        await recordEvents(transaction, [{ topic: 'a', payload: 1 }])
        throw new Error('changed my mind')
      })
      await expect(failed).rejects.toThrow('changed my mind')
      expect(await waiting()).toEqual([])
    })

    test('asks nothing where there are no events', async () => {
      queries.length = 0
      await record()
      expect(queries).toEqual(['begin', 'commit'])
    })

    test('delivers any JSON as it was', async () => {
      await record(...payloads.map((payload) => ({ topic: 'a', payload })))
      const { relay, of } = open()
      await relay.close()
      expect(of('a')).toStrictEqual(payloads)
    })

    test('delivers all events of a topic in order, each once with a key of its own, however many there are', async () => {
      await record(...upTo(25).flatMap((payload) => ['a', 'b'].map((topic) => ({ topic, payload }))))
      const { relay, log, of } = open({ batchSize: 10 })
      await relay.close()
      expect(of('a')).toEqual(upTo(25))
      expect(of('b')).toEqual(upTo(25))
      expect(new Set(log.map(({ key }) => key)).size).toBe(50)
      expect(await waiting()).toEqual([])
    })

    test('delivers at once when it is woken', async () => {
      const { relay, of } = open()
      for (const payload of upTo(5)) {
        await record({ topic: 'a', payload })
        relay.wake()
        await expect.poll(() => of('a')).toEqual(upTo(payload + 1))
      }
    })

    test('delivers what came while it delivered', async () => {
      const { relay, of } = open({}, async (topic) => {
        if (topic !== 'a') return
        await record({ topic: 'b', payload: 0 })
        relay.wake()
      })
      await record({ topic: 'a', payload: 0 })
      relay.wake()
      await expect.poll(() => of('b')).toEqual([0])
    })

    test('finds by itself what nobody told it of', async () => {
      const { of } = open({ pollMs: 5 })
      await record({ topic: 'a', payload: 0 })
      await expect.poll(() => of('a')).toEqual([0])
    })

    test('begins no transaction where it finds nothing', async () => {
      queries.length = 0
      open({ pollMs: 1 })
      await expect.poll(() => queries.length).toBeGreaterThan(3)
      expect(queries.filter((query) => !query.startsWith('select'))).toEqual([])
    })

    test('delivers again, with the same keys and in order, what may or may not have arrived', async () => {
      const attempts: string[][] = []
      const { relay, errors } = open({
        async deliver(_, events) {
          attempts.push(events.map(({ key }) => key))
          if (attempts.length < 3) throw new Error('no answer')
        },
      })
      await record(...numbered('a', 3))
      relay.wake()
      await expect.poll(waiting).toEqual([])
      expect(attempts).toHaveLength(3)
      expect(attempts[1]).toEqual(attempts[0])
      expect(attempts[2]).toEqual(attempts[0])
      expect(errors).toEqual([new Error('no answer')])
    })

    test('holds up no topic behind one that fails, which keeps its order', async () => {
      let broken = true
      const { relay, errors, of } = open({ batchSize: 10 }, (topic) => {
        if (broken && topic === 'bad') throw new Error('no such shard')
      })
      await record(...numbered('bad', 35), ...numbered('good', 5))
      relay.wake()
      await expect.poll(() => of('good')).toEqual(upTo(5))
      await record({ topic: 'bad', payload: 35 }, { topic: 'good', payload: 5 })
      relay.wake()
      await expect.poll(() => of('good')).toEqual(upTo(6))
      expect(of('bad')).toEqual([])
      broken = false
      await expect.poll(() => of('bad'), { timeout: 5_000 }).toEqual(upTo(36))
      expect(errors).toEqual([new Error('no such shard')])
    })

    test('gives up a round in which a thousand topics have failed, and delivers all of them when they fail no more', async () => {
      const attempted: string[] = []
      let broken = true
      const { relay, log, errors } = open({}, (topic) => {
        attempted.push(topic)
        if (broken) throw new Error('away')
      })
      await record(...upTo(1_500).map((number) => ({ topic: `topic ${number}`, payload: number })))
      relay.wake()
      await expect.poll(() => attempted.length, { timeout: 20_000 }).toBeGreaterThan(1_500)
      expect(new Set(attempted).size).toBe(1_000)
      // Ten topics by name, and the others.
      expect(errors).toHaveLength(11)
      broken = false
      await expect.poll(() => log.length, { timeout: 20_000 }).toBe(1_500)
    }, 60_000)

    test('tries what fails again after delays that grow, however often it is woken', async () => {
      const attemptsAtMs: number[] = []
      const { relay } = open({
        async deliver() {
          attemptsAtMs.push(performance.now())
          throw new Error('away')
        },
      })
      await record({ topic: 'a', payload: 0 })
      relay.wake()
      await expect
        .poll(() => {
          relay.wake()
          return attemptsAtMs.length
        })
        .toBe(4)
      const [first = 0, , , fourth = 0] = attemptsAtMs
      expect(fourth - first).toBeGreaterThan(50 + 100 + 200 - 10)
    })

    test('tells of what fails when it begins to, and again once all has been well in between', async () => {
      let broken = true
      const { relay, errors } = open({}, () => {
        if (broken) throw new Error('away')
      })
      for (const count of [1, 2]) {
        broken = true
        await record({ topic: 'a', payload: 0 })
        relay.wake()
        await expect.poll(() => errors.length).toBe(count)
        broken = false
        await expect.poll(waiting).toEqual([])
        // The end of the outbox was seen before the run with it was over.
        await record({ topic: 'b', payload: 0 })
        relay.wake()
        await expect.poll(waiting).toEqual([])
      }
      expect(errors).toHaveLength(2)
    })

    test('tells of each topic that fails, again after a while, and when it is well, also where one fails for ever', async () => {
      const failing = new Set(['poisoned', 'b'])
      const told: unknown[] = []
      const recovered: unknown[] = []
      const refuse = (topic: string) => {
        if (failing.has(topic)) throw new Error('away')
      }
      const { relay, of } = open(
        {
          repeatErrorsMs: 200,
          onError: (_, where) => told.push(where),
          onRecovered: (where) => recovered.push(where),
        },
        refuse,
      )
      await record({ topic: 'poisoned', payload: 0 })
      relay.wake()
      await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(1)
      expect(told).not.toContain('topic b')
      await record({ topic: 'b', payload: 0 })
      relay.wake()
      await expect.poll(() => told).toContain('topic b')
      failing.delete('b')
      await expect.poll(() => recovered, { timeout: 5_000 }).toEqual(['topic b'])
      expect(of('b')).toEqual([0])
    })

    test('gives up a delivery that hangs, and has left the database to others meanwhile', async () => {
      let hanging = true
      const { relay, errors, of } = open({ deliverTimeoutMs: 200 }, async (topic) => {
        if (hanging && topic === 'stuck') await new Promise(() => undefined)
      })
      await record(...numbered('stuck', 2), ...numbered('good', 2))
      relay.wake()
      await expect.poll(() => of('good')).toEqual([0, 1])
      // No deadline has passed: this is while it hangs.
      await record({ topic: 'good', payload: 2 })
      expect(errors).toEqual([])
      relay.wake()
      await expect.poll(() => of('good')).toEqual([0, 1, 2])
      expect(errors).toEqual([new Error('The delivery to stuck took more than 200 ms')])
      hanging = false
      await expect.poll(() => of('stuck'), { timeout: 5_000 }).toEqual([0, 1])
    })

    describe('its backlog', () => {
      test('is nothing where nothing waits', async () => {
        expect(await outboxBacklog(database.db)).toEqual({ events: 0, oldestSeconds: 0 })
      })

      test('is how many events wait, and how long the oldest of them has', async () => {
        await record(...numbered('a', 2), ...numbered('b', 1))
        await sql`update outbox set created_at = now() - interval '90 seconds' where topic = 'b'`.execute(database.db)
        const { events, oldestSeconds } = await outboxBacklog(database.db)
        expect(events).toBe(3)
        expect(oldestSeconds).toBeGreaterThanOrEqual(90)
        expect(oldestSeconds).toBeLessThan(120)
      })

      test('counts no further than ten thousand', async () => {
        await sql`insert into outbox (topic, payload) select 'a', '0' from generate_series(1, 10500)`.execute(
          database.db,
        )
        expect(await outboxBacklog(database.db)).toMatchObject({ events: 10_000 })
      })

      test('has waited no less than nothing, whatever the clock of the database does', async () => {
        await record(...numbered('a', 1))
        await sql`update outbox set created_at = now() + interval '1 hour'`.execute(database.db)
        expect(await outboxBacklog(database.db)).toEqual({ events: 1, oldestSeconds: 0 })
      })
    })

    test('ends with a last attempt for what is there', async () => {
      const { relay, of } = open()
      await setTimeout(20)
      await record(...numbered('a', 3))
      await relay.close()
      expect(of('a')).toEqual([0, 1, 2])
    })

    test('ends, and loses nothing, where that attempt fails', async () => {
      await record(...numbered('a', 3), ...numbered('b', 1))
      const { relay } = open({ batchSize: 1 }, () => {
        throw new Error('away')
      })
      await relay.close()
      expect(await waiting()).toEqual([0, 1, 2, 0])
    })

    test('finds its events by the index, without sorting', async () => {
      const { rows } = await sql<Record<string, string>>`explain select id, key, topic, payload from outbox
        where topic <> all('{a,b}'::text[]) order by id limit 100`.execute(database.db)
      expect(rows.flatMap((row) => Object.values(row)).join('\n')).toMatch(/^(?!.*Sort).*Index Scan using outbox_pkey/s)
    })
  })
}
