import type { GraphQLError, ResponsePath } from 'graphql'

/** The errors of one execution, in the order in which they came. */
export class CollectedErrors {
  readonly errors: GraphQLError[] = []
  private readonly positions = new Set<ResponsePath | undefined>()

  /**
   * Adds an error, unless it comes from where nothing is left: an error there or above has made it null. Paths are told
   * apart by identity, so whoever has descendants keeps its own.
   */
  add(error: GraphQLError, path: ResponsePath | undefined): void {
    if (this.errors.length > 0 && this.isNulled(path)) return
    this.positions.add(path)
    this.errors.push(error)
  }

  private isNulled(path: ResponsePath | undefined): boolean {
    for (let step = path; step !== undefined; step = step.prev) if (this.positions.has(step)) return true
    return this.positions.has(undefined)
  }
}
