import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import type { JsonValue } from './outbox.ts'

export interface OutboxRelay {
  /** Says that a transaction with events has been committed: they are delivered at once. */
  wake(): void
  /** Ends with the run under way and a last one for what is there then. What fails in it stays in the outbox. */
  close(): Promise<void>
}

export interface OutboxRelayOptions<Tables> {
  readonly db: Kysely<Tables>
  /**
   * Appends events to their topic, in this order. Where nobody knows whether it succeeded it is called again with the
   * same keys, so it leaves out the keys among the last `batchSize` of the topic. Topics are delivered side by side.
   */
  deliver(topic: string, events: readonly DeliveredEvent[]): Promise<void>
  /** Told when something begins to fail, and not again before all has been well in between. */
  onError(error: unknown): void
  /**
   * Whether nobody else relays from this database, as with PGlite. Then nothing is locked while events are delivered, and
   * the only connection stays free. Otherwise each batch has a transaction, and relays wait for each other.
   * @default false
   */
  readonly alone?: boolean
  /**
   * How long an event waits at most that nobody told of by `wake`: that of a process which ended, or of a client that left
   * while its transaction was committed.
   * @default 1000
   */
  readonly pollMs?: number
  /**
   * How many events are taken at once.
   * @default 100
   */
  readonly batchSize?: number
  /**
   * How long a delivery may take before it counts as failed.
   * @default 2000
   */
  readonly deliverTimeoutMs?: number
}

export interface DeliveredEvent {
  readonly key: string
  readonly payload: JsonValue
}

interface Row extends DeliveredEvent {
  readonly id: number
  readonly topic: string
}

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 2000

/**
 * Takes events out of the outbox and delivers them: each at least once, those of one topic in order. A topic that fails
 * keeps its events and holds up no other; it is tried again after a delay that grows. Every process may have a relay.
 */
export function createOutboxRelay<Tables>(options: OutboxRelayOptions<Tables>): OutboxRelay {
  const { db, deliver, onError, alone = false, pollMs = 1000, batchSize = 100, deliverTimeoutMs = 2000 } = options
  /** Topics that have failed since all were tried: what comes later in them waits for what came before. */
  const held = new Set<string>()
  let failure: { readonly error: unknown } | undefined
  let woken = false
  let closing = false
  let rouse = () => {}

  async function relay(): Promise<void> {
    let retryAtMs = 0
    let retries = 0
    let known = false
    for (let last = false; !last; ) {
      last = closing
      const retrying = last || performance.now() >= retryAtMs
      if (retrying) held.clear()
      const before = failure
      failure = undefined
      await empty(known).catch(fail)
      if (held.size > 0) failure ??= before
      if (failure === undefined) {
        retries = 0
        retryAtMs = 0
      } else {
        if (before === undefined) onError(failure.error)
        if (retrying) retryAtMs = performance.now() + Math.min(FIRST_RETRY_MS * 2 ** retries++, LAST_RETRY_MS)
      }
      if (!closing) await rest(failure === undefined ? pollMs : Math.min(pollMs, retryAtMs - performance.now()))
      known = woken
      woken = false
    }
  }

  function fail(error: unknown): void {
    failure ??= { error }
  }

  async function rest(ms: number): Promise<void> {
    if (woken) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Delivers what is there, but for the topics that are held. */
  async function empty(known: boolean): Promise<void> {
    // Mostly there is nothing, and a transaction would be three statements to find that out.
    if (!known && !alone && (await select(db, sql`limit 1`)).length === 0) return
    // What is committed after a batch that is not full has a call of `wake` of its own.
    for (let count = batchSize; count === batchSize; ) {
      count = await (alone ? relayBatch(db) : db.transaction().execute(relayBatch))
      // An end does not wait for one delivery after the other to fail.
      if (closing && failure !== undefined) return
    }
  }

  /** Answers how many events there were. */
  async function relayBatch(on: QueryExecutorProvider): Promise<number> {
    // Another relay waits here for the rows of this one, then takes what has been left of them. All lock the oldest row of
    // a topic first, so that none delivers a later one before it, and all lock by id, so that no two wait in a circle.
    const rows = await select(on, sql`limit ${batchSize} for update`)
    const topics = [...new Set(rows.map(({ topic }) => topic))]
    const eventsOf = (name: string) => rows.filter(({ topic }) => topic === name)
    const delivered = await Promise.all(topics.map((topic) => deliverTopic(topic, eventsOf(topic))))
    const ids = delivered.flat()
    if (ids.length > 0) await sql`delete from outbox where id = any(${ids}::bigint[])`.execute(on)
    return rows.length
  }

  async function select(on: QueryExecutorProvider, end: ReturnType<typeof sql>): Promise<readonly Row[]> {
    const free = sql`topic <> all(${[...held]}::text[])`
    const query = sql<Row>`select id, key, topic, payload from outbox where ${free} order by id ${end}`
    return (await query.execute(on)).rows
  }

  /** Answers which events need not be delivered again. */
  async function deliverTopic(topic: string, rows: readonly Row[]): Promise<readonly number[]> {
    try {
      const events = rows.map(({ key, payload }) => ({ key, payload }))
      await within(deliverTimeoutMs, topic, deliver(topic, events))
      return rows.map(({ id }) => id)
    } catch (error) {
      held.add(topic)
      fail(error)
      return []
    }
  }

  const over = relay()
  return {
    wake() {
      woken = true
      rouse()
    },
    async close() {
      closing = true
      rouse()
      await over
    },
  }
}

async function within(ms: number, topic: string, delivery: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The delivery to ${topic} took more than ${ms} ms`)), ms)
  })
  try {
    await Promise.race([delivery, late])
  } finally {
    clearTimeout(timer)
  }
}
