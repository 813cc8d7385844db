import { expect, test } from 'vitest'
import { nestsDeeper } from '../../src/guard/nests-deeper.ts'

test.each([
  [0, [null, 1, 'text', undefined]],
  [1, [{}, [], { a: 1 }, [null, 'b']]],
  [2, [{ a: {} }, [[1], 2], { a: 1, b: [] }]],
  [3, [{ a: 1, b: [[], { c: 1 }] }, [[], [[1]]]]],
])('a value of %i levels nests no deeper than that, and deeper than one less', (levels, values) => {
  for (const value of values) {
    expect(nestsDeeper(value, levels)).toBe(false)
    if (levels > 0) expect(nestsDeeper(value, levels - 1)).toBe(true)
  }
})

test.each([
  ['lists', '[', ']'],
  ['objects', '{"a":', '}'],
])('%s a million levels deep are seen without recursion', (_, open, close) => {
  const value: unknown = JSON.parse(`${open.repeat(1_000_000)}0${close.repeat(1_000_000)}`)
  expect(nestsDeeper(value, 200)).toBe(true)
  expect(nestsDeeper(value, 1_000_000)).toBe(false)
})
