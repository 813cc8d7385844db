import fc from 'fast-check'
import { buildSchema, type GraphQLLeafType, parse } from 'graphql'
import { afterEach, expect, test, vi } from 'vitest'
import { createExecutor } from '../../../../src/execution/compiled/executor.ts'
import { WrittenResult } from '../../../../src/execution/compiled/writing/written-result.ts'

const schema = buildSchema(`
  scalar Any
  enum Kind { ONE TWO }
  interface Node { id: ID }
  type Query implements Node {
    id: ID, text: String, int: Int, float: Float, flag: Boolean, kind: Kind, any: Any
    texts: [String], numbers: [[Float]], kinds: [Kind!], anys: [Any], self: Query, selves: [Query], node: Node
  }
`)
// Whatever it is given: the scalar serialises nothing.
const any = schema.getType('Any') as GraphQLLeafType
any.serialize = (value) => value

const document = parse(`query ($short: Boolean!) {
  ...Leaves
  again: text @skip(if: $short)
  texts numbers kinds anys
  self { ...Leaves __proto__: text toJSON: any }
  selves { ...Leaves selves { text texts } }
  node { __typename id ... on Query { any text } }
}
fragment Leaves on Query { __typename id text int float flag kind any }`)

/** Texts of which many have something to be escaped. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u2028', '\ud800', 'é', '\u007f') }),
)
const number = fc.oneof(
  fc.nat(),
  fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1e15),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 1e21, 5e-324),
)
const anything = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(Number.NaN, new Date(0), { toJSON: () => undefined }, () => 1, Symbol('s'), [undefined]),
)
const leaves = {
  __typename: fc.constant('Query'),
  id: fc.option(text),
  text: fc.option(text),
  int: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  float: fc.option(number),
  flag: fc.option(fc.boolean()),
  kind: fc.option(fc.constantFrom('ONE', 'TWO')),
  any: fc.option(anything),
  texts: fc.option(fc.array(fc.option(text))),
  numbers: fc.option(fc.array(fc.option(fc.array(fc.option(number))))),
  kinds: fc.option(fc.array(fc.constantFrom('ONE', 'TWO'))),
  anys: fc.option(fc.array(fc.option(anything))),
}
const { object } = fc.letrec((tie) => ({
  object: fc.record({
    ...leaves,
    self: fc.option(tie('object'), { maxDepth: 3, depthIdentifier: 'depth' }),
    selves: fc.option(fc.array(fc.option(tie('object'), { maxDepth: 3, depthIdentifier: 'depth' })), {
      maxDepth: 3,
      depthIdentifier: 'depth',
    }),
    node: fc.option(tie('object'), { maxDepth: 3, depthIdentifier: 'depth' }),
  }),
}))

afterEach(() => vi.unstubAllGlobals())

/**
 * Executes an operation on whatever there may be, and says of how many results the data were written by themselves, and of
 * how many the length was known before.
 */
function writeAll() {
  const executor = createExecutor({ interpretedRuns: 0 })
  let [written, known] = [0, 0]
  fc.assert(
    fc.property(object, fc.boolean(), fc.option(fc.object(), { nil: undefined }), (rootValue, short, extensions) => {
      const result = executor.execute({ schema, document, rootValue, variableValues: { short } }, document)
      if (!(result instanceof WrittenResult)) return
      written += 1
      const answer = `${JSON.stringify({ data: result.data, extensions })}\n`
      const bytes = Buffer.byteLength(`${JSON.stringify({ data: result.data })}\n`)
      const shortBytes = result.shortBytes()
      if (shortBytes !== undefined) known += 1
      expect(shortBytes ?? bytes).toBe(bytes)
      expect(String(result.write(extensions))).toBe(answer)
    }),
    { numRuns: 500 },
  )
  return { written, known }
}

test('what a result writes is what JSON.stringify makes of its data, and as long', () => {
  const { written, known } = writeAll()
  expect(written).toBeGreaterThan(400)
  expect(known).toBeGreaterThan(100)
})

test('is so too where code may not be made of text', () => {
  vi.stubGlobal(
    'Function',
    class {
      constructor() {
        throw new EvalError('Code generation from strings disallowed for this context')
      }
    },
  )
  expect(writeAll().written).toBeGreaterThan(400)
})

test('so it is with answers of any length, one after another', () => {
  const source = parse('{ texts }')
  const executor = createExecutor({ interpretedRuns: 0 })
  for (const count of [0, 1, 20, 50, 61, 62, 63, 500, 1, 62, 40, 5_000, 3, 58, 59, 60, 61]) {
    const rootValue = { texts: Array.from({ length: count }, () => 'ü'.repeat(48)) }
    const result = executor.execute({ schema, document: source, rootValue }, source)
    if (!(result instanceof WrittenResult)) throw new Error('The operation has errors')
    expect(String(result.write())).toBe(`${JSON.stringify({ data: result.data })}\n`)
  }
})

test('what has been written stays as it is while others are written', () => {
  const source = parse('{ texts }')
  const executor = createExecutor({ interpretedRuns: 0 })
  const answers = Array.from({ length: 200 }, (_, index) => {
    const rootValue = { texts: Array.from({ length: index }, () => String(index)) }
    const result = executor.execute({ schema, document: source, rootValue }, source)
    if (!(result instanceof WrittenResult)) throw new Error('The operation has errors')
    return { written: result.write(), expected: `${JSON.stringify({ data: result.data })}\n` }
  })
  expect(answers.map(({ written }) => String(written))).toEqual(answers.map(({ expected }) => expected))
})

test('data that cannot be written are not written', () => {
  const source = parse('{ any self { any } }')
  const executor = createExecutor({ interpretedRuns: 0 })
  for (const rootValue of [{ any: 1n }, { self: { any: { toJSON: () => BigInt(1) } } }]) {
    const result = executor.execute({ schema, document: source, rootValue }, source)
    if (!(result instanceof WrittenResult)) throw new Error('The operation has errors')
    expect(() => result.write()).toThrow(TypeError)
  }
})
