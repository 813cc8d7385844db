import fc from 'fast-check'
import {
  type ASTVisitor,
  BREAK,
  buildSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  visit,
  visitInParallel,
} from 'graphql'
import { expect, test } from 'vitest'
import { mergeVisitors } from '../../src/admission/merge-visitors.ts'

const schema = buildSchema(`
  directive @mark(with: String) repeatable on FIELD
  input Filter { id: ID! more: [Filter!] }
  interface Named { name: String }
  type Cat implements Named { name: String lives: Int friends(first: Int!, by: Filter): [Pet] }
  type Dog implements Named { name: String barks: Boolean }
  union Pet = Cat | Dog
  type Query { pet(id: ID!): Pet named: [Named] cat(filter: Filter): Cat }
  type Mutation { rename(id: ID!, name: String): Pet }
  type Subscription { pet: Pet named: Named }
`)

const TEXTS = [
  `query A($id: ID!, $first: Int = 2, $by: Filter) { pet(id: $id) { __typename ... on Cat { name @mark(with: "a") @mark
    friends(first: $first, by: $by) { ...Any } } ...Any } named { name ... @include(if: true) { other: name } } }
   fragment Any on Pet { ... on Dog { barks } ... on Cat { lives ...Deep } } fragment Deep on Cat { friends(first: 1) { __typename } }`,
  'mutation M($name: String) { rename(id: 1, name: $name) { ... on Named { name } } } subscription S { pet { __typename } }',
  '{ cat(filter: { id: 1, more: [{ id: "2" }, { id: 3 }] }) { name @skip(if: false) } __schema { types { name } } }',
]

/** The tokens of a text, some of them left out, doubled or put in the place of others. */
const broken = fc
  .tuple(fc.constantFrom(...TEXTS), fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('out', 'twice', 'swap'))))
  .map(([text, changes]) => {
    const tokens = text.match(/\.\.\.|"[^"]*"|\$?\w+|\S/g) ?? []
    for (const [at, other, change] of changes.slice(0, 3)) {
      const [index, from] = [at % tokens.length, other % tokens.length]
      if (change === 'out') tokens.splice(index, 1)
      else if (change === 'twice') tokens.splice(index, 0, tokens[index] ?? '')
      else tokens[index] = tokens[from] ?? ''
    }
    return tokens.join(' ')
  })

test('rules that visit together find what they find when graphql-js has them visit', () => {
  const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule]
  let [documents, mistakes] = [0, 0]
  fc.assert(
    fc.property(broken, (text) => {
      let document: ReturnType<typeof parse>
      try {
        document = parse(text)
      } catch {
        return
      }
      const expected = validate(schema, document, rules, { maxErrors: 4 })
      const found = validate(schema, document, [(context) => mergeVisitors(rules.map((rule) => rule(context)))], {
        maxErrors: 4,
      })
      expect(found.map(String)).toEqual(expected.map(String))
      documents += 1
      if (expected.length > 0) mistakes += 1
    }),
    { numRuns: 4_000 },
  )
  expect(documents).toBeGreaterThan(200)
  expect(mistakes).toBeGreaterThan(50)
})

test.each(['nothing', 'skips', 'stops', 'skips on leaving'])('a visitor that %s leaves the others alone', (does) => {
  const visits = (merge: (visitors: readonly ASTVisitor[]) => ASTVisitor) => {
    const seen: string[] = []
    const first: ASTVisitor = {
      Field: {
        enter(node) {
          seen.push(`first enters ${node.name.value}`)
          if (node.name.value !== 'pet') return undefined
          return does === 'skips' ? false : does === 'stops' ? BREAK : undefined
        },
        leave(node) {
          seen.push(`first leaves ${node.name.value}`)
          return does === 'skips on leaving' ? false : undefined
        },
      },
    }
    const second: ASTVisitor = {
      enter: (node) => void seen.push(`second enters ${node.kind}`),
      leave: (node) => void seen.push(`second leaves ${node.kind}`),
    }
    visit(parse('{ named { name } pet(id: 1) { __typename } cat { name } }'), merge([first, second]))
    return seen
  }
  expect(visits(mergeVisitors)).toEqual(visits(visitInParallel))
})
