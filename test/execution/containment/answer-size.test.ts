import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerSize } from '../../../src/execution/containment/answer-size.ts'

const bytesOf = (answer: unknown) => Buffer.byteLength(JSON.stringify(answer))

test('tells to the byte whether an answer fits, whatever is in it', () => {
  const answers = fc.record({ data: fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }) })
  fc.assert(
    fc.property(answers, fc.integer({ min: -3, max: 3 }), (answer, more) => {
      const bytes = bytesOf(answer)
      expect(answerSize(answer, bytes + more).kind).toBe(more < 0 ? 'too-large' : 'fits')
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['control characters', { text: '\u0001'.repeat(50) }],
  ['lone surrogates', { text: '\ud800'.repeat(50) }],
  ['long numbers', { numbers: [-1.2345678901234567e-100, Number.MAX_VALUE, Number.NaN] }],
  ['what JSON leaves out', { gone: undefined, list: [undefined, undefined] }],
  ['dates', { date: new Date(0) }],
  ['names', { '"\u0001': 1 }],
])('counts %s as JSON writes them', (_, data) => {
  const answer = { data }
  expect(answerSize(answer, bytesOf(answer)).kind).toBe('fits')
  expect(answerSize(answer, bytesOf(answer) - 1).kind).toBe('too-large')
})

test('says at least how large it is, without going on to the end', () => {
  let read = 0
  const texts = Array.from({ length: 1_000 }, () => ({
    get text() {
      read += 1
      return 'x'.repeat(100)
    },
  }))
  expect(answerSize({ data: texts }, 10_000)).toMatchObject({ kind: 'too-large', foundBytes: expect.any(Number) })
  expect(read).toBeLessThan(105)
})

const circle: Record<string, unknown> = {}
circle['self'] = circle
const deep: unknown[] = []
for (let list = deep, left = 100_000; left > 0; left--) {
  const inner: unknown[] = []
  list.push(inner)
  list = inner
}

test.each([
  ['a BigInt', { amount: 1n }],
  ['a circle', circle],
  ['a list too deep for JSON', deep],
  ['what throws', { toJSON: () => expect.fail() }],
])('says that %s cannot be serialised', (_, data) => {
  expect(answerSize({ data }, 1_000_000).kind).toBe('unserialisable')
})
