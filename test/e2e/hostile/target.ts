export interface Target {
  readonly port: number
  /** The address to come from. @default 127.0.0.1 */
  readonly localAddress?: string
}

/** An answer has come by then, or it has not come. */
export const PATIENCE_MS = 5_000
