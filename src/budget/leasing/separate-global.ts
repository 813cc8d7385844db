import { refunded } from '../budget-state.ts'
import type { BudgetState, BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle } from '../check-take.ts'
import { createExpiringMap, type Expiring } from '../memory/expiring-map.ts'

type Verbs = Pick<BudgetStore, 'take' | 'settle' | 'cancel'>

/** How many operations are remembered whose global budgets were given back. */
const MAX_GIVEN_BACK = 10_000

const SLACK_MS = 1000

/**
 * Verbs whose takes may mix budgets of the level `global` with others, although they lie in two places: the global ones
 * are taken first, then the others; where those are denied, the global ones are given back.
 */
export function separateGlobal(store: Verbs, now: () => number): Verbs {
  const givenBack = createExpiringMap<Expiring & { readonly times: number }>(MAX_GIVEN_BACK)

  // Ids are unique in all places. An operation that comes again must not find the take that it gave back.
  function globalId(id: string): string {
    const times = givenBack.get(id, now())?.times ?? 0
    return `${id}:global${times === 0 ? '' : times}`
  }

  function parts<Whole extends TakeRequest | Reservation>(whole: Whole): readonly [global: Whole, rest: Whole] {
    return [
      { ...whole, id: globalId(whole.id), charges: whole.charges.filter(isGlobal) },
      { ...whole, charges: whole.charges.filter((charge) => !isGlobal(charge)) },
    ]
  }

  function giveBack(reservation: Reservation, { id, ttlMs }: TakeRequest): void {
    const nowMs = now()
    const times = (givenBack.get(id, nowMs)?.times ?? 0) + 1
    givenBack.set(id, { times, expiresAt: nowMs + ttlMs + SLACK_MS }, nowMs)
    // Where it is lost, the charge stands.
    store.cancel(reservation).catch(() => undefined)
  }

  async function takeBoth(request: TakeRequest): Promise<TakeResult> {
    const [global, rest] = parts(request)
    const first = await store.take(global)
    if (!first.admitted) return first.reason === 'exhausted' ? withStatesOf(rest, request, first) : first
    let second: TakeResult | undefined
    try {
      second = await store.take(rest)
    } finally {
      if (!second?.admitted) giveBack(first.reservation, request)
    }
    if (!second.admitted) {
      if (second.reason !== 'exhausted') return second
      const untouched = first.states.map((state, index) => refunded(state, global.charges[index]?.amount ?? 0))
      return { ...second, states: inOrder(request.charges, untouched, second.states) }
    }
    const { id, tenant, charges, ttlMs } = request
    // What a lease has served, this node knows by its id.
    const sources = [second.reservation.source, first.reservation.source]
    return {
      admitted: true,
      reservation: { id, tenant, charges, ttlMs, source: sources.find((source) => source !== 'lease') ?? 'lease' },
      states: inOrder(charges, first.states, second.states),
      delayMs: Math.max(first.delayMs, second.delayMs),
    }
  }

  /** A denial by global budgets, with the others as they are. */
  async function withStatesOf(rest: TakeRequest, request: TakeRequest, denied: Exhausted): Promise<TakeResult> {
    const nothing = rest.charges.map((charge) => ({ ...charge, amount: 0 }))
    const peek = await store.take({ ...rest, charges: nothing })
    if (!('states' in peek)) return peek
    return { ...denied, states: inOrder(request.charges, denied.states, peek.states) }
  }

  return {
    take: (request) => (isMixed(request) ? takeBoth(request) : store.take(request)),
    async settle(reservation, actual) {
      if (!isMixed(reservation)) return store.settle(reservation, actual)
      checkSettle(reservation, actual)
      const [global, rest] = parts(reservation)
      const amounts = (ofGlobal: boolean) =>
        actual.filter((_, index) => reservation.charges.map(isGlobal)[index] === ofGlobal)
      await Promise.all([store.settle(global, amounts(true)), store.settle(rest, amounts(false))])
    },
    async cancel(reservation) {
      if (!isMixed(reservation)) return store.cancel(reservation)
      await Promise.all(parts(reservation).map((part) => store.cancel(part)))
    },
  }
}

type Exhausted = Extract<TakeResult, { readonly reason: 'exhausted' }>

function isGlobal({ budget }: Pick<Charge, 'budget'>): boolean {
  return budget.level === 'global'
}

function isMixed({ charges }: TakeRequest | Reservation): boolean {
  return charges.some(isGlobal) && !charges.every(isGlobal)
}

/** The states of both places, in the order of the charges. */
function inOrder(
  charges: readonly Charge[],
  global: readonly BudgetState[],
  rest: readonly BudgetState[],
): readonly BudgetState[] {
  const [ofGlobal, ofRest] = [global.values(), rest.values()]
  return charges.flatMap((charge) => {
    const { value } = (isGlobal(charge) ? ofGlobal : ofRest).next()
    return value === undefined ? [] : [value]
  })
}
