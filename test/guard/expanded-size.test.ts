import fc from 'fast-check'
import { type DocumentNode, Kind, parse, type SelectionSetNode } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type ExpandedSize, expandedSize } from '../../src/guard/expanded-size.ts'
import { validDocument } from './valid-document.ts'

describe('the expanded size', () => {
  test.each([
    ['{ a }', { fields: 1, aliases: 0, spreads: 0, rootFields: 1, depth: 0, nesting: 0 }],
    ['{ b: a ... { c: a } }', { fields: 2, aliases: 2, spreads: 0, rootFields: 2, depth: 0, nesting: 1 }],
    ['{ a { a { a } a } a }', { fields: 5, aliases: 0, spreads: 0, rootFields: 2, depth: 2, nesting: 2 }],
    [
      '{ ...F ...F } fragment F on Q { b: a }',
      { fields: 2, aliases: 2, spreads: 2, rootFields: 2, depth: 0, nesting: 1 },
    ],
    [
      '{ a { ...F } } fragment F on Q { a { ...G } } fragment G on Q { a { a } }',
      { fields: 4, aliases: 0, spreads: 2, rootFields: 1, depth: 3, nesting: 5 },
    ],
    [
      'query A { a } query B { a { a } a } { b: a }',
      { fields: 5, aliases: 1, spreads: 0, rootFields: 2, depth: 1, nesting: 1 },
    ],
    [
      '{ a } fragment F on Q { b: a { a } ...G } fragment G on Q { a }',
      { fields: 4, aliases: 1, spreads: 1, rootFields: 1, depth: 1, nesting: 1 },
    ],
    [
      '{ a ...F } fragment F on Q { a ...F }',
      { fields: 2, aliases: 0, spreads: 2, rootFields: 2, depth: 0, nesting: 2 },
    ],
    ['{ a ...Unknown }', { fields: 1, aliases: 0, spreads: 1, rootFields: 1, depth: 0, nesting: 1 }],
    [
      '{ a { __schema { a { a { a } } } } }',
      { fields: 5, aliases: 0, spreads: 0, rootFields: 1, depth: 1, nesting: 4 },
    ],
    ['type Q { a: Int }', { fields: 0, aliases: 0, spreads: 0, rootFields: 0, depth: 0, nesting: 0 }],
  ])('of %s', (source, size) => {
    expect(sizeOf(parse(source))).toEqual({ allTypes: 0, introspectedLists: 0, ...size })
  })

  test('is that of the document with every spread replaced by its fragment', () => {
    fc.assert(
      fc.property(validDocument(), (source) => {
        const document = parse(source)
        const { spreads, nesting, ...size } = sizeOf(document)
        const written = sizeOf(inlined(document))
        expect({ ...size, spreads: 0, nesting }).toEqual(written)
      }),
      { numRuns: 1_000 },
    )
  })
})

function sizeOf({ definitions }: DocumentNode): ExpandedSize {
  return expandedSize(
    definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION),
    definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION),
  )
}

/** The same document without fragments: an inline one stands for every spread. */
function inlined({ kind, definitions }: DocumentNode): DocumentNode {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)

  function inline({ selections, ...selectionSet }: SelectionSetNode): SelectionSetNode {
    return {
      ...selectionSet,
      selections: selections.map((selection) => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.find(({ name }) => name.value === selection.name.value)
          if (fragment === undefined) throw new Error(`No fragment ${selection.name.value}`)
          return { kind: Kind.INLINE_FRAGMENT, selectionSet: inline(fragment.selectionSet) }
        }
        if (selection.selectionSet === undefined) return selection
        return { ...selection, selectionSet: inline(selection.selectionSet) }
      }),
    }
  }

  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return { kind, definitions: operations.map((one) => ({ ...one, selectionSet: inline(one.selectionSet) })) }
}
