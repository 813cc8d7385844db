import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { inspectDepth } from '../../src/guard/inspect-depth.ts'
import { recursiveSchema } from './valid-document.ts'

describe('the depth of a document', () => {
  test.each([
    ['{ a }', 0],
    ['{ self { a } }', 1],
    ['{ self { self { a } } a }', 2],
    ['{ ... { ... on Query { self { a } } } }', 1],
    ['{ self { ...F } } fragment F on Query { self { a } }', 2],
    ['query A { a } query B { self { self { a } } } query C { self { a } }', 2],
    ['query __proto__ { self { self { a } } }', 2],
    ['query A { a } query __proto__ { self { self { a } } }', 2],
    ['query constructor { self { a } } query toString { a }', 1],
    ['{ self { ...__proto__ } } fragment __proto__ on Query { self { a } }', 2],
    ['{ __schema { types { fields { type { ofType { name } } } } } }', 0],
    ['{ self { __type(name: "A") { fields { type { name } } } } }', 1],
    ['{ self { __typename } }', 1],
  ])('%s is %d', (source, depth) => {
    const document = parse(source)
    expect(validate(recursiveSchema, document)).toEqual([])
    expect(inspectDepth(document, { maxDepth: depth })).toEqual({ kind: 'passed' })
    if (depth > 0) {
      expect(inspectDepth(document, { maxDepth: depth - 1 })).toEqual({
        kind: 'violation',
        violation: { code: 'DEPTH_LIMIT_EXCEEDED', limit: 'maxDepth', found: depth, allowed: depth - 1 },
      })
    }
  })

  test('is found without changing the document', () => {
    const document = parse('query A { self { a } } query B { a }')
    const before = JSON.stringify(document)
    inspectDepth(document, { maxDepth: 0 })
    expect(JSON.stringify(document)).toBe(before)
  })
})
