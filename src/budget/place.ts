import type { Charge } from './budget-store.ts'

/**
 * Where a take's budgets are kept: with its tenant; those of the level `global` where all tenants find them. Everything
 * of one place can be changed at once.
 *
 * @throws RangeError for budgets of both kinds
 */
export function placeOf(tenant: string, charges: readonly Charge[]): string {
  const isGlobal = charges[0]?.budget.level === 'global'
  for (const { budget } of charges) {
    if ((budget.level === 'global') === isGlobal) continue
    throw new RangeError(
      'A take mixes budgets of the level global with others, which lie in another place; take them apart, or through ' +
        'createLeasingBudgetStore',
    )
  }
  return isGlobal ? GLOBAL_PLACE : tenant
}

const GLOBAL_PLACE = '~global'
