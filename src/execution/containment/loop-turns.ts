/** Numbers the turns of the event loop. */
export interface LoopTurns {
  /** The same number for as long as nobody else has had a turn. */
  current(): number
}

/** Counts turns while anybody asks, at the price of one callback a turn. */
export function createLoopTurns(afterTurn: (callback: () => void) => void): LoopTurns {
  let turn = 0
  let isWatched = false
  return {
    current() {
      if (!isWatched) {
        isWatched = true
        afterTurn(() => {
          isWatched = false
          turn += 1
        })
      }
      return turn
    },
  }
}
