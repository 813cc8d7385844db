import fc from 'fast-check'
import { buildSchema, getVariableValues, Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { plainVariables } from '../../src/admission/plain-variables.ts'

const schema = buildSchema('type Query { a: Int } input I { a: Int } enum E { A } scalar Mine')

function definitionsOf(types: readonly string[]) {
  const [operation] = parse(`query (${types.map((type, index) => `$v${index}: ${type}`)}) { a }`).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is an operation')
  return operation.variableDefinitions ?? []
}

const types = [
  'Int',
  'Int!',
  'ID',
  'String!',
  'Boolean',
  'Int = 3',
  'ID!',
  'String',
  '[Int]',
  'Float',
  'I',
  'E!',
  'Mine',
]
const values = [0, -0, 1, 1.5, 2 ** 31, -(2 ** 31), '', '7', 'A', true, null, undefined, [1], { a: 1 }, {}]

test('variables that are taken as they are are those that graphql-js takes so', () => {
  let taken = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...types), fc.option(fc.constantFrom(...values), { nil: 'missing' })), {
        minLength: 1,
        maxLength: 3,
      }),
      (declared) => {
        const definitions = definitionsOf(declared.map(([type]) => type))
        const given = declared.flatMap(([, value], index) => (value === 'missing' ? [] : [[`v${index}`, value]]))
        const variables: Record<string, unknown> = { ...Object.fromEntries(given), more: 1 }
        const plain = plainVariables(schema, definitions, variables)
        if (plain === undefined) return
        taken += 1
        expect(getVariableValues(schema, definitions, variables)).toEqual({ coerced: plain })
      },
    ),
    { numRuns: 2_000 },
  )
  expect(taken).toBeGreaterThan(20)
})

test('a scalar of its own under the name of a built-in one is left to graphql-js', () => {
  const own = buildSchema('type Query { a(id: ID): Int }')
  const id = own.getType('ID')
  if (id === undefined || !('parseValue' in id)) throw new Error('There is a type ID')
  const shadowed = Object.create(own, {
    getType: { value: () => Object.create(id, { parseValue: { value: (value: unknown) => `own ${value}` } }) },
  })
  expect(plainVariables(shadowed, definitionsOf(['ID']), { v0: 'a' })).toBeUndefined()
  expect(plainVariables(own, definitionsOf(['ID']), { v0: 'a' })).toEqual({ v0: 'a' })
})
