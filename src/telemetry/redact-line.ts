/**
 * A line of JSON without secrets: the values of headers and fields that carry one, at whatever depth and in whichever
 * case; bearer tokens; and passwords in URLs, also inside messages and stack traces.
 */
export function redactLine(line: string): string {
  return line
    .replace(SECRET_FIELD, `$1"${REDACTED}"`)
    .replace(BEARER_TOKEN, `$1${REDACTED}`)
    .replace(URL_PASSWORD, `$1${REDACTED}@`)
    .replace(URL_PARAMETER, `$1${REDACTED}`)
}

const REDACTED = '[redacted]'

const STRING = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`
const SECRET_FIELD = new RegExp(
  String.raw`("(?:authorization|proxy-authorization|x-api-key|api-?key|cookie|set-cookie|password)":)(?:${STRING}|\[(?:${STRING},?)*\])`,
  'gi',
)
const BEARER_TOKEN = /\b(bearer\s+)[\w.~+/=-]+/gi
// Up to the last @ before the path, because passwords hold more of them than they should.
const URL_PASSWORD = /(:\/\/[^\s"/:@\\]*:)[^\s"/\\]*(?:\\[^nrt][^\s"/\\]*)*@/g
const URL_PARAMETER = /([?&]password=)[^\s"&\\]*(?:\\[^nrt][^\s"&\\]*)*/gi
