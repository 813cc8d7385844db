import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseManifest } from '../../../src/admission/documents/manifest.ts'
import { readManifest } from '../../../src/admission/documents/read-manifest.ts'
import { sha256Of } from '../../../src/admission/documents/sha256-of.ts'

const A = 'query A { a }'
const B = 'query B { b }'

function apollo(...operations: readonly unknown[]): string {
  return JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations })
}

describe('a manifest', () => {
  test.each([
    { form: 'Apollo', json: apollo({ id: sha256Of(A), name: 'A', type: 'query', body: A }, { id: '2', body: B }) },
    { form: 'Relay and graphql-codegen', json: JSON.stringify({ [sha256Of(A)]: A, 2: B }) },
    { form: 'the proposal for persisted documents', json: JSON.stringify({ [`sha256:${sha256Of(A)}`]: A, 2: B }) },
  ])('in the form of $form has its documents by id, by hash and by text', ({ json }) => {
    const manifest = parseManifest(json)
    expect([sha256Of(A), `sha256:${sha256Of(A)}`].map(manifest.find)).toEqual([A, A])
    expect(['2', sha256Of(B), `sha256:${sha256Of(B)}`].map(manifest.find)).toEqual([B, B, B])
    expect(['3', '', 'toString', '__proto__', 'sha256:'].map(manifest.find)).toEqual(Array(5).fill(undefined))
    expect([A, B, `${A} `, '2'].map(manifest.has)).toEqual([true, true, false, false])
    expect(manifest.documents.map(({ source }) => source).toSorted()).toEqual([A, B])
  })

  test('may have ids in the place of names that objects have by themselves', () => {
    const manifest = parseManifest(`{"__proto__": "${A}", "constructor": "${B}"}`)
    expect([manifest.find('__proto__'), manifest.find('constructor')]).toEqual([A, B])
  })

  test('may have one text under two ids, as two clients have it', () => {
    expect(['1', '2'].map(parseManifest(JSON.stringify({ 1: A, 2: A })).find)).toEqual([A, A])
  })

  test.each([
    { json: '', mistakes: ['is no JSON'] },
    { json: '{ "1": "secret', mistakes: ['is no JSON'] },
    { json: '[]', mistakes: [expect.stringMatching(/^is in no known form; .* is allowed/)] },
    { json: '7', mistakes: [expect.stringContaining('no known form')] },
    { json: '{ "format": "other" }', mistakes: [expect.stringContaining('no known form')] },
    { json: apollo().replace('1', '2'), mistakes: [expect.stringContaining('no known form')] },
    { json: '{}', mistakes: ['has no documents; one at least is needed'] },
    { json: apollo(), mistakes: ['has no documents; one at least is needed'] },
    {
      json: apollo({ id: 'a', body: A }, { id: 'a', body: B }, 7, { id: '', body: B }, { id: 'c', body: ' ' }),
      mistakes: [
        'operations[1]: has the id "a" of operations[0] too; each needs its own',
        'operations[2]: has no text; that of a GraphQL document is needed',
        'operations[2]: has no id; a text is needed',
        'operations[3]: has no id; a text is needed',
        'operations[4]: has no text; that of a GraphQL document is needed',
      ],
    },
    {
      json: JSON.stringify({ [sha256Of(B)]: A, [`sha256:${sha256Of(A)}`]: B, 'sha256:a': A, [sha256Of(A)]: A }),
      mistakes: [
        `"${sha256Of(B)}": the id "${sha256Of(B)}" is not the SHA-256 hash of its text, which is ${sha256Of(A)}`,
        `"sha256:${sha256Of(A)}": the id "sha256:${sha256Of(A)}" is not the SHA-256 hash of its text, which is ${sha256Of(B)}`,
        `"sha256:a": the id "sha256:a" is not the SHA-256 hash of its text, which is ${sha256Of(A)}`,
        `"${sha256Of(A)}": has the id "${sha256Of(A)}" of "sha256:${sha256Of(A)}" too; each needs its own`,
      ],
    },
  ])('is told all of its mistakes: $mistakes', ({ json, mistakes }) => {
    expect(mistakesOf(json)).toEqual(mistakes)
  })

  test('that is wrong from end to end is told its first 20 mistakes, and how many more there are', () => {
    const mistakes = mistakesOf(apollo(...Array(1_000).fill({ id: 'a' })))
    expect(mistakes).toHaveLength(21)
    expect(mistakes.at(-1)).toBe('and 1979 more')
  })
})

function mistakesOf(json: string): readonly string[] {
  try {
    parseManifest(json)
  } catch (error) {
    if (error instanceof Error) return error.message.split('\n')
  }
  throw new Error('It was taken')
}

describe('a manifest in a file', () => {
  function file(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-manifest-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'documents.json'), text)
    return join(folder, 'documents.json')
  }

  test('is read', () => {
    expect(readManifest(file(JSON.stringify({ 1: A }))).find('1')).toBe(A)
  })

  test('that cannot be used is named with its mistakes', () => {
    const path = file('{ "1": "", "2": 7 }')
    const NO_TEXT = 'has no text; that of a GraphQL document is needed'
    expect(() => readManifest(path)).toThrow(
      new Error(`The manifest of documents ${path} cannot be used:\n  "1": ${NO_TEXT}\n  "2": ${NO_TEXT}`),
    )
    expect(() => readManifest('/none.json')).toThrow(
      /^The manifest of documents \/none\.json cannot be used:\n {2}cannot be read: ENOENT/,
    )
  })
})
