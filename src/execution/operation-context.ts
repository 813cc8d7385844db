import type { Client } from '../accounts/client.ts'

/** What every resolver, loader and repository may know about the operation it works for. */
export interface OperationContext {
  readonly client: Client
  /** Aborts when the deadline has passed or the client has gone away. Work started afterwards is wasted. */
  readonly signal: AbortSignal
}
