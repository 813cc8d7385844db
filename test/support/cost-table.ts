import { parse } from 'graphql'
import { expect, test } from 'vitest'
import type { CostOptions } from '../../src/cost/cost-options.ts'
import { costModel } from './cost-model.ts'

/** One operation with the totals that DESIGN's cost model gives it, worked out by hand. */
export interface CostCase {
  readonly name: string
  readonly operation: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly fieldCost: number
  readonly typeCost: number
}

/** A test for each case: its name is what the case shows. */
export function costTable(sdl: string, cases: readonly CostCase[], options?: CostOptions): void {
  const model = costModel(sdl, options)
  for (const { name, operation, variables, ...expected } of cases) {
    test(name, () => {
      expect(model.plan(parse(operation)).estimate(variables)).toMatchObject(expected)
    })
  }
}
