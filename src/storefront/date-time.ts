import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

/** The scalar `DateTime`: a `Date` inside, RFC 3339 outside, always written in UTC with milliseconds. */
export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment in UTC, as in RFC 3339: `2026-11-24T09:30:00.000Z`.',
  serialize(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
    throw new TypeError(`A DateTime has to be a valid Date; a resolver gave ${String(value)}`)
  },
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
})

const DATE_TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i

/** RFC 3339 section 5.6, but for leap seconds, which a `Date` cannot hold. Fractions beyond milliseconds are cut off. */
function parse(value: unknown): Date {
  const [text, year, month, day] = (typeof value === 'string' ? DATE_TIME.exec(value) : null) ?? []
  if (text !== undefined && Number(day) <= daysIn(Number(year), Number(month))) return new Date(text.toUpperCase())
  throw new GraphQLError(
    'A DateTime is written as in RFC 3339, with a time zone: "2026-11-24T09:30:00Z" or "2026-11-24T10:30:00.250+01:00".',
  )
}

function daysIn(year: number, month: number): number {
  const lastDay = new Date(0)
  lastDay.setUTCFullYear(year, month, 0)
  return lastDay.getUTCDate()
}
