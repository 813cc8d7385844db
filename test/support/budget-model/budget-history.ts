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

/** Any history of several clients of two tenants, on a clock that goes forward, mostly, and back. */
export const budgetHistories = histories(
  fc.record({
    capacity: fc.integer({ min: 1, max: 60 }),
    // Of the rates, some come to whole binary fractions every millisecond: there the model is exact.
    refillPerSecond: fc.constantFrom(125, 62.5, 7.8125, 10, 7.3, 0.3),
    maxDelayMs: fc.constantFrom(0, 1, 80, 2_000, 60_000),
    windowMs: fc.constantFrom(1, 100, 1_000, 7_777, 60_000),
    windowMonths: fc.constantFrom(0, 0, 0, 1, 3, 12),
  }),
  fc.constantFrom(1, 500, 10_000),
  [
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.oneof(fc.nat(50), fc.nat(2_000), fc.nat(12_000)) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('waitForWindow'),
        which: fc.nat(20),
        offsetMs: fc.integer({ min: -1, max: 1 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('stepBack'), ms: fc.oneof(fc.nat(50), fc.nat(12_000), fc.nat(1e10)) }),
    },
  ],
)

/** Any history in which no time passes that a budget could notice, whoever keeps the clock. */
export const instantHistories = histories(
  fc.record({
    capacity: fc.integer({ min: 1, max: 60 }),
    refillPerSecond: fc.constant(1e-8),
    maxDelayMs: fc.constantFrom(0, 1e9),
    windowMs: fc.constant(2e12),
    windowMonths: fc.constant(0),
  }),
  fc.constant(1e9),
  [{ weight: 2, arbitrary: fc.record({ do: fc.constant('flushScripts') }) }],
)

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<BudgetAction> }

function histories(
  limits: fc.Arbitrary<LimitsPlan>,
  heldMs: fc.Arbitrary<number>,
  others: readonly Weighted[],
): fc.Arbitrary<BudgetHistory> {
  const which = fc.nat(20)
  const times = fc.integer({ min: 1, max: 3 })
  const caller = fc.record({
    tenant: fc.constantFrom('acme', 'umbrella'),
    client: fc.constantFrom('ada', 'ben'),
    isGlobal: fc.nat(5).map((choice) => choice === 5),
  })
  const each = <Value>(value: fc.Arbitrary<Value>) =>
    fc.array(value, { minLength: MOST_BUDGETS, maxLength: MOST_BUDGETS })
  const amounts = each(fc.oneof(fc.nat(12), fc.nat(66)))
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
  const algorithm = fc.constantFrom<AlgorithmName[]>(
    'token-bucket',
    'leaky-bucket',
    'fixed-window',
    'sliding-window',
    'sliding-log',
    'semaphore',
  )
  const level = fc.constantFrom<Level[]>('client', 'client', 'tenant', 'ip', 'operation', 'global')
  const mode = fc.constantFrom<Mode[]>('enforce', 'enforce', 'enforce', 'shadow')
  const budget = fc.tuple(fc.record({ algorithm, level, mode }), limits).map(([face, plan]) => ({ ...face, ...plan }))
  return fc.record({
    budgets: fc.array(budget, { minLength: 1, maxLength: MOST_BUDGETS }),
    actions: fc.array(action, { maxLength: 40, size: 'max' }),
  })
}
