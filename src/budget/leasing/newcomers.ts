/** How often each of many has come lately, in memory that does not depend on how many there are. */
export interface Newcomers {
  /**
   * Counts one more. The answer is how often this one has come in the second that runs, itself among them: never less
   * than that, and seldom more, where it shares its counter with others.
   */
  count(key: string, nowMs: number): number
}

/** With ten thousand newcomers a second, fewer than one of a million shares its counter with five others. */
const COUNTERS = 2 ** 16

const PERIOD_MS = 1000

/** An entry for each of them in a map would outlive two collections of the young, and be left to the large one. */
export function createNewcomers(): Newcomers {
  const counts = new Uint32Array(COUNTERS)
  let startedAtMs = Number.NEGATIVE_INFINITY
  return {
    count(key, nowMs) {
      if (nowMs - startedAtMs >= PERIOD_MS) {
        counts.fill(0)
        startedAtMs = nowMs
      }
      const counter = hash(key) % COUNTERS
      const count = (counts[counter] ?? 0) + 1
      counts[counter] = count
      return count
    },
  }
}

/** FNV-1a of the text's UTF-16 code units, whose high bits are mixed into the low ones. */
function hash(text: string): number {
  let hashed = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hashed = Math.imul(hashed ^ text.charCodeAt(index), 0x01000193)
  return (hashed ^ (hashed >>> 15)) >>> 0
}
