/** How long the clients that are sent elsewhere last have to answer, before they are cut off. */
const LAST_ANSWER_MS = 2_000

/** Over how long a server that stops may send its subscribers elsewhere: all have to have gone by its `drainTimeout`. */
export function maxDrainSpreadMs(drainTimeoutMs: number): number {
  return Math.max(0, drainTimeoutMs - LAST_ANSWER_MS)
}
