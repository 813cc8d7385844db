import fc from 'fast-check'
import type { AlgorithmName, Level, Mode } from '../../../src/budget/budget.ts'

/** What happens to some budgets. Whatever it names by a number is that one of those there are, counted around. */
export interface BudgetHistory {
  readonly budgets: readonly BudgetPlan[]
  readonly actions: readonly BudgetAction[]
}

/** A budget's limits, whatever its algorithm makes of them. */
export interface LimitsPlan {
  readonly capacity: number
  readonly refillPerSecond: number
  readonly maxDelayMs: number
  readonly windowMs: number
  /** 0 for windows of `windowMs`. */
  readonly windowMonths: number
}

export interface BudgetPlan extends LimitsPlan {
  readonly algorithm: AlgorithmName
  readonly level: Level
  readonly mode: Mode
}

export interface Caller {
  readonly tenant: string
  readonly client: string
  /** Whether it is the budgets of the level `global` that are charged, which are taken apart. */
  readonly isGlobal: boolean
}

export interface TakePlan {
  readonly caller: Caller
  readonly amounts: readonly number[]
  readonly heldMs: number
}

export type BudgetAction =
  | { readonly do: 'wait'; readonly ms: number }
  /** To where a window begins, or a seat ends, give or take. */
  | { readonly do: 'waitForWindow'; readonly which: number; readonly offsetMs: number }
  | { readonly do: 'stepBack'; readonly ms: number }
  /** Several takes at once, each of an amount from every budget. */
  | { readonly do: 'take'; readonly takes: readonly TakePlan[] }
  /** Takes all there is, so that whatever a refund minted is spent at once. */
  | { readonly do: 'takeAll'; readonly caller: Caller; readonly heldMs: number }
  | { readonly do: 'takeAgain'; readonly which: number }
  | { readonly do: 'takeAfterCancel'; readonly take: TakePlan }
  | { readonly do: 'settle'; readonly which: number; readonly uses: readonly Use[]; readonly times: number }
  | { readonly do: 'cancel'; readonly which: number; readonly times: number }
  | { readonly do: 'changeLimits'; readonly which: number; readonly limits: LimitsPlan; readonly keepsWindow: boolean }
  | { readonly do: 'flushScripts' }

/** What an operation used: a part of what was charged, and what went beyond. */
export interface Use {
  readonly part: number
  readonly beyond: number
}

const MOST_BUDGETS = 4

const limits = fc.record({
  capacity: fc.integer({ min: 1, max: 60 }),
  // Of the rates, some come to whole binary fractions every millisecond: there the model is exact.
  refillPerSecond: fc.constantFrom(125, 62.5, 7.8125, 10, 7.3, 0.3),
  maxDelayMs: fc.constantFrom(0, 1, 80, 2_000, 60_000),
  windowMs: fc.constantFrom(1, 100, 1_000, 7_777, 60_000),
  windowMonths: fc.constantFrom(0, 0, 0, 1, 3, 12),
})

const buckets: readonly AlgorithmName[] = ['token-bucket', 'leaky-bucket']
const all: readonly AlgorithmName[] = [...buckets, 'fixed-window', 'sliding-window', 'sliding-log', 'semaphore']

const stepBack: Weighted = {
  weight: 1,
  arbitrary: fc.record({ do: fc.constant('stepBack'), ms: fc.oneof(fc.nat(50), fc.nat(12_000), fc.nat(1e10)) }),
}

/** Any history of several clients of two tenants, on a clock that goes forward, mostly, and back. */
export const budgetHistories = histories({
  algorithms: all,
  limits,
  heldMs: fc.constantFrom(1, 500, 10_000),
  others: [wait(50, 2_000, 12_000), waitForWindow(), stepBack],
})

/** Any history of buckets that drain so slowly that most refunds find a part of their charge still there. */
export const drainingHistories = histories({
  algorithms: buckets,
  limits: fc.tuple(limits, fc.constantFrom(7.8125, 10, 7.3, 1.953125)).map(([plan, refillPerSecond]) => {
    return { ...plan, refillPerSecond }
  }),
  heldMs: fc.constant(0),
  others: [wait(500, 2_000), stepBack],
})

/** Any history in which no time passes that a budget could notice, whoever keeps the clock. */
export const instantHistories = histories({
  algorithms: all,
  limits: limits.map((plan) => {
    const maxDelayMs = plan.maxDelayMs > 0 ? 1e9 : 0
    return { capacity: plan.capacity, refillPerSecond: 1e-8, maxDelayMs, windowMs: 2e12, windowMonths: 0 }
  }),
  heldMs: fc.constant(1e9),
  others: [{ weight: 2, arbitrary: fc.record({ do: fc.constant('flushScripts') }) }],
})

interface Weighted {
  readonly weight: number
  readonly arbitrary: fc.Arbitrary<BudgetAction>
}

function wait(...longest: readonly number[]): Weighted {
  const ms = fc.oneof(...longest.map((most) => fc.nat(most)))
  return { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), ms }) }
}

function waitForWindow(): Weighted {
  const offsetMs = fc.integer({ min: -1, max: 1 })
  return { weight: 2, arbitrary: fc.record({ do: fc.constant('waitForWindow'), which: fc.nat(20), offsetMs }) }
}

interface HistoryOptions {
  readonly algorithms: readonly AlgorithmName[]
  readonly limits: fc.Arbitrary<LimitsPlan>
  readonly heldMs: fc.Arbitrary<number>
  readonly others: readonly Weighted[]
}

function histories({ algorithms, limits, heldMs, others }: HistoryOptions): fc.Arbitrary<BudgetHistory> {
  const which = fc.nat(20)
  const times = fc.integer({ min: 1, max: 3 })
  const caller = fc.record({
    tenant: fc.constantFrom('acme', 'acme', 'acme', 'umbrella'),
    client: fc.constantFrom('ada', 'ada', 'ben'),
    isGlobal: fc.nat(7).map((choice) => choice === 7),
  })
  const each = <Value>(value: fc.Arbitrary<Value>) =>
    fc.array(value, { minLength: MOST_BUDGETS, maxLength: MOST_BUDGETS })
  const amounts = each(fc.oneof(fc.constant(0), fc.nat(12), fc.nat(66)))
  const part = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }))
  const beyond = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(150) })
  const uses = each(fc.record({ part, beyond }))
  const take = fc.record({ caller, amounts, heldMs })
  const takes = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(take) },
    { weight: 1, arbitrary: fc.array(take, { minLength: 2, maxLength: 5 }) },
  )
  const action = fc.oneof<Weighted[]>(
    ...others,
    { weight: 6, arbitrary: fc.record({ do: fc.constant('take'), takes }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('takeAll'), caller, heldMs }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('takeAgain'), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('takeAfterCancel'), take }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('settle'), which, uses, times }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), which, times }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('changeLimits'), which, limits, keepsWindow: fc.nat(4).map(Boolean) }),
    },
  )
  const algorithm = fc.constantFrom(...algorithms)
  const level = fc.constantFrom<Level[]>('client', 'client', 'tenant', 'ip', 'operation', 'global')
  const mode = fc.constantFrom<Mode[]>('enforce', 'enforce', 'enforce', 'shadow')
  const budget = fc.tuple(fc.record({ algorithm, level, mode }), limits).map(([face, plan]) => ({ ...face, ...plan }))
  return fc.record({
    budgets: fc.array(budget, { minLength: 1, maxLength: MOST_BUDGETS }),
    actions: fc.array(action, { maxLength: 40, size: 'max' }),
  })
}
