import { describe, expect, test } from 'vitest'
import type { Client } from '../../src/accounts/client.ts'
import { createClientDirectory, sha256 } from '../../src/accounts/client-directory.ts'

describe('a client directory', () => {
  const ada: Client = { id: 'ada', tenant: 'acme', tier: 'basic', role: 'client', anonymous: false }
  const bob: Client = { ...ada, id: 'bob' }
  const directory = createClientDirectory([
    { client: ada, keySha256: sha256('key of ada') },
    { client: bob, keySha256: sha256('ключ') },
  ])

  test('finds each client by its key', () => {
    expect(directory.findByKey('key of ada')).toBe(ada)
    expect(directory.findByKey('ключ')).toBe(bob)
  })

  test.each([
    ['an unknown key', 'key of eve'],
    ['the beginning of a key', 'key of ad'],
    ['a key in another case', 'Key of Ada'],
    ['the hash of a key', sha256('key of ada')],
    ['no text', ''],
    ['a name every object has', '__proto__'],
    ['a very long key', 'x'.repeat(100_000)],
  ])('knows nobody by %s', (_, key) => {
    expect(directory.findByKey(key)).toBeUndefined()
  })

  test('takes hashes in either case', () => {
    const upper = createClientDirectory([{ client: ada, keySha256: sha256('key of ada').toUpperCase() }])
    expect(upper.findByKey('key of ada')).toBe(ada)
  })

  test('hashes as sha256sum does', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  test('of nobody knows nobody', () => {
    expect(createClientDirectory([]).findByKey('key of ada')).toBeUndefined()
  })
})
