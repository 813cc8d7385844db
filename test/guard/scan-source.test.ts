import fc from 'fast-check'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { scanSource } from '../../src/guard/scan-source.ts'
import { boundless } from './boundless.ts'
import { validDocument } from './valid-document.ts'

describe('scanning a source', () => {
  test('counts the tokens that the maxTokens of graphql-js counts', () => {
    fc.assert(
      fc.property(validDocument(), fc.constantFrom(' ', ',', ' # comment\n'), fc.nat(3), (source, gap, short) => {
        const spaced = source.replaceAll(' ', gap)
        const tokens = smallest((maxTokens) => parses(spaced, maxTokens))
        const lines = spaced.split('\n').length
        const maxTokens = Math.max(tokens, lines) - short
        const { kind } = scanSource(spaced, { ...boundless, maxTokens })
        expect(kind).toBe(short === 0 ? 'passed' : 'violation')
      }),
      { numRuns: 300 },
    )
  })

  test('throws the GraphQLError of the lexer where there is no token', () => {
    expect(() => scanSource('{ a ? }', boundless)).toThrow('Syntax Error: Unexpected character: "?".')
  })
})

function parses(source: string, maxTokens: number): boolean {
  try {
    parse(source, { maxTokens })
    return true
  } catch {
    return false
  }
}

/** The smallest number from which on it holds. */
function smallest(holds: (number: number) => boolean): number {
  let above = 1
  while (!holds(above)) above *= 2
  let below = 0
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2)
    if (holds(middle)) above = middle
    else below = middle
  }
  return above
}
