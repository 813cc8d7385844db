import { type DocumentNode, Kind, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { CostPlanError, type CostPlanErrorReason } from '../../src/cost/cost-plan-error.ts'
import { deepDocument, hostileDocuments } from '../support/hostile-documents.ts'
import { hostileSchema } from '../support/hostile-schema.ts'

// Time on the processor, so that what else the machine does is not counted. Generous: most take less than 50 ms.
const MAX_CPU_MS = 5_000

const refused: Readonly<Record<string, CostPlanErrorReason>> = {
  'aliases-100000': 'PLAN_TOO_LARGE',
  'conditions-nested': 'PLAN_TOO_LARGE',
  'depth-1000': 'SELECTION_TOO_DEEP',
  'depth-5000': 'SELECTION_TOO_DEEP',
  'directives-conditions-2000': 'PLAN_TOO_LARGE',
  'directives-repeated-10000': 'PLAN_TOO_LARGE',
  'fields-doubling-conditions': 'PLAN_TOO_LARGE',
  'fragment-cycle-direct': 'FRAGMENT_CYCLE',
  'fragment-cycle-indirect': 'FRAGMENT_CYCLE',
  'fragment-cycle-unused': 'FRAGMENT_CYCLE',
  'fragments-chain-5000': 'SELECTION_TOO_DEEP',
  'fragments-doubling-conditions': 'PLAN_TOO_LARGE',
  'inline-fragments-nested': 'SELECTION_TOO_DEEP',
  'input-default-deep': 'INPUT_TOO_DEEP',
  'input-object-deep': 'INPUT_TOO_DEEP',
  'spreads-conditions-2000': 'PLAN_TOO_LARGE',
}

const model = createCostModel(hostileSchema)

/** Everything that is done with an operation before it runs, with every condition true. */
function price(document: DocumentNode) {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const operation = operations.at(-1)
  const required = operation?.variableDefinitions?.filter(({ defaultValue }) => defaultValue === undefined) ?? []
  const variables = Object.fromEntries(required.map(({ variable }) => [variable.name.value, true]))
  try {
    const plan = model.plan(document, operation?.name?.value)
    plan.violations(variables)
    return plan.explain(variables)
  } catch (error) {
    if (error instanceof CostPlanError) return error.reason
    throw error
  }
}

describe('a hostile document is priced or refused by name, in no time', () => {
  const documents = hostileDocuments().map(({ name, source }) => ({ name, read: () => parse(source) }))
  for (const { name, read } of [...documents, { name: 'depth-5000', read: () => deepDocument(5_000) }]) {
    test(name, () => {
      const document = read()
      const start = process.cpuUsage()
      const outcome = price(document)
      const { user, system } = process.cpuUsage(start)
      expect(typeof outcome === 'string' ? outcome : 'priced').toBe(refused[name] ?? 'priced')
      expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS)
    })
  }
})

describe('a hostile document takes little once the engine is warm', () => {
  // The best of three, so that the compiler of the JavaScript engine is not counted. On an idle machine the
  // slowest takes about 50 ms and most take less than 10; what grows faster than it should takes minutes.
  const MAX_WARM_CPU_MS = 2_000

  for (const { name, source } of hostileDocuments()) {
    test(name, () => {
      const document = parse(source)
      const operation = document.definitions.findLast((node) => node.kind === Kind.OPERATION_DEFINITION)
      const times = [1, 2, 3].map(() => {
        const start = process.cpuUsage()
        try {
          model.plan(document, operation?.name?.value).estimate()
        } catch (error) {
          if (!(error instanceof CostPlanError)) throw error
        }
        const { user, system } = process.cpuUsage(start)
        return (user + system) / 1_000
      })
      expect(Math.min(...times)).toBeLessThan(MAX_WARM_CPU_MS)
    })
  }
})

describe('a document that tells possible types apart at every level', () => {
  test('is priced with the types joined, and says so', () => {
    const histories = hostileDocuments().find(({ name }) => name === 'abstract-split-histories')
    const plan = model.plan(parse(histories?.source ?? ''))
    expect(plan.approximate).toBe(true)
    expect(plan.explain()).toMatchObject(plan.estimate())
  })

  test('is told apart as long as the plan stays small', () => {
    const merged = hostileDocuments().find(({ name }) => name === 'abstract-wide')
    expect(model.plan(parse(merged?.source ?? '')).approximate).toBe(false)
  })
})

describe('what is priced of hostile documents', () => {
  const sources = new Map(hostileDocuments().map(({ name, source }) => [name, source]))
  const priceOf = (name: string) => price(parse(sources.get(name) ?? ''))

  test('is every one of the paths that fragments double', () => {
    // Each of 29 levels has two parents of weight 4 at most, and types of weight 3 at most.
    const paths = 2 ** 30 - 2
    expect(priceOf('fragments-doubling-fields')).toMatchObject({
      fieldCost: 1 + 4 * paths,
      typeCost: 1 + 3 * (1 + paths),
    })
  })

  test('is a number where nested lists pass the largest one', () => {
    const most = Number.MAX_SAFE_INTEGER
    expect(priceOf('lists-nested')).toMatchObject({ fieldCost: most, typeCost: most, cost: most, unbounded: false })
  })
})
