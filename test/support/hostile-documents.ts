import { readdirSync, readFileSync } from 'node:fs'
import { type DocumentNode, type FieldNode, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql'

/** A document written to hurt whoever reads it. */
export interface HostileDocument {
  readonly name: string
  readonly source: string
}

/** All of them: the files of `test/fixtures/hostile`, and those too large for a file. Their schema is `hostileSchema`. */
export function hostileDocuments(): readonly HostileDocument[] {
  return [...filed(), ...Object.entries(generated).map(([name, write]) => ({ name, source: write() }))]
}

/** A field within a field, this many times over: past what the parser of graphql-js can nest. */
export function deepDocument(depth: number): DocumentNode {
  let selectionSet = selectionOf(fieldNode('id'))
  for (let level = 0; level < depth; level += 1) selectionSet = selectionOf(fieldNode('parent', selectionSet))
  const root = selectionOf(fieldNode('node', selectionSet))
  return {
    kind: Kind.DOCUMENT,
    definitions: [{ kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet: root }],
  }
}

function filed(): readonly HostileDocument[] {
  const folder = new URL('../fixtures/hostile/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'))
  return files.sort().map((file) => ({
    name: file.replace('.graphql', ''),
    source: readFileSync(new URL(file, folder), 'utf8'),
  }))
}

const generated = {
  'aliases-10000': () => `{ node { ${each(10_000, (i) => `a${i}: id`)} } }`,
  'aliases-100000': () => `{ node { ${each(100_000, (i) => `a${i}: id`)} } }`,
  'root-fields-10000': () => `{ ${each(10_000, (i) => `n${i}: node { id }`)} }`,
  'fields-repeated-10000': () => `{ node { ${'id '.repeat(10_000)} } }`,
  'fields-merged-nested': () => `{ ${each(2_000, (i) => `node { parent { parent { p${i}: id } } }`)} }`,
  'fields-merged-conditions': () =>
    `query (${each(1_000, (i) => `$c${i}: Boolean!`)}) {
      node { ${each(1_000, (i) => `parent @include(if: $c${i}) { parent { parent { id } } }`)} }
    }`,
  'depth-1000': () => `{ node ${'{ parent '.repeat(1_000)} { id ${'} '.repeat(1_000)} } }`,
  'inline-fragments-nested': () => `{ node { ${'... on Node { '.repeat(1_000)} id ${'} '.repeat(1_000)} } }`,
  'conditions-nested': () =>
    `query (${each(400, (i) => `$c${i}: Boolean!`)}) {
      node { ${each(400, (i) => `... @include(if: $c${i}) {`)} ${each(5_000, (i) => `a${i}: parent { id }`)} ${'} '.repeat(400)} }
    }`,
  'list-literal-100000': () => `{ nodes(first: 1, ids: [${each(100_000, (i) => `"${i}"`)}]) { id } }`,
  'list-literal-nested': () => `{ search(matrix: ${'['.repeat(1_000)}1${']'.repeat(1_000)}) { __typename } }`,
  'list-of-objects-20000': () => `{ search(filters: [${'{ text: "x" } '.repeat(20_000)}]) { __typename } }`,
  'input-object-wide': () => `{ search(filter: { ${each(20_000, (i) => `f${i}: 1`)} }) { __typename } }`,
  'input-object-repeated': () => `{ search(filter: { ${'text: "x" '.repeat(20_000)} }) { __typename } }`,
  'input-object-deep': () => `{ search(filter: ${'{ not: '.repeat(1_000)} {} ${'}'.repeat(1_000)}) { __typename } }`,
  'input-default-deep': () =>
    `query ($filter: Filter = ${'{ not: '.repeat(1_000)} {} ${'}'.repeat(1_000)}) {
      search(filter: $filter) { __typename }
    }`,
  'arguments-10000': () => `{ nodes(${each(10_000, (i) => `first: ${i}`)}) { id } }`,
  'directives-repeated-10000': () => `{ node ${'@tag(name: "x") '.repeat(10_000)} { id } }`,
  'directives-conditions-2000': () =>
    `query (${each(2_000, (i) => `$c${i}: Boolean!`)}) { node ${each(2_000, (i) => `@include(if: $c${i})`)} { id } }`,
  'directives-on-many-fields': () =>
    `{ node { ${each(5_000, (i) => `a${i}: id @tag(name: "${i}") @include(if: true)`)} } }`,
  'operations-5000': () => each(5_000, (i) => `query Q${i} { node { id } }`),
  'variables-10000': () =>
    `query (${each(10_000, (i) => `$v${i}: Int = ${i}`)}) { ${each(10_000, (i) => `n${i}: nodes(first: $v${i}) { id }`)} }`,
  'fragments-chain-400': () => chain(400),
  'fragments-chain-5000': () => chain(5_000),
  'fragments-unused-10000': () => `{ node { id } } ${each(10_000, (i) => `fragment F${i} on Node { id }`)}`,
  'spreads-repeated-10000': () => `{ node { ${'...F '.repeat(10_000)} } } fragment F on Node { parent { id } }`,
  'spreads-conditions-2000': () =>
    `query (${each(2_000, (i) => `$c${i}: Boolean!`)}) {
      node { ${each(2_000, (i) => `...F @include(if: $c${i})`)} }
    }
    fragment F on Node { parent { ...G } }
    fragment G on Node { parent { id } }`,
  'abstract-split-histories': () => histories(10),
  'abstract-wide': () =>
    `{ node { ${each(3_000, (i) => `... on ${['Leaf', 'Branch', 'Root', 'Twig', 'Node'][i % 5]} { a${i}: id }`)} } }`,
  'string-1000000': () => `{ search(text: "${'x'.repeat(1_000_000)}") { __typename } }`,
  'name-100000': () => `{ ${'x'.repeat(100_000)}: node { id } }`,
  'comments-100000': () => `${'# nothing\n'.repeat(100_000)}{ node { id } }`,
} satisfies Record<string, () => string>

// What is selected remembers every type that was passed on the way: 4^depth different selections.
function histories(depth: number): string {
  const types = ['Leaf', 'Branch', 'Root', 'Twig']
  const levels = Array.from({ length: depth }, (_, level) => level)
  const way = (level: number) =>
    types.map((type) => `... on ${type} { parent { ...Way${level + 1} ...${type}${level}x${level + 1} } }`).join(' ')
  const memory = (type: string, from: number, level: number) =>
    `fragment ${type}${from}x${level} on Node { parent { ${type}${from}: id ...${type}${from}x${level + 1} } }`
  return [
    '{ node { ...Way0 } }',
    ...levels.map((level) => `fragment Way${level} on Node { ${way(level)} }`),
    `fragment Way${depth} on Node { id }`,
    ...types.flatMap((type) =>
      levels.flatMap((from) => [
        ...levels.filter((level) => level > from).map((level) => memory(type, from, level)),
        `fragment ${type}${from}x${depth} on Node { id }`,
      ]),
    ),
  ].join('\n')
}

function chain(length: number): string {
  return `{ node { ...F0 } } ${each(length, (i) => `fragment F${i} on Node { ...F${i + 1} }`)} fragment F${length} on Node { id }`
}

function each(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ')
}

function selectionOf(field: FieldNode): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections: [field] }
}

function fieldNode(name: string, selectionSet?: SelectionSetNode): FieldNode {
  const field: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } }
  return selectionSet === undefined ? field : { ...field, selectionSet }
}
