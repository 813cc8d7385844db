import fc from 'fast-check'
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import type { CostCounts, CountsByCoordinate } from '../../src/cost/evaluate/counts.ts'
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
        const { rows, truncated, counts: _counts, ...explained } = plan.explain(generated.variables)
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

  test('the counts, weighted, add up to the totals while no weight is below zero', () => {
    fc.assert(
      fc.property(cases, (generated) => {
        fc.pre(!generated.negative && generated.options.preset === 'ibm')
        const { schema, plan } = planned(generated)
        const { counts, fieldCost, typeCost, unbounded } = plan.explain(generated.variables)
        const numbers = countMaps(counts).flatMap((counted) => Object.values(counted))
        expect(numbers.every((number) => number > 0 && number <= MAX_SAFE_INTEGER)).toBe(true)
        // Where a list has no bound the counts stand at the largest number, which cannot be added up.
        if (unbounded) return
        expect(numbers.every(Number.isSafeInteger)).toBe(true)
        const { ofTypes, ofFields } = schemaWeights(schema)
        expect(weighted(counts.typeCounts, ofTypes)).toBe(typeCost)
        const parts = [counts.fieldCounts, counts.argumentCounts, counts.inputFieldCounts]
        expect(parts.reduce((sum, part) => sum + weighted(part, ofFields), 0)).toBe(fieldCost)
      }),
      { numRuns: 500, ...limits },
    )
  })

  test('the largest value fits, and the one above it does not', () => {
    fc.assert(
      fc.property(cases, fc.double({ min: 0, max: 3, noNaN: true }), (generated, share) => {
        const { plan } = planned(generated)
        const maxCost = Math.floor(plan.estimate(generated.variables).cost * share)
        for (const { path, argument, variable } of plan.slices(generated.variables).slice(0, 3)) {
          const { source, variables } = generated
          if (variable === undefined) continue
          const most = plan.largest(`${path}.${argument}`, maxCost, variables)
          const costWith = (size: number) =>
            plan.estimate(withSize({ source, variables }, variable, argument, size)).cost
          if (most !== undefined) expect(costWith(most)).toBeLessThanOrEqual(maxCost)
          if (argument.includes('.')) continue
          if (most === undefined) expect(costWith(0)).toBeGreaterThan(maxCost)
          else if (most < 2 ** 31 - 1) expect(costWith(most + 1)).toBeGreaterThan(maxCost)
        }
      }),
      { numRuns: 500, ...limits },
    )
  })

  test('no variables within the limits cost more than the bound', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.boolean(), { maxLength: 8 }), (generated, known) => {
        const { plan, execution } = planned(generated)
        const { variables } = generated
        const some = Object.fromEntries(Object.entries(variables).filter((_, index) => known[index] === true))
        const bounded = plan.bound({ ...sizesOf(variables), variables: some })
        const estimate = plan.estimate(variables)
        expect(bounded.fieldCost).toBeGreaterThanOrEqual(estimate.fieldCost)
        expect(bounded.typeCost).toBeGreaterThanOrEqual(estimate.typeCost)
        expect(bounded.cost).toBeGreaterThanOrEqual(estimate.cost)
        expect(bounded.fieldCost).toBeGreaterThanOrEqual(Math.min(execution().cost().fieldCost, MAX_SAFE_INTEGER))
        expect(plan.bound().cost).toBeGreaterThanOrEqual(bounded.cost)
      }),
      { numRuns: 500, ...limits },
    )
  })

  test('a plan that joins possible types is never below the exact cost, and one that says it does not is exact', () => {
    let joined = 0
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 6 }), (generated, maxExactFields) => {
        const { schema, document, execution } = planned(generated)
        const plan = createCostModel(schema, { ...generated.options, maxExactFields }).plan(document)
        const exact = execution().cost()
        const [fieldCost, typeCost] = [exact.fieldCost, exact.typeCost].map((n) => Math.min(n, MAX_SAFE_INTEGER))
        const estimate = plan.estimate(generated.variables)
        if (!plan.approximate) expect(estimate).toMatchObject({ fieldCost, typeCost })
        else joined += 1
        expect(estimate.fieldCost).toBeGreaterThanOrEqual(fieldCost ?? 0)
        expect(estimate.typeCost).toBeGreaterThanOrEqual(typeCost ?? 0)
        const measured = plan.measure(generateResponse(generated.choices, execution()), generated.variables)
        expect(measured.fieldCost).toBeLessThanOrEqual(estimate.fieldCost)
        expect(measured.typeCost).toBeLessThanOrEqual(estimate.typeCost)
      }),
      { numRuns: 1_000, ...limits },
    )
    expect(joined).toBeGreaterThan(100)
  })
})

/** Variables in which one number is another: a variable itself, or what is at the end of a path of one step. */
function withSize(
  { source, variables }: Pick<Case, 'source' | 'variables'>,
  variable: string,
  argument: string,
  size: number,
): Readonly<Record<string, unknown>> {
  const isObject = new RegExp(`\\$${variable}: (Filter|Page|Range)`).test(source)
  if (!isObject) return { ...variables, [variable]: size }
  const name = argument.split('.').at(-1) ?? ''
  const value = variables[variable]
  return { ...variables, [variable]: { ...(typeof value === 'object' ? value : {}), [name]: size } }
}

/** The largest number and the most objects and list items in any variable. */
function sizesOf(variables: Readonly<Record<string, unknown>>): { maxSize: number; maxInputItems: number } {
  // A value without brackets is a list of one.
  const numbers = [1]
  const items = (value: unknown): number => {
    if (typeof value === 'number') numbers.push(value)
    if (typeof value !== 'object' || value === null) return 0
    const inside = Object.entries(value).reduce((sum, [, each]) => sum + items(each), 0)
    if (!Array.isArray(value)) return 1 + inside
    numbers.push(value.length)
    return value.length + inside
  }
  const maxInputItems = Math.max(0, ...Object.values(variables).map(items))
  return { maxSize: Math.max(...numbers), maxInputItems }
}

function countMaps(counts: CostCounts): readonly CountsByCoordinate[] {
  const { fieldCounts, typeCounts, inputTypeCounts, inputFieldCounts, argumentCounts, directiveCounts } = counts
  return [fieldCounts, typeCounts, inputTypeCounts, inputFieldCounts, argumentCounts, directiveCounts]
}

function weighted(counts: Readonly<Record<string, number>>, weights: ReadonlyMap<string, number>): number {
  return Object.entries(counts).reduce((sum, [name, count]) => sum + count * (weights.get(name) ?? 0), 0)
}

/** The weights of everything that is counted, as the schema writes them. */
function schemaWeights(schema: GraphQLSchema) {
  const written = (node: Parameters<typeof getDirectiveValues>[1] | null | undefined) => {
    const definition = schema.getDirective('cost')
    const weight = node && definition ? getDirectiveValues(definition, node)?.['weight'] : undefined
    return weight === undefined ? undefined : Number(weight)
  }
  const ofTypes = new Map<string, number>()
  const ofFields = new Map<string, number>()
  const weigh = (type: GraphQLNamedType): number =>
    isAbstractType(type)
      ? Math.max(...schema.getPossibleTypes(type).map(weigh))
      : (written(type.astNode) ?? (isCompositeType(type) ? 1 : 0))
  const addInput = (coordinate: string, input: GraphQLArgument | GraphQLInputField) =>
    ofFields.set(coordinate, written(input.astNode) ?? (isInputObjectType(getNamedType(input.type)) ? 1 : 0))
  for (const type of Object.values(schema.getTypeMap())) {
    ofTypes.set(type.name, weigh(type))
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) addInput(`${type.name}.${field.name}`, field)
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      ofFields.set(coordinate, written(field.astNode) ?? (isCompositeType(getNamedType(field.type)) ? 1 : 0))
      for (const argument of field.args) addInput(`${coordinate}(${argument.name}:)`, argument)
    }
  }
  for (const directive of schema.getDirectives()) {
    for (const argument of directive.args) addInput(`@${directive.name}(${argument.name}:)`, argument)
  }
  return { ofTypes, ofFields }
}
