import type { Random } from './random.ts'

const SCRAPS = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '"',
    '"""',
    '\\',
    '\\u',
    '\\ud800',
    '#',
    '...',
    '$',
    '@',
    '!',
    ':',
    ',',
    '&',
    '|',
    '=',
  ],
  ...['__proto__', 'constructor', '__schema { types { name } }', '__typename', 'fragment F on Query { ...F }', '...F'],
  ...[
    'null',
    'true',
    '-1',
    '2147483648',
    '1e999',
    '9'.repeat(400),
    'x'.repeat(5_000),
    '{a'.repeat(150),
    '['.repeat(300),
  ],
  ...[
    '\0',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\ufeff',
    '\ud800',
    '\u2028',
    'é',
    '%00',
    '%',
    '@skip(if: true)',
    '@include(if: $v)',
  ],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\n',
    'Upgrade: websocket\r\n',
    'Connection: close\r\n',
    'GET',
  ],
  ...[
    '"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}},',
    '"variables":{"__proto__":1},',
    '"operationName":[],',
  ],
]

/** Some bytes as somebody else would have them: flipped, cut off, spliced, doubled, dropped, with scraps in between. */
export function mutate(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let mutated = bytes
  for (let times = 1 + random.below(4); times > 0; times--) mutated = random.pick(MUTATIONS)(mutated, random, others)
  return mutated
}

type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer

const MUTATIONS: readonly Mutation[] = [
  function flip(bytes, random) {
    const flipped = Buffer.from(bytes)
    const at = random.below(bytes.length + 1)
    const byte = flipped[at]
    if (byte !== undefined) flipped[at] = byte ^ (1 << random.below(8))
    return flipped
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  function splice(bytes, random, others) {
    const other = random.pick(others)
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ])
  },
  (bytes, random) => insert(bytes, random, Buffer.from(random.pick(SCRAPS))),
  (bytes, random) => insert(bytes, random, random.bytes(1 + random.below(20))),
  (bytes, random) => onTokens(bytes, random, (token) => [token, token]),
  (bytes, random) => onTokens(bytes, random, () => []),
  (bytes, random) => onTokens(bytes, random, () => [random.pick(SCRAPS)]),
]

function insert(bytes: Buffer, random: Random, inserted: Buffer): Buffer {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
}

/** One of the words or marks replaced. */
function onTokens(bytes: Buffer, random: Random, replaced: (token: string) => readonly string[]): Buffer {
  const tokens = bytes.toString('latin1').match(/\w+|[^\w]/g) ?? []
  const at = random.below(tokens.length + 1)
  return Buffer.from(tokens.flatMap((token, index) => (index === at ? replaced(token) : [token])).join(''), 'latin1')
}
