import { describe, expect, test, vi } from 'vitest'
import type { DocumentStore } from '../../../src/admission/documents/document-store.ts'
import { createKeptDocuments, type KeptDocumentsOptions } from '../../../src/admission/documents/kept-documents.ts'
import { sha256Of } from '../../../src/admission/documents/sha256-of.ts'

const DAY_MS = 86_400_000

/** A store that several processes could share: it notes what is set, and may be broken. */
function openStore() {
  const documents = new Map<string, string>()
  const sets: string[] = []
  let broken = false
  const check = () => {
    if (broken) throw new Error('The store is broken')
  }
  const store: DocumentStore = {
    async get(hash) {
      check()
      return documents.get(hash)
    },
    async set(hash, source) {
      check()
      sets.push(source)
      documents.set(hash, source)
    },
  }
  return {
    store,
    documents,
    sets,
    set broken(to: boolean) {
      broken = to
    },
  }
}

function open(options: Partial<KeptDocumentsOptions> = {}) {
  const clock = { nowMs: 5 }
  const errors: string[] = []
  const kept = createKeptDocuments({
    keepForMs: 7 * DAY_MS,
    nowMs: () => clock.nowMs,
    onStoreFailure: (error) => errors.push(error.message),
    ...options,
  })
  const keep = (source: string) => kept.keep(sha256Of(source), source)
  const get = (source: string) => kept.get(sha256Of(source))
  return { clock, errors, kept, keep, get }
}

/** What is set in a store of one's own is set within one turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('documents that are kept', () => {
  test('are found at once in the process that has kept them, with a store or without', () => {
    for (const store of [undefined, openStore().store]) {
      const { keep, get } = open({ store })
      keep('{ a }')
      expect(get('{ a }')).toBe('{ a }')
    }
  })

  test('are asked of the store once, and then known here', async () => {
    const { store, documents } = openStore()
    documents.set(sha256Of('{ a }'), '{ a }')
    const { get } = open({ store })
    expect(await get('{ a }')).toBe('{ a }')
    expect(get('{ a }')).toBe('{ a }')
  })

  test('are not believed where the store has another text under the hash', async () => {
    const { store, documents } = openStore()
    documents.set(sha256Of('{ a }'), '{ b }')
    const { get } = open({ store })
    expect(await get('{ a }')).toBeUndefined()
    expect(await get('{ a }')).toBeUndefined()
  })

  test('are set in the store once, and again when half of their time is over, however often they are used', async () => {
    const { store, sets } = openStore()
    const { keep, clock } = open({ store })
    for (let use = 0; use < 100; use++) keep('{ a }')
    clock.nowMs += 3.4 * DAY_MS
    keep('{ a }')
    expect(sets).toHaveLength(1)
    clock.nowMs += 0.1 * DAY_MS
    keep('{ a }')
    keep('{ a }')
    expect(sets).toHaveLength(2)
  })

  test('have 64 KiB at most, in UTF-8', async () => {
    const { store, sets } = openStore()
    const { keep, get } = open({ store })
    for (const source of ['ä'.repeat(32 * 1024), `ä${'a'.repeat(64 * 1024 - 1)}`]) keep(source)
    expect(sets.map((source) => source.length)).toEqual([32 * 1024])
    expect(await get(`ä${'a'.repeat(64 * 1024 - 1)}`)).toBeUndefined()
  })

  test('fill the store by so many bytes alone, whoever sends how many; room comes back, and one is told once', async () => {
    const { store, sets } = openStore()
    const { keep, get, clock, errors } = open({ store, maxStoredBytes: 10_000 })
    const document = (index: number) => `${String(index).padStart(4, '0')} ${'a'.repeat(995)}`
    for (let index = 0; index < 100; index++) keep(document(index))
    expect(sets).toHaveLength(10)
    expect(errors).toEqual([expect.stringContaining('many documents are new')])
    // Here they are known all the same.
    expect(get(document(99))).toBe(document(99))
    clock.nowMs += 0.7 * DAY_MS + 1
    keep(document(50))
    keep(document(51))
    expect(sets).toHaveLength(11)
  })
})

describe('a store that fails', () => {
  test('has nothing, is left alone for a second, and is told of once', async () => {
    const shared = openStore()
    const { get, keep, clock, errors } = open({ store: shared.store })
    shared.documents.set(sha256Of('{ b }'), '{ b }')
    shared.broken = true
    expect(await Promise.all([get('{ a }'), get('{ b }')])).toEqual([undefined, undefined])
    expect(errors).toEqual(['The store is broken'])
    shared.broken = false
    // No promise: nobody was asked.
    expect(get('{ b }')).toBeUndefined()
    keep('{ a }')
    expect(shared.sets).toEqual([])
    clock.nowMs += 1_000
    expect(await get('{ b }')).toBe('{ b }')
  })

  test('is given the document later that it did not take', async () => {
    const shared = openStore()
    const { keep, clock, errors } = open({ store: shared.store })
    shared.broken = true
    keep('{ a }')
    await settled()
    expect(errors).toEqual(['The store is broken'])
    shared.broken = false
    clock.nowMs += 1_000
    keep('{ a }')
    expect(shared.sets).toEqual(['{ a }'])
  })

  test.each<{ way: string; store: DocumentStore }>([
    { way: 'never answers', store: { get: () => new Promise(() => {}), set: () => new Promise(() => {}) } },
    {
      way: 'throws',
      store: {
        get() {
          throw new Error('no')
        },
        set() {
          throw new Error('no')
        },
      },
    },
  ])('never fails its caller: one that $way', async ({ store }) => {
    const { get, keep, clock, errors } = open({ store, deadlineMs: 1 })
    expect(await get('{ a }')).toBeUndefined()
    clock.nowMs += 1_000
    keep('{ a }')
    expect(get('{ a }')).toBe('{ a }')
    await vi.waitUntil(() => errors.length === 2)
  })
})
