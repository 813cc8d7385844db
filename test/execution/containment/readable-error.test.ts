import { GraphQLError } from 'graphql'
import { expect, test } from 'vitest'
import { readableError } from '../../../src/execution/containment/readable-error.ts'
import { hostileThrows } from '../../support/hostile-throws.ts'

test.each(Object.entries(hostileThrows))('can be located and logged, whatever was thrown: %s', (_, make) => {
  const error = readableError(make())
  expect(() => [error.name, error.message, error.stack, String(error), { ...error }]).not.toThrow()
  expect(new GraphQLError(error.message, { originalError: error }).message).toEqual(expect.any(String))
})

test('is what was thrown where that can be read', () => {
  const error = new GraphQLError('plain', { extensions: { code: 'MINE' } })
  expect(readableError(error)).toBe(error)
})

test('says what was thrown where that is no error', () => {
  expect(readableError({ sql: 'select' }).message).toContain("sql: 'select'")
})
