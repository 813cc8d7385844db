import type { OperationContext } from '../execution/operation-context.ts'
import type { Reads } from './reading/reads.ts'

/** What the shop's resolvers know of the operation they work for. */
export interface StorefrontContext extends OperationContext {
  /** The database and the loaders, for this operation alone. */
  readonly reads: Reads
  /** Called once a transaction with events has been committed. */
  readonly onEventsRecorded: () => void
  readonly now: () => Date
}
