import { bodiless, each, type HostileRequest, head, post, raw } from './hostile-request.ts'

const QUERY = encodeURIComponent('{ viewer { id } }')
const BODY = '{"query":"{ viewer { id } }"}'

function get(search: string) {
  return bodiless(`GET /graphql?${search}`)
}

/** Paths, methods and header fields: what a request says before its body. */
export const edges: readonly HostileRequest[] = [
  {
    name: 'a mutation with GET',
    answer: '405 BAD_REQUEST',
    send: get(`query=${encodeURIComponent('mutation { advanceOrder(id: "Order:1") { __typename } }')}`),
  },
  { name: 'a GET that any page can make a browser send', answer: '200 ok', send: get(`query=${QUERY}`) },
  { name: 'two documents in one GET', answer: '400 BAD_REQUEST', send: get(`query=${QUERY}&query=${QUERY}`) },
  { name: 'percent signs that encode nothing', answer: '400 GRAPHQL_PARSE_FAILED', send: get('query=%E0%A4%A%zz%') },
  {
    name: 'a null byte in the document',
    answer: '400 GRAPHQL_PARSE_FAILED',
    send: get('query=%00%7Bviewer%7Bid%7D%7D'),
  },
  { name: 'variables in a GET that are no JSON', answer: '400 BAD_REQUEST', send: get(`query=${QUERY}&variables={`) },
  {
    name: 'a document of 10 KB in a GET',
    answer: '400 TOKEN_LIMIT_EXCEEDED',
    send: get(`query=${'a,'.repeat(5_000)}`),
  },
  { name: '3 000 parameters', answer: '400 BAD_REQUEST', send: get(each(3_000, (i) => `${i}`).replaceAll(' ', '&')) },
  { name: 'percent signs in the path', answer: '400 BAD_REQUEST', send: bodiless('GET /%E0%A4%A') },
  { name: 'a path out of the folder', answer: '404 NOT_FOUND', send: bodiless('GET /../../etc/passwd') },
  { name: 'a path of another door', answer: '404 NOT_FOUND', send: bodiless('POST /graphql/__proto__') },
  { name: 'PUT', answer: '405 BAD_REQUEST', send: bodiless('PUT /graphql') },
  { name: 'DELETE', answer: '405 BAD_REQUEST', send: bodiless('DELETE /graphql') },
  { name: 'TRACE', answer: '404 NOT_FOUND', send: bodiless('TRACE /graphql') },
  { name: 'an Accept header without JSON', answer: '406 NOT_ACCEPTABLE', send: post(BODY, { Accept: 'image/png' }) },
  { name: 'an unknown key', answer: '401 UNAUTHENTICATED', send: post(BODY, { 'X-API-Key': 'stolen' }) },
  { name: 'a key of 8 KB', answer: '401 UNAUTHENTICATED', send: post(BODY, { 'X-API-Key': 'k'.repeat(8_000) }) },
  { name: 'a key with SQL', answer: '401 UNAUTHENTICATED', send: post(BODY, { 'X-API-Key': "' OR '1'='1" }) },
  { name: 'a key named like a method', answer: '401 UNAUTHENTICATED', send: post(BODY, { 'X-API-Key': '__proto__' }) },
  {
    name: 'a key and a bearer token',
    answer: '401 UNAUTHENTICATED',
    send: post(BODY, { Authorization: 'Bearer stolen' }),
  },
  ...['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer    ', 'Bearer a b c', '\xff\xfe', 'bearer\tstolen'].map(
    (value): HostileRequest => ({
      name: `the Authorization ${JSON.stringify(value)}`,
      answer: '401 UNAUTHENTICATED',
      send: post(BODY, { 'X-API-Key': '', Authorization: value }),
    }),
  ),
  {
    name: 'a GraphQL-Cost header that says nothing',
    answer: '400 BAD_REQUEST',
    send: post(BODY, { 'GraphQL-Cost': 'x' }),
  },
  {
    name: 'a GraphQL-Cost header named like a method',
    answer: '400 BAD_REQUEST',
    send: post(BODY, { 'GraphQL-Cost': 'constructor' }),
  },
  {
    name: 'an X-Forwarded-For of 1 000 addresses',
    answer: '200 ok',
    send: post(BODY, { 'X-Forwarded-For': each(1_000, (i) => `10.0.0.${i % 256}`).replaceAll(' ', ',') }),
  },
  { name: 'headers of 100 KB', answer: '431 BAD_REQUEST', send: post(BODY, { Cookie: 'c'.repeat(100_000) }) },
  {
    name: '101 headers more than anybody sends',
    answer: '431 BAD_REQUEST',
    send: post(BODY, Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`x${i}`, 'y']))),
  },
  {
    name: '5 000 headers',
    answer: '431 BAD_REQUEST',
    send: post(BODY, Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x${i}`, 'y']))),
  },
  { name: 'a path of 100 KB', answer: '431 BAD_REQUEST', send: bodiless(`GET /${'p'.repeat(100_000)}`) },
]

const POST = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
const WITH_BODY = `Content-Length: ${BODY.length}\r\n\r\n${BODY}`
const INNER = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: yes\r\n\r\n'

/** What is no HTTP, or HTTP that two readers may read in two ways. */
export const connections: readonly HostileRequest[] = [
  {
    name: 'a length and chunks',
    send: raw(`${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`),
  },
  { name: 'two lengths', send: raw(`${POST}Content-Length: 2\r\nContent-Length: 200\r\n\r\n{}${INNER}`) },
  { name: 'a negative length', send: raw(`${POST}Content-Length: -1\r\n\r\n`) },
  { name: 'a length in words', send: raw(`${POST}Content-Length: two\r\n\r\n{}`) },
  { name: 'a length with a sign', send: raw(`${POST}Content-Length: +2\r\n\r\n{}`) },
  { name: 'a length beyond every number', send: raw(`${POST}Content-Length: 99999999999999999999999\r\n\r\n{}`) },
  { name: 'chunked twice', send: raw(`${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`) },
  { name: 'a blank before the colon', send: raw(`${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`) },
  {
    name: 'a chunk whose size is no number',
    send: raw(`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
  },
  {
    name: 'a chunk of a size that overflows',
    send: raw(`${POST}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`),
  },
  {
    name: 'a header that goes on in the next line',
    send: raw(`${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`),
  },
  { name: 'a null byte in a header', send: raw(`${POST}X-Null: a\0b\r\nContent-Length: 2\r\n\r\n{}`) },
  { name: 'a line end within a header', send: raw(`${POST}X-Split: a\rX-Other: b\r\nContent-Length: 2\r\n\r\n{}`) },
  { name: 'two Hosts', send: raw(`${POST}Host: example.org\r\n${WITH_BODY}`) },
  { name: 'two keys', send: raw(`${POST}X-API-Key: a\r\nX-API-Key: b\r\n${WITH_BODY}`) },
  { name: 'a header without a name', send: raw(`${POST}: nameless\r\n\r\n`) },
  { name: 'no Host', send: raw('POST /graphql HTTP/1.1\r\nContent-Length: 0\r\n\r\n') },
  { name: 'the first words of HTTP/2', send: raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0') },
  { name: 'HTTP of a version that is none', send: raw('POST /graphql HTTP/9.9\r\nHost: localhost\r\n\r\n') },
  { name: 'a method that is none', send: raw('HACK /graphql HTTP/1.1\r\nHost: localhost\r\n\r\n') },
  { name: 'the first words of TLS', send: raw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03') },
  { name: 'bytes without meaning', send: raw('\0\x01\x02\xff\xfe\x80'.repeat(1_000)) },
  { name: 'letters without a line end', send: raw('A'.repeat(200_000)) },
].map((entry) => ({ ...entry, answer: '400 BAD_REQUEST' }))

/** Connections that close one half, bodies that never come, and requests that do not wait for answers. */
export const halfOpen: readonly HostileRequest[] = [
  {
    name: 'a body of 1 GB that is announced and never sent',
    answer: '413 BODY_TOO_LARGE',
    send: { kind: 'http', packets: [head('POST /graphql', { 'Content-Length': String(2 ** 30) })] },
  },
  {
    name: 'a request whose sender says at once that it is done',
    answer: '200 ok',
    send: { ...post(BODY), halfClosed: true },
  },
  {
    name: 'a request that breaks off in its body',
    answer: '400 BAD_REQUEST',
    send: {
      kind: 'http',
      packets: [head('POST /graphql', { 'Content-Length': '100' }), Buffer.from('{"que')],
      halfClosed: true,
    },
  },
  {
    name: 'a request that breaks off in its headers',
    answer: '400 BAD_REQUEST',
    send: { ...raw(POST), halfClosed: true },
  },
  {
    name: '200 requests at once without waiting for an answer',
    answer: '400 GRAPHQL_PARSE_FAILED',
    send: {
      kind: 'http',
      packets: [Buffer.concat(Array.from({ length: 200 }, () => post('{"query":"{"}').packets).flat())],
    },
  },
]
