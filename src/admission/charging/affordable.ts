import type { CostPlan } from '../../cost/cost-model.ts'

/** A slicing argument with a value at which an operation is not too dear. */
export interface Affordable {
  /** The response path of the field and the argument: `products.first`. */
  readonly argument: string
  readonly value: number
}

/** How many arguments are tried, the dearest first: a refusal must not become dear itself. */
const MAX_TRIED = 3

/** The one slicing argument that, made smaller, brings an operation down to a cost; undefined where none does alone. */
export function affordable(
  plan: CostPlan,
  variables: Readonly<Record<string, unknown>>,
  maxCost: number,
): Affordable | undefined {
  for (const { path, argument } of plan.slices(variables).slice(0, MAX_TRIED)) {
    const value = plan.largest(`${path}.${argument}`, maxCost, variables)
    if (value !== undefined && value > 0) return { argument: `${path}.${argument}`, value }
  }
  return undefined
}
