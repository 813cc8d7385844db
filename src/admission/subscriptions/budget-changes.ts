import type { BudgetState } from '../../budget/budget-store.ts'

export interface BudgetChangesOptions {
  /** The budget as it is; undefined where it cannot be had now. */
  readonly look: () => Promise<BudgetState | undefined>
  /** Resolves after the time between two looks, or early when nobody is interested any more. */
  readonly wait: () => Promise<unknown>
  readonly signal: AbortSignal
}

/**
 * A budget as it is now, and then each time it has changed. It is looked at, by this server in place of its
 * client: most of what changes it are other servers, and time.
 */
export async function* budgetChanges({ look, wait, signal }: BudgetChangesOptions): AsyncGenerator<BudgetState, void> {
  let told: BudgetState | undefined
  while (!signal.aborted) {
    const state = await look()
    if (state !== undefined && (told === undefined || differs(state, told))) {
      told = state
      yield state
    }
    await wait()
  }
}

function differs(a: BudgetState, b: BudgetState): boolean {
  return a.remaining !== b.remaining || a.debt !== b.debt || a.budget.capacity !== b.budget.capacity
}
