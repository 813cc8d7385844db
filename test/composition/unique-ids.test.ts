import { expect, test } from 'vitest'
import { uniqueIds } from '../../src/composition/unique-ids.ts'

test('no two ids are the same, whoever has made them', () => {
  const makers = [uniqueIds(), uniqueIds(), uniqueIds()]
  const ids = makers.flatMap((newId) => Array.from({ length: 1_000 }, newId))
  expect(new Set(ids).size).toBe(3_000)
})

test('ids can be a part of a key', () => {
  expect(uniqueIds()()).toMatch(/^[\w-]{22}\.\d+$/)
})
