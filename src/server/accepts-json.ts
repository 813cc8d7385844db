/** Whether an `Accept` header leaves room for one of the two media types that answers come in. Without one, it does. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return !refused && ACCEPTED.has(type)
  })
}

const ACCEPTED = new Set(['*/*', 'application/*', 'application/json', 'application/graphql-response+json'])
