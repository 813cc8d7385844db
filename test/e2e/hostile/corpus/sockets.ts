import { each, type HostileRequest, type SocketFrames } from './hostile-request.ts'

const PROTOCOL = 'graphql-transport-ws'
function text(message: string): Buffer {
  return frame(0x81, Buffer.from(message))
}

function subscribe(query: string, id = '1'): Buffer {
  return text(JSON.stringify({ id, type: 'subscribe', payload: { query } }))
}

/** A frame as RFC 6455 (section 5.2) has it. `first` is its first byte: whether it is the last of its message, and what it is. */
export function frame(first: number, payload: Buffer, masked = true): Buffer {
  const mask = masked ? 0x80 : 0
  const { length } = payload
  const header =
    length < 126
      ? Buffer.from([first, mask | length])
      : length < 65_536
        ? Buffer.from([first, mask | 126, length >> 8, length & 255])
        : Buffer.from([first, mask | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >> shift) & 255)])
  // A mask of zeros changes nothing.
  return Buffer.concat([header, ...(masked ? [Buffer.alloc(4)] : []), payload])
}

interface Entry extends Pick<HostileRequest, 'name' | 'answer'>, Partial<SocketFrames> {}

const entries: readonly Entry[] = [
  {
    name: 'an operation before connection_init',
    initialised: false,
    answer: 'closed 4401',
    frames: [subscribe('{ viewer { id } }')],
  },
  { name: 'text that is no JSON', initialised: false, answer: 'closed 4400', frames: [text('hello')] },
  { name: 'JSON that is no message', answer: 'closed 4400', frames: [text('[1, 2, 3]')] },
  { name: 'a message of an unknown type', answer: 'closed 4400', frames: [text('{"type":"__proto__"}')] },
  { name: 'a message without an id', answer: 'closed 4400', frames: [text('{"type":"subscribe"}')] },
  { name: '40 000 lists in each other', answer: 'closed 4400', frames: [text('['.repeat(40_000))] },
  { name: 'connection_init twice', answer: 'closed 4429', frames: [text('{"type":"connection_init"}')] },
  {
    name: 'an unknown key in connection_init',
    initialised: false,
    answer: 'closed 4401',
    frames: [text('{"type":"connection_init","payload":{"x-api-key":"stolen"}}')],
  },
  {
    name: 'an id that is taken',
    answer: 'closed 4409',
    frames: [
      ...Array.from({ length: 2 }, () => subscribe('subscription { orderStatusChanged(orderId: "Order:1") { id } }')),
    ],
  },
  { name: 'bytes for text', answer: 'closed 4400', frames: [frame(0x82, Buffer.from([0, 255, 254, 128]))] },
  { name: 'text that is no UTF-8', answer: 'closed 1007', frames: [frame(0x81, Buffer.from([0xff, 0xfe]))] },
  {
    name: 'a frame without a mask',
    answer: 'closed 1002',
    frames: [frame(0x81, Buffer.from('{"type":"ping"}'), false)],
  },
  { name: 'a frame of a kind that is none', answer: 'closed 1002', frames: [frame(0x83, Buffer.from('x'))] },
  { name: 'a frame with reserved bits', answer: 'closed 1002', frames: [frame(0xf1, Buffer.from('x'))] },
  { name: 'the rest of a message that never began', answer: 'closed 1002', frames: [frame(0x80, Buffer.from('x'))] },
  { name: 'a ping in pieces', answer: 'closed 1002', frames: [frame(0x09, Buffer.from('x'))] },
  { name: 'a ping of 200 bytes', answer: 'closed 1002', frames: [frame(0x89, Buffer.alloc(200))] },
  {
    name: 'a frame of 4 GB, of which the length alone is sent',
    answer: 'closed 1009',
    frames: [Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])],
  },
  { name: 'a message of 300 KB', answer: 'closed 1009', frames: [text(' '.repeat(300_000))] },
  {
    name: 'a message of 300 KB in small pieces',
    answer: 'closed 1009',
    frames: [
      frame(0x01, Buffer.alloc(1_000, ' ')),
      ...Array.from({ length: 300 }, () => frame(0, Buffer.alloc(1_000, ' '))),
    ],
  },
  { name: 'another protocol', initialised: false, answer: 'closed 4406', protocol: 'graphql-ws' },
  {
    name: '1 000 messages in a moment',
    answer: 'closed 1008',
    frames: Array.from({ length: 1_000 }, () => text('{"type":"ping"}')),
  },
  {
    name: '200 subscriptions on one socket',
    answer: 'error SUBSCRIPTION_LIMIT_EXCEEDED',
    frames: [
      ...Array.from({ length: 200 }, (_, i) =>
        subscribe('subscription { orderStatusChanged(orderId: "Order:1") { id } }', `${i}`),
      ),
    ],
  },
  {
    name: 'a flood of tokens over a socket',
    answer: 'error TOKEN_LIMIT_EXCEEDED',
    frames: [subscribe(`{ ${'a '.repeat(50_000)} }`)],
  },
  {
    name: 'doubling fragments over a socket',
    answer: 'error FRAGMENT_LIMIT_EXCEEDED',
    frames: [
      subscribe(
        `{ category(id: "1") { ...F0 } } ${each(30, (i) => `fragment F${i} on Category { ...F${i + 1} ...F${i + 1} }`)} fragment F30 on Category { id }`,
      ),
    ],
  },
  {
    name: 'all items at once over a socket',
    answer: 'error COST_ESTIMATED_TOO_EXPENSIVE',
    frames: [subscribe('{ products(first: 2147483647) { nodes { id } } }')],
  },
  {
    name: 'variables 20 000 deep over a socket',
    answer: 'error BAD_REQUEST',
    frames: [
      text(
        `{"id":"1","type":"subscribe","payload":{"query":"{ viewer { id } }","variables":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}}`,
      ),
    ],
  },
  {
    name: 'the prototype as a key of the variables over a socket',
    answer: 'error GRAPHQL_VALIDATION_FAILED',
    frames: [
      text(
        '{"id":"__proto__","type":"subscribe","payload":{"query":"{ nope }","variables":{"__proto__":{"polluted":true}}}}',
      ),
    ],
  },
]

/** What goes wrong on a WebSocket after it has been opened. */
export const sockets: readonly HostileRequest[] = entries.map(({ name, answer, ...send }) => ({
  name,
  answer,
  send: { kind: 'websocket', protocol: PROTOCOL, initialised: true, frames: [], ...send },
}))
