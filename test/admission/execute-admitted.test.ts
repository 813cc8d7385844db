import { makeExecutableSchema } from '@graphql-tools/schema'
import { parse } from 'graphql'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { anonymousClient } from '../../src/accounts/anonymous-client.ts'
import { admissionContext } from '../../src/admission/admission-context.ts'
import { batchUse } from '../../src/admission/charging/batch-use.ts'
import { executeAdmitted } from '../../src/admission/execute-admitted.ts'
import { createPreparedOperations } from '../../src/admission/prepared-operations.ts'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { createExecutor } from '../../src/execution/compiled/executor.ts'
import { executeWith } from '../../src/execution/compiled/executor-of.ts'
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'

const TIMEOUT_MS = 1

/** Holds up the process until the deadline has passed, as a statement of PGlite does. */
function holdUp(): number {
  const endMs = performance.now() + TIMEOUT_MS + 1
  while (performance.now() < endMs);
  return 1
}

const schema = makeExecutableSchema({
  typeDefs: 'type Query { slow: Int } type Mutation { change: Int }',
  resolvers: { Query: { slow: holdUp }, Mutation: { change: holdUp } },
})
const operations = createPreparedOperations({ schema, model: createCostModel(schema), limits: defaultGuardLimits })

async function run(source: string) {
  const document = parse(source)
  const prepared = operations.prepare(source, document, undefined)
  if ('code' in prepared) throw new Error(prepared.message)
  const contextValue = admissionContext(anonymousClient('192.0.2.1'), 'headers', 0)
  contextValue.admission.admitted = {
    prepared,
    variables: {},
    coerced: {},
    reservation: { id: 'one', tenant: 'none', charges: [], ttlMs: 1, source: 'open' },
    used: batchUse(1),
    seat: undefined,
    tier: 'anonymous',
    timeoutMs: TIMEOUT_MS,
  }
  const result = await executeAdmitted({ schema, document, contextValue })
  return { result, keepsEstimate: contextValue.admission.keepsEstimate }
}

const ways = [
  ['graphql-js', 1],
  ['compiled execution', 0],
] as const

describe.each(ways)('an operation that ends after its deadline, since the process was held up, under %s', (_, runs) => {
  const executor = createExecutor({ interpretedRuns: runs })
  beforeEach(() => executeWith(schema, executor))
  afterAll(() => expect(executor.stats()).toMatchObject(runs === 0 ? { compiled: 2 } : { interpreted: 2 }))

  test('is timed out and keeps its estimate where it is a query', async () => {
    expect(await run('{ slow }')).toMatchObject({
      result: { errors: [{ extensions: { code: 'OPERATION_TIMEOUT', timeoutMs: TIMEOUT_MS } }] },
      keepsEstimate: true,
    })
  })

  test('is answered where it is a mutation: what it has changed is changed', async () => {
    expect(await run('mutation { change }')).toEqual({ result: { data: { change: 1 } }, keepsEstimate: false })
  })
})
