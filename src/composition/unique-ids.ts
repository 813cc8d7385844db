import { randomBytes } from 'node:crypto'

const RANDOM_BYTES = 16

/**
 * Makes ids that nobody else makes, and who has seen none of them cannot guess. Who has seen one can, so none may be told to
 * a client. They are made several times for each operation, where UUIDs would take longer.
 */
export function uniqueIds(): () => string {
  const life = randomBytes(RANDOM_BYTES).toString('base64url')
  let made = 0
  return () => `${life}.${made++}`
}
