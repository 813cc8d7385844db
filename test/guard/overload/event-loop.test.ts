import { setTimeout } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { type EventLoop, watchEventLoop } from '../../../src/guard/overload/event-loop.ts'

let loop: EventLoop | undefined
afterEach(() => loop?.close())

function watch(): EventLoop {
  loop = watchEventLoop()
  return loop
}

function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

test('a loop that is blocked again and again is busy and late', async () => {
  const { busyShare, lateMs } = watch()
  await vi.waitFor(
    () => {
      block(150)
      expect(busyShare()).toBeGreaterThan(0.9)
      expect(lateMs()).toBeGreaterThan(50)
    },
    { timeout: 4_000, interval: 1 },
  )
})

test('a loop that has little to do is neither, whatever it was before', async () => {
  const { busyShare, lateMs } = watch()
  block(300)
  await vi.waitFor(
    async () => {
      await setTimeout(250)
      expect(busyShare()).toBeLessThan(0.5)
      expect(lateMs()).toBeLessThan(50)
    },
    { timeout: 4_000 },
  )
})
