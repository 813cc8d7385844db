import type { OrderProblem, OrderProblemCode } from '../generated/storefront-resolvers.ts'
import type { OrderRow } from '../rows.ts'

/** What became of a mutation of an order: the order, or why nothing was changed. */
export type OrderOutcome =
  | { readonly order: OrderRow; readonly problems: readonly [] }
  | { readonly order: null; readonly problems: readonly OrderProblem[] }

export function done(order: OrderRow): OrderOutcome {
  return { order, problems: [] }
}

export function refused(...problems: OrderProblem[]): OrderOutcome {
  return { order: null, problems }
}

export function problem(code: OrderProblemCode, message: string, line: number | null = null): OrderProblem {
  return { code, message, line }
}
