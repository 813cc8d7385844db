import { describe, expect, test } from 'vitest'
import { createDeliveryQueue } from '../../../src/admission/subscriptions/delivery-queue.ts'

function queueOf(overflow: 'close' | 'dropOldest' | 'coalesce', items: readonly string[]) {
  const queue = createDeliveryQueue<string>({ maxItems: 3, overflow, keyOf: ([key = '']) => key })
  const accepted = items.map((item) => queue.push(item))
  return { queue, accepted }
}

describe('a delivery queue', () => {
  test.each([
    { overflow: 'close', pushed: ['a1', 'a2', 'b1', 'c1', 'a3'], held: ['a1', 'a2', 'b1'] },
    { overflow: 'dropOldest', pushed: ['a1', 'a2', 'b1', 'c1', 'a3'], held: ['b1', 'c1', 'a3'] },
    { overflow: 'coalesce', pushed: ['a1', 'b1', 'a2', 'a3'], held: ['b1', 'a3'] },
    { overflow: 'coalesce', pushed: ['a1', 'b1', 'c1', 'd1', 'b2'], held: ['c1', 'd1', 'b2'] },
  ] as const)('holds no more than it may, in order: $overflow $pushed', ({ overflow, pushed, held }) => {
    const { queue, accepted } = queueOf(overflow, pushed)
    expect(queue.size).toBe(held.length)
    expect(held.map(() => queue.shift())).toEqual(held)
    expect([queue.shift(), queue.size]).toEqual([undefined, 0])
    expect(accepted).toEqual(pushed.map((_, index) => overflow !== 'close' || index < 3))
  })

  test('takes items again when some have been taken out', () => {
    const { queue } = queueOf('close', ['a1', 'a2', 'a3'])
    expect([queue.push('a4'), queue.shift(), queue.push('a4')]).toEqual([false, 'a1', true])
    queue.clear()
    expect([queue.size, queue.shift()]).toEqual([0, undefined])
  })
})
