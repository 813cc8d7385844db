/** A mistake in a configuration file. */
export interface Mistake {
  /** The keys and indexes that lead to it. */
  readonly path: readonly PropertyKey[]
  /** What was found, what is allowed. */
  readonly message: string
}
