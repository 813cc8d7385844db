export type AnswerSize =
  | { readonly kind: 'fits' }
  | { readonly kind: 'too-large'; readonly foundBytes: number }
  | { readonly kind: 'unserialisable'; readonly error: unknown }

/**
 * Whether an answer can be serialised and has at most `maxBytes` as JSON. It is serialised for that only where nothing
 * less tells: most answers are far from the limit, and one that is far above it is not looked at to its end.
 */
export function answerSize(answer: unknown, maxBytes: number): AnswerSize {
  try {
    const range = new SizeRange(maxBytes)
    range.add(answer, 0)
    if (range.least > maxBytes) return { kind: 'too-large', foundBytes: range.least }
    if (range.most <= maxBytes) return { kind: 'fits' }
    const bytes = Buffer.byteLength(JSON.stringify(answer))
    return bytes > maxBytes ? { kind: 'too-large', foundBytes: bytes } : { kind: 'fits' }
  } catch (error) {
    return { kind: 'unserialisable', error }
  }
}

/** Deeper than any document may ask for; custom scalars may nest as they like, or hold themselves. */
const MAX_DEPTH = 300

/** A character takes from one byte to six, as in \\u001f; a number at most these, as -1.2345678901234567e-100 does. */
const MOST_BYTES = { character: 6, number: 25 } as const

/** Between what and what an answer has in bytes. */
class SizeRange {
  least = 0
  most = 0
  private readonly maxBytes: number
  private readonly keys = new Map<string, number>()

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  add(value: unknown, depth: number): void {
    if (typeof value === 'string') this.addRange(value.length + 2, value.length * MOST_BYTES.character + 2)
    else if (typeof value === 'number') this.addRange(1, MOST_BYTES.number)
    else if (typeof value === 'boolean' || value === undefined || value === null) this.addRange(0, 5)
    // What only serialising tells.
    else if (depth > MAX_DEPTH || !isRecord(value) || 'toJSON' in value) this.most = Number.POSITIVE_INFINITY
    else if (Array.isArray(value)) this.addList(value, depth)
    else this.addObject(value, depth)
  }

  private addList(list: readonly unknown[], depth: number): void {
    this.addRange(list.length + 1, list.length + 2)
    for (const item of list) {
      this.add(item, depth + 1)
      if (this.least > this.maxBytes) return
    }
  }

  private addObject(object: Readonly<Record<string, unknown>>, depth: number): void {
    this.addRange(2, 2)
    for (const key in object) {
      const keyMost = this.keys.get(key) ?? this.keyMost(key)
      const value = object[key]
      // What JSON leaves out.
      const least = value === undefined ? 0 : key.length + 3
      this.addRange(least, keyMost)
      this.add(value, depth + 1)
      if (this.least > this.maxBytes) return
    }
  }

  private keyMost(key: string): number {
    const most = key.length * MOST_BYTES.character + 4
    this.keys.set(key, most)
    return most
  }

  private addRange(least: number, most: number): void {
    this.least += least
    this.most += most
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
