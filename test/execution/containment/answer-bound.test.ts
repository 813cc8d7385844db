import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { createAnswerBound } from '../../../src/execution/containment/answer-bound.ts'

const schema = makeExecutableSchema({
  typeDefs: `
    scalar Anything
    enum Colour { RED VERY_LONG_NAME_OF_A_COLOUR_THAT_IS_LONGER_THAN_ANY_NUMBER }
    interface Named { name: String }
    type Query { text: String texts: [[String]] numbers: [Float] colour: Colour any: Anything media: [Media] named: Named float: Float }
    union Media = Film | Song
    type Film implements Named { name: String length: Int value: String }
    type Song implements Named { name: String words: String value: Int }
  `,
})

const NASTY = '\u0001"\ud800é'.repeat(30)
const film = { __typename: 'Film', name: NASTY, length: -2_147_483_648, value: NASTY }
const song = { __typename: 'Song', name: NASTY, words: NASTY, value: 1 }
const rootValue = {
  text: NASTY,
  texts: [[NASTY, null], null, [NASTY]],
  numbers: [-1.2345678901234567e-100, Number.MAX_VALUE],
  float: -1.2345678901234567e-100,
  colour: 'VERY_LONG_NAME_OF_A_COLOUR_THAT_IS_LONGER_THAN_ANY_NUMBER',
  any: { deep: [NASTY, { [NASTY]: true }], date: null },
  media: [film, song, null, song],
  named: film,
}

async function run(source: string, root: object = rootValue) {
  const document = parse(source)
  const [operation] = document.definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The operation comes first')
  const fragments = document.definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  )
  const bound = createAnswerBound(schema, operation, new Map(fragments.map((each) => [each.name.value, each])))
  const { data } = await execute({ schema, document, rootValue: root })
  return { most: bound(data), bytes: Buffer.byteLength(JSON.stringify(data)), bound, data }
}

test.each([
  '{ text alias: text }',
  '{ texts numbers float colour }',
  '{ any }',
  '{ media { __typename ... on Film { name length } ... on Song { words } } }',
  '{ media { ... on Film { v: name value } ... on Song { v: value words } } }',
  '{ named { name ...F } } fragment F on Film { length ...G } fragment G on Named { again: name value: __typename }',
  '{ text @skip(if: false) ... @include(if: true) { colour } }',
  '{ __schema { types { name kind fields { name args { defaultValue } } } } __type(name: "Film") { description } }',
])('is not below what an answer has: %s', async (source) => {
  const { most, bytes } = await run(source)
  expect(most).toBeGreaterThanOrEqual(bytes)
  expect(most).toBeLessThan(7 * bytes + 300)
})

test('grows by nothing that is not there', async () => {
  expect((await run('{ media { ... on Film { name } } text }', {})).most).toBeLessThan(100)
})

test('is not known where a scalar answers what only serialising tells', async () => {
  expect((await run('{ text }')).bound({ text: 1n })).toBe(Number.POSITIVE_INFINITY)
  const { bound } = await run('{ any }')
  expect(bound({ any: { toJSON: () => NASTY } })).toBe(Number.POSITIVE_INFINITY)
  expect(bound({ any: 1n })).toBe(Number.POSITIVE_INFINITY)
})
