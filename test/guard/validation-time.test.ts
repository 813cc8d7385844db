import { readFileSync } from 'node:fs'
import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'
import { inspectSource } from '../../src/guard/inspect-source.ts'
import { costlyDocuments, costlySchema } from './costly-documents.ts'
import { validationMs } from './validation-time.ts'

describe('within the default limits, validation takes its time at most', () => {
  test.each(costlyDocuments)('for $name', ({ source }) => {
    const text = source(defaultGuardLimits.maxTokens)
    // Whoever adds a document sees to it that the guard lets it pass: others show nothing.
    expect(inspectSource(text, defaultGuardLimits)).toEqual({ kind: 'passed' })
    // Many times what it takes, and a small part of what it would without the limits: bench/cost/validation.bench.mjs measures.
    expect(validationMs(costlySchema, text)).toBeLessThan(1_500)
  })

  test.each(costlyDocuments)('and one that is larger is refused: $name', ({ source }) => {
    expect(inspectSource(source(20 * defaultGuardLimits.maxTokens), defaultGuardLimits).kind).toBe('violation')
  })
})

test.each([
  ['all that introspection can tell', getIntrospectionQuery({ oneOf: true, inputValueDeprecation: true })],
  ["an operation of 40 lines on GitHub's schema", readFileSync('test/cost/schema/github-query.graphql', 'utf8')],
])('the default limits allow %s', (_, source) => {
  expect(inspectSource(source, defaultGuardLimits)).toEqual({ kind: 'passed' })
})
