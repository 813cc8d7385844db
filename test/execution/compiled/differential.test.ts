import { readFileSync } from 'node:fs'
import { schema as github } from '@octokit/graphql-schema'
import fc from 'fast-check'
import { buildSchema, type ExecutionArgs, execute, parse } from 'graphql'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createExecutor, type Executor } from '../../../src/execution/compiled/executor.ts'
import { WrittenResult } from '../../../src/execution/compiled/writing/written-result.ts'
import { beginContainment, containSchema } from '../../../src/execution/containment/contain-schema.ts'
import { tapes } from '../../support/cost-choices.ts'
import { generateOperation } from '../../support/cost-operations.ts'
import { generateSchema } from '../../support/cost-schemas.ts'
import { createWorld, worldOptions } from '../../support/hostile-world.ts'
import { observedExecution } from '../../support/observed-execution.ts'

/** How an operation is executed in a world. */
const settings = fc.record({
  world: worldOptions(),
  kind: fc.constantFrom('query', 'query', 'mutation'),
  containment: fc.constantFrom(undefined, undefined, 'charge', 'truncate', 'error'),
})
const directives = readFileSync('schema/cost.graphql', 'utf8')

function worldOf({ world, kind, containment }: Setting, sdl: string) {
  const roots = kind === 'query' ? '' : 'schema { query: Root mutation: Query } type Root { x: Int }'
  const schema = buildSchema([directives, sdl, roots].join('\n'))
  const created = createWorld({ ...world, schema })
  if (containment !== undefined) containSchema(schema, { oversizedLists: containment, eventLoopBudgetMs: 60_000 })
  return created
}

type Setting = typeof settings extends fc.Arbitrary<infer Value> ? Value : never

/** Compares executions of whatever there is, and counts them. */
async function compareMany(numRuns: number) {
  const counted = { comparisons: 0, failures: 0, compiled: 0, written: 0 }
  const pairs = fc.array(settings, { minLength: 2, maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(tapes(2_000), pairs, async (choices, pair) => {
      const generated = generateSchema(choices, false)
      const operations = Array.from({ length: 6 }, () => generateOperation(choices, generated))
      const executor = createExecutor({ interpretedRuns: 0 })
      for (const setting of pair) {
        const { schema, rootValue, log } = worldOf(setting, generated.sdl)
        for (const { source, variables } of operations) {
          const document = parse(source.replace('query', setting.kind))
          const variableValues = choices.oneIn(6) ? without(variables) : variables
          const answer = await compare(executor, { schema, rootValue, document, variableValues }, log)
          counted.comparisons += 1
          if (answer.errors !== undefined) counted.failures += 1
          if (answer.isWritten) counted.written += 1
        }
      }
      counted.compiled += executor.stats().compiled
    }),
    { numRuns },
  )
  return counted
}

describe('an operation that is compiled', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('is answered as graphql-js answers it, whatever its schema, its document and its resolvers', async () => {
    const { comparisons, compiled, failures, written } = await compareMany(170)
    expect(comparisons).toBeGreaterThanOrEqual(2_000)
    // The others have variables that are none.
    expect(compiled).toBeGreaterThan(comparisons * 0.8)
    expect(failures).toBeGreaterThan(100)
    // Those without errors.
    expect(written).toBeGreaterThan(100)
  }, 60_000)

  test('is so too where code may not be made of text', async () => {
    let refused = 0
    const refusing = class {
      constructor() {
        refused += 1
        throw new EvalError('Code generation from strings disallowed for this context')
      }
    }
    vi.stubGlobal('Function', refusing)
    const { comparisons, compiled } = await compareMany(30)
    expect(compiled).toBeGreaterThan(comparisons * 0.8)
    expect(refused).toBeGreaterThan(100)
  }, 60_000)

  test('is answered as graphql-js answers it on the schema of GitHub', async () => {
    // As it is published, two of its fields are defined twice, which validation would refuse.
    const schema = buildSchema(github.idl, { assumeValidSDL: true, assumeValid: true })
    const document = parse(readFileSync('test/cost/schema/github-query.graphql', 'utf8'))
    const executor = createExecutor({ interpretedRuns: 0 })
    const variableValues = { owner: 'graphql', repositories: 20, search: 'cost' }
    let fields = 0
    for (const hostileOnceIn of [1_000_000, 1_000_000, 1_000_000, 50, 50, 10]) {
      for (let seed = 0; seed < 12; seed++) {
        const { rootValue, log } = createWorld({ schema, seed: String(seed), hostileOnceIn, nonNullOnceIn: 1_000_000 })
        // Whatever has been compiled has the resolvers of another world.
        const key = { ...document }
        const args = { schema, rootValue, document: key, variableValues }
        fields += (await compare(executor, args, log)).data.split(': ').length
      }
    }
    expect(executor.stats()).toMatchObject({ compiled: 72, interpreted: 0 })
    expect(fields).toBeGreaterThan(300)
  }, 30_000)
})

async function compare(executor: Executor, args: ExecutionArgs, log: string[]) {
  const expected = { ...(await observedExecution(execute, contained(args))), log: log.splice(0) }
  let executed: unknown
  const compiled = (it: ExecutionArgs) => {
    const result = executor.execute(it, args.document)
    executed = result
    return result
  }
  const found = { ...(await observedExecution(compiled, contained(args))), log: log.splice(0) }
  // The long way only where it shows what differs.
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected)
  const result = await executed
  const isWritten = result instanceof WrittenResult
  if (isWritten)
    expect(textOf(() => String(result.write()))).toBe(textOf(() => `{"data":${JSON.stringify(result.data)}}\n`))
  return { ...expected, isWritten }
}

/** What is written, or that it cannot be: there are objects that throw when they are read. */
function textOf(write: () => string): string {
  try {
    return write()
  } catch {
    return 'cannot be written'
  }
}

/** With a context of its own, and held to its limits where its schema is: two items in each list. */
function contained(args: ExecutionArgs): ExecutionArgs {
  const controller = new AbortController()
  const contextValue = {}
  beginContainment(args.schema, contextValue, { controller, sizeOf: () => 2 })
  return { ...args, contextValue }
}

/** Variables of which one is missing. */
function without(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variables).slice(1))
}
