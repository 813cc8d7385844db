/** What fails in an outbox, told to those who run it: at once, again while it lasts, and when it is over. */
export interface OutboxFailures {
  topicFailed(topic: string, error: unknown): void
  databaseFailed(error: unknown): void
  /** All that is in the outbox has been tried, and these topics alone keep their events. */
  roundOver(held: ReadonlySet<string>): void
}

export interface OutboxFailuresOptions {
  /** Told what fails, as in `topic order:7:status`, `the database`. */
  readonly onError: (error: unknown, where: string) => void
  readonly onRecovered: (where: string) => void
  /** How long what has been told is not told again. */
  readonly repeatErrorsMs: number
  readonly nowMs: () => number
}

/** So many topics are told by name. In an outage all fail, and one line for each would be no news. */
const MAX_NAMED = 10

const DATABASE = 'the database'
const OTHERS = 'other topics'

export function createOutboxFailures(options: OutboxFailuresOptions): OutboxFailures {
  const { onError, onRecovered, repeatErrorsMs, nowMs } = options
  const toldAtMs = new Map<string, number>()
  const named = new Set<string>()

  function tell(where: string, error: unknown): void {
    const before = toldAtMs.get(where)
    if (before !== undefined && nowMs() - before < repeatErrorsMs) return
    toldAtMs.set(where, nowMs())
    onError(error, where)
  }

  function recovered(where: string): void {
    if (toldAtMs.delete(where)) onRecovered(where)
  }

  return {
    topicFailed(topic, error) {
      if (named.size < MAX_NAMED) named.add(topic)
      tell(named.has(topic) ? nameOf(topic) : OTHERS, error)
    },
    databaseFailed: (error) => tell(DATABASE, error),
    roundOver(held) {
      for (const topic of named) {
        if (held.has(topic)) continue
        named.delete(topic)
        recovered(nameOf(topic))
      }
      recovered(DATABASE)
      if ([...held].every((topic) => named.has(topic))) recovered(OTHERS)
    },
  }
}

function nameOf(topic: string): string {
  return `topic ${topic}`
}
