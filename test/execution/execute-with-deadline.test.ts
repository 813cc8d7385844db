import { describe, expect, test } from 'vitest'
import { executeWithDeadline } from '../../src/execution/execute-with-deadline.ts'

/** Work that never lets the timers have their turn. */
function holdUp(ms: number): void {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
}

describe('an execution', () => {
  test('that ends in time is its result', async () => {
    const execution = await executeWithDeadline(async () => 1, 60_000, new AbortController())
    expect(execution).toEqual({ kind: 'completed', result: 1, late: false })
  })

  test('that does not end is timed out at its deadline, with the reason on its signal', async () => {
    const controller = new AbortController()
    const execution = await executeWithDeadline(() => new Promise(() => undefined), 1, controller)
    expect(execution).toEqual({ kind: 'timed-out', timeoutMs: 1 })
    expect(controller.signal.reason).toMatchObject({ name: 'TimeoutError' })
  })

  test('that held up the process beyond its deadline is a late result', async () => {
    const execution = await executeWithDeadline(async () => holdUp(2), 1, new AbortController())
    expect(execution).toMatchObject({ kind: 'completed', late: true })
  })

  test('whose client goes away is abandoned at once', async () => {
    const controller = new AbortController()
    const execution = executeWithDeadline(() => new Promise(() => undefined), 60_000, controller)
    controller.abort()
    expect(await execution).toEqual({ kind: 'abandoned', begun: true })
  })

  test('whose client has gone before does not begin', async () => {
    let begun = false
    const execute = async () => {
      begun = true
    }
    const execution = await executeWithDeadline(execute, 60_000, aborted())
    expect(execution).toEqual({ kind: 'abandoned', begun: false })
    expect(begun).toBe(false)
  })

  test('that fails rejects with its error', async () => {
    const failing = executeWithDeadline(() => Promise.reject(new Error('broken')), 60_000, new AbortController())
    await expect(failing).rejects.toThrow('broken')
  })
})

function aborted(): AbortController {
  const controller = new AbortController()
  controller.abort()
  return controller
}
