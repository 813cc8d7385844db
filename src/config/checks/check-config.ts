import { ipBudgetDefaults } from '../budget-schema.ts'
import { tierName } from '../config-schema.ts'
import { drainTimeoutDefault } from '../sections/server.ts'
import { durationMs } from '../settings/duration.ts'
import { found, shown } from '../settings/found.ts'
import { nearest } from '../settings/nearest.ts'
import { checkBudgets, checkLimits, checkOverrides } from './check-budgets.ts'
import { checkUnique } from './check-unique.ts'
import { maxDrainSpreadMs } from './max-drain-spread.ts'
import type { Mistake } from './mistake.ts'
import { isSection, items, type Section, section } from './section.ts'

/**
 * Finds the mistakes that no setting shows by itself: duplicates, names that nothing has, settings that exclude each
 * other. It reads the file as it is written and passes over what does not fit the schema, so that one bad number hides
 * no duplicate.
 */
export function checkConfig(file: unknown, inProduction: boolean): readonly Mistake[] {
  const { server, tiers, clients, ipBudget, globalBudgets, documents, subscriptions, demoKeys } = section(file)
  const ip = section(ipBudget)
  const { capacity, window } = ipBudgetDefaults
  const mistakes = [
    ...checkLimits(['ipBudget'], { capacity, ...(ip['refillPerSecond'] === undefined && { window }), ...ip }),
    ...checkBudgets(['globalBudgets'], globalBudgets, 0),
    ...checkUnique(['clients'], clients, 'id'),
    ...checkUnique(['clients'], clients, 'keySha256'),
    ...checkDrain(section(server), section(subscriptions)),
  ]
  if (isSection(tiers)) {
    mistakes.push(...checkTiers(tiers), ...checkGlobalNames(globalBudgets, tiers), ...checkClients(clients, tiers))
  }
  const { mode, manifest } = section(documents)
  if ((mode === 'known-first' || mode === 'known-only') && manifest === undefined) {
    mistakes.push({
      path: ['documents', 'mode'],
      message: `found ${shown(mode)} without a manifest; name one, or choose any`,
    })
  }
  if (demoKeys === true && inProduction) {
    const message = 'found true with NODE_ENV=production; everybody knows the demo keys, so false is allowed there'
    mistakes.push({ path: ['demoKeys'], message })
  }
  return mistakes
}

/** A server that has stopped sends nobody elsewhere any more. */
function* checkDrain(server: Section, { drainSpread }: Section): Generator<Mistake> {
  const { drainTimeout = drainTimeoutDefault } = server
  if (typeof drainSpread !== 'string' || typeof drainTimeout !== 'string') return
  const maxMs = maxDrainSpreadMs(durationMs(drainTimeout))
  if (durationMs(drainSpread) > maxMs) {
    const reason = `2s less than server.drainTimeout, which is ${drainTimeout}, for the last clients to answer`
    const message = `${found(drainSpread, `a duration up to ${maxMs}ms`)}: ${reason}`
    yield { path: ['subscriptions', 'drainSpread'], message }
  }
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
    const { budgets } = section(tier)
    yield* checkBudgets(['tiers', name, 'budgets'], budgets, 1)
    yield* checkFields(['tiers', name, 'budgets'], budgets)
  }
}

function* checkFields(path: Mistake['path'], budgets: unknown): Generator<Mistake> {
  for (const [index, budget] of items(budgets).entries()) {
    const { level, field } = section(budget)
    if (level === 'operation' && field === undefined) {
      const message = 'is missing; a budget of the level operation needs a root field such as Mutation.placeOrder'
      yield { path: [...path, index, 'field'], message }
    }
    if (level !== 'operation' && field !== undefined) {
      yield { path: [...path, index, 'field'], message: 'goes with the level operation alone' }
    }
  }
}

/** An error names a budget alone, so that a name has to tell which it is. */
function* checkGlobalNames(globalBudgets: unknown, tiers: Section): Generator<Mistake> {
  for (const [index, budget] of items(globalBudgets).entries()) {
    const { name } = section(budget)
    if (typeof name !== 'string') continue
    const tier = Object.keys(tiers).find((tier) =>
      items(section(tiers[tier])['budgets']).some((other) => section(other)['name'] === name),
    )
    if (tier === undefined) continue
    const message = `is that of a budget of the tier ${tier} too; each needs its own`
    yield { path: ['globalBudgets', index, 'name'], message }
  }
}

function* checkClients(clients: unknown, tiers: Section): Generator<Mistake> {
  const names = Object.keys(tiers)
  for (const [index, client] of items(clients).entries()) {
    const { tier, budgets } = section(client)
    if (typeof tier !== 'string' || !tierName.test(tier)) continue
    if (names.includes(tier)) {
      yield* checkOverrides(['clients', index, 'budgets'], budgets, tier, section(tiers[tier])['budgets'])
      continue
    }
    const meant = nearest(tier, names)
    const advice = meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`
    yield { path: ['clients', index, 'tier'], message: `found ${shown(tier)}, which is no tier; ${advice}` }
  }
}
