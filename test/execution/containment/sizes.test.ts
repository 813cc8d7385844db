import fc from 'fast-check'
import {
  execute,
  type GraphQLAbstractType,
  type GraphQLOutputType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  parse,
} from 'graphql'
import { expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { beginContainment, containSchema } from '../../../src/execution/containment/contain-schema.ts'
import { type Choices, tapes } from '../../support/cost-choices.ts'
import { costSchema } from '../../support/cost-model.ts'
import { generateOperation } from '../../support/cost-operations.ts'
import { generateSchema } from '../../support/cost-schemas.ts'

/** Past as many calls, resolvers answer null. */
const MAX_CALLS = 300

/** A schema whose resolvers return lists of any length up to 6, whatever they were asked for. */
function boundlessSchema(sdl: string, choices: Choices) {
  const schema = costSchema(sdl)
  let calls = 0
  const anyValue = (type: GraphQLOutputType): unknown => {
    calls += 1
    const nullable = getNullableType(type)
    if (calls > MAX_CALLS || choices.oneIn(12)) return null
    if (isListType(nullable)) return Array.from({ length: choices.below(7) }, () => anyValue(nullable.ofType))
    return isCompositeType(nullable) ? {} : 1
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isAbstractType(type)) {
      type.resolveType = (_, __, info, abstract: GraphQLAbstractType) => {
        const [first, ...others] = info.schema.getPossibleTypes(abstract)
        return first === undefined ? undefined : choices.pick(first, ...others).name
      }
    }
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) field.resolve = () => anyValue(field.type)
  }
  return schema
}

const cases = fc
  .record({ schema: tapes(400), operation: tapes(400), answers: tapes(600), options: tapes(3) })
  .map((tape) => {
    const defaultListSize = tape.options.pick(3, 0, 10)
    const maxExactFields = tape.options.pick(undefined, 0, 6)
    const { sdl, ...schema } = generateSchema(tape.schema, tape.options.oneIn(2))
    const operation = generateOperation(tape.operation, { sdl, ...schema })
    const options = { defaultListSize, ...(maxExactFields !== undefined && { maxExactFields }) }
    return { sdl, ...operation, answers: tape.answers, options }
  })

test('whatever resolvers return, lists that are cut to their sizes measure no more than the estimate', async () => {
  let cut = 0
  let full = 0
  await fc.assert(
    fc.asyncProperty(cases, async ({ sdl, source, variables, answers, options }) => {
      const schema = containSchema(boundlessSchema(sdl, answers), {
        oversizedLists: 'truncate',
        eventLoopBudgetMs: 60_000,
        onOversizedList: () => {
          cut += 1
        },
      })
      const document = parse(source)
      const plan = createCostModel(schema, options).plan(document)
      const controller = new AbortController()
      const contextValue = {}
      beginContainment(schema, contextValue, { controller, sizeOf: plan.sizes(variables) })
      const { data } = await execute({ schema, document, contextValue, variableValues: variables })
      const measured = plan.measure(data, variables)
      const estimate = plan.estimate(variables)
      full += measured.cost === estimate.cost ? 1 : 0
      expect(measured.fieldCost).toBeLessThanOrEqual(estimate.fieldCost)
      expect(measured.typeCost).toBeLessThanOrEqual(estimate.typeCost)
    }),
    { numRuns: 500, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
  )
  // It would prove nothing if no list were cut, or none were full.
  expect(cut).toBeGreaterThan(100)
  expect(full).toBeGreaterThan(0)
}, 60_000)
