import { readdirSync, readFileSync } from 'node:fs'
import { document, each, type HostileRequest } from './hostile-request.ts'

const FOLDER = new URL('./documents/', import.meta.url)

/**
 * Hostile documents for the storefront's schema: the files of `documents/`, whose folder is the code that they must be
 * answered with, and those too large for a file.
 */
export const documents: readonly HostileRequest[] = [
  ...filed(),
  ...Object.entries({
    'a flood of tokens': `{ ${'a '.repeat(50_000)} }`,
    'a flood of comments': `${'# nothing\n'.repeat(20_000)}{ viewer { id } }`,
    'a flood of empty lines': `${'\n'.repeat(100_000)}{ nope }`,
    'a flood of carriage returns': `${'\r'.repeat(100_000)}{ nope }`,
    'a flood of aliases': `{ ${each(10_000, (i) => `a${i}: viewer { id }`)} }`,
    'a flood of numbers in a list': `{ node(id: [${'0,'.repeat(60_000)}]) { id } }`,
    'a flood of empty objects': `{ products(filter: [${'{}'.repeat(60_000)}]) { nodes { id } } }`,
    'a flood of operations': each(5_000, (i) => `query Q${i} { viewer { id } }`),
    'a flood of variables': `query (${each(5_000, (i) => `$v${i}: Int = ${i}`)}) { viewer { id } }`,
    'a flood of arguments': `{ node(${each(10_000, (i) => `a${i}: 1`)}) { id } }`,
    'a flood of fragments that nobody uses': `{ viewer { id } } ${each(3_000, (i) => `fragment F${i} on Viewer { id }`)}`,
    'a flood of fields of one name': `{ category(id: "1") { ${'parent { id } '.repeat(5_000)} } }`,
    'a flood of spreads': `{ viewer { ${'...F '.repeat(5_000)} } } fragment F on Viewer { id }`,
  }).map(([name, source]) => ({ name, answer: '400 TOKEN_LIMIT_EXCEEDED', send: document(source) })),
  {
    name: 'brackets as deep as the token limit lets them be',
    answer: '400 DEPTH_LIMIT_EXCEEDED',
    send: document(`{ viewer ${'{ a '.repeat(300)}${'}'.repeat(300)} }`),
  },
  {
    name: 'brackets without end',
    answer: '400 DEPTH_LIMIT_EXCEEDED',
    send: document('{a'.repeat(50_000)),
  },
  {
    name: 'lists in lists as deep as the token limit lets them be',
    answer: '400 DEPTH_LIMIT_EXCEEDED',
    send: document(`{ node(id: ${'['.repeat(450)}${']'.repeat(450)}) { id } }`),
  },
  {
    name: 'a name of 200 000 letters',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: document(`{ ${'x'.repeat(200_000)} }`),
  },
  {
    name: 'a text of 200 000 letters where a number belongs',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: document(`{ products(first: "${'x'.repeat(200_000)}") { nodes { id } } }`),
  },
  {
    name: 'a number of 200 000 digits',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: document(`{ products(first: ${'9'.repeat(200_000)}) { nodes { id } } }`),
  },
  {
    name: 'a comment of 200 000 letters and nothing else',
    answer: '400 GRAPHQL_PARSE_FAILED',
    send: document(`#${'x'.repeat(200_000)}`),
  },
  {
    name: 'a block text of 60 000 quotes that never ends',
    answer: '400 GRAPHQL_PARSE_FAILED',
    send: document(`{ node(id: """${'\\"""'.repeat(20_000)}`),
  },
  {
    name: 'fields of one name that all have to be compared, up to the token limit',
    answer: '400 COST_ESTIMATED_TOO_EXPENSIVE',
    send: document(
      `{ products(first: 100) { nodes { ${'category { parent { id } } '.repeat(139)} reviews(first: 50) { nodes { id } } } } }`,
    ),
  },
  {
    name: 'fields of one name that all contradict each other, up to the token limit',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: document(
      `{ ${each(2, (half) => `category(id: "1") { ${each(50, (i) => `products(first: ${half * 100 + i}) { __typename }`)} }`)} }`,
    ),
  },
  {
    name: 'unknown fields that are all nearly known ones, up to the token limit',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: document(`{ products(first: 1) { nodes { ${each(900, (i) => `averageRatinh${i}`)} } } }`),
  },
]

function filed(): readonly HostileRequest[] {
  return readdirSync(FOLDER)
    .sort()
    .flatMap((code) => {
      const folder = new URL(`${code}/`, FOLDER)
      return readdirSync(folder)
        .sort()
        .map((file) => ({
          name: file.replace('.graphql', '').replaceAll('-', ' '),
          answer: `400 ${code}`,
          send: document(readFileSync(new URL(file, folder), 'utf8')),
        }))
    })
}
