import fc from 'fast-check'
import { validDocument } from './valid-document.ts'

/** Sources that nobody would write in good faith: some are documents, most are not, many nest or repeat a great deal. */
export function nastySource(): fc.Arbitrary<string> {
  return fc.oneof(tokenSoup, nesting, tangle, damaged, fc.string({ unit: 'binary', maxLength: 100 }))
}

const scraps = [
  ...['{', '}', '(', ')', '[', ']', ':', '=', '|', '&', '!', '$', '@', '...', '"', '"""', '#', ',', '\n', '\r\n', '\r'],
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'type', 'schema', 'extend', 'true', 'null', '__proto__'],
  ...['__schema', '__typename', 'constructor', 'self', 'a', 'Query', '$v', '@skip(if: true)', '0', '-1.5e9', '01'],
  ...['"\\u{110000}"', '"\\ud83d"', '\ufeff', '\u0000', '\ud800', '"""\n\\"""\n"""', '# { [ (', '"}"', '\u2028', 'é'],
]

const tokenSoup = fc
  .tuple(fc.array(fc.constantFrom(...scraps), { maxLength: 60 }), fc.constantFrom(' ', '', '\n'))
  .map(([parts, glue]) => parts.join(glue))

/** One opening many times over, closed as often, or nearly. */
const nesting = fc
  .record({
    open: fc.constantFrom(
      ...['{', '{a', '{self', '{...', '{... on Query', '{a(x:[', '{a @skip(if:['],
      ...['query($v:[', '{a(x:{x:', '[', '(', '{a self', 'fragment F on Query{...F self'],
    ),
    count: fc.oneof(fc.nat(10), fc.nat(250), fc.nat(2_500)),
    heart: fc.constantFrom('', 'a', '{a}', '1', '...F', '"', '{a(x:1)}'),
    missing: fc.nat(2),
  })
  .map(({ open, count, heart, missing }) => {
    const closing = [...open].reverse().map((c) => ({ '{': '}', '[': ']', '(': ')' })[c] ?? '')
    return `${open.repeat(count)}${heart}${closing.join('').repeat(Math.max(0, count - missing))}`
  })

/** Fragments that spread each other in every way: rings, twice over, themselves, and some that do not exist. */
const tangle = fc
  .record({
    fragments: fc.array(
      fc.record({
        spreads: fc.array(fc.nat(55), { maxLength: 3 }),
        head: fc.constantFrom('', 'a', 'self { a }', 'b: a b: self { a }', '__typename'),
        wrap: fc.constantFrom('', 'self', '...', '__schema', 'self @skip(if: $v)'),
        depth: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(150) }),
      }),
      { maxLength: 55 },
    ),
    heads: fc.array(fc.constantFrom('{', 'query __proto__ {', 'query Q($v: Boolean!) {', 'mutation {'), {
      minLength: 1,
      maxLength: 3,
    }),
    next: fc.boolean(),
  })
  .map(({ fragments, heads, next }) => {
    const bodies = fragments.map(({ spreads, head, wrap, depth }, index) => {
      const inner = [head, ...(next ? [index + 1] : spreads).map((spread) => `...F${spread}`)].join(' ').trim() || 'a'
      const levels = wrap === '' ? 0 : depth
      return `fragment F${index} on Query { ${`${wrap} { `.repeat(levels)}${inner}${' }'.repeat(levels)} }`
    })
    return [...heads.map((head) => `${head} ...F0 ...F1 self { ...F0 } }`), ...bodies].join('\n')
  })

/** A valid document with a piece taken out, or put in twice. */
const damaged = fc
  .tuple(validDocument(), fc.nat(2_000), fc.nat(40), fc.constantFrom('', '{', '}', '...F0', '"', ' '), fc.boolean())
  .map(([source, at, length, put, twice]) => {
    const start = at % (source.length + 1)
    const piece = source.slice(start, start + length)
    return source.slice(0, start) + (twice ? piece + piece : put) + source.slice(start + length)
  })
