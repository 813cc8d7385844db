import { type Refusal, refusal } from '../../errors/refusal.ts'

/** The cursor in `extensions.resumeFrom` of a request for a subscription; undefined where there is none. */
export function resumeFrom(extensions: unknown): string | undefined | Refusal {
  if (typeof extensions !== 'object' || extensions === null || !('resumeFrom' in extensions)) return undefined
  const cursor = extensions.resumeFrom
  if (typeof cursor === 'string') return cursor
  return cursor === null || cursor === undefined ? undefined : NO_TEXT
}

const NO_TEXT = refusal('BAD_REQUEST', {
  reason: 'extensions.resumeFrom is no string. Send the cursor of the last message that came, or nothing.',
})
