/**
 * The outcome of a promise, or a rejection once `deadlineMs` have passed. A process that was busy does not blame the
 * other side: an answer that is already waiting to be read when the time is over still counts, and what may not even
 * have been sent gets some milliseconds more.
 */
export function withDeadline<Value>(promise: Promise<Value>, deadlineMs: number): Promise<Value> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`There was no answer within ${deadlineMs} ms`))
    let timer = setTimeout(() => {
      const lateMs = performance.now() - start - deadlineMs
      // Sockets are read between timers and immediates.
      if (lateMs < BUSY_MS) setImmediate(giveUp)
      else timer = setTimeout(giveUp, GRACE_MS)
    }, deadlineMs)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

const BUSY_MS = 5
const GRACE_MS = 10
