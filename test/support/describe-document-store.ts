import { describe, expect, test } from 'vitest'
import type { DocumentStore } from '../../src/admission/documents/document-store.ts'
import { sha256Of } from '../../src/admission/documents/sha256-of.ts'

/** What every store of documents keeps. `create` gives one that is empty. */
export function describeDocumentStore(name: string, create: () => Promise<DocumentStore>): void {
  describe(`the ${name} document store`, () => {
    test('has no document that was not set', async () => {
      const store = await create()
      await store.set(sha256Of('{ a }'), '{ a }')
      expect(await store.get(sha256Of('{ b }'))).toBeUndefined()
    })

    test.each([
      { what: 'short', source: '{ a }' },
      { what: 'empty', source: '' },
      { what: 'with all kinds of characters', source: 'query { ä(b: "\u{1F600}\\n") }\r\n\0' },
      { what: 'long', source: `{ ${'a '.repeat(60_000)}}` },
    ])('gives a document back as it was set, one that is $what', async ({ source }) => {
      const store = await create()
      await store.set(sha256Of(source), source)
      expect(await store.get(sha256Of(source))).toBe(source)
    })

    test('keeps documents apart, however many are set at once', async () => {
      const store = await create()
      const sources = Array.from({ length: 200 }, (_, index) => `{ field${index} }`)
      await Promise.all(sources.map((source) => store.set(sha256Of(source), source)))
      expect(await Promise.all(sources.map((source) => store.get(sha256Of(source))))).toEqual(sources)
    })

    test('takes a document once more', async () => {
      const store = await create()
      await store.set(sha256Of('{ a }'), '{ a }')
      await store.set(sha256Of('{ a }'), '{ a }')
      expect(await store.get(sha256Of('{ a }'))).toBe('{ a }')
    })
  })
}
