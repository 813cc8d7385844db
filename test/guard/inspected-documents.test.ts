import fc from 'fast-check'
import { GraphQLError, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'
import { inspectDepth } from '../../src/guard/inspect-depth.ts'
import { inspectSource } from '../../src/guard/inspect-source.ts'
import type { Inspection } from '../../src/guard/inspection.ts'
import { hostileDocuments } from '../support/hostile-documents.ts'
import { hostileSchema } from '../support/hostile-schema.ts'
import { boundless } from './boundless.ts'
import { nastySource } from './nasty-source.ts'
import { recursiveSchema, validDocument } from './valid-document.ts'

describe('a verdict of the guard', () => {
  test.each([
    ['the default limits', defaultGuardLimits],
    ['no limits', boundless],
  ])('with %s is frozen plain data, and never an exception', (_, limits) => {
    fc.assert(
      fc.property(nastySource(), (source) => {
        expectPlainAndFrozen(inspectSource(source, limits))
      }),
      { numRuns: 2_000 },
    )
  })

  test('tells what the parser will say: a document or a syntax error', () => {
    fc.assert(
      fc.property(nastySource(), (source) => {
        const { kind } = inspectSource(source, defaultGuardLimits)
        if (kind === 'passed') expect(() => parse(source)).not.toThrow()
        if (kind === 'syntax-error') expect(() => parse(source)).toThrow(GraphQLError)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a document that the guard passes', () => {
  test('is validated to the end, however nasty', () => {
    let passed = 0
    fc.assert(
      fc.property(nastySource(), (source) => {
        if (inspectSource(source, defaultGuardLimits).kind !== 'passed') return
        passed += 1
        expect(validate(recursiveSchema, parse(source))).toBeInstanceOf(Array)
      }),
      { numRuns: 4_000 },
    )
    expect(passed).toBeGreaterThan(400)
  })

  test.each(hostileDocuments())('is validated to the end: $name, unless it is refused', ({ source }) => {
    const inspection = inspectSource(source, defaultGuardLimits)
    expectPlainAndFrozen(inspection)
    if (inspection.kind === 'passed') expect(validate(hostileSchema, parse(source))).toBeInstanceOf(Array)
  })

  test('and that is valid has the depth that graphql-depth-limit finds', () => {
    fc.assert(
      fc.property(validDocument(), fc.nat(10), (source, maxDepth) => {
        const document = parse(source)
        expect(validate(recursiveSchema, document)).toEqual([])
        const { kind } = inspectSource(source, { ...boundless, maxDepth })
        expect(inspectDepth(document, { maxDepth }).kind).toBe(kind)
      }),
      { numRuns: 2_000 },
    )
  })
})

function expectPlainAndFrozen(inspection: Inspection): void {
  expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection)
  expect(Object.isFrozen(inspection)).toBe(true)
  if (inspection.kind === 'violation') expect(Object.isFrozen(inspection.violation)).toBe(true)
}
