import { type Refusal, refusal } from '../../errors/refusal.ts'

/** How many headers a request may have. Node drops those past its own limit, and with them perhaps the key. */
export const MAX_HEADERS = 100

/**
 * Why a request is refused for its headers; undefined where they can be read in one way alone. Node's parser refuses
 * what frames a request badly; of what comes twice it keeps the first, where a proxy may have looked at the last.
 */
export function malformedHead(httpVersion: string, rawHeaders: readonly string[]): Refusal | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return bad(`This request speaks HTTP/${httpVersion}; HTTP/1.1 and HTTP/1.0 are spoken here.`)
  }
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    const reason = `This request has ${rawHeaders.length / 2} headers; ${MAX_HEADERS} are allowed. Send fewer.`
    return { ...bad(reason), status: 431 }
  }
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    if (!ONCE.has(name)) continue
    if (seen.has(name)) return bad(`This request has the header ${name} twice. Send it once.`)
    seen.add(name)
  }
  if (httpVersion === '1.1' && !seen.has('host')) return bad('This request has no header Host. Send it.')
  return undefined
}

const ONCE = new Set(['host', 'authorization', 'x-api-key', 'content-type'])

function bad(reason: string): Refusal {
  return refusal('BAD_REQUEST', { reason })
}
