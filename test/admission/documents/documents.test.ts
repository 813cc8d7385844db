import { describe, expect, test } from 'vitest'
import { type AskedDocument, createDocuments, type DocumentsMode } from '../../../src/admission/documents/documents.ts'
import { createKeptDocuments } from '../../../src/admission/documents/kept-documents.ts'
import { parseManifest } from '../../../src/admission/documents/manifest.ts'
import { sha256Of } from '../../../src/admission/documents/sha256-of.ts'

const KNOWN = 'query Known { products { id } }'
const OTHER = 'query Other { viewer { id } }'

const apq = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } })

function open({ mode = 'any', withApq = true }: { mode?: DocumentsMode; withApq?: boolean } = {}) {
  const unknown: string[] = []
  const kept = createKeptDocuments({ keepForMs: 1_000, nowMs: () => 0 })
  const documents = createDocuments({
    mode,
    manifest: parseManifest(JSON.stringify({ 'known-1': KNOWN })),
    kept: withApq ? kept : undefined,
    onUnknownDocument: (source) => unknown.push(source),
  })
  return { documents, unknown, find: async (asked: AskedDocument) => documents.find(asked) }
}

describe('automatic persisted queries', () => {
  test('a hash is not found before its document was kept, in the words that clients of them know', async () => {
    expect(await open().find({ extensions: apq(sha256Of(OTHER)) })).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
      status: 200,
    })
  })

  test('a document is found by its hash once it was kept, and not by having been asked for', async () => {
    const { find, documents } = open()
    const found = await find({ query: OTHER, extensions: apq(sha256Of(OTHER)) })
    if ('code' in found) throw new Error(found.message)
    expect(found).toEqual({ source: OTHER, known: true, hash: sha256Of(OTHER) })
    expect(await find({ extensions: apq(sha256Of(OTHER)) })).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
    documents.keep(found)
    // As GET has it, with null for what is not there, and with an empty query.
    for (const asked of [
      { extensions: apq(sha256Of(OTHER)) },
      { extensions: JSON.stringify(apq(sha256Of(OTHER))) },
      { extensions: apq(sha256Of(OTHER)), query: null, documentId: null },
      { extensions: apq(sha256Of(OTHER)), query: '' },
    ]) {
      expect(await find(asked)).toEqual(found)
    }
  })

  test('a text that came without a hash is not kept', async () => {
    const { find, documents } = open()
    const found = await find({ query: OTHER })
    if ('code' in found) throw new Error(found.message)
    documents.keep(found)
    expect(await find({ extensions: apq(sha256Of(OTHER)) })).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' })
  })

  test.each([
    { what: 'another hash than that of its text', asked: { query: OTHER, extensions: apq(sha256Of(KNOWN)) } },
    { what: 'a known text and the hash of another', asked: { query: KNOWN, extensions: apq(sha256Of(OTHER)) } },
    { what: 'a hash in upper case', asked: { extensions: apq(sha256Of(OTHER).toUpperCase()) } },
    { what: 'something that is no hash', asked: { extensions: apq('__proto__') } },
    { what: 'a hash that is no string', asked: { extensions: apq(7) } },
    { what: 'no hash', asked: { query: OTHER, extensions: { persistedQuery: { version: 1 } } } },
    { what: 'another version', asked: { extensions: apq(sha256Of(OTHER), 2) } },
    { what: 'a version in quotes', asked: { query: OTHER, extensions: apq(sha256Of(OTHER), '1') } },
    { what: 'a persistedQuery that is no object', asked: { extensions: { persistedQuery: sha256Of(OTHER) } } },
    { what: 'extensions that are no object', asked: { query: OTHER, extensions: [apq(sha256Of(OTHER))] } },
    { what: 'extensions that are no JSON', asked: { query: OTHER, extensions: '{"persistedQuery":' } },
  ])('$what is a bad request', async ({ asked }) => {
    expect(await open().find(asked)).toMatchObject({ code: 'BAD_REQUEST', status: 400 })
  })

  test.each([{ mode: 'known-only' as const }, { mode: 'known-first' as const, withApq: false }, { withApq: false }])(
    'clients are told to send whole documents where there are none: %j',
    async (options) => {
      const { find, documents } = open(options)
      documents.keep({ source: OTHER, known: false, hash: sha256Of(OTHER) })
      expect(await find({ extensions: apq(sha256Of(OTHER)) })).toMatchObject({
        code: 'PERSISTED_QUERY_NOT_SUPPORTED',
        message: 'PersistedQueryNotSupported',
        status: 200,
      })
    },
  )

  test('where there are none, a text with its hash beside it is a text', async () => {
    const { find } = open({ withApq: false })
    expect(await find({ query: OTHER, extensions: apq(sha256Of(OTHER)) })).toEqual({ source: OTHER, known: true })
  })
})

describe.each<DocumentsMode>(['any', 'known-first', 'known-only'])(
  'a document of the manifest, with mode %s,',
  (mode) => {
    test.each<AskedDocument>([
      { documentId: 'known-1' },
      { documentId: sha256Of(KNOWN) },
      { documentId: `sha256:${sha256Of(KNOWN)}` },
      { extensions: apq('known-1') },
      { extensions: apq(sha256Of(KNOWN)) },
      { extensions: JSON.stringify(apq(sha256Of(KNOWN))) },
      { query: KNOWN },
      { query: KNOWN, extensions: apq(sha256Of(KNOWN)) },
      { query: KNOWN, extensions: apq('known-1') },
      { query: KNOWN, documentId: null, extensions: { other: 1 } },
    ])('is found by %j, at once', (asked) => {
      const { documents, unknown } = open({ mode })
      expect(documents.find(asked)).toEqual({ source: KNOWN, known: true })
      expect(unknown).toEqual([])
    })

    test.each([`sha256:${sha256Of(OTHER)}`, 'known-2', 'constructor', '', 'x'.repeat(1_000)])(
      'is not found by the documentId %s',
      async (documentId) => {
        const refusal = await open({ mode }).find({ documentId })
        expect(refusal).toMatchObject({ code: 'PERSISTED_QUERY_NOT_IN_LIST', status: 404 })
        expect(JSON.stringify(refusal).length).toBeLessThan(500)
      },
    )
  },
)

describe('a document that the manifest does not have', () => {
  test('may run with mode any like every other, and nobody is told', () => {
    const { documents, unknown } = open()
    expect(documents.find({ query: OTHER })).toEqual({ source: OTHER, known: true })
    expect(unknown).toEqual([])
  })

  test('may run with mode known-first, and is told of, by its text as by its hash', async () => {
    const { documents, find, unknown } = open({ mode: 'known-first' })
    expect(documents.find({ query: OTHER })).toEqual({ source: OTHER, known: false })
    documents.keep({ source: OTHER, known: false, hash: sha256Of(OTHER) })
    expect(await find({ extensions: apq(sha256Of(OTHER)) })).toMatchObject({ source: OTHER, known: false })
    expect(unknown).toEqual([OTHER, OTHER])
  })

  test.each([OTHER, ` ${KNOWN}`, KNOWN.replace(' {', '{'), '{ __schema { types { name } } }', 'no GraphQL'])(
    'is refused with mode known-only, and not a letter of it or of others is told: %s',
    async (query) => {
      const refusal = await open({ mode: 'known-only' }).find({ query })
      expect(refusal).toMatchObject({ code: 'QUERY_NOT_IN_SAFELIST', status: 403 })
      expect(JSON.stringify(refusal)).not.toMatch(/products|viewer|__schema|no GraphQL/)
    },
  )

  test('is refused with mode known-only where nothing is known', async () => {
    const documents = createDocuments({ mode: 'known-only' })
    expect(await documents.find({ query: KNOWN })).toMatchObject({ code: 'QUERY_NOT_IN_SAFELIST' })
    expect(await documents.find({ documentId: 'known-1' })).toMatchObject({ code: 'PERSISTED_QUERY_NOT_IN_LIST' })
  })
})

describe('a request is a bad one', () => {
  test.each<AskedDocument>([
    {},
    { query: '' },
    { query: null, documentId: null, extensions: null },
    { extensions: {} },
    { extensions: '' },
    { extensions: { persistedQuery: null } },
  ])('that names no document, and is told how to: %j', async (asked) => {
    expect(await open().find(asked)).toMatchObject({
      code: 'BAD_REQUEST',
      status: 400,
      message: expect.stringMatching(/"query"|"extensions"/),
    })
  })

  test.each<AskedDocument>([
    { query: 0 },
    { query: false },
    { query: ['{ a }'] },
    { query: { kind: 'Document' } },
    { documentId: 7 },
    { documentId: ['known-1'] },
    { query: KNOWN, documentId: 'known-1' },
    { documentId: 'known-1', extensions: apq('known-1') },
  ])('that names one in no way, or in two: %j', async (asked) => {
    expect(await open().find(asked)).toMatchObject({ code: 'BAD_REQUEST', status: 400 })
  })
})
