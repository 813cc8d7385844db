import { Lexer, Source, TokenKind } from 'graphql'
import type { GuardLimits } from './guard-limits.ts'
import { type Inspection, passed, violationOf } from './inspection.ts'

/**
 * How deep brackets of any kind may nest, whatever the limits say. graphql-js recurses once for each: its parser gives
 * out at about 1 600, its validation at about 700.
 */
export const MAX_NESTING = 200

/**
 * What can be said of a source without parsing it: its lines, tokens, nesting and directives. Linear, and over as soon
 * as a limit is passed, however long the rest.
 *
 * @throws GraphQLError where the source has something that is no token
 */
export function scanSource(source: string, limits: GuardLimits): Inspection {
  if (hasMoreLines(source, limits.maxTokens)) return violationOf('maxTokens', limits.maxTokens + 1, limits.maxTokens)
  const lexer = new Lexer(new Source(source))
  let tokens = 0
  let nesting = 0
  let directives = 0
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1
    if (tokens > limits.maxTokens) return violationOf('maxTokens', tokens, limits.maxTokens)
    switch (token.kind) {
      case TokenKind.BRACE_L:
      case TokenKind.BRACKET_L:
      case TokenKind.PAREN_L:
        nesting += 1
        if (nesting > MAX_NESTING) return violationOf('maxDepth', nesting, MAX_NESTING)
        break
      case TokenKind.BRACE_R:
      case TokenKind.BRACKET_R:
      case TokenKind.PAREN_R:
        nesting -= 1
        break
      case TokenKind.AT:
        directives += 1
        break
    }
  }
  return directives > limits.maxDirectives ? violationOf('maxDirectives', directives, limits.maxDirectives) : passed
}

/**
 * Lines are limited because every validation error counts them from the start to say where it is: 100 errors after
 * 90 000 empty lines take 200 ms. It bounds comments too, which the lexer keeps: each has a line to itself.
 */
function hasMoreLines(source: string, maxLines: number): boolean {
  const lineEnd = /\r\n|[\n\r]/g
  for (let lines = 1; lineEnd.test(source); ) {
    lines += 1
    if (lines > maxLines) return true
  }
  return false
}
