/** The log has been closed, and answers nothing any more. */
export class EventLogClosedError extends Error {
  override readonly name = 'EventLogClosedError'

  constructor() {
    super('The event log is closed.')
  }
}
