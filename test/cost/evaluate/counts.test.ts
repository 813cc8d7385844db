import { describe, expect, test } from 'vitest'
import type { CostCounts } from '../../../src/cost/evaluate/counts.ts'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  directive @log(level: Int = 1, where: Filter) on FIELD
  type Query {
    user(id: ID): User
    users(first: Int = 4, where: Filter, any: [Filter!]): [User] @listSize(slicingArguments: ["first"])
    media: Media
    endless: [User]
  }
  type User { name: String age: Int role: Role friends: [User] @listSize(assumedSize: 3) }
  enum Role { ADMIN MEMBER }
  union Media = Film | Song
  type Film { minutes: Int @cost(weight: "9") }
  type Song { singer: User }
  input Filter { name: String age: Range = { from: 1 } not: Filter tags: [String] }
  input Range { from: Int = 0 to: Int }
`

interface Case extends Partial<CostCounts> {
  readonly name: string
  readonly operation: string
  readonly variables?: Readonly<Record<string, unknown>>
}

const cases: readonly Case[] = [
  {
    name: 'fields and types, scalars and the root as well, lists multiplied',
    operation: '{ users(first: 2) { name role friends { name age } } }',
    fieldCounts: { 'Query.users': 1, 'User.name': 2 + 6, 'User.role': 2, 'User.friends': 2, 'User.age': 6 },
    typeCounts: { Query: 1, User: 2 + 6, String: 2 + 6, Role: 2, Int: 6 },
    argumentCounts: { 'Query.users(first:)': 1 },
    inputTypeCounts: {},
    inputFieldCounts: {},
    directiveCounts: {},
  },
  {
    name: 'each alias, and a merged field once',
    operation: '{ a: user { name } b: user { name name } b: user { age } }',
    fieldCounts: { 'Query.user': 2, 'User.name': 2, 'User.age': 1 },
    typeCounts: { Query: 1, User: 2, String: 2, Int: 1 },
    argumentCounts: {},
  },
  {
    name: 'no __typename',
    operation: '{ __typename user { __typename } }',
    fieldCounts: { 'Query.user': 1 },
    typeCounts: { Query: 1, User: 1 },
  },
  {
    name: 'an abstract type by its own name, and the alternative that the rows show: each total by its dearest',
    operation: '{ media { ... on Film { minutes } ... on Song { singer { name } } } }',
    fieldCounts: { 'Query.media': 1, 'Film.minutes': 1 },
    typeCounts: { Query: 1, Media: 1, User: 1, String: 1 },
  },
  {
    name: 'nothing inside an empty list',
    operation: '{ users(first: 0) { name friends { name } } }',
    fieldCounts: { 'Query.users': 1 },
    typeCounts: { Query: 1 },
  },
  {
    name: 'defaults of arguments and input fields where they apply',
    operation: '{ users(where: { name: "a" }) { name } }',
    argumentCounts: { 'Query.users(first:)': 1, 'Query.users(where:)': 1 },
    inputTypeCounts: { Filter: 1, Range: 1 },
    inputFieldCounts: { 'Filter.name': 1, 'Filter.age': 1, 'Range.from': 1 },
    typeCounts: { Query: 1, User: 4, String: 4 },
  },
  {
    name: 'an explicit null as a use of the argument, with nothing inside',
    operation: '{ users(first: 1, where: null) { name } }',
    argumentCounts: { 'Query.users(first:)': 1, 'Query.users(where:)': 1 },
    inputTypeCounts: {},
    inputFieldCounts: {},
  },
  {
    name: 'the objects in lists one by one, in the document and in variables',
    operation:
      'query ($f: Filter, $any: [Filter!]) { users(first: 1, where: $f, any: [{ age: null }, $f]) { name } b: users(first: 1, any: $any) { name } }',
    variables: { f: { not: { age: { to: 3 } }, age: null }, any: [{ age: null }, { age: null, tags: ['a', 'b'] }] },
    argumentCounts: { 'Query.users(first:)': 2, 'Query.users(where:)': 1, 'Query.users(any:)': 2 },
    // The variable is used twice: two filters and a range each time.
    inputTypeCounts: { Filter: 2 * 2 + 1 + 2, Range: 2 },
    inputFieldCounts: {
      'Filter.not': 2,
      'Filter.age': 2 * 2 + 1 + 2,
      'Filter.tags': 1,
      'Range.to': 2,
      'Range.from': 2,
    },
  },
  {
    name: 'an omitted variable as an omitted argument',
    operation: 'query ($f: Filter, $n: Int) { users(first: $n, where: $f) { name } }',
    argumentCounts: { 'Query.users(first:)': 1 },
    inputTypeCounts: {},
    typeCounts: { Query: 1, User: 4, String: 4 },
  },
  {
    name: 'inputs and directives once a call',
    operation: '{ users(first: 3) { friends @log(where: { age: null }) { name @log(level: 2) @include(if: true) } } }',
    fieldCounts: { 'Query.users': 1, 'User.friends': 3, 'User.name': 9 },
    directiveCounts: { '@log': 3 + 9, '@include': 9 },
    argumentCounts: {
      'Query.users(first:)': 1,
      '@log(level:)': 3 + 9,
      '@log(where:)': 3,
      '@include(if:)': 9,
    },
    inputTypeCounts: { Filter: 3 },
    inputFieldCounts: { 'Filter.age': 3 },
  },
  {
    name: 'of merged fields, the directives of the first that is selected',
    operation:
      'query ($yes: Boolean!) { user { name } user @log @skip(if: $yes) { age } other: user @skip(if: $yes) @log { age } }',
    variables: { yes: false },
    fieldCounts: { 'Query.user': 2, 'User.name': 1, 'User.age': 2 },
    directiveCounts: { '@skip': 1, '@log': 1 },
  },
  {
    name: 'nothing that the variables skip',
    operation: 'query ($no: Boolean!) { user { name @include(if: $no) age } }',
    variables: { no: false },
    fieldCounts: { 'Query.user': 1, 'User.age': 1 },
    directiveCounts: {},
  },
]

describe('the counts of an estimate count', () => {
  for (const { name, operation, variables, ...expected } of cases) {
    test(name, () => {
      const { counts } = costPlan(sdl, operation).explain(variables)
      for (const [kind, numbers] of Object.entries(expected))
        expect({ [kind]: Reflect.get(counts, kind) }).toEqual({ [kind]: numbers })
    })
  }

  test('every path of fragments that double, although no one lists them', () => {
    const levels = Array.from({ length: 20 }, (_, i) => i)
    const fragments = levels.map(
      (i) => `fragment F${i} on User { a: friends { ...F${i + 1} } b: friends { ...F${i + 1} } }`,
    )
    const operation = `{ user { ...F0 } } ${fragments.join(' ')} fragment F20 on User { name }`
    const { counts, truncated } = costPlan(sdl, operation).explain()
    expect(truncated).toBe(true)
    expect(counts.fieldCounts['User.name']).toBe(6 ** 20)
  })

  test('up to the largest number where a list has no bound', () => {
    const plan = costPlan(sdl, '{ endless { name friends { name } } }', { defaultListSize: Number.POSITIVE_INFINITY })
    const { counts } = plan.explain()
    expect(counts.fieldCounts).toEqual({
      'Query.endless': 1,
      'User.name': Number.MAX_SAFE_INTEGER,
      'User.friends': Number.MAX_SAFE_INTEGER,
    })
  })
})
