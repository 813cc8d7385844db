import { refunded } from '../budget-state.ts'
import type { BudgetState, BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle } from '../check-take.ts'
import { createExpiringMap, type Expiring } from '../memory/expiring-map.ts'

type Verbs = Omit<BudgetStore, 'close'>

export interface SeparateGlobalOptions {
  readonly now: () => number
  /** How long both takes may wait together. */
  readonly deadlineMs: number
  /** How many operations are remembered. Of one that is displaced, a charge may stand, or a repeated take be refused. */
  readonly maxEntries: number
}

/** How much longer than it can be settled an operation is remembered, and how long its global budgets can be given back. */
const SLACK_MS = 1000

/**
 * Verbs whose takes may mix budgets of the level `global` with others, although they lie in two places: the global ones
 * are taken first, then the others; where those are denied, the global ones are given back.
 */
export function separateGlobal(store: Verbs, { now, deadlineMs, maxEntries }: SeparateGlobalOptions): Required<Verbs> {
  const operations = createExpiringMap<Operation>(maxEntries)

  function operationOf({ id, ttlMs }: TakeRequest): Operation {
    const nowMs = now()
    const known = operations.get(id, nowMs)
    const operation = known ?? { takes: 0, charged: undefined, admitted: false, timesGivenBack: 0, expiresAt: 0 }
    operation.expiresAt = nowMs + ttlMs + SLACK_MS
    if (known === undefined) operations.set(id, operation, nowMs)
    return operation
  }

  function parts<Whole extends TakeRequest | Reservation>(whole: Whole): readonly [global: Whole, rest: Whole] {
    // Ids are unique in all places. An operation that comes again must not find the take that it gave back.
    const times = operations.get(whole.id, now())?.timesGivenBack ?? 0
    return [
      { ...whole, id: `${whole.id}:global${times === 0 ? '' : times}`, charges: whole.charges.filter(isGlobal) },
      { ...whole, charges: whole.charges.filter((charge) => !isGlobal(charge)) },
    ]
  }

  /** Each with who admitted it: the store may have answered for one of them alone. */
  function reservations(whole: Reservation): readonly [global: Reservation, rest: Reservation] {
    const known = MixedReservation.partsOf(whole)
    if (known !== undefined) return known
    const [global, rest] = parts(whole)
    return [{ ...global, source: operations.get(whole.id, now())?.charged?.source ?? whole.source }, rest]
  }

  async function takeBoth(request: TakeRequest): Promise<TakeResult> {
    const operation = operationOf(request)
    operation.takes += 1
    try {
      const result = await takeInTurn(request, operation)
      if (result.admitted) operation.admitted = true
      return result
    } finally {
      operation.takes -= 1
      // An operation that is admitted, or may still be, keeps its charge, whatever its other takes were answered.
      if (operation.takes === 0 && !operation.admitted) giveBack(operation)
    }
  }

  function giveBack(operation: Operation): void {
    const { charged } = operation
    if (charged === undefined) return
    operation.charged = undefined
    operation.timesGivenBack += 1
    // Where it is lost, the charge stands.
    store.cancel(charged).catch(() => undefined)
  }

  async function takeInTurn(request: TakeRequest, operation: Operation): Promise<TakeResult> {
    const startedAtMs = now()
    const [global, later] = parts(request)
    const { ttlMs, heldMs = ttlMs } = request
    // What leaves no reservation could not be given back.
    const first = await store.take({ ...global, ttlMs: Math.max(ttlMs, SLACK_MS), heldMs })
    const rest = { ...later, waitMs: (request.waitMs ?? deadlineMs) - (now() - startedAtMs) }
    if (!first.admitted) return first.reason === 'exhausted' ? withStatesOf(rest, request, first) : first
    operation.charged ??= first.reservation
    const second = await store.take(rest)
    if (!second.admitted) {
      if (second.reason !== 'exhausted') return second
      const untouched = first.states.map((state, index) => refunded(state, global.charges[index]?.amount ?? 0))
      return { ...second, states: inOrder(request.charges, untouched, second.states) }
    }
    return {
      admitted: true,
      reservation: new MixedReservation(request, first.reservation, second.reservation),
      states: inOrder(request.charges, first.states, second.states),
      delayMs: Math.max(first.delayMs, second.delayMs),
    }
  }

  /** A denial by global budgets, with the others as they are. */
  async function withStatesOf(rest: TakeRequest, request: TakeRequest, denied: Exhausted): Promise<TakeResult> {
    const nothing = rest.charges.map((charge) => ({ ...charge, amount: 0 }))
    const peek = await store.take({ ...rest, charges: nothing, ttlMs: 0 })
    if (!('states' in peek)) return peek
    return { ...denied, states: inOrder(request.charges, denied.states, peek.states) }
  }

  return {
    take: (request) => (isMixed(request) ? takeBoth(request) : store.take(request)),
    takeNow: (request) => (isMixed(request) ? undefined : store.takeNow?.(request)),
    settleNow: (reservation, actual) => !isMixed(reservation) && (store.settleNow?.(reservation, actual) ?? false),
    async settle(reservation, actual) {
      if (!isMixed(reservation)) return store.settle(reservation, actual)
      checkSettle(reservation, actual)
      const [global, rest] = reservations(reservation)
      const areGlobal = reservation.charges.map(isGlobal)
      const amounts = (ofGlobal: boolean) => actual.filter((_, index) => areGlobal[index] === ofGlobal)
      await Promise.all([store.settle(global, amounts(true)), store.settle(rest, amounts(false))])
    },
    async cancel(reservation) {
      if (!isMixed(reservation)) return store.cancel(reservation)
      await Promise.all(reservations(reservation).map((part) => store.cancel(part)))
    },
  }
}

/** An operation that takes from both places. */
interface Operation extends Expiring {
  /** How many of its takes wait for their answer. */
  takes: number
  /** What it is charged of global budgets. */
  charged: Reservation | undefined
  admitted: boolean
  timesGivenBack: number
  expiresAt: number
}

/** A reservation that knows what it is made of. */
class MixedReservation implements Reservation {
  readonly id: string
  readonly tenant: string
  readonly charges: readonly Charge[]
  readonly ttlMs: number
  readonly source: Reservation['source']
  readonly #parts: readonly [global: Reservation, rest: Reservation]

  constructor({ id, tenant, charges, ttlMs }: TakeRequest, global: Reservation, rest: Reservation) {
    this.id = id
    this.tenant = tenant
    this.charges = charges
    this.ttlMs = ttlMs
    // What a lease has served, this node knows.
    this.source = rest.source === 'lease' ? global.source : rest.source
    this.#parts = [global, rest]
  }

  /** Undefined for others, and for copies. */
  static partsOf(reservation: Reservation): readonly [global: Reservation, rest: Reservation] | undefined {
    return #parts in reservation ? reservation.#parts : undefined
  }
}

type Exhausted = Extract<TakeResult, { readonly reason: 'exhausted' }>

function isGlobal({ budget }: Pick<Charge, 'budget'>): boolean {
  return budget.level === 'global'
}

function isMixed({ charges }: TakeRequest | Reservation): boolean {
  const first = charges[0]
  if (first === undefined) return false
  // Every take passes here.
  for (let index = 1; index < charges.length; index++) {
    const charge = charges[index]
    if (charge !== undefined && isGlobal(charge) !== isGlobal(first)) return true
  }
  return false
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
