/**
 * The outcome of a promise, or a rejection once `deadlineMs` have passed. An answer that is already waiting to be read
 * when the time is over still counts: a process that was busy does not blame the other side.
 */
export function withDeadline<Value>(promise: Promise<Value>, deadlineMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // Sockets are read between timers and immediates.
      setImmediate(() => reject(new Error(`The budget store did not answer within ${deadlineMs} ms`)))
    }, deadlineMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
