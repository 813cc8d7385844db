/**
 * How large a document may be before it is refused unread. Each limit holds for the whole document, whichever of its
 * operations is to run, because validation reads all of it. "Expanded" counts the contents of a fragment once for every
 * spread, as execution would meet them. Breaking a limit refuses the document with status 400 and charges no cost.
 */
export interface GuardLimits {
  /**
   * Lexical tokens, as graphql-js counts them: names, values and punctuation, without comments. A document may not have
   * more lines than this either. One past it: `TOKEN_LIMIT_EXCEEDED`.
   * @default 1000
   */
  readonly maxTokens: number
  /**
   * Fields around the deepest field, expanded, as graphql-depth-limit counts them: `{ a { b } }` has depth 1. What lies
   * inside `__schema` and `__type` does not count: its lists may not nest, whatever the limit. One past it: `DEPTH_LIMIT_EXCEEDED`.
   * @default 12
   */
  readonly maxDepth: number
  /**
   * Aliased fields, expanded, all operations together. One past it: `ALIAS_LIMIT_EXCEEDED`.
   * @default 30
   */
  readonly maxAliases: number
  /**
   * Root fields of one operation, expanded. One past it: `ROOT_FIELD_LIMIT_EXCEEDED`.
   * @default 20
   */
  readonly maxRootFields: number
  /**
   * Fragments defined, and likewise fragments spread, expanded, all operations together. Inline fragments do not count.
   * One past it: `FRAGMENT_LIMIT_EXCEEDED`.
   * @default 50
   */
  readonly maxFragments: number
  /**
   * Fields, expanded, all operations together. It is fragments that make a small document large, so one past it is a
   * `FRAGMENT_LIMIT_EXCEEDED` too.
   * @default 2000
   */
  readonly maxExpandedFields: number
  /**
   * Directives written in the document, on whatever they stand. One past it: `DIRECTIVE_LIMIT_EXCEEDED`.
   * @default 50
   */
  readonly maxDirectives: number
}

export const defaultGuardLimits: GuardLimits = Object.freeze({
  maxTokens: 1000,
  maxDepth: 12,
  maxAliases: 30,
  maxRootFields: 20,
  maxFragments: 50,
  maxExpandedFields: 2000,
  maxDirectives: 50,
})
