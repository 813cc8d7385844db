import type { Kysely } from 'kysely'
import type { OperationContext } from '../execution/operation-context.ts'
import { catalogueResolvers } from './catalogue/catalogue-resolvers.ts'
import { dateTime } from './date-time.ts'
import type { Resolvers } from './generated/storefront-resolvers.ts'
import { nodeResolvers } from './node-resolvers.ts'
import { orderResolvers } from './orders/order-resolvers.ts'
import { createReads } from './reading/reads.ts'
import type { StorefrontContext } from './storefront-context.ts'
import type { StorefrontTables } from './tables.ts'

export interface StorefrontOptions {
  /** The database with the shop's tables, for as long as a signal has not aborted. */
  readonly during: (signal: AbortSignal) => Kysely<StorefrontTables>
  /** Called once a transaction that wrote events into the outbox has been committed: they can be delivered. */
  readonly onEventsRecorded: () => void
  /** @default the system's clock */
  readonly now?: () => Date
}

/** The shop as one part of a schema: resolvers for schema/storefront, and what they need in their context. */
export interface Storefront {
  readonly resolvers: Resolvers
  /** The context of one operation, or of one event of a subscription, with loaders of its own. */
  contextFor<Operation extends OperationContext>(operation: Operation): Operation & StorefrontContext
}

export function createStorefront({ during, onEventsRecorded, now = () => new Date() }: StorefrontOptions): Storefront {
  return {
    resolvers: {
      ...nodeResolvers,
      ...catalogueResolvers,
      ...orderResolvers,
      Query: { ...nodeResolvers.Query, ...catalogueResolvers.Query, ...orderResolvers.Query },
      Mutation: { ...catalogueResolvers.Mutation, ...orderResolvers.Mutation },
      Subscription: { ...catalogueResolvers.Subscription, ...orderResolvers.Subscription },
      DateTime: dateTime,
    },
    contextFor(operation) {
      // Made when it is asked for, it may be no property of the context's own.
      const { signal } = operation
      return { ...operation, signal, reads: createReads(during(signal)), onEventsRecorded, now }
    },
  }
}
