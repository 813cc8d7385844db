import type { OperationContext } from '../execution/operation-context.ts'
import type { OrderEvents } from './order-events.ts'
import type { Reads } from './reading/reads.ts'

/** What the shop's resolvers know of the operation they work for. */
export interface StorefrontContext extends OperationContext {
  /** The database and the loaders, for this operation alone. */
  readonly reads: Reads
  readonly events: OrderEvents
  /** Told of a change that is in the database and of which subscribers could not be told. */
  readonly onEventLost: (cause: unknown) => void
  readonly now: () => Date
}
