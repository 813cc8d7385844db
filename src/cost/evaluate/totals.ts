import type { CostSettings } from '../cost-options.ts'

/** The two totals of the specification, raw, and what is charged for them. */
export interface Cost {
  readonly fieldCost: number
  readonly typeCost: number
  /** `charge.field · fieldCost + charge.type · typeCost`, rounded up once. What budgets count. */
  readonly cost: number
  /**
   * True where a list has no known size and `defaultListSize` is `Infinity`. The numbers then stand at
   * `Number.MAX_SAFE_INTEGER`: no budget has that much.
   */
  readonly unbounded: boolean
}

/** `n · x` where 0 items cost 0, even of something endless. */
export function times(n: number, x: number): number {
  return n === 0 || x === 0 ? 0 : n * x
}

/** Turns raw totals into a cost. Infinity stops here. */
export function toCost(settings: CostSettings, fieldTotal: number, typeTotal: number): Cost {
  const { field, type } = settings.charge
  return {
    fieldCost: saturate(fieldTotal),
    typeCost: saturate(typeTotal),
    cost: saturate(roundUp(times(field, fieldTotal) + times(type, typeTotal))),
    unbounded: fieldTotal === Infinity || typeTotal === Infinity,
  }
}

// Sums of decimal weights carry noise in their last bits (0.1 · 3 > 0.3), which must not cost a whole unit.
function roundUp(cost: number): number {
  const nearest = Math.round(cost)
  const noise = Math.max(1e-9, nearest * 1e-12)
  return Math.abs(cost - nearest) <= noise ? nearest : Math.ceil(cost)
}

/** Keeps a total between 0 and the largest number that stands for one. */
export function saturate(total: number): number {
  return Math.max(0, Math.min(total, Number.MAX_SAFE_INTEGER))
}
