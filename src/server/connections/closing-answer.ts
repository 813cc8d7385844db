import { STATUS_CODES } from 'node:http'
import type { Refusal } from '../../errors/refusal.ts'
import { refusedAnswer } from '../http/refused-answer.ts'

/** A refusal as the bytes of an answer that ends its connection, for where there is no request to reply to. */
export function closingAnswer(refusal: Refusal, alwaysSaid: Readonly<Record<string, string>>): string {
  const { status, headers, body } = refusedAnswer(undefined, refusal)
  const fields = {
    date: new Date().toUTCString(),
    ...alwaysSaid,
    ...Object.fromEntries(headers),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}
