import type { Charge } from '../../../src/budget/budget-store.ts'

/** Which bucket a charge goes to. Limits are not in it: a change of limits goes on with what is used. */
export function bucketName(tenant: string, { budget, subject }: Charge): string {
  const { name, level, meter, algorithm, mode } = budget
  return JSON.stringify([level === 'global' ? null : tenant, mode, algorithm, level, meter, name, subject])
}
