import fc from 'fast-check'
import { buildSchema } from 'graphql'

/** A schema in which every selection fits everywhere, so that documents are valid by the way they are made. */
export const recursiveSchema = buildSchema(`
  type Query {
    a(x: [[Int]]): Int
    self: Query
    node: Node
  }
  interface Node { a: Int self: Query }
  type Leaf implements Node { a: Int self: Query }
`)

/** Documents of `recursiveSchema` that standard validation accepts: fragments in fragments, inline ones, introspection. */
export function validDocument(): fc.Arbitrary<string> {
  return fc
    .record({
      fragments: fc.array(selections, { maxLength: 6 }),
      operations: fc.array(selections, { minLength: 1, maxLength: 3 }),
    })
    .map(({ fragments, operations }) => {
      const used = new Set<number>()
      // A fragment spreads later ones only, which rules out cycles.
      const spreadAfter = (from: number) => (pick: number) => {
        if (from >= fragments.length) return 'a'
        const index = from + (pick % (fragments.length - from))
        used.add(index)
        return `...F${index}`
      }
      const named = operations.length > 1
      return [
        ...operations.map((body, index) => `${named ? `query Q${index} ` : ''}{ ${write(body, spreadAfter(0))} }`),
        ...fragments.flatMap((body, index) =>
          used.has(index) ? [`fragment F${index} on Query { ${write(body, spreadAfter(index + 1))} }`] : [],
        ),
      ].join('\n')
    })
}

type Selection =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'spread'; readonly pick: number }
  | { readonly kind: 'nested'; readonly head: string; readonly inner: readonly Selection[] }

function write(selections: readonly Selection[], spread: (pick: number) => string): string {
  return selections.map((selection) => writeOne(selection, spread)).join(' ')
}

function writeOne(selection: Selection, spread: (pick: number) => string): string {
  switch (selection.kind) {
    case 'leaf':
      return selection.text
    case 'spread':
      return spread(selection.pick)
    case 'nested':
      return `${selection.head} { ${write(selection.inner, spread)} }`
  }
}

const { selections } = fc.letrec<{ selection: Selection; selections: Selection[] }>((tie) => ({
  selection: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      text: fc.constantFrom(
        'a',
        'b: a',
        'a @skip(if: false)',
        '__typename',
        '__type(name: "A") { name ofType { name } }',
        '__schema { directives { args { type { ofType { ofType { name } } } } } }',
        'node { self { a } }',
      ),
    }),
    fc.record({ kind: fc.constant('spread' as const), pick: fc.nat(100) }),
    fc.record({
      kind: fc.constant('nested' as const),
      head: fc.constantFrom('self', 'self', 'me: self', '...', '... on Query', '... @include(if: true)'),
      inner: tie('selections'),
    }),
  ),
  selections: fc.array(tie('selection'), { minLength: 1, maxLength: 4 }),
}))
