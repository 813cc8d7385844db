import { type Kysely, type QueryExecutorProvider, sql } from 'kysely'
import type { JsonValue } from './outbox.ts'
import { createOutboxFailures } from './outbox-failures.ts'

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
  /**
   * Told when something begins to fail, and again while that lasts. `where` says what: `topic order:7:status`, `the
   * database`, or `other topics` where more than ten fail.
   */
  onError(error: unknown, where: string): void
  /**
   * Told once what was told to fail does so no more.
   * @default nobody is told
   */
  onRecovered?(where: string): void
  /**
   * How long after it was told what still fails is told again.
   * @default 60_000
   */
  readonly repeatErrorsMs?: number
  /**
   * Whether nobody else relays from this database, as with PGlite. Then nothing is locked while events are delivered, and
   * the only connection stays free. Otherwise each batch has a transaction, and one relay works at a time: the others
   * look again soon, and hold nothing meanwhile.
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
   * How long a delivery may take before it counts as failed. The transaction of its batch is open for as long.
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

/** How soon a relay looks again that found another one at work; later from time to time, up to `pollMs`. */
const FIRST_BUSY_MS = 10

/** So many topics may fail before a round is given up. Then it is no single topic, and the rest would fail as well. */
const MAX_HELD_TOPICS = 1000

/** Of the advisory lock that lets one relay of a database work at a time: 'outbox' in ASCII. */
const RELAY_LOCK = sql.lit(0x6f7574626f78)

/**
 * How a round ended: `done` where all that was there has been tried, `busy` where another relay works, `given up` where
 * too much failed.
 */
type RoundEnd = 'done' | 'busy' | 'given up'

/**
 * Takes events out of the outbox and delivers them: each at least once, those of one topic in order. A topic that fails
 * keeps its events and holds up no other; it is tried again after a delay that grows. Every process may have a relay.
 */
export function createOutboxRelay<Tables>(options: OutboxRelayOptions<Tables>): OutboxRelay {
  const { db, deliver, alone = false, pollMs = 1000, batchSize = 100, deliverTimeoutMs = 2000 } = options
  const { onError, onRecovered = () => {}, repeatErrorsMs = 60_000 } = options
  const nowMs = () => performance.now()
  const failures = createOutboxFailures({ onError, onRecovered, repeatErrorsMs, nowMs })
  /** Topics that have failed since all were tried: what comes later in them waits for what came before. */
  const held = new Set<string>()
  let woken = false
  let closing = false
  let rouse = () => {}

  async function relay(): Promise<void> {
    let retryAtMs = 0
    let retries = 0
    let busyRounds = 0
    let known = false
    for (let last = false; !last; ) {
      last = closing
      const retrying = last || nowMs() >= retryAtMs
      if (retrying) held.clear()
      const end = await round(known)
      busyRounds = end === 'busy' ? busyRounds + 1 : 0
      if (end !== 'failed' && held.size === 0) {
        retries = 0
        retryAtMs = 0
      } else if (retrying) retryAtMs = nowMs() + Math.min(FIRST_RETRY_MS * 2 ** retries++, LAST_RETRY_MS)
      const restMs = busyRounds > 0 ? FIRST_BUSY_MS * 2 ** Math.min(busyRounds - 1, 20) : pollMs
      if (!closing) await rest(Math.min(pollMs, restMs, retryAtMs > 0 ? retryAtMs - nowMs() : pollMs))
      known = woken
      woken = false
    }
  }

  async function round(known: boolean): Promise<RoundEnd | 'failed'> {
    try {
      const end = await empty(known)
      if (end === 'done') failures.roundOver(held)
      return end
    } catch (error) {
      failures.databaseFailed(error)
      return 'failed'
    }
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
  async function empty(known: boolean): Promise<RoundEnd> {
    // Mostly there is nothing, and a transaction would be three statements to find that out.
    if (!known && !alone && (await select(db, 1)).length === 0) return 'done'
    while (held.size < MAX_HELD_TOPICS) {
      const count = await (alone ? relayBatch(db) : db.transaction().execute(relayLocked))
      if (count === 'busy') return 'busy'
      // What is committed after a batch that is not full has a call of `wake` of its own.
      if (count < batchSize) return 'done'
      // An end does not wait for one delivery after the other to fail.
      if (closing && held.size > 0) break
    }
    return 'given up'
  }

  /**
   * The next batch, where no other relay is at one. It ends with the transaction, before anybody else can begin: so the
   * events of a topic are delivered in their order, whichever relays do it.
   */
  async function relayLocked(on: QueryExecutorProvider): Promise<number | 'busy'> {
    const query = sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${RELAY_LOCK}) as mine`
    const [lock] = (await query.execute(on)).rows
    return lock?.mine ? relayBatch(on) : 'busy'
  }

  /** Answers how many events there were. */
  async function relayBatch(on: QueryExecutorProvider): Promise<number> {
    const rows = await select(on, batchSize)
    const topics = [...new Set(rows.map(({ topic }) => topic))]
    const eventsOf = (name: string) => rows.filter(({ topic }) => topic === name)
    const delivered = await Promise.all(topics.map((topic) => deliverTopic(topic, eventsOf(topic))))
    const ids = delivered.flat()
    if (ids.length > 0) await sql`delete from outbox where id = any(${ids}::bigint[])`.execute(on)
    return rows.length
  }

  async function select(on: QueryExecutorProvider, limit: number): Promise<readonly Row[]> {
    const free = sql`topic <> all(${[...held]}::text[])`
    const query = sql<Row>`select id, key, topic, payload from outbox where ${free} order by id limit ${limit}`
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
      failures.topicFailed(topic, error)
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
