import { join } from 'node:path'
import { printSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readSchema } from '../../src/cli/read-schema.ts'
import { folderWith } from './folder-with.ts'

const parts = {
  'query.graphql': 'extend type Query { book: Book }',
  'book.graphqls': 'type Book { title: String }',
  'more/loan.gql': 'extend type Book { loan: Loan } type Loan { days: Int } extend type Query { loan: Loan }',
  'more/notes.md': 'no SDL',
}

describe('readSchema', () => {
  test.each([
    { from: 'files', paths: ['query.graphql', 'book.graphqls', 'more/loan.gql'] },
    { from: 'a folder, at every depth', paths: ['.'] },
    { from: 'globs', paths: ['*.{graphql,graphqls}', 'more/*.gql'] },
    { from: 'a file twice', paths: ['*.graphql*', 'more/loan.gql', 'query.graphql'] },
  ])('makes one schema of $from', async ({ paths }) => {
    const folder = folderWith(parts)
    const schema = await readSchema(paths.map((path) => join(folder, path)))
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).sort()).toEqual(['book', 'loan'])
    expect(printSchema(schema)).toContain('type Book {\n  title: String\n  loan: Loan\n}')
  })

  test('takes a file for what it is where its name could be a pattern', async () => {
    const folder = folderWith({ '[id].graphql': 'type Query { a: Int }' })
    expect((await readSchema([join(folder, '[id].graphql')])).getQueryType()?.name).toBe('Query')
  })

  test('defines the cost directives where the SDL does not', async () => {
    const folder = folderWith({ 'a.graphql': 'type Query { a: [Int] @cost(weight: "1") @listSize(assumedSize: 2) }' })
    const schema = await readSchema([folder])
    expect(schema.getDirective('cost')?.locations).toHaveLength(6)
    expect(schema.getDirective('listSize')?.args.map(({ name }) => name)).toEqual([
      'assumedSize',
      'slicingArguments',
      'sizedFields',
      'requireOneSlicingArgument',
    ])
  })

  test('leaves out operations that lie among the SDL', async () => {
    const folder = folderWith({ 'a.graphql': 'type Query { a: Int }', 'b.graphql': 'query B { a } query C { a }' })
    expect((await readSchema([folder])).getQueryType()?.name).toBe('Query')
  })

  test('keeps the definitions that the SDL has', async () => {
    const folder = folderWith({
      'cost.graphql': 'directive @cost(weight: Int!) on FIELD_DEFINITION',
      'query.graphql': 'type Query { a: Int @cost(weight: 3) }',
    })
    expect((await readSchema([folder])).getDirective('cost')?.locations).toEqual(['FIELD_DEFINITION'])
  })
})
