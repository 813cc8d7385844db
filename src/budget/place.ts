import type { Charge } from './budget-store.ts'

/**
 * Where a take's budgets are kept: with its tenant; those of the level `global` where all tenants find them. Everything
 * of one place can be changed at once.
 */
export function placeOf(tenant: string, charges: readonly Charge[]): string {
  return charges[0]?.budget.level === 'global' ? GLOBAL_PLACE : tenant
}

const GLOBAL_PLACE = '~global'
