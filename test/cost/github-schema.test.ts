import { readFileSync } from 'node:fs'
import { schema as github } from '@octokit/graphql-schema'
import {
  buildSchema,
  type GraphQLSchema,
  getNullableType,
  isListType,
  parse,
  resolveSchemaCoordinate,
  validate,
} from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CostModel, createCostModel } from '../../src/cost/cost-model.ts'
import { costSettings } from '../../src/cost/cost-options.ts'
import { findSchemaMistakes } from '../../src/cost/schema/schema-mistakes.ts'
import { findSchemaWarnings } from '../../src/cost/schema/warnings/schema-warnings.ts'

const folder = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, folder), 'utf8')
const operation = parse(read('test/cost/schema/github-query.graphql'))
const variables = { owner: 'graphql', repositories: 20, search: 'cost' }

/** GitHub's schema, with `@listSize` on every field that is paged through with first and last. */
function annotated(sdl: string): string {
  const listSize = '@listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])'
  return read('schema/cost.graphql') + sdl.replaceAll(/\): \w+Connection!?/g, `$& ${listSize}`)
}

describe('the schema of GitHub', () => {
  let schema: GraphQLSchema
  let model: CostModel
  let loadMs: number

  beforeAll(() => {
    const sdl = annotated(github.idl)
    const startMs = performance.now()
    // As it is published, two of its fields are defined twice, which validation would refuse.
    schema = buildSchema(sdl, { assumeValidSDL: true })
    model = createCostModel(schema)
    loadMs = performance.now() - startMs
  })

  test('loads in seconds, however slow the machine', () => {
    expect(Object.keys(schema.getTypeMap()).length).toBeGreaterThan(1_000)
    expect(loadMs).toBeLessThan(5_000)
  })

  test('has no mistakes with the directives added', () => {
    const sized = [...annotated(github.idl).matchAll(/@listSize\(slicingArguments/g)]
    expect(sized.length).toBeGreaterThan(300)
    expect(findSchemaMistakes(schema, model.settings.directives)).toEqual([])
  })

  test('is warned about for the lists outside its connections alone', () => {
    const warnings = findSchemaWarnings(schema, costSettings({}))
    expect(warnings.length).toBeGreaterThan(0)
    for (const { coordinate, message } of warnings) {
      expect(message).toMatch(/^is a list of unknown size/)
      expect(coordinate).not.toMatch(/Connection\.(edges|nodes)$/)
      const element = resolveSchemaCoordinate(schema, coordinate)
      expect(element?.kind === 'Field' && isListType(getNullableType(element.field.type)), coordinate).toBe(true)
    }
  })

  test('multiplies connections inside connections', () => {
    const plan = model.plan(
      parse('{ viewer { repositories(first: 10) { nodes { issues(last: 5) { nodes { title } } } } } }'),
    )
    // viewer, repositories and its nodes, then issues and its nodes ten times.
    const fieldCost = 3 + 10 * 2
    // Query, User and the connection, then ten repositories, each with a connection of five issues.
    const typeCost = 3 + 10 * (1 + 1 + 5)
    expect(plan.estimate()).toMatchObject({ fieldCost, typeCost })
  })

  test('plans an operation of 40 lines, whose rows add up to its estimate', () => {
    expect(validate(schema, operation)).toEqual([])
    const plan = model.plan(operation)
    const { rows, truncated, counts: _counts, ...explained } = plan.explain(variables)
    expect(truncated).toBe(false)
    expect(explained).toMatchObject(plan.estimate(variables))
    for (const total of ['fieldCost', 'typeCost'] as const) {
      expect(rows.reduce((sum, { own }) => sum + own[total], 0)).toBe(explained[total])
    }
    expect(plan.violations(variables)).toEqual([])
  })

  test('grows with what the variables ask for', () => {
    const plan = model.plan(operation)
    const costs = [1, 20, 100].map((repositories) => plan.estimate({ ...variables, repositories }).cost)
    expect(costs).toEqual(costs.toSorted((a, b) => a - b))
    // All but the repositories stays as it is, so the cost is a straight line.
    const [one = 0, twenty = 0, hundred = 0] = costs
    expect((hundred - twenty) / 80).toBe((twenty - one) / 19)
    expect(one).toBeLessThan(twenty)
  })
})
