import { expect, test, vi } from 'vitest'
import { newEvent, numbers } from '../recorded-events.ts'
import type { OpenTestLogs } from './test-logs.ts'

/** How a log ends. */
export function describeClosing(open: OpenTestLogs): void {
  test('ends its followers when it is closed, once, and rejects what is asked of it then', async () => {
    const { here } = await open()
    const onEnd = vi.fn<(reason: string) => void>()
    const { position, stop } = await here.follow('stock', { onEvent() {}, onEnd })
    await here.close()
    await here.close()
    expect(onEnd.mock.calls).toEqual([['closed']])
    stop()
    await expect(here.append('stock', [newEvent(1)])).rejects.toThrow('The event log is closed.')
    await expect(here.follow('stock', { onEvent() {}, onEnd })).rejects.toThrow('The event log is closed.')
    await expect(here.read('stock', position, 1)).rejects.toThrow('The event log is closed.')
  })

  test('leaves nobody waiting who was about to follow when it was closed', async () => {
    const { here } = await open()
    const ends: string[] = []
    const joining = numbers(10).map((number) =>
      here.follow(`topic ${number}`, { onEvent() {}, onEnd: (reason) => ends.push(reason) }).then(
        () => 'joined',
        () => 'rejected',
      ),
    )
    await here.close()
    expect(ends).toEqual((await Promise.all(joining)).filter((outcome) => outcome === 'joined').map(() => 'closed'))
  })
}
