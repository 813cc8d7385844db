import { buildSchema, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/admission/documents/sha256-of.ts'
import { createPreparedOperations } from '../../src/admission/prepared-operations.ts'
import { type CostModel, createCostModel } from '../../src/cost/cost-model.ts'
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'

const schema = buildSchema(`
  type Query { node: Node }
  interface Node { id: ID! self: Node }
  ${Array.from({ length: 20 }, (_, n) => `type T${n} implements Node { id: ID! self: Node own${n}: Node }`).join('\n')}
`)

function open(maxBytes: number) {
  const model = createCostModel(schema)
  let planned = 0
  const counting: CostModel = {
    ...model,
    plan(...args) {
      planned += 1
      return model.plan(...args)
    },
  }
  const operations = createPreparedOperations({ schema, model: counting, limits: defaultGuardLimits, maxBytes })
  const prepare = (source: string) => operations.prepare(source, parse(source), undefined)
  return { ...operations, prepare, planned: () => planned }
}

describe('prepared operations', () => {
  test('are validated once for each distinct document, and so are those that are invalid', () => {
    const { validate, validDocument } = open(1_000_000)
    const valid = validate('{ node { id } }')
    expect(validate('{ node { id } }')).toBe(valid)
    expect(validDocument(sha256Of('{ node { id } }'))).toBe(valid)
    const invalid = validate('{ nodes }')
    expect(validate('{ nodes }')).toBe(invalid)
    expect(invalid).toMatchObject([
      { locations: [{ line: 1, column: 3 }], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ])
    expect(validate('{ node(')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }])
    expect(validDocument(sha256Of('{ nodes }'))).toBeUndefined()
  })

  test('are known by the hash of their document for as long as they are kept', () => {
    const { validate, validDocument } = open(1_000_000)
    validate('{ node { id } }')
    for (let n = 0; n < 200; n++) validate(`query Q${n} { node { self { id } } }`)
    expect(validDocument(sha256Of('{ node { id } }'))).toBeUndefined()
    expect(validDocument(sha256Of('query Q199 { node { self { id } } }'))).toBeDefined()
  })

  test('are not forgotten for documents that are long and hold little', () => {
    const { validate, validDocument } = open(3_000_000)
    validate('{ node { id } }')
    for (let n = 0; n < 6; n++) validate(`query Q${n} { node { id } } # ${'x'.repeat(200_000)}`)
    expect(validDocument(sha256Of('{ node { id } }'))).toBeDefined()
  })

  test('are planned once for each distinct document', () => {
    const { prepare, planned } = open(1_000_000)
    const first = prepare('{ node { id } }')
    expect(prepare('{ node { id } }')).toBe(first)
    prepare('{ node { self { id } } }')
    expect(planned()).toBe(2)
  })

  test('are forgotten by what they take in memory, not by the length of their documents', () => {
    const { prepare, planned } = open(1_000_000)
    const types = Array.from({ length: 20 }, (_, n) => `... on T${n} { own${n} { self { id } } }`).join(' ')
    const dear = (n: number) => `query Q${n} { node { ${types} } }`
    const cheap = '{ node { id } }'
    prepare(cheap)
    for (let n = 0; n < 30; n++) prepare(dear(n))
    const before = planned()
    prepare(cheap)
    prepare(dear(0))
    expect(planned()).toBe(before + 2)
    prepare(dear(29))
    expect(planned()).toBe(before + 2)
  })

  test('refuse a document that came past the guard, however it came', () => {
    const { prepare } = open(1_000_000)
    expect(prepare(`{ node ${'{ self '.repeat(20)}{ id }${' }'.repeat(20)} }`)).toMatchObject({
      code: 'DEPTH_LIMIT_EXCEEDED',
    })
  })
})
