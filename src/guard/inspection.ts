import type { GuardLimits } from './guard-limits.ts'

/** What the guard says of a document: plain frozen data, to be kept and shared by whoever asks again. */
export type Inspection =
  | { readonly kind: 'passed' }
  | { readonly kind: 'violation'; readonly violation: Violation }
  /** It is no GraphQL. The server's parser says where; until the mistake, the document is within the limits. */
  | { readonly kind: 'syntax-error' }

export interface Violation {
  readonly code: ViolationCode
  /** The limit to read about, or to raise. */
  readonly limit: keyof GuardLimits
  /** Exact where the whole document was counted. Counting stops early for tokens and nesting: then one past `allowed`. */
  readonly found: number
  readonly allowed: number
}

export type ViolationCode = (typeof codes)[keyof GuardLimits]

const codes = {
  maxTokens: 'TOKEN_LIMIT_EXCEEDED',
  maxDepth: 'DEPTH_LIMIT_EXCEEDED',
  maxAliases: 'ALIAS_LIMIT_EXCEEDED',
  maxRootFields: 'ROOT_FIELD_LIMIT_EXCEEDED',
  maxFragments: 'FRAGMENT_LIMIT_EXCEEDED',
  maxExpandedFields: 'FRAGMENT_LIMIT_EXCEEDED',
  maxDirectives: 'DIRECTIVE_LIMIT_EXCEEDED',
} as const satisfies Record<keyof GuardLimits, string>

export const passed: Inspection = Object.freeze({ kind: 'passed' })

export const syntaxError: Inspection = Object.freeze({ kind: 'syntax-error' })

export function violationOf(limit: keyof GuardLimits, found: number, allowed: number): Inspection {
  return Object.freeze({
    kind: 'violation',
    violation: Object.freeze({ code: codes[limit], limit, found, allowed }),
  })
}
