import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Credential, type CredentialHeaders, credentialFrom } from '../../src/accounts/credential.ts'

describe('a credential', () => {
  test.each<[CredentialHeaders, string]>([
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer abc' }, 'abc'],
    [{ authorization: 'BEARER   abc  ' }, 'abc'],
    [{ authorization: 'Bearer abc', 'x-api-key': undefined }, 'abc'],
    [{ authorization: 'Bearer a.b-c_d~e+f/g==' }, 'a.b-c_d~e+f/g=='],
    [{ authorization: 'Bearer Bearer' }, 'Bearer'],
    [{ 'x-api-key': 'abc' }, 'abc'],
    [{ 'x-api-key': ' abc ' }, 'abc'],
    [{ 'x-api-key': 'Bearer abc' }, 'Bearer abc'],
    [{ 'x-api-key': 'a,b' }, 'a,b'],
    [{ 'x-api-key': '__proto__' }, '__proto__'],
  ])('is the key in %o', (headers, key) => {
    expect(credentialFrom(headers)).toEqual({ kind: 'key', key })
  })

  test.each<[CredentialHeaders]>([[{}], [{ authorization: undefined }], [{ 'x-api-key': undefined }]])(
    'is none in %o',
    (headers) => {
      expect(credentialFrom(headers)).toEqual({ kind: 'none' })
    },
  )

  test.each<[CredentialHeaders, string]>([
    [{ authorization: 'secret' }, 'no bearer token'],
    [{ authorization: 'Basic secret' }, 'no bearer token'],
    [{ authorization: 'Bearersecret' }, 'no bearer token'],
    [{ authorization: 'Bearer' }, 'no bearer token'],
    [{ authorization: '' }, 'no bearer token'],
    [{ authorization: 'Token Bearer secret' }, 'no bearer token'],
    [{ authorization: 'Bearer  ' }, 'Authorization header has an empty key'],
    [{ 'x-api-key': '' }, 'X-API-Key header has an empty key'],
    [{ 'x-api-key': '  ' }, 'X-API-Key header has an empty key'],
    [{ 'x-api-key': ['secret', 'secret'] }, 'several X-API-Key headers'],
    [{ 'x-api-key': ['secret'] }, 'several X-API-Key headers'],
    [{ 'x-api-key': [] }, 'several X-API-Key headers'],
    [{ authorization: 'Bearer secret', 'x-api-key': 'secret' }, 'both Authorization and X-API-Key'],
    [{ authorization: 'Basic secret', 'x-api-key': '' }, 'both Authorization and X-API-Key'],
    [{ authorization: '', 'x-api-key': [] }, 'both Authorization and X-API-Key'],
  ])('is malformed rather than none in %o, and the key is not repeated', (headers, found) => {
    const credential = credentialFrom(headers)
    expect(credential).toEqual({ kind: 'malformed', found: expect.stringContaining(found) })
    expect(JSON.stringify(credential)).not.toContain('secret')
    expect(JSON.stringify(credential)).toMatch(/\bsend\b/)
  })

  test.each<[Record<string, string | string[]>, Credential]>([
    [{ 'x-api-key': 'secret' }, { kind: 'key', key: 'secret' }],
    [{ 'X-API-KEY': 'secret' }, { kind: 'key', key: 'secret' }],
    [
      { 'x-api-key': ['secret', 'secret'] },
      { kind: 'malformed', found: 'The request has several X-API-Key headers; send one.' },
    ],
  ])('comes out of a request with the header fields %o, as Node reads them', async (headers, credential) => {
    expect(credentialFrom(await headersReadByNode(headers))).toEqual(credential)
  })
})

async function headersReadByNode(headers: Record<string, string | string[]>): Promise<CredentialHeaders> {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port')
    const received = once(server, 'request')
    request({ host: '127.0.0.1', port: address.port, headers }).end()
    const [incoming] = await received
    return incoming.headers
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
