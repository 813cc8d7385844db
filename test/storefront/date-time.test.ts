import { readFileSync } from 'node:fs'
import { buildSchema, GraphQLError, Kind } from 'graphql'
import { describe, expect, test } from 'vitest'
import { dateTime } from '../../src/storefront/date-time.ts'

describe('DateTime', () => {
  test('is written in UTC with milliseconds', () => {
    expect(dateTime.serialize(new Date(Date.UTC(2026, 10, 24, 9, 30)))).toBe('2026-11-24T09:30:00.000Z')
  })

  test.each([new Date(Number.NaN), '2026-11-24T09:30:00.000Z', 0, null])('is never written from %s', (value) => {
    expect(() => dateTime.serialize(value)).toThrow(TypeError)
  })

  test.each([
    ['2026-11-24T09:30:00Z', '2026-11-24T09:30:00.000Z'],
    ['2026-11-24t09:30:00z', '2026-11-24T09:30:00.000Z'],
    ['2026-11-24T09:30:00.25+01:30', '2026-11-24T08:00:00.250Z'],
    ['2026-11-24T23:30:00-01:00', '2026-11-25T00:30:00.000Z'],
    ['2024-02-29T00:00:00.123456789Z', '2024-02-29T00:00:00.123Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s as %s', (text, moment) => {
    expect(dateTime.parseValue(text)).toEqual(new Date(moment))
    expect(dateTime.parseLiteral({ kind: Kind.STRING, value: text })).toEqual(new Date(moment))
  })

  test.each([
    '2026-11-24',
    '2026-11-24 09:30:00Z',
    '2026-11-24T09:30Z',
    '2026-11-24T09:30:00',
    '2026-11-24T24:00:00Z',
    '2026-11-24T09:60:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-24T09:30:00+24:00',
    '2026-11-24T09:30:00+0100',
    '+002026-11-24T09:30:00Z',
    'yesterday',
    1_700_000_000_000,
    null,
    undefined,
  ])('refuses to read %j', (value) => {
    expect(() => dateTime.parseValue(value)).toThrow(GraphQLError)
  })

  test('refuses literals of other kinds', () => {
    expect(() => dateTime.parseLiteral({ kind: Kind.INT, value: '0' })).toThrow(GraphQLError)
  })

  test('is described as in the SDL, whose description it replaces', () => {
    const schema = buildSchema(readFileSync('schema/platform.graphql', 'utf8'), { assumeValidSDL: true })
    expect(dateTime.description).toBe(schema.getType('DateTime')?.description)
  })
})
