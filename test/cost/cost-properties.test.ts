import fc from 'fast-check'
import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { Choices, choices } from '../support/cost-choices.ts'
import { costSchema } from '../support/cost-model.ts'
import { generateOperation } from '../support/cost-operations.ts'
import { generateResponse } from '../support/cost-responses.ts'
import { generateSchema } from '../support/cost-schemas.ts'
import { NaiveExecution } from '../support/naive-cost.ts'

const { MAX_SAFE_INTEGER } = Number

/** A schema, an operation that is valid against it, variables and options. */
function cases({ negative = true, defaultListSizes = [3, 0, 10, Number.POSITIVE_INFINITY] } = {}) {
  return choices.map((tape) => {
    const choices = new Choices(tape)
    const { sdl, ...rest } = generateSchema(choices, negative)
    const { source, variables } = generateOperation(choices, { sdl, ...rest })
    const preset = choices.pick('ibm' as const, 'ibm' as const, 'apolloRouter' as const)
    const defaultListSize = defaultListSizes[choices.below(defaultListSizes.length)] ?? 3
    return { sdl, source, variables, options: { preset, defaultListSize }, choices }
  })
}

type Case = ReturnType<typeof cases> extends fc.Arbitrary<infer C> ? C : never

function planned({ sdl, source, variables, options }: Case) {
  const schema = costSchema(sdl)
  const document = parse(source)
  const plan = createCostModel(schema, options).plan(document)
  return { schema, document, plan, execution: () => new NaiveExecution(schema, document, { ...variables }, options) }
}

describe('for any schema, operation and variables', () => {
  test('the generated operations are valid', () => {
    fc.assert(
      fc.property(cases(), (generated) => {
        const { schema, document, execution } = planned(generated)
        expect(validate(schema, document)).toEqual([])
        expect(execution).not.toThrow()
      }),
      { numRuns: 200 },
    )
  })

  test('the estimate is that of an execution in which every list is full', () => {
    fc.assert(
      fc.property(cases(), (generated) => {
        const { plan, execution } = planned(generated)
        const { fieldCost, typeCost } = execution().cost()
        const estimate = plan.estimate(generated.variables)
        expect(estimate).toMatchObject({
          fieldCost: Math.min(fieldCost, MAX_SAFE_INTEGER),
          typeCost: Math.min(typeCost, MAX_SAFE_INTEGER),
          unbounded: fieldCost === Number.POSITIVE_INFINITY || typeCost === Number.POSITIVE_INFINITY,
        })
      }),
      { numRuns: 1_000 },
    )
  })

  test('no response whose lists keep to their sizes measures more than the estimate', () => {
    fc.assert(
      fc.property(cases(), (generated) => {
        const { plan, execution } = planned(generated)
        const measured = plan.measure(generateResponse(generated.choices, execution()), generated.variables)
        const estimate = plan.estimate(generated.variables)
        expect(measured.fieldCost).toBeLessThanOrEqual(estimate.fieldCost)
        expect(measured.typeCost).toBeLessThanOrEqual(estimate.typeCost)
        expect(measured.cost).toBeLessThanOrEqual(estimate.cost)
      }),
      { numRuns: 600 },
    )
  })
})
