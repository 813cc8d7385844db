import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type ExplainOptions, explain } from '../../src/cli/explain.ts'
import { folderWith } from './folder-with.ts'

const schema = `
  type Query {
    shelf(books: Int = 4): [Book] @listSize(slicingArguments: ["books"])
    loans: [Book]
    find(where: Where): Book
  }
  type Mutation { lend: Book }
  type Book { title: String pages: Int @cost(weight: "0.5") }
  input Where { isbn: ID! }
`

const files = {
  'library.graphql': schema,
  'shelf.graphql': 'query Shelf($books: Int!) { shelf(books: $books) { title pages } }',
}

interface Given {
  readonly files?: Readonly<Record<string, string>>
  readonly options?: Partial<ExplainOptions>
  readonly stdin?: string
}

/** Runs the command in a folder of its own; the folder's name is taken out of what it says. */
async function run({ files: more = {}, options = {}, stdin = '' }: Given) {
  const folder = folderWith({ ...files, ...more })
  const at = (path: string) => (path === '-' ? path : join(folder, path))
  const { schema = ['library.graphql'], operation = 'shelf.graphql', ...rest } = options
  const result = await explain(
    { variables: '{"books": 3}', ...rest, schema: schema.map(at), operation: at(operation) },
    Readable.from([Buffer.from(stdin)]),
  )
  return { ...result, stderr: result.stderr.replaceAll(`${folder}/`, '') }
}

describe('explain', () => {
  test('prints the totals and a row for each response path that costs something', async () => {
    const { exitCode, stdout, stderr } = await run({})
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Estimated cost {4}7\nField cost {6}2\.5\nType cost {9}4\n\n/)
    expect(stdout.split('\n').slice(5, -1)).toEqual([
      expect.stringMatching(/^\(operation\) +Query +1 +default +0 +1 +6\.5$/),
      expect.stringMatching(/^shelf +Query\.shelf +3 +argument books +default +1 +3 +5\.5$/),
      expect.stringMatching(/^shelf\.pages +Book\.pages +3 +directive +1\.5 +0 +1\.5$/),
    ])
  })

  test('prints the whole explanation as JSON', async () => {
    const { stdout } = await run({ options: { json: true } })
    expect(JSON.parse(stdout)).toMatchObject({
      fieldCost: 2.5,
      typeCost: 4,
      cost: 7,
      unbounded: false,
      violations: [],
      rows: [{ path: '' }, { path: 'shelf', instances: 3, sizeFrom: 'argument books' }, { path: 'shelf.pages' }],
    })
  })

  test.each([
    { from: 'the default of an argument', document: '{ shelf { title } }', options: {}, cost: 6 },
    { from: '--default-list-size', document: '{ loans { title } }', options: { defaultListSize: 2 }, cost: 4 },
    { from: '--preset', document: '{ loans { title } }', options: { preset: 'apolloRouter' as const }, cost: 10 },
    {
      from: '--operation-name',
      document: 'query A { loans { title } } mutation B { lend { title } }',
      options: { operationName: 'B' },
      cost: 3,
    },
  ])('prices with $from', async ({ document, options, cost }) => {
    const { stdout } = await run({ stdin: document, options: { operation: '-', json: true, ...options } })
    expect(JSON.parse(stdout)).toMatchObject({ cost })
  })

  test.each([
    { maxCost: 7, exitCode: 0, stderr: '' },
    { maxCost: 6, exitCode: 1, stderr: 'The estimated cost is 7; --max-cost allows 6.\n' },
  ])('exits with $exitCode for a cost of 7 where --max-cost is $maxCost', async ({ maxCost, ...expected }) => {
    const { stdout, ...ended } = await run({ options: { maxCost } })
    expect(ended).toEqual(expected)
    expect(stdout).toContain('Estimated cost')
  })

  test('finds an operation of endless lists above every --max-cost, and prints it as JSON without losing a number', async () => {
    const options = { operation: '-', json: true, defaultListSize: Number.POSITIVE_INFINITY, maxCost: 1e15 }
    const { exitCode, stdout } = await run({ stdin: '{ loans { pages } }', options })
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ unbounded: true })
    expect(stdout).not.toContain('null')
  })

  test('names the slicing arguments that are missing', async () => {
    const required = 'type Query { shelf(books: Int): [Int] @listSize(slicingArguments: ["books"]) }'
    const given = { files: { 'library.graphql': required }, stdin: '{ shelf }', options: { operation: '-' } }
    expect((await run(given)).stdout).toContain('\nQuery.shelf needs exactly one of books; given: none.\n')
  })
})

const badInput: readonly (Given & { readonly name: string; readonly says: string | RegExp })[] = [
  {
    name: 'a schema file that is missing',
    options: { schema: ['no.graphql'] },
    says: 'Cannot read no.graphql: there is no such file.\n',
  },
  {
    name: 'a glob that matches nothing',
    options: { schema: ['library.graphql', 'sdl/**/*.graphql'] },
    says: 'No schema file is found at sdl/**/*.graphql.\n',
  },
  {
    name: 'a folder without SDL',
    files: { 'empty/notes.txt': '' },
    options: { schema: ['empty'] },
    says: 'No schema file is found at empty.\n',
  },
  {
    name: 'SDL that does not parse',
    files: { 'broken.graphql': 'type Book {\n  title: String\n  pages Int\n}' },
    options: { schema: ['broken.graphql'] },
    says: /^The schema cannot be used\.\n\nSyntax Error: Expected ":", found Name "Int"\.\n\nbroken\.graphql:3:9\n/,
  },
  {
    name: 'SDL with mistakes in several files',
    files: { 'a.graphql': 'type Query { a: Nowhere }', 'b.graphql': '\nextend type Shelf { b: Int }' },
    options: { schema: ['a.graphql', 'b.graphql'] },
    says: /Unknown type "Nowhere"\.\n\na\.graphql:1:17\n.*Cannot extend type "Shelf".*\n\nb\.graphql:2:13\n/s,
  },
  {
    name: 'a schema that breaks a rule of types',
    files: { 'library.graphql': 'interface Node { id: ID! }\ntype Query implements Node { a: Int }' },
    says: /Node\.id expected but Query does not provide it\.\n\nlibrary\.graphql:1:18\n/,
  },
  {
    name: 'a schema without a Query',
    files: { 'library.graphql': 'type Book { title: String }' },
    says: /Query root type must be provided/,
  },
  {
    name: 'mistakes in the cost directives',
    files: {
      'library.graphql': 'type Query { a: Int @cost(weight: "dear") b: [Int] @listSize(slicingArguments: ["no"]) }',
    },
    says: /have 2 mistakes:\n {2}Query\.a: .*dear.*\n {2}Query\.b: .*"no".*\n$/,
  },
  {
    name: 'an operation file that is missing',
    options: { operation: 'no.graphql' },
    says: 'Cannot read no.graphql: there is no such file.\n',
  },
  {
    name: 'an operation that is a folder',
    files: { 'folder/a.graphql': '{ loans { title } }' },
    options: { operation: 'folder' },
    says: 'Cannot read folder: it is a folder.\n',
  },
  {
    name: 'an operation that does not parse',
    stdin: '{ loans {\n title',
    options: { operation: '-' },
    says: /^The operation cannot be read\.\n\nSyntax Error: .*\n\nstdin:2:7\n/,
  },
  {
    name: 'an operation that is not valid against the schema',
    stdin: '{ loans { author } }',
    options: { operation: '-' },
    says: /^The operation is not valid against the schema\.\n\nCannot query field "author" on type "Book"\.\n\nstdin:1:11\n/,
  },
  {
    name: 'an operation that nests past the call stack',
    stdin: `{ ${'a { '.repeat(5_000)}`,
    options: { operation: '-' },
    says: 'The operation cannot be read.\n\nIt nests too deeply.\n',
  },
  {
    name: 'an operation name that the document does not have',
    options: { operationName: 'Loans' },
    says: /no operation is named "Loans"; it has Shelf\.\n$/,
  },
  {
    name: 'several operations and no name',
    stdin: 'query A { loans { title } } query B { loans { title } }',
    options: { operation: '-' },
    says: /no operation was named; it has A, B\.\n$/,
  },
  {
    name: 'an operation past the bounds of the cost engine',
    stdin: `{ loans { ${Array.from({ length: 20_001 }, (_, i) => `a${i}: pages`).join(' ')} } }`,
    options: { operation: '-' },
    says: /expands to more than 20000 fields/,
  },
  { name: 'variables that are no JSON', options: { variables: '{books: 3}' }, says: /^--variables is no JSON: .+\n$/ },
  { name: 'variables that are a list', options: { variables: '[3]' }, says: /^--variables is JSON but no object/ },
  { name: 'variables that are null', options: { variables: 'null' }, says: /^--variables is JSON but no object/ },
  {
    name: 'a variable of the wrong type',
    options: { variables: '{"books": "three"}' },
    says: /^The variables do not fit the operation\.\nVariable "\$books" got invalid value "three"; Int cannot .*\n$/,
  },
  {
    name: 'a variable that is required and missing',
    options: { variables: '{}' },
    says: /Variable "\$books" of required type "Int!" was not provided\.\n$/,
  },
]

describe('explain answers with one message and exit code 2', () => {
  for (const { name, says, ...given } of badInput) {
    test(`for ${name}`, async () => {
      const { exitCode, stdout, stderr } = await run(given)
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
      if (typeof says === 'string') expect(stderr).toBe(says)
      else expect(stderr).toMatch(says)
      expect(stderr).not.toMatch(/^ +at /m)
    })
  }
})
