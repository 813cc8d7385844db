/** The milliseconds in a duration such as `200ms`, `50s`, `5m`, `1h` or `1d`. NaN for any other text. */
export function durationMs(text: string): number {
  const [, count, unit = ''] = durationPattern.exec(text) ?? []
  return Number(count) * (MS_PER_UNIT[unit] ?? Number.NaN)
}

export const durationPattern = /^(\d+)(ms|s|m|h|d)$/

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The months in a calendar window such as `1mo` or `12mo`: those that divide a year. Undefined for any other text. */
export function calendarMonths(text: string): number | undefined {
  const [, , months] = windowPattern.exec(text) ?? []
  return months === undefined ? undefined : Number(months)
}

export const windowPattern = /^(\d+(?:ms|s|m|h|d)|(1|2|3|4|6|12)mo)$/
