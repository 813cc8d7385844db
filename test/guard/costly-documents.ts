import { buildSchema } from 'graphql'

/** A document made to take as long as it can in one of graphql-js's rules, within a number of tokens. */
export interface CostlyDocument {
  /** What it makes much of. */
  readonly name: string
  /** As large as `tokens` lets it be. */
  readonly source: (tokens: number) => string
}

const NAMES = Array.from({ length: 200 }, (_, index) => `SomeRatherLongNameOfThing${index}`)

/** A schema with more fields to a type than GitHub's, all named nearly alike, and with as many types. */
export const costlySchema = buildSchema(`
  type Query implements Node { ${fields()} all: [Node] union: Any alike: Alike shape(in: Shape, sort: Sort, list: [Shape]): Int }
  interface Node { ${fields()} }
  type Leaf implements Node { ${fields()} }
  union Any = ${NAMES.join(' | ')}
  interface Named { a: Int }
  ${NAMES.map((name) => `type ${name} implements Named { a: Int }`).join('\n')}
  type Alike { ${NAMES.map((name) => `${name}: Int`).join(' ')} }
  enum Sort { ${NAMES.join(' ')} }
  input Shape { in: Shape list: [Shape] ${NAMES.map((name) => `${name}: Int`).join(' ')} }
`)

function fields(): string {
  return 'a(x: [Int], s: String): Int self(x: Int): Query node: Node named: Named'
}

/** As often as a piece of so many tokens fits. */
function fill(tokens: number, perPiece: number, piece: (index: number) => string): string {
  return Array.from({ length: Math.floor(tokens / perPiece) }, (_, index) => piece(index)).join(' ')
}

const LONG = NAMES[0] ?? ''

export const costlyDocuments: readonly CostlyDocument[] = [
  {
    name: 'fields of one name with one field each',
    source: (tokens) => `{ self { ${fill(tokens - 5, 4, () => 'self { a }')} } }`,
  },
  {
    name: 'fields of one name, three deep',
    source: (tokens) => `{ self { ${fill(tokens - 5, 10, () => 'self { self { self { a } } }')} } }`,
  },
  {
    name: 'fields of one name with three fields each',
    source: (tokens) => `{ self { ${fill(tokens - 5, 6, () => 'self { a __typename s }')} } }`,
  },
  {
    name: 'fields of one name without any in common',
    source: (tokens) => `{ self { ${fill(tokens - 5, 4, (i) => (i % 2 ? 'self { a }' : 'self { node }'))} } }`,
  },
  {
    name: 'fields of one name and of types that exclude each other',
    source: (tokens) =>
      `{ node { ${fill(tokens - 6, 10, (i) => `... on ${i % 2 ? 'Leaf' : 'Query'} { self { a } }`)} } }`,
  },
  { name: 'leaves of one name', source: (tokens) => `{ self { ${fill(tokens - 5, 1, () => 'a')} } }` },
  {
    name: 'fields of one name with the same argument',
    source: (tokens) => `{ self { ${fill(tokens - 5, 8, () => 'a(x: [1])')} } }`,
  },
  {
    name: 'fields of one name with an argument and a field each',
    source: (tokens) => `{ self { ${fill(tokens - 5, 9, () => 'self(x: 1) { a }')} } }`,
  },
  {
    name: 'fields of one name with long arguments',
    source: (tokens) => `{ self { ${fill(tokens - 5, 6, () => `a(s: "${'x'.repeat(1_000)}")`)} } }`,
  },
  {
    name: 'two fields whose contents all contradict each other',
    source: (tokens) => {
      const half = (x: number) => `self { ${fill((tokens - 11) / 2, 6, () => `a(x: ${x})`)} }`
      return `{ self { ${half(1)} ${half(2)} } }`
    },
  },
  {
    name: 'fields of one name in fragments that are spread together',
    source: (tokens) => {
      const each = Math.floor((tokens - 90) / 20) - 6
      const fragments = fill(20, 1, (i) => `fragment F${i} on Query { ${fill(each, 4, () => 'self { a }')} }`)
      return `{ self { ${fill(20, 1, (i) => `...F${i}`)} } } ${fragments}`
    },
  },
  {
    name: 'fragments that each spread the next twice',
    source: (tokens) => {
      const inner = fill(tokens / 4, 4, () => 'self { a }')
      return `{ self { ...A ...A } } fragment A on Query { ...B ...B } fragment B on Query { ...C ...C } fragment C on Query { ...D ...D } fragment D on Query { ${inner} }`
    },
  },
  {
    name: 'a fragment with fields of one name, spread by operations',
    source: (tokens) =>
      `${fill(20, 1, (i) => `query Q${i} { ...F }`)} fragment F on Query { self { ${fill(tokens / 6, 4, () => 'self { a }')} } }`,
  },
  {
    name: 'variables that nobody uses',
    source: (tokens) => `query(${fill(tokens - 6, 4, (i) => `$v${i}: Int`)}) { a }`,
  },
  {
    name: 'variables in lists',
    source: (tokens) =>
      `query(${fill(tokens / 3, 4, (i) => `$v${i}: Int`)}) { a(x: [${fill(tokens / 3, 2, (i) => `$v${i % Math.floor(tokens / 12)}`)}]) }`,
  },
  {
    name: 'variables in a fragment that many operations spread',
    source: (tokens) =>
      `${fill(45, 1, (i) => `query Q${i}($v: Int) { ...F }`)} fragment F on Query { a(x: [${fill(tokens - 600, 2, () => '$v')}]) }`,
  },
  {
    name: 'undefined variables in a fragment that many operations spread',
    source: (tokens) =>
      `${fill(45, 1, (i) => `query Q${i} { ...F }`)} fragment F on Query { a(x: [${fill(tokens - 300, 2, (i) => `$w${i}`)}]) }`,
  },
  { name: 'operations', source: (tokens) => fill(tokens, 5, (i) => `query Q${i} { a }`) },
  { name: 'subscriptions', source: (tokens) => fill(tokens, 5, (i) => `subscription Q${i} { a }`) },
  {
    name: 'directives on one field',
    source: (tokens) => `{ a ${fill(tokens / 20, 1, () => '@skip(if: true)')} }`,
  },
  {
    name: 'unknown fields named nearly like many others',
    source: (tokens) => `{ alike { ${fill(tokens - 5, 1, (i) => `${LONG}z${i}`)} } }`,
  },
  {
    name: 'unknown fields with names of one length with many others, all different',
    source: (tokens) => `{ alike { ${fill(tokens - 5, 1, (i) => `${LONG.slice(0, 14)}zzzzzzzzz${i}`)} } }`,
  },
  {
    name: 'unknown types named nearly like many others',
    source: (tokens) => `{ self { ${fill(tokens - 5, 6, (i) => `... on ${LONG}z${i} { a }`)} } }`,
  },
  {
    name: 'enum values named nearly like many others',
    source: (tokens) => `{ ${fill(tokens / 50, 1, (i) => `shape(sort: ${LONG}z${i})`)} }`,
  },
  {
    name: 'input fields named nearly like many others',
    source: (tokens) => `{ shape(in: { ${fill(tokens - 9, 3, (i) => `${LONG}z${i}: 1`)} }) }`,
  },
  {
    name: 'empty objects of an input with many fields',
    source: (tokens) => `{ shape(list: [${fill(tokens - 9, 2, () => '{}')}]) }`,
  },
  { name: 'a field of a union with many types', source: (tokens) => `{ union { ${fill(tokens - 5, 1, () => 'a')} } }` },
  {
    name: 'inline fragments on types with many others in common',
    source: (tokens) => `{ union { ${fill(tokens - 5, 6, () => '... on Named { a }')} } }`,
  },
  {
    name: 'inline fragments on types with nothing in common',
    source: (tokens) => `{ union { ${fill(tokens - 5, 6, () => '... on Node { a }')} } }`,
  },
  {
    name: 'definitions of types',
    source: (tokens) => fill(tokens, 7, (i) => `type ${LONG}z${i} { a: Int }`),
  },
  {
    name: 'fields of one name within introspection',
    source: (tokens) => `{ __schema { ${fill(tokens - 5, 7, () => 'queryType { ofType { name } }')} } }`,
  },
  {
    name: 'inline fragments in each other',
    source: (tokens) => `{ ${fill(tokens - 2, 588, () => `${'... { '.repeat(196)} a ${'}'.repeat(196)}`)} a }`,
  },
  {
    name: 'lists in each other',
    source: (tokens) => `{ ${fill(tokens - 2, 394, () => `a(x: ${'['.repeat(190)}1${']'.repeat(190)})`)} a }`,
  },
]
