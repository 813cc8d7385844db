import { type DocumentNode, Kind, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { CostPlanError, type CostPlanErrorReason } from '../../src/cost/cost-plan-error.ts'
import { deepDocument, hostileDocuments } from '../support/hostile-documents.ts'
import { hostileSchema } from '../support/hostile-schema.ts'

// Generous: on two idle cores the slowest takes a tenth of it.
const MAX_MS = 1_000

const refused: Readonly<Record<string, CostPlanErrorReason>> = {
  'aliases-100000': 'PLAN_TOO_LARGE',
  'abstract-split-histories': 'PLAN_TOO_LARGE',
  'conditions-nested': 'PLAN_TOO_LARGE',
  'depth-1000': 'SELECTION_TOO_DEEP',
  'depth-5000': 'SELECTION_TOO_DEEP',
  'directives-conditions-2000': 'PLAN_TOO_LARGE',
  'directives-repeated-10000': 'PLAN_TOO_LARGE',
  'fields-doubling-conditions': 'PLAN_TOO_LARGE',
  'fields-merged-conditions': 'PLAN_TOO_LARGE',
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

/** Everything that is done with an operation before it runs. */
function price(document: DocumentNode) {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  try {
    const plan = model.plan(document, operations.at(-1)?.name?.value)
    const explained = plan.explain()
    plan.violations()
    return explained
  } catch (error) {
    if (error instanceof CostPlanError) return error.reason
    throw error
  }
}

describe('a hostile document is priced or refused by name, in no time', () => {
  const documents = hostileDocuments().map(({ name, source }) => ({ name, read: () => parse(source) }))

  test.each([...documents, { name: 'depth-5000', read: () => deepDocument(5_000) }])('$name', ({ name, read }) => {
    const document = read()
    const startMs = performance.now()
    const outcome = price(document)
    const tookMs = performance.now() - startMs
    expect(typeof outcome === 'string' ? outcome : undefined).toBe(refused[name])
    expect(tookMs).toBeLessThan(MAX_MS)
  })
})
