import { isIP } from 'node:net'
import { z } from 'zod'
import { calendarMonths, durationMs, durationPattern, windowPattern } from './duration.ts'
import { found } from './found.ts'
import { nearest } from './nearest.ts'

/** The kinds of value that a setting can have. Each says what was found and what is allowed where it does not fit. */
export const setting = {
  wholeNumber,
  number,
  positiveNumber,
  share,
  numberOrInfinity,
  flag,
  choice,
  text,
  duration,
  window,
  host,
  network,
  logLevel,
  list,
  section,
  map,
}

function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  const params = expects((input) => `a whole number ${Number(input) > max ? `of at most ${max}` : range}`)
  return z.int(params).min(min, params).max(max, params)
}

function number(min: number) {
  const params = expects(`a number of at least ${min}`)
  return z.number(params).min(min, params)
}

function positiveNumber() {
  const params = expects('a number above 0')
  return z.number(params).positive(params)
}

function share() {
  const params = expects('a number above 0 and at most 1')
  return z.number(params).positive(params).max(1, params)
}

/** z.number() has no infinity, and neither has JSON: editors are told of a number. */
function numberOrInfinity(min: number) {
  const fits = (value: unknown) => typeof value === 'number' && value >= min
  return z.custom<number>(fits, expects(`a number of at least ${min}, or .inf,`)).meta({ type: 'number', minimum: min })
}

function flag() {
  return z.boolean(expects('true or false'))
}

function choice<const Values extends readonly (string | number)[]>(values: Values) {
  return z.literal(values, expects(new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(values.map(String))))
}

/** @param allowed says in words what the pattern matches */
function text(pattern: RegExp, allowed: string) {
  const params = expects((input) => (typeof input === 'number' ? `${allowed}, in quotes,` : allowed))
  return z.string(params).regex(pattern, params)
}

function duration(min: string, max: string) {
  const params = expects(`a duration from ${min} to ${max}, such as 200ms, 50s, 5m, 1h or 1d,`)
  return z.string(params).regex(durationPattern, params).refine(isDuration(min, max), params)
}

/** A duration, or calendar months that begin with the year. */
function window(min: string, max: string) {
  const params = expects(
    `a duration from ${min} to ${max}, such as 50s, 5m, 1h or 1d, or 1mo, 2mo, 3mo, 4mo, 6mo or 12mo`,
  )
  const fits = isDuration(min, max)
  return z
    .string(params)
    .regex(windowPattern, params)
    .refine((text) => fits(text) || calendarMonths(text) !== undefined, params)
}

function isDuration(min: string, max: string) {
  return (text: string) => durationMs(text) >= durationMs(min) && durationMs(text) <= durationMs(max)
}

function host() {
  const params = expects('a host name, or an address without a port,')
  const hostName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i
  return z.string(params).refine((text) => hostName.test(text) || isIP(text) !== 0, params)
}

function network() {
  const params = expects('an IP address, or a network such as 10.0.0.0/8,')
  return z.string(params).refine(isNetwork, params)
}

function logLevel() {
  return choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
}

/** @param items says in words what is listed */
function list<Item extends z.ZodType>(item: Item, items: string) {
  return z.array(item, expects(`a list of ${items}`))
}

/** @param entries says in words what is named */
function map<Value extends z.ZodType>(value: Value, entries: string) {
  return z.record(z.string(), value, expects(`a section with ${entries}`))
}

/**
 * A group of settings. Unknown keys are mistakes.
 *
 * @param elsewhere for keys that somebody may look for here, why they are not
 */
function section<Shape extends z.ZodRawShape>(shape: Shape, elsewhere: Readonly<Record<string, string>> = {}) {
  const keys = Object.keys(shape)
  const describe = (key: string) => {
    if (Object.hasOwn(elsewhere, key)) return `is not set here; ${elsewhere[key]}`
    const meant = nearest(key, keys)
    return meant === undefined
      ? `is not a known key; the keys here are ${keys.join(', ')}`
      : `is not a known key; did you mean ${meant}?`
  }
  return z.strictObject(shape, {
    // One issue names all unknown keys of a section; one line for each of them, in their order, tells them apart.
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(describe).join('\n')
        : found(issue.input, `a section with the keys ${keys.join(', ')}`),
  })
}

function expects(allowed: string | ((input: unknown) => string)) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      found(input, typeof allowed === 'string' ? allowed : allowed(input)),
  }
}

/** An address, or one with the length of a prefix. Without one bit of prefix it would be everybody. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  // A zone names an interface of this machine, which no proxy's address has.
  if (version === 0 || address.includes('%') || rest.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128)
}
