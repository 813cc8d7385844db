import { ipBudgetDefaults, MAX_BUDGETS_PER_TIER, tierName } from './config-schema.ts'
import { found, shown } from './found.ts'
import { nearest } from './nearest.ts'

/** A mistake in a configuration file. */
export interface Mistake {
  /** The keys and indexes that lead to it. */
  readonly path: readonly PropertyKey[]
  /** What was found, what is allowed. */
  readonly message: string
}

/**
 * Finds the mistakes that no setting shows by itself: duplicates, names that nothing has, settings that exclude each
 * other. It reads the file as it is written and passes over what does not fit the schema, so that one bad number hides
 * no duplicate.
 */
export function checkConfig(file: unknown, inProduction: boolean): readonly Mistake[] {
  const { tiers, clients, ipBudget, demoKeys } = section(file)
  const ip = section(ipBudget)
  const { capacity, window } = ipBudgetDefaults
  const mistakes = [
    ...checkLimits(['ipBudget'], { capacity, ...(ip['refillPerSecond'] === undefined && { window }), ...ip }),
    ...checkUnique(['clients'], clients, 'id'),
    ...checkUnique(['clients'], clients, 'keySha256'),
  ]
  if (isSection(tiers)) mistakes.push(...checkTiers(tiers), ...checkClientTiers(clients, Object.keys(tiers)))
  if (demoKeys === true && inProduction) {
    const message = 'found true with NODE_ENV=production; everybody knows the demo keys, so false is allowed there'
    mistakes.push({ path: ['demoKeys'], message })
  }
  return mistakes
}

function* checkTiers(tiers: Section): Generator<Mistake> {
  if (!Object.hasOwn(tiers, 'anonymous')) {
    yield { path: ['tiers'], message: 'has no tier anonymous; add it: requests without a key have it' }
  }
  for (const [name, tier] of Object.entries(tiers)) {
    if (!tierName.test(name)) {
      const message = 'is no name for a tier; a letter, then up to 63 letters, digits, _ and - are allowed'
      yield { path: ['tiers', name], message }
    }
    yield* checkBudgets(['tiers', name, 'budgets'], section(tier)['budgets'])
  }
}

function* checkBudgets(path: readonly PropertyKey[], budgets: unknown): Generator<Mistake> {
  if (!Array.isArray(budgets)) return
  if (budgets.length < 1 || budgets.length > MAX_BUDGETS_PER_TIER) {
    yield { path, message: `found ${budgets.length} budgets; 1 to ${MAX_BUDGETS_PER_TIER} are allowed` }
  }
  yield* checkUnique(path, budgets, 'name')
  for (const [index, budget] of budgets.entries()) yield* checkLimits([...path, index], budget)
}

/** Slower than this, a bucket could not be given a time to live. */
const MAX_SECONDS_TO_REFILL = 1000 * 365 * 86_400

function* checkLimits(path: readonly PropertyKey[], budget: unknown): Generator<Mistake> {
  if (!isSection(budget)) return
  const { capacity, refillPerSecond, window } = budget
  if (refillPerSecond !== undefined && window !== undefined) {
    yield { path, message: 'has both refillPerSecond and window; one of them is allowed' }
  }
  if (refillPerSecond === undefined && window === undefined) {
    yield { path, message: 'has neither refillPerSecond nor window; one of them is needed' }
  }
  if (typeof capacity !== 'number' || typeof refillPerSecond !== 'number' || refillPerSecond <= 0) return
  if (refillPerSecond * MAX_SECONDS_TO_REFILL < capacity) {
    const allowed = `a rate that fills the capacity ${capacity} within 1000 years`
    yield { path: [...path, 'refillPerSecond'], message: found(refillPerSecond, allowed) }
  }
}

function* checkClientTiers(clients: unknown, tiers: readonly string[]): Generator<Mistake> {
  for (const [index, client] of items(clients).entries()) {
    const { tier } = section(client)
    if (typeof tier !== 'string' || !tierName.test(tier) || tiers.includes(tier)) continue
    const meant = nearest(tier, tiers)
    const advice = meant === undefined ? `there are ${tiers.join(', ')}` : `did you mean ${meant}?`
    yield { path: ['clients', index, 'tier'], message: `found ${shown(tier)}, which is no tier; ${advice}` }
  }
}

function* checkUnique(path: readonly PropertyKey[], list: unknown, key: string): Generator<Mistake> {
  const seen = new Map<string, number>()
  for (const [index, item] of items(list).entries()) {
    const written = section(item)[key]
    if (typeof written !== 'string') continue
    const value = key === 'keySha256' ? written.toLowerCase() : written
    const first = seen.get(value)
    if (first === undefined) seen.set(value, index)
    else {
      const message = `is that of ${String(path.at(-1))}[${first}] too; each needs its own`
      yield { path: [...path, index, key], message }
    }
  }
}

type Section = Readonly<Record<string, unknown>>

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function section(value: unknown): Section {
  return isSection(value) ? value : {}
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
