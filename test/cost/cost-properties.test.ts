import fc from 'fast-check'
import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { tapes } from '../support/cost-choices.ts'
import { costSchema } from '../support/cost-model.ts'
import { generateOperation } from '../support/cost-operations.ts'
import { generateResponse } from '../support/cost-responses.ts'
import { generateSchema } from '../support/cost-schemas.ts'
import { NaiveExecution } from '../support/naive-cost.ts'

const { MAX_SAFE_INTEGER } = Number

/** A schema, an operation that is valid against it, variables and options. */
const cases = fc
  .record({ schema: tapes(400), operation: tapes(400), response: tapes(200), options: tapes(3) })
  .map((tape) => {
    const preset = tape.options.pick('ibm' as const, 'ibm' as const, 'apolloRouter' as const)
    const defaultListSize = tape.options.pick(3, 0, 10, Number.POSITIVE_INFINITY)
    const negative = tape.options.oneIn(2)
    const schema = generateSchema(tape.schema, negative)
    const operation = generateOperation(tape.operation, schema)
    return { sdl: schema.sdl, ...operation, options: { preset, defaultListSize }, negative, choices: tape.response }
  })

type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never

// Shrinking may take long; what it has by then is printed.
const limits = { interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true }

/** The engine's plan of a case, and the same operation to be played. */
function planned({ sdl, source, variables, options }: Case) {
  const schema = costSchema(sdl)
  const document = parse(source)
  const plan = createCostModel(schema, options).plan(document)
  return { schema, document, plan, execution: () => new NaiveExecution(schema, document, { ...variables }, options) }
}

describe('for any schema, operation and variables', () => {
  test('the generated operations are valid', () => {
    fc.assert(
      fc.property(cases, (generated) => {
        const { schema, document, execution } = planned(generated)
        expect(validate(schema, document)).toEqual([])
        expect(execution).not.toThrow()
      }),
      { numRuns: 200, ...limits },
    )
  })

  test('the estimate is that of an execution in which every list is full', () => {
    fc.assert(
      fc.property(cases, (generated) => {
        const { plan, execution } = planned(generated)
        const { fieldCost, typeCost } = execution().cost()
        expect(plan.estimate(generated.variables)).toMatchObject({
          fieldCost: Math.min(fieldCost, MAX_SAFE_INTEGER),
          typeCost: Math.min(typeCost, MAX_SAFE_INTEGER),
          unbounded: fieldCost === Number.POSITIVE_INFINITY || typeCost === Number.POSITIVE_INFINITY,
        })
      }),
      { numRuns: 1_000, ...limits },
    )
  })

  test('no response whose lists keep to their sizes measures more than the estimate', () => {
    fc.assert(
      fc.property(cases, (generated) => {
        const { plan, execution } = planned(generated)
        const measured = plan.measure(generateResponse(generated.choices, execution()), generated.variables)
        const estimate = plan.estimate(generated.variables)
        expect(measured.fieldCost).toBeLessThanOrEqual(estimate.fieldCost)
        expect(measured.typeCost).toBeLessThanOrEqual(estimate.typeCost)
        expect(measured.cost).toBeLessThanOrEqual(estimate.cost)
      }),
      { numRuns: 1_000, ...limits },
    )
  })

  test('asking for more items never costs less while no weight is below zero', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 20 }), (generated, more) => {
        fc.pre(!generated.negative)
        const { plan } = planned(generated)
        const raised = Object.entries(generated.variables).map(([name, value]) => [
          name,
          typeof value === 'number' ? value + more : value,
        ])
        const estimate = plan.estimate(generated.variables)
        const higher = plan.estimate(Object.fromEntries(raised))
        expect(higher.fieldCost).toBeGreaterThanOrEqual(estimate.fieldCost)
        expect(higher.typeCost).toBeGreaterThanOrEqual(estimate.typeCost)
        expect(higher.cost).toBeGreaterThanOrEqual(estimate.cost)
      }),
      { numRuns: 300, ...limits },
    )
  })

  test("the rows' own parts add up to the totals of the estimate", () => {
    fc.assert(
      fc.property(cases, (generated) => {
        const { plan } = planned(generated)
        const { rows, truncated, ...explained } = plan.explain(generated.variables)
        expect(explained).toEqual(plan.estimate(generated.variables))
        for (const total of ['fieldCost', 'typeCost'] as const) {
          const sum = rows.reduce((sum, { own }) => sum + own[total], 0)
          expect(Math.min(sum, MAX_SAFE_INTEGER)).toBe(explained[total])
        }
      }),
      { numRuns: 500, ...limits },
    )
  })

  test('every number is one that a budget can count', () => {
    fc.assert(
      fc.property(cases, (generated) => {
        const { plan, execution } = planned(generated)
        const explained = plan.explain(generated.variables)
        const measured = plan.measure(generateResponse(generated.choices, execution()), generated.variables)
        for (const { fieldCost, typeCost, cost } of [explained, measured]) {
          for (const number of [fieldCost, typeCost, cost]) {
            expect(number).toBeGreaterThanOrEqual(0)
            expect(number).toBeLessThanOrEqual(MAX_SAFE_INTEGER)
          }
          expect(Number.isSafeInteger(cost)).toBe(true)
        }
        for (const { own, total, instances } of explained.rows) {
          const numbers = [own.fieldCost, own.typeCost, total.fieldCost, total.typeCost, instances]
          expect(numbers.every(Number.isFinite)).toBe(true)
        }
        if (generated.options.defaultListSize !== Number.POSITIVE_INFINITY) expect(explained.unbounded).toBe(false)
      }),
      { numRuns: 300, ...limits },
    )
  })
})
