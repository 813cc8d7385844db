import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../accounts/client.ts'

/**
 * Whether an open subscription may go on for a client as it is known now. Its events are executed for the client that
 * began it, who decides what they show and what they cost: whatever has changed, its role or its tier, it has to be begun
 * anew.
 */
export function isSameClient(now: Client, began: Client): boolean {
  return isDeepStrictEqual(now, began)
}
