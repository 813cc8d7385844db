import type { GuardLimits } from '../../src/guard/guard-limits.ts'

/** Limits that nothing in these tests reaches. */
export const boundless: GuardLimits = {
  maxTokens: 10_000_000,
  maxDepth: 10_000_000,
  maxAliases: 10_000_000,
  maxRootFields: 10_000_000,
  maxFragments: Number.MAX_SAFE_INTEGER,
  maxExpandedFields: Number.MAX_SAFE_INTEGER,
  maxDirectives: 10_000_000,
}
