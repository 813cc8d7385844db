import { type LimitSetting, limitSettings, MAX_BUDGETS_PER_TIER, MAX_SLIDING_LOG_CAPACITY } from '../budget-schema.ts'
import { overridden } from '../overridden.ts'
import { calendarMonths } from '../settings/duration.ts'
import { found } from '../settings/found.ts'
import { nearest } from '../settings/nearest.ts'
import { checkUnique } from './check-unique.ts'
import type { Mistake } from './mistake.ts'
import { isSection, items, type Section, section } from './section.ts'

type Path = Mistake['path']

/** Finds in a list of budgets what no setting shows by itself: twice the same name, limits that do not go together. */
export function* checkBudgets(path: Path, budgets: unknown, min: number): Generator<Mistake> {
  if (!Array.isArray(budgets)) return
  if (budgets.length < min || budgets.length > MAX_BUDGETS_PER_TIER) {
    yield { path, message: `found ${budgets.length} budgets; ${min} to ${MAX_BUDGETS_PER_TIER} are allowed` }
  }
  yield* checkUnique(path, budgets, 'name')
  for (const [index, budget] of budgets.entries()) {
    if (isSection(budget)) yield* checkLimits([...path, index], budget)
  }
}

/** Finds the same in what a client has of its own in the budgets of its tier. */
export function* checkOverrides(path: Path, overrides: unknown, tier: string, budgets: unknown): Generator<Mistake> {
  const known = new Map(items(budgets).map((budget) => [section(budget)['name'], section(budget)]))
  for (const [name, settings] of Object.entries(section(overrides))) {
    const budget = known.get(name)
    const here = [...path, name]
    if (budget === undefined) {
      yield { path: here, message: `is no budget of the tier ${tier}; ${adviceOn(name, [...known.keys()])}` }
      continue
    }
    // What is wrong with the tier's budget is told there.
    if ([...checkLimits([], budget)].length > 0) continue
    const override = section(settings)
    const { meter, algorithm } = budget
    const foreign = [...checkForeign(here, { ...override, meter, algorithm }), ...checkBothRates(here, override)]
    yield* foreign
    if (foreign.length === 0) yield* checkLimits(here, overridden(budget, override))
  }
}

/** Whether the limits of a budget go with its algorithm and with each other. */
export function* checkLimits(path: Path, budget: Section): Generator<Mistake> {
  const { meter, algorithm = 'token-bucket' } = budget
  yield* checkForeign(path, budget)
  if (meter === 'concurrency' || !isAlgorithm(algorithm)) return
  yield* checkNeeded(path, budget, algorithm)
  yield* checkValues(path, budget, algorithm)
}

type Algorithm = keyof typeof limitSettings

function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(limitSettings, value)
}

const LIMIT_SETTINGS: readonly LimitSetting[] = ['refillPerSecond', 'window', 'maxDelay']

function* checkForeign(path: Path, budget: Section): Generator<Mistake> {
  const { meter, algorithm = 'token-bucket' } = budget
  const refuse = (keys: readonly string[], message: string) =>
    keys.filter((key) => budget[key] !== undefined).map((key) => ({ path: [...path, key], message }))
  if (meter === 'concurrency') {
    const message = 'does not go with the meter concurrency; its only limit is capacity'
    yield* refuse([...LIMIT_SETTINGS, 'algorithm'], message)
  } else if (isAlgorithm(algorithm)) {
    const own: readonly LimitSetting[] = limitSettings[algorithm]
    const message = `does not go with ${algorithm}; its limits are ${AND.format(['capacity', ...own])}`
    yield* refuse(
      LIMIT_SETTINGS.filter((key) => !own.includes(key)),
      message,
    )
  }
}

function* checkNeeded(path: Path, budget: Section, algorithm: Algorithm): Generator<Mistake> {
  const settings: readonly LimitSetting[] = limitSettings[algorithm]
  const hasRate = settings.includes('refillPerSecond')
  if (hasRate) yield* checkBothRates(path, budget)
  if (hasRate && budget['refillPerSecond'] === undefined && budget['window'] === undefined) {
    yield { path, message: 'has neither refillPerSecond nor window; one of them is needed' }
  }
  for (const key of settings.filter((one) => !hasRate || one === 'maxDelay')) {
    if (budget[key] === undefined) yield { path: [...path, key], message: `is missing; ${algorithm} needs it` }
  }
}

const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' })

function* checkBothRates(path: Path, { refillPerSecond, window }: Section): Generator<Mistake> {
  if (refillPerSecond !== undefined && window !== undefined) {
    yield { path, message: 'has both refillPerSecond and window; one of them is allowed' }
  }
}

/** Slower than this, a bucket could not be given a time to live. */
const MAX_SECONDS_TO_REFILL = 1000 * 365 * 86_400

function* checkValues(path: Path, budget: Section, algorithm: Algorithm): Generator<Mistake> {
  const { capacity, refillPerSecond, window } = budget
  if (algorithm !== 'fixed-window' && typeof window === 'string' && calendarMonths(window) !== undefined) {
    const allowed = 'a duration such as 30d (calendar months are for fixed-window alone)'
    yield { path: [...path, 'window'], message: found(window, allowed) }
  }
  if (typeof capacity !== 'number') return
  if (algorithm === 'sliding-log' && capacity > MAX_SLIDING_LOG_CAPACITY) {
    const allowed = `at most ${MAX_SLIDING_LOG_CAPACITY} with sliding-log, which keeps every charge,`
    yield { path: [...path, 'capacity'], message: found(capacity, allowed) }
  }
  if (typeof refillPerSecond !== 'number' || refillPerSecond <= 0) return
  if (refillPerSecond * MAX_SECONDS_TO_REFILL < capacity) {
    const allowed = `a rate that fills the capacity ${capacity} within 1000 years`
    yield { path: [...path, 'refillPerSecond'], message: found(refillPerSecond, allowed) }
  }
}

function adviceOn(name: string, known: readonly unknown[]): string {
  const names = known.filter((one) => typeof one === 'string')
  const meant = nearest(name, names)
  return meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`
}
