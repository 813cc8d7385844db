import type { BudgetStore } from '../../src/budget/budget-store.ts'

/**
 * How a store behaves that can be cut off. `silent`: calls arrive and are done, the answers are lost. `deaf`: calls are
 * lost. `late`: calls wait until the gate opens. `refusing`: calls fail at once. `read-only`: those that write do.
 */
export type Gate = 'open' | 'silent' | 'deaf' | 'late' | 'refusing' | 'read-only'

export interface GatedStore extends BudgetStore {
  gate: Gate
  /** Calls that came to the gate. */
  calls: number
}

/** A store with a gate before it, as a network is before Redis. */
export function createGatedStore(store: BudgetStore): GatedStore {
  const waiting: (() => void)[] = []
  let gate: Gate = 'open'

  function pass<Value>(call: () => Promise<Value>, writes = true): Promise<Value> {
    gated.calls += 1
    const never = new Promise<Value>(() => undefined)
    switch (gate) {
      case 'open':
        return call()
      case 'silent':
        return call().then(() => never)
      case 'deaf':
        return never
      case 'refusing':
        return Promise.reject(new Error('connection refused'))
      case 'read-only':
        return writes ? Promise.reject(new Error('it is read-only')) : call()
      case 'late':
        return new Promise((resolve) => waiting.push(() => resolve(call())))
    }
  }

  const gated: GatedStore = {
    calls: 0,
    get gate() {
      return gate
    },
    set gate(next) {
      gate = next
      if (next === 'open') for (const call of waiting.splice(0)) call()
    },
    take: (request) => {
      const writes = request.charges.some(({ amount }) => amount > 0)
      return pass(() => store.take(request), writes)
    },
    settle: (reservation, actual) => pass(() => store.settle(reservation, actual)),
    cancel: (reservation) => pass(() => store.cancel(reservation)),
    close: () => store.close(),
  }
  return gated
}
