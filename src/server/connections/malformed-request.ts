import { type Refusal, refusal } from '../../errors/refusal.ts'
import type { ConnectionLimits } from './connection-limits.ts'

/** What to answer to bytes that Node's parser has given up on; undefined where nobody is there to read an answer. */
export function malformedRequest(
  code: string | undefined,
  limits: Pick<ConnectionLimits, 'maxHeaderBytes' | 'headersTimeoutMs' | 'requestTimeoutMs'>,
): Refusal | undefined {
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return undefined
    case 'HPE_HEADER_OVERFLOW':
      return bad(431, `The URL and the headers are larger than the ${limits.maxHeaderBytes} bytes allowed. Send less.`)
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return bad(413, 'The extensions of the chunks of this body are too large. Send none: they are not read.')
    case 'ERR_HTTP_REQUEST_TIMEOUT': {
      const [headers, whole] = [limits.headersTimeoutMs / 1000, limits.requestTimeoutMs / 1000]
      return bad(408, `This request did not come in time: its headers may take ${headers} s, all of it ${whole} s.`)
    }
    default:
      return bad(400, 'This is no request that HTTP/1.1 can be read from (RFC 9112). Send it with an HTTP client.')
  }
}

function bad(status: number, reason: string): Refusal {
  return { ...refusal('BAD_REQUEST', { reason }), status }
}
