import { gzipSync } from 'node:zlib'
import { bodiless, document, type HostileRequest, head, post } from './hostile-request.ts'

const OF_NOTHING_BAD = '{"query":"{ viewer { id } }"}'
const IN_VARIABLES = 'query ($id: ID!) { product(id: $id) { id } }'

function nested(levels: number): object {
  let inner = {}
  for (let level = 0; level < levels; level++) inner = { a: inner }
  return inner
}

/** Bodies that are too large, no JSON, not what they say they are, or JSON that is no request. */
export const bodies: readonly HostileRequest[] = [
  {
    name: 'a body of 2 MB that is announced',
    answer: '413 BODY_TOO_LARGE',
    send: post(`{"query":"${' '.repeat(2_000_000)}"}`),
  },
  {
    name: 'a body of 2 MB in chunks, whose length nobody told',
    answer: '413 BODY_TOO_LARGE',
    send: {
      kind: 'http',
      packets: [
        head('POST /graphql', { 'Transfer-Encoding': 'chunked' }),
        ...Array.from({ length: 32 }, () => Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`)),
      ],
    },
  },
  { name: 'no body', answer: '400 BAD_REQUEST', send: post('') },
  { name: 'a body of blanks', answer: '400 BAD_REQUEST', send: post(' '.repeat(100_000)) },
  { name: 'JSON that breaks off', answer: '400 BAD_REQUEST', send: post('{"query":"{ viewer') },
  { name: 'JSON with a tail', answer: '400 BAD_REQUEST', send: post(`${OF_NOTHING_BAD}]`) },
  { name: 'JSON in UTF-16', answer: '400 BAD_REQUEST', send: post(Buffer.from(OF_NOTHING_BAD, 'utf16le')) },
  {
    name: 'JSON that says it is UTF-16',
    answer: '400 BAD_REQUEST',
    send: post(Buffer.from(OF_NOTHING_BAD, 'utf16le'), { 'Content-Type': 'application/json; charset=utf-16le' }),
  },
  { name: 'JSON after a byte order mark', answer: '200 ok', send: post(`\ufeff${OF_NOTHING_BAD}`) },
  {
    name: 'bytes in a name that are no UTF-8',
    answer: '400 GRAPHQL_PARSE_FAILED',
    send: post(Buffer.from('{"query":"{ vi\xff\xfe\xc0\x80ewer }"}', 'latin1')),
  },
  {
    name: 'a key twice, the second one another document',
    answer: '400 GRAPHQL_VALIDATION_FAILED',
    send: post('{"query":"{ viewer { id } }","query":"{ nope }"}'),
  },
  { name: '250 000 lists in each other', answer: '400 BAD_REQUEST', send: post('['.repeat(250_000)) },
  {
    name: '100 000 lists in each other that all end',
    answer: '400 BAD_REQUEST',
    send: post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  },
  {
    name: 'variables 20 000 deep',
    answer: '400 BAD_REQUEST',
    send: post(`{"query":"{ viewer { id } }","variables":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`),
  },
  {
    name: 'variables just deeper than they may be',
    answer: '400 BAD_REQUEST',
    send: document(IN_VARIABLES, { variables: { id: nested(210) } }),
  },
  {
    name: 'the prototype as a key of the body',
    answer: '400 BAD_REQUEST',
    send: post('{"query":"{ viewer { id } }","__proto__":{"polluted":true}}'),
  },
  {
    name: 'the prototype as a key of the variables',
    answer: '400 BAD_REQUEST',
    send: post('{"query":"{ viewer { id } }","variables":{"__proto__":{"polluted":true}}}'),
  },
  {
    name: 'the prototype through a constructor',
    answer: '400 BAD_REQUEST',
    send: post('{"query":"{ viewer { id } }","extensions":{"constructor":{"prototype":{"polluted":true}}}}'),
  },
  {
    name: 'the prototype as the name of the operation',
    answer: '400 OPERATION_RESOLUTION_FAILURE',
    send: document('{ viewer { id } }', { operationName: '__proto__' }),
  },
  {
    name: 'the prototype as an alias and a variable',
    answer: '200 ok',
    send: document('query __proto__($__proto__: Boolean = true) { __proto__: viewer { id @include(if: $__proto__) } }'),
  },
  { name: 'a list of 1 000 operations', answer: '400 BATCH_LIMIT_EXCEEDED', send: post(batchOf(1_000)) },
  { name: 'a list of 11 operations', answer: '400 BATCH_LIMIT_EXCEEDED', send: post(batchOf(11)) },
  { name: 'a list of nothing', answer: '400 BAD_REQUEST', send: post('[]') },
  { name: 'a list of lists', answer: '400 BAD_REQUEST', send: post('[[{"query":"{ viewer { id } }"}]]') },
  { name: 'null', answer: '400 BAD_REQUEST', send: post('null') },
  { name: 'a text', answer: '400 BAD_REQUEST', send: post('"{ viewer { id } }"') },
  { name: 'a document that is an object', answer: '400 BAD_REQUEST', send: post('{"query":{"$ne":null}}') },
  { name: 'a document that is a list', answer: '400 BAD_REQUEST', send: post('{"query":["{ viewer { id } }"]}') },
  { name: 'no document', answer: '400 BAD_REQUEST', send: post('{"variables":{}}') },
  {
    name: 'variables that are a text',
    answer: '400 BAD_REQUEST',
    send: document('{ viewer { id } }', { variables: '{"a":1}' }),
  },
  {
    name: 'variables that are a list',
    answer: '400 BAD_REQUEST',
    send: document('{ viewer { id } }', { variables: [] }),
  },
  {
    name: 'an operation name that is an object',
    answer: '400 BAD_REQUEST',
    send: document('{ viewer { id } }', { operationName: { toString: 'x' } }),
  },
  {
    name: 'an object for an id',
    answer: '400 BAD_USER_INPUT',
    send: document(IN_VARIABLES, { variables: { id: { $gt: '' } } }),
  },
  {
    name: 'a number too large for an Int, as a variable',
    answer: '400 BAD_USER_INPUT',
    send: document('query ($n: Int) { products(first: $n) { nodes { id } } }', { variables: { n: 1e308 } }),
  },
  {
    name: 'a fraction as a size, as a variable',
    answer: '400 BAD_USER_INPUT',
    send: document('query ($n: Int) { products(first: $n) { nodes { id } } }', { variables: { n: 1.5 } }),
  },
  {
    name: 'a text as a size, as a variable',
    answer: '400 BAD_USER_INPUT',
    send: document('query ($n: Int) { products(first: $n) { nodes { id } } }', { variables: { n: '1 OR 1=1' } }),
  },
  {
    name: 'a negative size',
    answer: '400 BAD_USER_INPUT',
    send: document('{ products(first: -2147483648) { nodes { id } } }'),
  },
  {
    name: 'all items at once, as a variable',
    answer: '400 COST_ESTIMATED_TOO_EXPENSIVE',
    send: document('query ($n: Int) { products(first: $n) { nodes { id } } }', { variables: { n: 2_147_483_647 } }),
  },
  {
    name: 'a list of 40 000 things where one belongs',
    answer: '400 BAD_USER_INPUT',
    send: document(IN_VARIABLES, { variables: { id: Array.from({ length: 40_000 }, () => 'x') } }),
  },
  {
    name: 'a subscription as an ordinary request',
    answer: '400 BAD_REQUEST',
    send: document('subscription { orderStatusChanged(orderId: "Order:1") { id } }'),
  },
  {
    name: 'the hash of a document that nobody has sent',
    answer: '200 PERSISTED_QUERY_NOT_FOUND',
    send: post(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } })),
  },
  {
    name: 'a document under the hash of another one',
    answer: '400 BAD_REQUEST',
    send: document('{ viewer { id } }', { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }),
  },
  {
    name: 'a hash that is an object',
    answer: '400 BAD_REQUEST',
    send: document('{ viewer { id } }', { extensions: { persistedQuery: { version: 1, sha256Hash: { a: 1 } } } }),
  },
  {
    name: 'a document by an id that is not known',
    answer: '404 PERSISTED_QUERY_NOT_IN_LIST',
    send: post(JSON.stringify({ documentId: '../../../etc/passwd' })),
  },
  {
    name: 'a body that is compressed',
    answer: '400 BAD_REQUEST',
    send: post(gzipSync(OF_NOTHING_BAD), { 'Content-Encoding': 'gzip' }),
  },
  {
    name: 'a body of 100 MB that is compressed to 100 KB',
    answer: '400 BAD_REQUEST',
    send: post(gzipSync(Buffer.alloc(100_000_000, ' ')), { 'Content-Encoding': 'gzip' }),
  },
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/graphql'].map(
    (type): HostileRequest => ({
      name: `a body of the type ${type}`,
      answer: '415 UNSUPPORTED_MEDIA_TYPE',
      send: post(OF_NOTHING_BAD, { 'Content-Type': type }),
    }),
  ),
  {
    name: 'a body of no type',
    answer: '415 UNSUPPORTED_MEDIA_TYPE',
    send: post(OF_NOTHING_BAD, { 'Content-Type': '' }),
  },
  {
    name: 'a body of a type that is none',
    answer: '415 UNSUPPORTED_MEDIA_TYPE',
    send: post(OF_NOTHING_BAD, { 'Content-Type': ';;/,"\\' }),
  },
  { name: 'a GET without a document', answer: '400 BAD_REQUEST', send: bodiless('GET /graphql') },
]

function batchOf(size: number): string {
  return `[${Array.from({ length: size }, () => OF_NOTHING_BAD).join(',')}]`
}
