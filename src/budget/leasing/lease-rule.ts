import type { Budget } from '../budget.ts'
import type { BudgetState, Charge } from '../budget-store.ts'

/**
 * Whether a part of a budget can be held by a node. It can where the store counts it for a time that the node knows. A
 * leaky bucket lets wait by what all nodes take, a log counts each charge from its own moment, a seat is one operation's.
 * The token bucket of a tenant drains at the rate of whoever takes from it, and its clients' tiers may have other rates.
 * What a response weighs is known when it is sent: its charge says nothing of what a lease would have to hold.
 */
export function isLeasable({ budget: { algorithm, level, meter } }: Charge): boolean {
  if (meter === 'responseBytes') return false
  if (algorithm === 'token-bucket') return level !== 'tenant'
  return algorithm === 'fixed-window' || algorithm === 'sliding-window'
}

/**
 * How long after its take a slice can be used; the state is the one that the take answered. Of a token bucket a slice
 * dwindles as the bucket drains and needs no end. In windows it neither dwindles nor outlives the window, or the cell,
 * that it was charged in: what is used is counted where it was used.
 */
export function usableMs({ budget, fullInMs }: BudgetState): number {
  switch (budget.algorithm) {
    case 'fixed-window':
      return fullInMs
    // It is empty one window after the cell has ended.
    case 'sliding-window':
      return fullInMs - budget.windowMs
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** How fast a slice dwindles. */
export function drainPerSecond(budget: Budget): number {
  return budget.algorithm === 'token-bucket' ? budget.refillPerSecond : 0
}
