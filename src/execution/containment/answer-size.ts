export type AnswerSize =
  | { readonly kind: 'fits' }
  | { readonly kind: 'too-large'; readonly foundBytes: number }
  | { readonly kind: 'unserialisable'; readonly error: unknown }

/**
 * Whether an answer can be serialised and has at most `maxBytes` as JSON. It is serialised for that only where nothing
 * less tells: most answers are far from the limit, and one that is far above it is not looked at to its end.
 *
 * @param bound the most bytes that the data can have, where that is known for less. Throws where they cannot be serialised
 */
export function answerSize(
  answer: Answer,
  maxBytes: number,
  bound?: (data: unknown) => number | undefined,
): AnswerSize {
  try {
    const most = answer.errors === undefined ? bound?.(answer.data) : undefined
    if (most !== undefined && most + ENVELOPE_BYTES <= maxBytes) return FITS
    const range = new SizeRange(maxBytes)
    range.add(answer, 0)
    if (range.least > maxBytes) return { kind: 'too-large', foundBytes: range.least }
    if (range.most <= maxBytes) return FITS
    const bytes = Buffer.byteLength(JSON.stringify(answer))
    return bytes > maxBytes ? { kind: 'too-large', foundBytes: bytes } : FITS
  } catch (error) {
    return { kind: 'unserialisable', error }
  }
}

const FITS: AnswerSize = { kind: 'fits' }

interface Answer {
  readonly data?: unknown
  readonly errors?: unknown
}

/** `{"data":}` */
const ENVELOPE_BYTES = 9

/** The most that one value takes as JSON; Infinity where only serialising tells. */
export function mostBytes(value: unknown): number {
  const range = new SizeRange(Number.POSITIVE_INFINITY)
  range.add(value, 0)
  return range.most
}

/** Deeper than any document may ask for; custom scalars may nest as they like, or hold themselves. */
const MAX_DEPTH = 300

/** A character takes from one byte to six, as in \\u001f; -1.2345678901234567e-100 and false are the longest of theirs. */
export const MOST_BYTES = { character: 6, number: 25, literal: 5 } as const

/** Between what and what an answer has in bytes. Every value of every answer passes here. */
class SizeRange {
  least = 0
  most = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  add(value: unknown, depth: number): void {
    if (typeof value === 'string') {
      this.least += value.length + 2
      this.most += value.length * MOST_BYTES.character + 2
    } else if (typeof value === 'number') {
      this.least += 1
      this.most += MOST_BYTES.number
    } else if (typeof value === 'boolean' || value === undefined || value === null) {
      this.most += MOST_BYTES.literal
    } else if (depth > MAX_DEPTH || !isRecord(value) || value['toJSON'] !== undefined) {
      // What only serialising tells.
      this.most = Number.POSITIVE_INFINITY
    } else if (Array.isArray(value)) {
      this.least += value.length + 1
      this.most += value.length + 2
      for (const item of value) {
        this.add(item, depth + 1)
        if (this.least > this.maxBytes) return
      }
    } else {
      this.addFields(value, depth + 1)
    }
  }

  private addFields(object: Readonly<Record<string, unknown>>, depth: number): void {
    this.least += 2
    this.most += 2
    for (const key of Object.keys(object)) {
      const value = object[key]
      // JSON leaves out what is undefined.
      if (value !== undefined) this.least += key.length + 3
      this.most += key.length * MOST_BYTES.character + 4
      this.add(value, depth)
      if (this.least > this.maxBytes) return
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
