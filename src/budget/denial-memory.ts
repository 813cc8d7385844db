import type { Budget } from './budget.ts'
import type { BudgetState, BudgetStore, Charge, Denial, Reservation, TakeRequest, TakeResult } from './budget-store.ts'
import { checkTake } from './check-take.ts'
import { limitsOf } from './limits.ts'
import { createExpiringMap, type Expiring } from './memory/expiring-map.ts'
import { withPromptVerbs } from './with-prompt-verbs.ts'

export interface DenialMemoryOptions {
  /** Decides what is not remembered. Closed with this one. */
  readonly store: BudgetStore
  /**
   * A clock that never goes back, in milliseconds.
   * @default performance.now
   */
  readonly now?: () => number
  /**
   * How long a denial is remembered at most. What other nodes give back meanwhile is seen when it is over.
   * @default 1000
   */
  readonly maxMs?: number
  /**
   * How many buckets are remembered, and how many takes. Past that, each new one displaces one that is near its end: a
   * bucket is asked for again; a take that is displaced and then repeated may be denied.
   * @default 100_000
   */
  readonly maxEntries?: number
}

export interface DenialMemory extends BudgetStore {
  /** How many takes were denied without a call of the store. */
  hits(): number
}

/** How much longer than it can be settled a take is remembered. */
const SLACK_MS = 1000

/**
 * Denies at once what asks for as much as was denied a moment ago. What asks for less the store decides, so that an
 * expensive refusal blocks no cheap operation.
 */
export function createDenialMemory(options: DenialMemoryOptions): DenialMemory {
  const { store, now = () => performance.now(), maxMs = 1000, maxEntries = 100_000 } = options
  const buckets = createExpiringMap<KnownBucket>(maxEntries)
  // What the store has seen it decides: a repeated take, whose charge stands, is admitted whatever is left.
  const takes = createExpiringMap<Expiring>(maxEntries)
  let hits = 0
  /** From then on nothing is known of any bucket. */
  let knownUntilMs = Number.NEGATIVE_INFINITY

  function recall({ tenant, charges }: TakeRequest, nowMs: number): Exhausted | undefined {
    if (nowMs >= knownUntilMs) return undefined
    const denials: Denial[] = []
    const states: BudgetState[] = []
    for (const charge of charges) {
      const bucket = buckets.get(bucketOf(tenant, charge), nowMs)
      // Without a state of each budget there is no answer to give.
      if (bucket === undefined) return undefined
      const { state, seenAtMs } = bucket
      states.push({ ...state, fullInMs: Math.max(0, Math.floor(state.fullInMs - (nowMs - seenAtMs))) })
      const denial = denialBy(bucket, charge, nowMs)
      if (denial !== undefined) denials.push(denial)
    }
    return denials.length > 0 ? { admitted: false, reason: 'exhausted', denials, states } : undefined
  }

  function remember({ tenant, charges }: TakeRequest, { denials, states }: Exhausted, nowMs: number): void {
    const denied = denialsByCharge(charges, denials, states)
    knownUntilMs = nowMs + maxMs
    charges.forEach((charge, index) => {
      const state = states[index]
      if (state === undefined) return
      const key = bucketOf(tenant, charge)
      const least = lesser(buckets.get(key, nowMs)?.least, rememberedDenial(denied[index], maxMs, nowMs), nowMs)
      buckets.set(key, { least, state, seenAtMs: nowMs, expiresAt: nowMs + maxMs }, nowMs)
    })
  }

  function forget({ tenant, charges }: Reservation, actual: readonly number[]): void {
    const nowMs = now()
    if (nowMs >= knownUntilMs) return
    charges.forEach((charge, index) => {
      if ((actual[index] ?? 0) >= charge.amount) return
      const bucket = buckets.get(bucketOf(tenant, charge), nowMs)
      if (bucket !== undefined) bucket.expiresAt = nowMs
    })
  }

  function deny(request: TakeRequest, nowMs: number): Exhausted | undefined {
    const recalled = recall(request, nowMs)
    if (recalled === undefined) return undefined
    checkTake(request)
    hits += 1
    return recalled
  }

  function learn(request: TakeRequest, result: TakeResult): TakeResult {
    if (!result.admitted && result.reason === 'exhausted') remember(request, result, now())
    return result
  }

  const memory: DenialMemory = {
    hits: () => hits,
    async take(request) {
      const nowMs = now()
      const isOnly = request.isOnly === true
      const denied = isOnly || takes.get(request.id, nowMs) === undefined ? deny(request, nowMs) : undefined
      if (denied !== undefined) return denied
      if (!isOnly) takes.set(request.id, { expiresAt: nowMs + request.ttlMs + SLACK_MS }, nowMs)
      return learn(request, await store.take(request))
    },
    async settle(reservation, actual) {
      await store.settle(reservation, actual)
      forget(reservation, actual)
    },
    async cancel(reservation) {
      await store.cancel(reservation)
      forget(reservation, [])
    },
    close: () => store.close(),
  }
  return withPromptVerbs(memory, {
    takeNow(request) {
      if (request.isOnly !== true) return undefined
      const denied = deny(request, now())
      if (denied !== undefined) return denied
      const result = store.takeNow?.(request)
      return result && learn(request, result)
    },
    settleNow(reservation, actual) {
      const isSettled = store.settleNow?.(reservation, actual) ?? false
      if (isSettled) forget(reservation, actual)
      return isSettled
    },
  })
}

type Exhausted = Extract<TakeResult, { readonly reason: 'exhausted' }>

interface KnownBucket extends Expiring {
  /** The smallest amount that was denied lately. */
  readonly least: RememberedDenial | undefined
  readonly state: BudgetState
  readonly seenAtMs: number
  expiresAt: number
}

interface RememberedDenial {
  readonly amount: number
  /** When it fits if nothing else happens; infinite where it never does. */
  readonly fitsAtMs: number
  readonly untilMs: number
}

/** A seat may be free again at any moment: its denial is not remembered. */
function rememberedDenial(denial: Denial | undefined, maxMs: number, nowMs: number): RememberedDenial | undefined {
  if (denial === undefined || denial.budget.algorithm === 'semaphore') return undefined
  const waitMs = denial.retryAfterMs === 'never' ? Number.POSITIVE_INFINITY : denial.retryAfterMs
  return { amount: denial.amount, fitsAtMs: nowMs + waitMs, untilMs: nowMs + Math.min(waitMs, maxMs) }
}

function lesser(
  before: RememberedDenial | undefined,
  after: RememberedDenial | undefined,
  nowMs: number,
): RememberedDenial | undefined {
  if (before === undefined || nowMs >= before.untilMs) return after
  return after !== undefined && after.amount < before.amount ? after : before
}

function denialBy({ least, state }: KnownBucket, { budget, amount }: Charge, nowMs: number): Denial | undefined {
  if (least === undefined || nowMs >= least.untilMs || !(amount >= least.amount)) return undefined
  // What asks for more than was denied waits for the rest of it as well, where it comes back bit by bit.
  const { refillPerSecond } = limitsOf(budget)
  const moreMs = refillPerSecond > 0 ? ((amount - least.amount) / refillPerSecond) * 1000 : 0
  const retryAfterMs = amount > budget.capacity ? 'never' : Math.ceil(least.fitsAtMs + moreMs - nowMs)
  return { budget, amount, remaining: state.remaining, retryAfterMs }
}

/** Denials come in the order of the charges, but only for those without room. */
function denialsByCharge(
  charges: readonly Charge[],
  denials: readonly Denial[],
  states: readonly BudgetState[],
): readonly (Denial | undefined)[] {
  let next = 0
  return charges.map(({ budget, amount }, index) => {
    const denial = denials[next]
    if (denial?.budget !== budget || denial.amount !== amount) return undefined
    if (denial.remaining !== states[index]?.remaining) return undefined
    next += 1
    return denial
  })
}

/** Limits that are loaded anew make another budget, of which nothing is remembered. */
function bucketOf(tenant: string, { budget, subject }: Charge): string {
  let number = numbers.get(budget)
  if (number === undefined) {
    number = nextNumber
    nextNumber += 1
    numbers.set(budget, number)
  }
  const place = budget.level === 'global' ? '' : tenant
  return `${number}:${place.length}:${place}${subject}`
}

const numbers = new WeakMap<Budget, number>()
let nextNumber = 0
