/**
 * How column types become JavaScript values where the drivers of PostgreSQL and PGlite differ, by the type's object id.
 * Counts become numbers and moments `Date`s. What has no exact number (numeric) or no time zone (date, timestamp) stays
 * the text that PostgreSQL writes.
 */
export const columnParsers: Readonly<Record<number, (text: string) => unknown>> = {
  20: toSafeInteger, // int8: count(*), sum of integers
  1082: asIs, // date
  1114: asIs, // timestamp
  1184: (text) => new Date(text), // timestamptz
}

function toSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number; select it as text`)
  return value
}

function asIs(text: string): string {
  return text
}
