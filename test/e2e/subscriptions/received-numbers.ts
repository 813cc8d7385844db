import { setTimeout } from 'node:timers/promises'
import type { EventResult } from './event-clients.ts'

/** What one client has got of numbered events. */
export interface ReceivedNumbers {
  readonly name: string
  onResult(result: EventResult): void
  /** How many numbers have come. */
  readonly count: number
  readonly last: number
  /** What is not as it should be: `after 7 came 9`, an error's code, an event without a cursor. */
  readonly faults: readonly string[]
  /** How often it was told that it is paused. */
  readonly pauses: number
  /** Resolves once what has come fits. Rejects after a minute, and where something is not as it should be. */
  until(fits: (received: ReceivedNumbers) => boolean): Promise<void>
}

export function createReceivedNumbers(name: string): ReceivedNumbers {
  const faults: string[] = []
  const cursors = new Set<string>()
  let count = 0
  let last = 0
  let pauses = 0
  let atMs = performance.now()
  const received: ReceivedNumbers = {
    name,
    onResult({ data, errors, extensions }) {
      const [error] = errors ?? []
      if (error?.extensions?.['code'] === 'SUBSCRIPTION_PAUSED') {
        pauses++
        if (!(Date.parse(extensions?.budget?.pausedUntil ?? '') > 0)) faults.push('a pause without its end')
        return
      }
      if (error !== undefined) {
        const code = String(error.extensions?.['code'] ?? error.message)
        faults.push(`${code}, ${Math.round(performance.now() - atMs)} ms after ${last}`)
      }
      const id = data?.reviewAdded?.id
      if (id === undefined) return
      const number = Number(id.replace('Review:', ''))
      // Where it begins depends on when it has subscribed.
      if (count > 0 && number !== last + 1) faults.push(`after ${last} came ${number}`)
      const cursor = extensions?.cursor
      if (cursor === undefined || cursors.has(cursor)) faults.push(`${number} has no cursor of its own`)
      else cursors.add(cursor)
      count++
      last = number
      atMs = performance.now()
    },
    get count() {
      return count
    },
    get last() {
      return last
    },
    faults,
    get pauses() {
      return pauses
    },
    async until(fits) {
      for (const startMs = performance.now(); !fits(received); await setTimeout(5)) {
        if (faults.length > 0 || performance.now() - startMs > 60_000) {
          throw new Error(`${name} has come no further than ${last}, the ${count}th; ${faults.join('; ')}`)
        }
      }
    },
  }
  return received
}
