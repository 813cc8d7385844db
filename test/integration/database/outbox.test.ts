import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../../src/database/database.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { outbox, recordEvents } from '../../../src/database/outbox.ts'
import { createOutboxRelay, type OutboxRelayOptions } from '../../../src/database/outbox-relay.ts'
import { describeOutbox } from '../../database/describe-outbox.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgres(inject('databaseUrl'))
})
afterAll(async () => {
  await server.stop()
})

describeOutbox('postgresql', () => server.createDatabase())

describe('an outbox on postgresql', () => {
  /** A database with an outbox, relays as of several processes, and somebody from outside who can disturb them. */
  async function openNode() {
    const url = await server.createDatabase()
    const admin = await createDatabase<unknown>({ url: server.url })
    onTestFinished(() => admin.close())
    const connect = async () => {
      const database = await createDatabase<unknown>({ url, connectionTimeoutMs: 500 })
      onTestFinished(() => database.close())
      return database.db
    }
    const db = await connect()
    await migrate(db, { '0001-outbox': outbox })
    const name = new URL(url).pathname.slice(1)
    return {
      db,
      record: (topic: string, payloads: readonly number[]) =>
        db.transaction().execute((on) =>
          recordEvents(
            on,
            payloads.map((payload) => ({ topic, payload })),
          ),
        ),
      async openRelay(
        deliver: OutboxRelayOptions<unknown>['deliver'],
        options: Partial<OutboxRelayOptions<unknown>> = {},
      ) {
        const errors: unknown[] = []
        const onError = (error: unknown) => errors.push(error)
        const relay = createOutboxRelay({
          db: await connect(),
          deliver,
          onError,
          pollMs: 20,
          batchSize: 10,
          ...options,
        })
        onTestFinished(() => relay.close())
        return { relay, errors }
      },
      /** How many connections are in a transaction, and how many of them wait for a lock. */
      async busy() {
        const { rows } = await sql<{ inTransaction: number; waiting: number }>`
          select count(*) as in_transaction, count(*) filter (where wait_event_type = 'Lock') as waiting
          from pg_stat_activity where datname = ${name} and xact_start is not null`.execute(admin.db)
        return rows[0]
      },
      async cutConnections() {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(admin.db)
      },
      async allowConnections(allowed: boolean) {
        await sql`alter database ${sql.id(name)} allow_connections ${sql.lit(allowed)}`.execute(admin.db)
      },
    }
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

  test('delivers again, with the same keys, what was delivered before a crash came between that and the commit', async () => {
    const node = await openNode()
    const attempts: string[][] = []
    const { errors } = await node.openRelay(async (_, events) => {
      attempts.push(events.map(({ key }) => key))
      if (attempts.length === 1) await node.cutConnections()
    })
    await node.record('a', upTo(3))
    await expect.poll(() => attempts.length).toBe(2)
    expect(attempts[0]).toHaveLength(3)
    expect(attempts[1]).toEqual(attempts[0])
    expect(errors).toHaveLength(1)
  })

  test('delivers what there is once a database that was away is back, and has told of it once', async () => {
    const node = await openNode()
    const log: unknown[] = []
    const { errors } = await node.openRelay(async (_, events) => {
      log.push(...events.map(({ payload }) => payload))
    })
    await node.record('a', [0])
    await expect.poll(() => log).toEqual([0])
    await node.allowConnections(false)
    await node.cutConnections()
    await expect.poll(() => errors.length).toBe(1)
    await setTimeout(300)
    await node.allowConnections(true)
    await node.record('a', [1])
    await expect.poll(() => log, { timeout: 5_000 }).toEqual([0, 1])
    expect(errors).toHaveLength(1)
  })

  test('delivers each event once and in the order of its topic, over three relays', async () => {
    const node = await openNode()
    const log: { topic: string; payload: unknown }[] = []
    let deliveries = 0
    const relays = await Promise.all(
      upTo(3).map(() =>
        node.openRelay(async (topic, events) => {
          // Of different length, so that whoever did not wait its turn would overtake.
          await setTimeout(deliveries++ % 7)
          log.push(...events.map(({ payload }) => ({ topic, payload })))
        }),
      ),
    )
    const topics = ['a', 'b', 'c']
    await Promise.all(
      topics.map(async (topic) => {
        for (const payload of upTo(150)) {
          await node.record(topic, [payload])
          relays[payload % 3]?.relay.wake()
        }
      }),
    )
    await expect.poll(() => log.length, { timeout: 10_000 }).toBe(450)
    for (const topic of topics) {
      expect(log.filter((event) => event.topic === topic).map(({ payload }) => payload)).toEqual(upTo(150))
    }
    expect(relays.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('delivers on one relay at a time: while that hangs the others hold nothing, wait for nothing, and can end', async () => {
    const node = await openNode()
    const log: unknown[] = []
    let goOn: () => void = () => undefined
    const hanging = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const deliver = async (_: string, events: readonly { readonly payload: unknown }[]) => {
      await hanging
      log.push(...events.map(({ payload }) => payload))
    }
    const relays = await Promise.all(upTo(4).map(() => node.openRelay(deliver, { deliverTimeoutMs: 60_000 })))
    // Before the relays are closed, whatever has been found.
    onTestFinished(goOn)
    await node.record('a', upTo(3))
    await expect.poll(node.busy).toEqual({ inTransaction: 1, waiting: 0 })
    for (const { relay } of relays) relay.wake()
    const found: unknown[] = []
    for (const _ of upTo(20)) {
      found.push((await node.busy())?.waiting)
      await setTimeout(20)
    }
    expect(found.filter((waiting) => waiting !== 0)).toEqual([])
    // All but the one that hangs.
    const ended = relays.map(({ relay }) => relay.close().then(() => 'ended'))
    let ends = 0
    for (const end of ended) void end.then(() => ends++)
    await expect.poll(() => ends).toBe(3)
    goOn()
    await Promise.all(ended)
    expect(log).toEqual(upTo(3))
    expect(relays.flatMap(({ errors }) => errors)).toEqual([])
  })

  test('delivers within milliseconds what was recorded while another relay was at work', async () => {
    const node = await openNode()
    const log: unknown[] = []
    const slowly = async (_: string, events: readonly { readonly payload: unknown }[]) => {
      await setTimeout(100)
      log.push(...events.map(({ payload }) => payload))
    }
    const [first, second] = [
      await node.openRelay(slowly, { pollMs: 600_000 }),
      await node.openRelay(slowly, { pollMs: 600_000 }),
    ]
    await node.record('a', [0])
    first.relay.wake()
    await expect.poll(node.busy).toEqual({ inTransaction: 1, waiting: 0 })
    await node.record('a', [1])
    second.relay.wake()
    await expect.poll(() => log, { timeout: 5_000 }).toEqual([0, 1])
  })

  test('takes milliseconds from a commit to its delivery', async () => {
    const node = await openNode()
    let arrived: () => void = () => undefined
    const { relay } = await node.openRelay(async () => arrived(), { pollMs: 60_000 })
    const tookMs: number[] = []
    for (const payload of upTo(100)) {
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve
      })
      await node.record('a', [payload])
      const startMs = performance.now()
      relay.wake()
      await arrival
      tookMs.push(performance.now() - startMs)
    }
    // About 0.3 ms; a relay that waited for a poll would never be this fast.
    expect(tookMs.toSorted((a, b) => a - b)[50]).toBeLessThan(100)
  })
})
