export interface Rounds<Item> {
  /** Whose turn it is now. */
  next(): readonly Item[]
}

export interface RoundsOptions<Item> {
  /** Asked at the beginning of a round. Who comes later has its turn in the next one. */
  readonly items: () => readonly Item[]
  /** In how many turns a round goes through so many items. */
  readonly turnsFor: (count: number) => number
}

/** Goes round what there is, a share in each turn: each item once a round, and none twice before all have been. */
export function createRounds<Item>({ items, turnsFor }: RoundsOptions<Item>): Rounds<Item> {
  let round: readonly Item[] = []
  let turns = 0
  let turn = 0
  return {
    next() {
      if (turn === turns) {
        round = items()
        // A round of nothing takes a single turn, so that what comes is not kept waiting for its end.
        turns = round.length === 0 ? 1 : Math.max(1, Math.ceil(turnsFor(round.length)))
        turn = 0
      }
      const from = Math.floor((round.length * turn) / turns)
      turn += 1
      return round.slice(from, Math.floor((round.length * turn) / turns))
    },
  }
}
