/** Whether an `Accept` header leaves room for one of the two media types that answers come in. Without one, it does. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true
  return acceptedRanges(accept).some((range) => range === JSON_TYPE || RESPONSE_RANGES.has(range))
}

/**
 * Whether an `Accept` header asks for `application/json` and leaves no room for `application/graphql-response+json`.
 * Whoever sends that cannot tell an error of this server from one of a proxy, but by a status of 200.
 */
export function acceptsJsonAlone(accept: string | undefined): boolean {
  const ranges = acceptedRanges(accept ?? '')
  return ranges.includes(JSON_TYPE) && !ranges.some((range) => RESPONSE_RANGES.has(range))
}

/**
 * Which of the two types an answer comes in, where an `Accept` header names it first and does not weigh it. Undefined for
 * all others, of which Apollo works it out.
 */
export function typeNamedFirst(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return `${JSON_TYPE}; charset=utf-8`
  const first = accept.split(',', 1)[0]?.trim().toLowerCase()
  return first === JSON_TYPE || first === RESPONSE_TYPE ? `${first}; charset=utf-8` : undefined
}

const JSON_TYPE = 'application/json'
const RESPONSE_TYPE = 'application/graphql-response+json'

const RESPONSE_RANGES = new Set(['*/*', 'application/*', RESPONSE_TYPE])

function acceptedRanges(accept: string): readonly string[] {
  return accept.split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [type]
  })
}
