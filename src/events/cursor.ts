import { createHash } from 'node:crypto'
import type { Position } from './event-log.ts'

/**
 * A position in each of some topics as one text, which clients hand back as it is. It may stand in a URL and in a header,
 * and takes some 9 characters a topic; with more than 200 topics it may get too long to be read.
 */
export function encodeCursor(topics: readonly string[], positionOf: (topic: string) => Position): string {
  const positions = topics.toSorted().map((topic) => {
    const [ms, number] = positionOf(topic).split('-').map(Number)
    return [ms, ...(number ? [number] : [])].map((part) => part?.toString(36)).join('-')
  })
  return [hashOf(topics), ...positions].join('.')
}

/**
 * The positions by topic; nothing where the text is no cursor, or one of other topics. That the log has an event there
 * is not said: the text comes from a client, who may have made it up.
 */
export function parseCursor(text: string, topics: readonly string[]): ReadonlyMap<string, Position> | undefined {
  if (text.length > MAX_CURSOR_LENGTH) return undefined
  const [hash, ...parts] = text.split('.')
  if (parts.length !== topics.length || hash !== hashOf(topics)) return undefined
  const positions = new Map<string, Position>()
  for (const [index, topic] of topics.toSorted().entries()) {
    const found = POSITION.exec(parts[index] ?? '')
    if (found === null) return undefined
    const [ms, number] = [found[1], found[2] ?? '0'].map((digits = '') => Number.parseInt(digits, 36))
    if (!Number.isSafeInteger(ms) || !Number.isSafeInteger(number)) return undefined
    positions.set(topic, `${ms}-${number}`)
  }
  return positions
}

export const MAX_CURSOR_LENGTH = 2_000

/** Milliseconds since 1970 and, unless it is 0, a number. */
const POSITION = /^([0-9a-z]{1,11})(?:-([0-9a-z]{1,11}))?$/

/** Tells which topics a cursor belongs to. It is no proof of anything. */
function hashOf(topics: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(topics.toSorted())).digest('base64url').slice(0, 8)
}
