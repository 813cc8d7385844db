/** The header fields that can identify a client, as Node reads them. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined
  readonly 'x-api-key'?: string | readonly string[] | undefined
}

export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly key: string }
  /** Something stands there that is no key; `found` says what. It never repeats the key. */
  | { readonly kind: 'malformed'; readonly found: string }

/** The API key that a request carries as `Authorization: Bearer <key>` or `X-API-Key: <key>`. */
export function credentialFrom(headers: CredentialHeaders): Credential {
  const { authorization } = headers
  const apiKey = headers['x-api-key']
  if (authorization === undefined && apiKey === undefined) return { kind: 'none' }
  if (authorization !== undefined && apiKey !== undefined) {
    return { kind: 'malformed', found: 'The request has both Authorization and X-API-Key; send one of them.' }
  }
  if (authorization === undefined) {
    // Node joins the values of a repeated field.
    return typeof apiKey === 'string' && !apiKey.includes(', ') ? keyOf(apiKey, 'X-API-Key') : repeatedKey
  }
  const [, token] = /^bearer +(.*)$/i.exec(authorization) ?? []
  if (token === undefined) {
    return {
      kind: 'malformed',
      found: 'The Authorization header is no bearer token; send Authorization: Bearer <key>.',
    }
  }
  return keyOf(token, 'Authorization')
}

const repeatedKey: Credential = { kind: 'malformed', found: 'The request has several X-API-Key headers; send one.' }

function keyOf(text: string, header: string): Credential {
  const key = text.trim()
  if (key === '')
    return { kind: 'malformed', found: `The ${header} header has an empty key; send a key, or no header.` }
  return { kind: 'key', key }
}
