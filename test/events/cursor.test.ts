import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCursor, MAX_CURSOR_LENGTH, parseCursor } from '../../src/events/cursor.ts'

const part = fc.oneof(fc.nat(3), fc.nat(), fc.maxSafeNat())
const position = fc.tuple(part, part).map(([ms, number]) => `${ms}-${number}`)
const topicName = fc.string({ unit: 'binary', maxLength: 12 })
const positions = fc
  .uniqueArray(fc.tuple(topicName, position), { minLength: 1, maxLength: 40, selector: ([topic]) => topic })
  .map((entries) => new Map(entries))

function encode(known: ReadonlyMap<string, string>): string {
  return encodeCursor([...known.keys()], (topic) => known.get(topic) ?? '')
}

describe('a cursor', () => {
  test('gives back the position of each topic, whatever order the topics come in', () => {
    fc.assert(
      fc.property(positions, (known) => {
        expect(parseCursor(encode(known), [...known.keys()].reverse())).toEqual(known)
        expect(encode(new Map([...known].reverse()))).toBe(encode(known))
      }),
    )
  })

  test('is made of characters that need no escaping in a URL or a header', () => {
    fc.assert(fc.property(positions, (known) => void expect(encode(known)).toMatch(/^[\w.-]+$/)))
  })

  test('is no cursor for other topics, for fewer or for more', () => {
    fc.assert(
      fc.property(positions, topicName, (known, topic) => {
        fc.pre(!known.has(topic))
        const names = [...known.keys()]
        const cursor = encode(known)
        expect(parseCursor(cursor, [...names, topic])).toBeUndefined()
        expect(parseCursor(cursor, [...names.slice(1), topic])).toBeUndefined()
        expect(parseCursor(cursor, names.slice(1))).toBeUndefined()
      }),
    )
  })

  test('does not take two topics for one with a comma', () => {
    const cursor = encodeCursor(['a', 'b'], () => '1-0')
    expect(parseCursor(cursor, ['a,b'])).toBeUndefined()
    expect(parseCursor(cursor, ['a","b', 'c'])).toBeUndefined()
  })

  test('is 17 characters for a topic, and 200 topics are few enough', () => {
    expect(encodeCursor(['order:1'], () => '1764058800123-0')).toHaveLength(17)
    const topics = Array.from({ length: 200 }, (_, index) => `stock:${index}`)
    const cursor = encodeCursor(topics, () => '1764058800123-0')
    expect(parseCursor(cursor, topics)?.size).toBe(200)
  })
})

describe('what is no cursor', () => {
  test('is nothing, whatever it is, and throws nothing', () => {
    const topics = ['a', 'b']
    const cursor = encodeCursor(topics, () => '1764058800123-7')
    const cut = fc.tuple(fc.nat(cursor.length), fc.nat(cursor.length), fc.string({ unit: 'binary', maxLength: 30 }))
    const mangled = cut.map(([from, to, text]) => cursor.slice(0, from) + text + cursor.slice(to))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), mangled), (text) => {
        // What was mangled may still be one, with other positions.
        for (const found of parseCursor(text, topics)?.values() ?? []) expect(found).toMatch(/^\d+-\d+$/)
      }),
    )
  })

  const [hash = ''] = encodeCursor(['a'], () => '1-0').split('.')
  test.each([
    '',
    '.',
    hash,
    `${hash}.`,
    `${hash}.-`,
    `${hash}.1-`,
    `${hash}.-1`,
    `${hash}.1-2-3`,
    `${hash}.1.2`,
    `${hash}.A`,
    `${hash}.1 `,
    `${hash}.1\n`,
    `${hash}.zzzzzzzzzzz`,
    `${hash}.1-zzzzzzzzzzz`,
    `${hash}.000000000001`,
    `${hash.toLowerCase()}x.1`,
  ])('is nothing: %j', (text) => {
    expect(parseCursor(text, ['a'])).toBeUndefined()
  })

  test('is not looked at where it is longer than any', () => {
    const topics = Array.from({ length: 1_000 }, (_, index) => `stock:${index}`)
    const cursor = encodeCursor(topics, () => '1-0')
    expect(cursor.length).toBeGreaterThan(MAX_CURSOR_LENGTH)
    expect(parseCursor(cursor, topics)).toBeUndefined()
  })
})
