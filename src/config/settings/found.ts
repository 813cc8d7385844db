/** What stands in a setting and what is allowed there instead, as the end of a message. Passwords in URLs are left out. */
export function found(value: unknown, allowed: string): string {
  return value === undefined ? `is missing; ${allowed} is needed` : `found ${shown(value)}; ${allowed} is allowed`
}

const MAX_SHOWN_CHARACTERS = 60

/** A value as it can be repeated in a message: on one line, short, without credentials. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const safe = value.replace(/\/\/.*@/s, '//…@')
    return JSON.stringify(safe.length > MAX_SHOWN_CHARACTERS ? `${safe.slice(0, MAX_SHOWN_CHARACTERS)}…` : safe)
  }
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a section' : String(value)
}
