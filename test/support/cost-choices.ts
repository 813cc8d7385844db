import fc from 'fast-check'

/**
 * Decisions read off a tape of numbers. A generator that asks for what it needs, when it needs it, writes whole schemas
 * and the operations that fit them; the tape shrinks to fewer and smaller numbers. Past its end everything is the first.
 */
export class Choices {
  private position = 0
  private readonly tape: readonly number[]

  constructor(tape: readonly number[]) {
    this.tape = tape
  }

  below(bound: number): number {
    const number = this.tape[this.position] ?? 0
    this.position += 1
    return number % bound
  }

  pick<T>(first: T, ...others: readonly T[]): T {
    return others[this.below(others.length + 1) - 1] ?? first
  }

  /** How a counterexample shows it: what came of it is printed beside it. */
  [fc.toStringMethod](): string {
    return `${this.tape.length} choices`
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === times - 1
  }

  some<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, index) => make(index))
  }
}

/** Tapes of any length up to `most`. */
export function tapes(most: number): fc.Arbitrary<Choices> {
  return fc.array(fc.nat(5_039), { size: 'max', maxLength: most }).map((tape) => new Choices(tape))
}
