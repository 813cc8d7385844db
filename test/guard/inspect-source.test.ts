import { parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { MAX_EXPANDED_NESTING } from '../../src/guard/expanded-size.ts'
import { defaultGuardLimits, type GuardLimits } from '../../src/guard/guard-limits.ts'
import { inspectSource } from '../../src/guard/inspect-source.ts'
import { MAX_NESTING } from '../../src/guard/scan-source.ts'
import { boundless } from './boundless.ts'
import { recursiveSchema } from './valid-document.ts'

interface LimitCase {
  readonly limit: keyof GuardLimits
  readonly code: string
  readonly counts: string
  readonly allowed: number
  /** A document with that many, and with less than the limit of everything else. */
  readonly source: (count: number) => string
}

const limitCases: readonly LimitCase[] = [
  {
    limit: 'maxTokens',
    code: 'TOKEN_LIMIT_EXCEEDED',
    counts: 'tokens',
    allowed: 1000,
    source: (count) => `{ self { ${'a '.repeat(count - 5)} } }`,
  },
  {
    limit: 'maxTokens',
    code: 'TOKEN_LIMIT_EXCEEDED',
    counts: 'lines',
    allowed: 1000,
    source: (count) => `${'\n'.repeat(count - 1)}{ a }`,
  },
  {
    limit: 'maxDepth',
    code: 'DEPTH_LIMIT_EXCEEDED',
    counts: 'fields around a field',
    allowed: 12,
    source: (count) => `{ ${'self { '.repeat(count)} a ${'}'.repeat(count)} }`,
  },
  {
    limit: 'maxDepth',
    code: 'DEPTH_LIMIT_EXCEEDED',
    counts: 'fields around a field through fragments',
    allowed: 12,
    source: (count) => `{ self { ...F } } fragment F on Query { ${'self { '.repeat(count - 1)} a ${'}'.repeat(count)}`,
  },
  {
    limit: 'maxAliases',
    code: 'ALIAS_LIMIT_EXCEEDED',
    counts: 'aliases',
    allowed: 30,
    source: (count) => `{ self { ${'b: a '.repeat(count)} } }`,
  },
  {
    limit: 'maxAliases',
    code: 'ALIAS_LIMIT_EXCEEDED',
    counts: 'aliases of all operations',
    allowed: 30,
    source: (count) => `query A { self { ${'b: a '.repeat(20)} } } query B { self { ${'b: a '.repeat(count - 20)} } }`,
  },
  {
    limit: 'maxAliases',
    code: 'ALIAS_LIMIT_EXCEEDED',
    counts: 'aliases of fragments that are spread nowhere',
    allowed: 30,
    source: (count) => `{ a } fragment F on Query { ${'b: a '.repeat(count)} }`,
  },
  {
    limit: 'maxRootFields',
    code: 'ROOT_FIELD_LIMIT_EXCEEDED',
    counts: 'root fields',
    allowed: 20,
    source: (count) => `{ ${'a '.repeat(count)} }`,
  },
  {
    limit: 'maxRootFields',
    code: 'ROOT_FIELD_LIMIT_EXCEEDED',
    counts: 'root fields in fragments',
    allowed: 20,
    source: (count) => `{ ...F ... { ...F ${'a '.repeat(count - 16)} } } fragment F on Query { ${'a '.repeat(8)} }`,
  },
  {
    limit: 'maxFragments',
    code: 'FRAGMENT_LIMIT_EXCEEDED',
    counts: 'fragments that are defined',
    allowed: 50,
    source: (count) => `{ a } ${'fragment F on Query { a } '.repeat(count)}`,
  },
  {
    limit: 'maxFragments',
    code: 'FRAGMENT_LIMIT_EXCEEDED',
    counts: 'spreads',
    allowed: 50,
    source: (count) => `{ self { ${'...F '.repeat(count)} } } fragment F on Query { a }`,
  },
  {
    limit: 'maxFragments',
    code: 'FRAGMENT_LIMIT_EXCEEDED',
    counts: 'spreads within fragments, once for each spread',
    allowed: 50,
    source: (count) =>
      `{ self { ...F ...F ${'...G '.repeat(count - 42)} } } fragment F on Query { ${'...G '.repeat(20)} } fragment G on Query { a }`,
  },
  {
    limit: 'maxExpandedFields',
    code: 'FRAGMENT_LIMIT_EXCEEDED',
    counts: 'fields, once for each spread',
    allowed: 2000,
    source: (count) =>
      `{ self { ${'...F '.repeat(49)} ${'a '.repeat(count - 1 - 49 * 40)} } } fragment F on Query { ${'a '.repeat(40)} }`,
  },
  {
    limit: 'maxDirectives',
    code: 'DIRECTIVE_LIMIT_EXCEEDED',
    counts: 'directives, on whatever they stand',
    allowed: 50,
    source: (count) => `query @d { a ${'@d '.repeat(count - 3)} ...F @d } fragment F on Query @d { a }`,
  },
]

describe('a limit of the guard', () => {
  test.each(limitCases)('$limit lets $allowed $counts pass by default', ({ limit, allowed, source }) => {
    expect(defaultGuardLimits[limit]).toBe(allowed)
    expect(inspectSource(source(allowed), defaultGuardLimits)).toEqual({ kind: 'passed' })
  })

  test.each(limitCases)('$limit is named for one more of $counts', ({ limit, allowed, code, source }) => {
    expect(inspectSource(source(allowed + 1), defaultGuardLimits)).toEqual({
      kind: 'violation',
      violation: { code, limit, found: allowed + 1, allowed },
    })
  })

  test.each(limitCases)('$limit can be raised for more of $counts', ({ allowed, source }) => {
    expect(inspectSource(source(allowed + 1), boundless)).toEqual({ kind: 'passed' })
  })

  test('counts the root fields of the largest operation, not of all', () => {
    const source = `query A { ${'a '.repeat(20)} } query B { ${'a '.repeat(20)} } fragment F on Query { ${'a '.repeat(21)} }`
    expect(inspectSource(source, defaultGuardLimits)).toEqual({ kind: 'passed' })
  })

  test('does not take inline fragments for spreads or for depth', () => {
    const source = `{ ${'... @include(if: true) { '.repeat(45)} a ${'}'.repeat(45)} ${'... { a } '.repeat(10)} }`
    expect(inspectSource(source, { ...defaultGuardLimits, maxFragments: 0, maxDepth: 0 })).toEqual({ kind: 'passed' })
  })

  test.each([
    ['an alias', '{ b: a }', 'maxAliases'],
    ['a directive', '{ a @d }', 'maxDirectives'],
    ['a fragment', '{ a } fragment F on Query { a }', 'maxFragments'],
    ['a field in a field', '{ self { a } }', 'maxDepth'],
  ] as const)('of 0 refuses %s', (_, source, limit) => {
    expect(inspectSource(source, { ...defaultGuardLimits, [limit]: 0 })).toMatchObject({
      violation: { limit, found: 1 },
    })
  })
})

describe('what the guard counts', () => {
  test.each([
    ['comments', '{ a # { [ ( @d "\n}', 3],
    ['commas and blanks', ',,{,a ,\t},,', 3],
    ['a byte order mark', '\ufeff{ a }', 3],
    ['blank lines', '\n{\n\n\na\n\n}\n', 8],
    ['strings', '{ a(x: "} { # @d \\" \\u{1F600}") }', 8],
    ['block strings', '{ a(x: """} { # @d \\""" "" """) }', 8],
    ['the lines of a block string', `{ a(x: """\n\n\n\n\n\n\n\n""") }`, 9],
    ['a carriage return and a line feed', `{ a }${'\r\n'.repeat(7)}`, 8],
    ['carriage returns', `{ a }${'\r'.repeat(7)}`, 8],
    [
      'line separators of other languages, which GraphQL does not know',
      `{ a # ${'\u2028\u2029\u0085'.repeat(9)}\n}`,
      3,
    ],
  ])('%s: as graphql-js reads them', (_, source, tokensOrLines) => {
    const exact = { ...defaultGuardLimits, maxTokens: tokensOrLines, maxDirectives: 0 }
    expect(inspectSource(source, exact)).toEqual({ kind: 'passed' })
    expect(inspectSource(source, { ...exact, maxTokens: tokensOrLines - 1 })).toMatchObject({
      violation: { limit: 'maxTokens', found: tokensOrLines },
    })
  })
})

describe('nesting', () => {
  const brackets = [
    { name: 'selections', source: (depth: number) => `${'{ self '.repeat(depth)} ${'}'.repeat(depth)}` },
    {
      name: 'inline fragments',
      source: (depth: number) => `${'{ ... '.repeat(depth - 1)} { a } ${'}'.repeat(depth - 1)}`,
    },
    { name: 'lists', source: (depth: number) => `{ a(x: ${'['.repeat(depth - 2)} ${']'.repeat(depth - 2)}) }` },
    { name: 'objects', source: (depth: number) => `{ a(x: ${'{ y: '.repeat(depth - 2)} 1 ${'}'.repeat(depth - 2)}) }` },
    {
      name: 'types',
      source: (depth: number) => `query($x: ${'['.repeat(depth - 1)} Int ${']'.repeat(depth - 1)}) { a }`,
    },
  ]
  const tooDeep = {
    kind: 'violation',
    violation: { code: 'DEPTH_LIMIT_EXCEEDED', limit: 'maxDepth', found: MAX_NESTING + 1, allowed: MAX_NESTING },
  }

  test.each(brackets)('of $name goes as far as MAX_NESTING, whatever the limits', ({ source }) => {
    expect(inspectSource(source(MAX_NESTING), boundless)).toEqual({ kind: 'passed' })
    expect(inspectSource(source(MAX_NESTING + 1), boundless)).toEqual(tooDeep)
  })

  test.each(brackets)('of $name 10 000 deep is refused, whatever the limits', ({ source }) => {
    expect(inspectSource(source(10_000), boundless)).toEqual(tooDeep)
  })

  test('is what is open at a time, not how much is opened', () => {
    expect(inspectSource(`{ ${'self { a } '.repeat(300)} }`, boundless)).toEqual({ kind: 'passed' })
  })

  test('is not made up for by brackets that are closed and were never opened', () => {
    const source = `{ a } ${'}'.repeat(500)} ${'{ self '.repeat(600)}`
    expect(inspectSource(source, boundless)).toEqual({ kind: 'syntax-error' })
  })

  test.each([
    ['a chain of fragments', 50_000, ''],
    ['a chain of fragments with fields around each spread', 20, 'self { '.repeat(150)],
    ['a chain of fragments with inline fragments around each spread', 20, '... { '.repeat(150)],
  ])('through %s is bounded, whatever the limits', (_, fragments, around) => {
    const closing = '}'.repeat(around.split('{').length - 1)
    const chain = Array.from(
      { length: fragments },
      (_, index) => `fragment F${index} on Query { ${around} ...F${index + 1} ${closing} }`,
    )
    const source = `{ ...F0 } ${chain.join(' ')} fragment F${fragments} on Query { a }`
    expect(inspectSource(source, boundless)).toMatchObject({
      violation: { limit: 'maxDepth', allowed: MAX_EXPANDED_NESTING },
    })
  })
})

describe('a hostile document', () => {
  test('of 50 000 tokens is refused after the first one too many', () => {
    expect(inspectSource(`{ ${'a '.repeat(50_000)} }`, defaultGuardLimits)).toMatchObject({
      violation: { limit: 'maxTokens', found: 1001 },
    })
  })

  test.each([
    ['tokens', '{ '.repeat(1) + 'a '.repeat(1_000), 'maxTokens'],
    ['lines', '\n'.repeat(1_000), 'maxTokens'],
    ['nesting', '{ self '.repeat(201), 'maxDepth'],
  ])('is not read on once it has too many %s', (_, start, limit) => {
    // No part of this ending is a token, so that whoever reads on finds a syntax error.
    const source = start + '\u0000'.repeat(10_000_000)
    expect(inspectSource(source, defaultGuardLimits)).toMatchObject({ kind: 'violation', violation: { limit } })
  })

  test.each([
    ['spaces', `{ a }${' '.repeat(10_000_000)}`],
    ['one comment', `{ a }#${'{'.repeat(10_000_000)}`],
    ['one name', `{ ${'a'.repeat(10_000_000)} }`],
    ['one number', `{ a(x: ${'1'.repeat(10_000_000)}) }`],
    ['one string', `{ a(x: "${'{'.repeat(10_000_000)}") }`],
    ['escapes', `{ a(x: "${'\\n'.repeat(5_000_000)}") }`],
    ['one block string', `{ a(x: """${'{'.repeat(10_000_000)}""") }`],
    ['escaped quotes', `{ a(x: """${'\\"""'.repeat(2_500_000)}""") }`],
  ])(
    'of 10 MB of %s is read in linear time',
    (_, source) => {
      const startedAt = performance.now()
      expect(inspectSource(source, defaultGuardLimits)).toEqual({ kind: 'passed' })
      // It takes 50 to 1 000 ms. Quadratic time would be hours.
      expect(performance.now() - startedAt).toBeLessThan(30_000)
    },
    60_000,
  )

  test('of 30 fragments that each spread the next one twice is measured without being expanded', () => {
    const source = doubling(30)
    expect(inspectSource(source, defaultGuardLimits)).toMatchObject({ violation: { limit: 'maxFragments' } })
    expect(inspectSource(source, { ...boundless, maxExpandedFields: 2000 })).toMatchObject({
      violation: { limit: 'maxExpandedFields', found: 2 ** 30 + 1 },
    })
  })

  test('whose expansion has no number counts as Number.MAX_SAFE_INTEGER', () => {
    expect(inspectSource(doubling(100), { ...boundless, maxExpandedFields: 2000 })).toMatchObject({
      violation: { limit: 'maxExpandedFields', found: Number.MAX_SAFE_INTEGER },
    })
  })

  test.each([
    ['spreads itself', '{ ...F } fragment F on Query { self { ...F } }'],
    [
      'spreads itself by way of others',
      '{ ...F } fragment F on Query { ...G } fragment G on Query { self { ...H } } fragment H on Query { ...F }',
    ],
    ['spreads itself and is spread nowhere', '{ a } fragment F on Query { self { ...F } }'],
    ['spreads itself twice', '{ ...F } fragment F on Query { self { ...F } self { ...F } }'],
  ])('whose fragment %s passes on to validation, which names the cycle', (_, source) => {
    expect(inspectSource(source, defaultGuardLimits)).toEqual({ kind: 'passed' })
    const messages = validate(recursiveSchema, parse(source)).map(({ message }) => message)
    expect(messages.join()).toContain('Cannot spread fragment')
  })

  test('that spreads an unknown fragment passes on to validation, which names it', () => {
    expect(inspectSource('{ ...Nowhere }', defaultGuardLimits)).toEqual({ kind: 'passed' })
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('cannot hide behind the name %s', (name) => {
    const operation = `query ${name} { ...${name} } fragment ${name} on Query { self { self { a } } }`
    expect(inspectSource(operation, { ...defaultGuardLimits, maxDepth: 2 })).toEqual({ kind: 'passed' })
    expect(inspectSource(operation, { ...defaultGuardLimits, maxDepth: 1 })).toMatchObject({
      violation: { limit: 'maxDepth', found: 2 },
    })
  })
})

describe('introspection', () => {
  const introspection = (levels: number) =>
    `{ __schema { types { fields { type ${'{ ofType '.repeat(levels)} { name } ${'}'.repeat(levels)} } } } }`

  test('is not deep, however deep', () => {
    expect(inspectSource(introspection(100), { ...defaultGuardLimits, maxDepth: 0 })).toEqual({ kind: 'passed' })
  })

  test.each([
    ['lists in lists', '{ __schema { types { fields { type { fields { name } } } } } }', 'maxDepth'],
    ['lists in lists of another kind', '{ __type(name: "A") { possibleTypes { interfaces { name } } } }', 'maxDepth'],
    [
      'lists in lists by way of fragments',
      '{ __schema { types { ...F } } } fragment F on __Type { fields { type { ...G } } } fragment G on __Type { inputFields { name } }',
      'maxDepth',
    ],
    ['all types twice', '{ __schema { types { name } others: types { kind } } }', 'maxAliases'],
    ['all types in two places', '{ __schema { types { name } } self { __schema { types { name } } } }', 'maxAliases'],
    [
      'all types by way of fragments',
      '{ a: __schema { ...F } b: __schema { ...F } } fragment F on __Schema { types { name } }',
      'maxAliases',
    ],
  ])('is refused when it asks for %s, which multiplies the answer', (_, source, limit) => {
    expect(inspectSource(source, boundless)).toEqual({
      kind: 'violation',
      violation: { code: expect.any(String), limit, found: 2, allowed: 1 },
    })
  })

  test('is not meant by fields of the same names', () => {
    const source = '{ types { fields { interfaces { fields { a } } } } more: types { a } }'
    expect(inspectSource(source, boundless)).toEqual({ kind: 'passed' })
  })

  test('counts the fields around it', () => {
    const source = '{ self { self { __schema { types { name } } } } }'
    expect(inspectSource(source, { ...defaultGuardLimits, maxDepth: 1 })).toMatchObject({
      violation: { limit: 'maxDepth', found: 2 },
    })
  })

  test('is not deep within a fragment either, and makes nothing else shallow', () => {
    const source =
      '{ __type(name: "A") { ...F } self { self { a } } } fragment F on __Type { ofType { ofType { name } } }'
    expect(inspectSource(source, { ...defaultGuardLimits, maxDepth: 2 })).toEqual({ kind: 'passed' })
    expect(inspectSource(source, { ...defaultGuardLimits, maxDepth: 1 }).kind).toBe('violation')
  })
})

describe('a source that is no document', () => {
  test.each([
    ['nothing', ''],
    ['only comments', '# { a }'],
    ['a broken bracket', '{ a'],
    ['an unknown character', '{ a ? }'],
    ['an unterminated string', '{ a(x: "'],
    ['half a surrogate pair', '{ a(x: "\ud83d") }'],
    ['a misplaced word', 'fragment on on Query { a }'],
  ])('is a syntax error: %s', (_, source) => {
    expect(inspectSource(source, defaultGuardLimits)).toEqual({ kind: 'syntax-error' })
  })

  test('is refused for its size where it is too large before the mistake', () => {
    expect(inspectSource(`{ ${'a '.repeat(3_000)} ? }`, defaultGuardLimits).kind).toBe('violation')
  })
})

/** 2 ** count fields in a few lines. */
function doubling(count: number): string {
  const fragments = Array.from({ length: count }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)
  return `{ self { ...F0 } } ${fragments.slice(0, -1).join(' ')} fragment F${count - 1} on Query { a a }`
}
