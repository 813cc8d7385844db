import { createHash } from 'node:crypto'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** What is asked of a server, whichever way. */
export interface Asked {
  readonly query: string
  readonly key?: string
}

/** What came of it: `answered`, or the code of its first error. */
export type Door = (origin: string, asked: Asked) => Promise<string>

/** Every way in for an operation. Each asks for a document that it has not named before. */
export const doors = {
  POST: (origin, { query, key }) => codeOf(post(`${origin}/graphql`, { query }, key)),
  GET: (origin, { query, key }) => codeOf(get(`${origin}/graphql`, { query }, key)),
  'the hash of its document, by POST': async (origin, { query, key }) => {
    await register(origin, query)
    return codeOf(post(`${origin}/graphql`, hashOf(query), key))
  },
  'the hash of its document, by GET': async (origin, { query, key }) => {
    await register(origin, query)
    const extensions = JSON.stringify(hashOf(query).extensions)
    return codeOf(get(`${origin}/graphql`, { extensions }, key))
  },
  'the id of a trusted document': (origin, { query, key }) =>
    codeOf(post(`${origin}/graphql`, { documentId: sha256(query) }, key)),
  'a batch of one': (origin, { query, key }) => codeOf(post(`${origin}/graphql`, [{ query }], key)),
  'a batch of two': (origin, { query, key }) =>
    codeOf(post(`${origin}/graphql`, [{ query }, { query: '{ __typename }' }], key)),
  WebSocket: async (origin, { query, key }) => {
    const client = createClient({
      url: `${origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: key === undefined ? {} : { 'x-api-key': key },
      retryAttempts: 0,
    })
    try {
      for await (const { errors } of client.iterate({ query })) return codeIn({ errors })
      return 'nothing'
    } catch (refused) {
      // A socket that is closed has a reason instead.
      if (Array.isArray(refused)) return codeIn({ errors: refused })
      return typeof refused === 'object' && refused !== null && 'code' in refused ? String(refused.code) : 'not opened'
    } finally {
      await client.dispose()
    }
  },
  'server-sent events, by POST': (origin, { query, key }) => streamed(post(`${origin}/graphql/stream`, { query }, key)),
  'server-sent events, by GET': (origin, { query, key }) => streamed(get(`${origin}/graphql/stream`, { query }, key)),
} as const satisfies Record<string, Door>

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hashOf(query: string) {
  return { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } }
}

/** Asks for it with its text, as clients do that were told that its hash is not known. Bob pays. */
async function register(origin: string, query: string): Promise<void> {
  const answer = await post(`${origin}/graphql`, { query, ...hashOf(query) }, 'key-of-bob')
  await answer.arrayBuffer()
}

function post(url: string, body: object, key: string | undefined): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...credentials(key) }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

function get(url: string, params: Record<string, string>, key: string | undefined): Promise<Response> {
  return fetch(`${url}?${new URLSearchParams(params)}`, { headers: { ...credentials(key) } })
}

function credentials(key: string | undefined): { 'x-api-key'?: string } {
  return key === undefined ? {} : { 'x-api-key': key }
}

async function codeOf(answering: Promise<Response>): Promise<string> {
  const body: unknown = await (await answering).json()
  return codeIn(Array.isArray(body) ? body[0] : body)
}

async function streamed(answering: Promise<Response>): Promise<string> {
  const answer = await answering
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return codeOf(Promise.resolve(answer))
  const text = await answer.text()
  const [, data] = /^event: next\ndata: (.*)$/m.exec(text) ?? []
  return data === undefined ? 'nothing' : codeIn(JSON.parse(data))
}

interface Body {
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[] | undefined
}

function codeIn({ errors }: Body): string {
  return errors === undefined ? 'answered' : String(errors[0]?.extensions?.code)
}
