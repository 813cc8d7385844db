import { getEventListeners } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { retryingLog } from '../../../../src/admission/subscriptions/sharing/retrying-log.ts'
import type { EventLog, Following } from '../../../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../../../src/events/memory/memory-event-log.ts'

/** A log that is tried until ten seconds are over, by a clock of the test. */
function open(log: Partial<EventLog>) {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly resolve: () => void }[] = []
  const controller = new AbortController()
  const retrying = retryingLog(
    { ...createMemoryEventLog(), ...log },
    {
      signal: controller.signal,
      deadlineMs: 10_000,
      now: () => nowMs,
      wait: (ms, signal) =>
        new Promise<void>((resolve) => {
          const timer = { atMs: nowMs + ms, resolve: end }
          function end(): void {
            timers = timers.filter((other) => other !== timer)
            signal.removeEventListener('abort', end)
            resolve()
          }
          if (signal.aborted) return resolve()
          timers.push(timer)
          signal.addEventListener('abort', end)
        }),
    },
  )
  async function elapse(ms: number): Promise<void> {
    for (const end = nowMs + ms; nowMs < end; ) {
      await setImmediate()
      nowMs = Math.min(end, ...timers.map(({ atMs }) => atMs))
      for (const { resolve } of timers.filter(({ atMs }) => atMs <= nowMs)) resolve()
    }
    await setImmediate()
  }
  /** Until when it was tried, once it has given up. */
  const gaveUpAt = (attempt: Promise<unknown>) =>
    attempt.then(
      () => undefined,
      () => nowMs,
    )
  return { retrying, elapse, gaveUpAt, controller, timers: () => timers.length }
}

const refused = () => Promise.reject(new Error('connection refused'))
const follower = { onEvent: () => undefined, onEnd: () => undefined }

describe('a log that is tried again', () => {
  test('answers when an outage is over, and has no timer left', async () => {
    let isUp = false
    const { retrying, elapse, timers } = open({ read: async () => (isUp ? [] : refused()) })
    const answer = retrying.read('a', '1-0', 1)
    await elapse(9_000)
    isUp = true
    await elapse(250)
    expect(await answer).toEqual([])
    expect(timers()).toBe(0)
  })

  test.each([
    ['fails', refused],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('gives up at its deadline where it %s', async (_, read) => {
    const { retrying, elapse, gaveUpAt, timers } = open({ read })
    const gaveUp = gaveUpAt(retrying.read('a', '1-0', 1))
    await elapse(20_000)
    expect([await gaveUp, timers()]).toEqual([10_000, 0])
  })

  test('has one deadline, however many topics are asked for after one another', async () => {
    const { retrying, elapse, gaveUpAt } = open({
      follow: async (topic) => (topic === 'a' ? { position: '1-0', stop: () => undefined } : refused()),
    })
    await elapse(8_000)
    await retrying.follow('a', follower)
    const gaveUp = gaveUpAt(retrying.follow('b', follower))
    await elapse(20_000)
    expect(await gaveUp).toBe(10_000)
  })

  test('gives up at once when nobody waits any more', async () => {
    let attempts = 0
    const { retrying, elapse, gaveUpAt, controller, timers } = open({
      read() {
        attempts += 1
        return refused()
      },
    })
    const gaveUp = gaveUpAt(retrying.read('a', '1-0', 1))
    await elapse(1_000)
    const before = attempts
    controller.abort()
    expect([await gaveUp, timers()]).toEqual([1_000, 0])
    expect(attempts).toBe(before)
    expect(await gaveUpAt(retrying.read('a', '1-0', 1))).toBe(1_000)
    expect(attempts).toBe(before)
  })

  test('leaves nothing on the signal, and has one listener there, however much is asked for', async () => {
    const { retrying, elapse, controller } = open({ read: refused })
    const answers = Promise.allSettled(['a', 'b', 'c'].map((topic) => retrying.read(topic, '1-0', 1)))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    await elapse(10_000)
    await answers
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  test('gives up at once where it is closed', async () => {
    const log = createMemoryEventLog()
    await log.close()
    const { retrying, gaveUpAt } = open(log)
    expect(await gaveUpAt(retrying.follow('a', follower))).toBe(0)
  })

  test('follows nothing that it was asked for too long ago', async () => {
    let answer: ((following: Following) => void) | undefined
    const { retrying, elapse, gaveUpAt } = open({ follow: () => new Promise((resolve) => (answer = resolve)) })
    const gaveUp = gaveUpAt(retrying.follow('a', follower))
    await elapse(10_000)
    expect(await gaveUp).toBe(10_000)
    let stopped = 0
    answer?.({ position: '1-0', stop: () => void stopped++ })
    await setImmediate()
    expect(stopped).toBe(1)
  })
})
