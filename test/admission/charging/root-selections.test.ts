import { buildSchema, type DocumentNode, execute, Kind, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { rootSelections } from '../../../src/admission/charging/root-selections.ts'

const schema = buildSchema('type Query { a: Int b(n: Int): Int } type Mutation { a: Int }')

interface Case {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly counts: Readonly<Record<string, number>>
}

const cases: readonly Case[] = [
  { query: '{ a }', counts: { a: 1 } },
  { query: 'mutation { a again: a }', counts: { a: 2 } },
  { query: '{ a a x: b y: b }', counts: { a: 1, b: 2 } },
  { query: '{ b: a a: b }', counts: { a: 1, b: 1 } },
  { query: '{ ...F ...F ... on Query { x: a } ... { y: a } } fragment F on Query { a b }', counts: { a: 3, b: 1 } },
  { query: '{ ...F } fragment F on Query { ...G x: a } fragment G on Query { y: a }', counts: { a: 2 } },
  { query: '{ a @skip(if: true) b @include(if: true) }', counts: { b: 1 } },
  { query: '{ a @skip(if: false) b @include(if: false) }', counts: { a: 1 } },
  { query: '{ a @skip(if: false) @include(if: false) b @include(if: true) @skip(if: true) }', counts: {} },
  { query: '{ ... @include(if: false) { a } ...F @skip(if: true) b } fragment F on Query { a }', counts: { b: 1 } },
  // Left out where it is spread first, and visited where it is spread next.
  { query: '{ ...F @skip(if: true) ...F } fragment F on Query { a }', counts: { a: 1 } },
  { query: 'query ($v: Boolean!) { a @skip(if: $v) b @include(if: $v) }', variables: { v: true }, counts: { b: 1 } },
  { query: 'query ($v: Boolean!) { a @skip(if: $v) b @include(if: $v) }', variables: { v: false }, counts: { a: 1 } },
  { query: 'query ($v: Boolean = true) { a @skip(if: $v) b @include(if: $v) }', counts: { b: 1 } },
  {
    query: 'query ($v: Boolean = true) { a @skip(if: $v) b @include(if: $v) }',
    variables: { v: false },
    counts: { a: 1 },
  },
  // An object has something of this name without being told.
  { query: 'query ($constructor: Boolean = true) { a @skip(if: $constructor) b }', counts: { b: 1 } },
]

function operationOf(document: DocumentNode) {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) throw new Error('the document has no operation')
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return { operation, fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])) }
}

describe('the root fields of an operation', () => {
  test.each(cases)('are counted by response name: $query $variables', ({ query, variables = {}, counts }) => {
    const { operation, fragments } = operationOf(parse(query))
    expect(Object.fromEntries(rootSelections(operation, fragments, variables))).toEqual(counts)
  })

  test.each(cases)('are those that execution resolves: $query $variables', ({ query, variables = {} }) => {
    const document = parse(query)
    const resolved: Record<string, number> = {}
    const fieldResolver = (_: unknown, __: unknown, ___: unknown, { fieldName }: { fieldName: string }) => {
      resolved[fieldName] = (resolved[fieldName] ?? 0) + 1
      return 1
    }
    execute({ schema, document, variableValues: variables, fieldResolver })
    const { operation, fragments } = operationOf(document)
    expect(Object.fromEntries(rootSelections(operation, fragments, variables))).toEqual(resolved)
  })

  test('are counted in a time that grows with the document, however fragments spread each other', () => {
    const spreads = Array.from({ length: 500 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
    const { operation, fragments } = operationOf(parse(`{ ...F0 } ${spreads.join(' ')} fragment F500 on Query { a }`))
    expect(rootSelections(operation, fragments, {}).get('a')).toBe(1)
  })
})
