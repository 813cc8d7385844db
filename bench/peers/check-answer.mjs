import { makeExecutableSchema } from '@graphql-tools/schema'
import { graphql } from 'graphql'
import { API_KEY } from './load/wrk.mjs'
import { resolvers, SDL } from './schema.mjs'
import { bodyOf } from './work.mjs'

const schema = makeExecutableSchema({ typeDefs: SDL, resolvers })

/** Asks a server once, and throws unless it answers with the JSON of graphql-js's own data, in its order. */
export async function checkAnswer({ id, url }, { query, variables }) {
  const { data, errors } = await graphql({ schema, source: query, variableValues: variables })
  if (errors !== undefined) throw new Error(`The work is mistaken: ${errors[0].message}`)
  const response = await ask(url, { query, variables })
  const text = await response.text()
  const answer = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}
  if (answer.errors === undefined && JSON.stringify(answer.data) === JSON.stringify(data)) return text.length
  throw new Error(
    `${id} answers ${response.status} ${text.slice(0, 400)}\ninstead of ${JSON.stringify(data).slice(0, 400)}`,
  )
}

/** Throws unless a server refuses a document that is far deeper than any limit here: protection has to be on. */
export async function checkRefusal({ id, url }) {
  const levels = 30
  const query = `{ users(first: 1) { ${'posts(first: 1) { author { '.repeat(levels)}id${' } }'.repeat(levels)} } }`
  const text = await (await ask(url, { query })).text()
  if (!text.includes('"errors"') || text.includes('"users"')) {
    throw new Error(
      `${id} is to be protected, but answers a document with ${2 * levels} levels with ${text.slice(0, 200)}`,
    )
  }
}

function ask(url, work) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
    body: bodyOf(work),
  })
}
