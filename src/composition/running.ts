export interface Running {
  readonly port: number
  /** Answers what was accepted, accepts nothing more, and closes everything in reverse order of its opening. */
  stop(): Promise<void>
  /** Counts a promise that was rejected when nobody waited for it any more. */
  lateRejection(): void
}
