import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { parseManifest } from '../../../src/admission/documents/manifest.ts'
import { refusedDocuments } from '../../../src/admission/documents/refused-documents.ts'
import { createPreparedOperations } from '../../../src/admission/prepared-operations.ts'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { defaultGuardLimits } from '../../../src/guard/guard-limits.ts'

const schema = buildSchema('type Query { node: Node } type Node { id: ID next: Node }')
const limits = { ...defaultGuardLimits, maxAliases: 1, maxDepth: 2 }

function refused(source: string, introspection = true) {
  const manifest = parseManifest(JSON.stringify({ good: '{ node { id } }', this: source }))
  const model = createCostModel(schema)
  return refusedDocuments(manifest, createPreparedOperations({ schema, model, limits, introspection }))
}

test.each([
  ['{ node { id }', 'Syntax Error: Expected Name, found <EOF>.'],
  ['{ node { name } }', 'Cannot query field "name" on type "Node".'],
  ['{ a: node { id } b: node { id } }', expect.stringContaining('aliased fields; 1 are allowed')],
  [
    'query A { node { id } } query B { node { next { next { id } } } }',
    expect.stringContaining('levels; 2 are allowed'),
  ],
  ['fragment F on Node { id }', expect.any(String)],
])('a known document that would be refused is named with the reason: %s', (source, reason) => {
  expect(refused(source)).toEqual([{ id: 'this', reason }])
})

test.each(['query A { node { id } } query B { node { next { id } } }', '{ __typename }'])(
  'a known document that may run is not: %s',
  (source) => {
    expect(refused(source)).toEqual([])
  },
)

test('one that reads the schema is where that is off', () => {
  const source = '{ __schema { description } }'
  expect(refused(source)).toEqual([])
  expect(refused(source, false)).toMatchObject([{ id: 'this', reason: expect.stringContaining('introspection') }])
})
