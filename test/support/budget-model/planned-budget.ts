import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetPlan } from './budget-history.ts'

export function plannedBudget(name: string, plan: BudgetPlan): Budget {
  const { level, mode, capacity, refillPerSecond, maxDelayMs, windowMs, windowMonths } = plan
  const face = { name, level, mode, capacity, onStoreFailure: 'local' } as const
  switch (plan.algorithm) {
    case 'token-bucket':
      return { ...face, meter: 'cost', algorithm: plan.algorithm, refillPerSecond }
    case 'leaky-bucket':
      return { ...face, meter: 'cost', algorithm: plan.algorithm, refillPerSecond, maxDelayMs }
    case 'fixed-window': {
      const window = windowMonths > 0 ? { months: windowMonths } : { ms: windowMs }
      return { ...face, meter: 'requests', algorithm: plan.algorithm, window }
    }
    case 'sliding-window':
    case 'sliding-log':
      return { ...face, meter: 'responseBytes', algorithm: plan.algorithm, windowMs }
    case 'semaphore':
      // Few enough that all are taken now and then.
      return { ...face, meter: 'concurrency', algorithm: plan.algorithm, capacity: Math.ceil(capacity / 20) }
  }
}
