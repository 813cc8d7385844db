import { expect, test } from 'vitest'
import { createMemoryDocumentStore } from '../../../src/admission/documents/memory/memory-document-store.ts'
import { describeDocumentStore } from '../../support/describe-document-store.ts'

describeDocumentStore('memory', async () => createMemoryDocumentStore({ maxBytes: 1_000_000 }))

test('it forgets what was not used for longest when its bytes are used up', () => {
  const store = createMemoryDocumentStore({ maxBytes: 11_000 })
  for (const hash of ['a', 'b', 'c']) store.set(hash, hash.repeat(1_500))
  store.get('a')
  store.set('d', 'd'.repeat(1_500))
  expect(['a', 'b', 'c', 'd'].filter((hash) => store.get(hash) !== undefined)).toEqual(['a', 'c', 'd'])
})

test('it does not take what is larger than all of it, and forgets nothing for that', () => {
  const store = createMemoryDocumentStore({ maxBytes: 10_000 })
  store.set('a', '{ a }')
  store.set('b', 'b'.repeat(5_000))
  expect([store.get('a'), store.get('b')]).toEqual(['{ a }', undefined])
})
