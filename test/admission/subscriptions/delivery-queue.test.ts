import { describe, expect, test } from 'vitest'
import { createDeliveryQueue } from '../../../src/admission/subscriptions/delivery-queue.ts'

interface Item {
  readonly name: string
  readonly bytes: number
}

interface QueueOptions {
  readonly overflow: 'close' | 'dropOldest' | 'coalesce'
  readonly maxBytes?: number
}

/** A queue of three items, whose keys are the first letters of their names. */
function open({ overflow, maxBytes = 1000 }: QueueOptions) {
  const queue = createDeliveryQueue<Item>({ maxItems: 3, maxBytes, overflow, keyOf: ({ name }) => name.slice(0, 1) })
  const push = (name: string, bytes = 1) => queue.push({ name, bytes })
  const shift = () => queue.shift()?.name
  return { queue, push, shift }
}

describe('a delivery queue', () => {
  test.each([
    { overflow: 'close', pushed: ['a1', 'a2', 'b1', 'c1', 'a3'], held: ['a1', 'a2', 'b1'] },
    { overflow: 'dropOldest', pushed: ['a1', 'a2', 'b1', 'c1', 'a3'], held: ['b1', 'c1', 'a3'] },
    { overflow: 'coalesce', pushed: ['a1', 'b1', 'a2', 'a3'], held: ['b1', 'a3'] },
  ] as const)('holds no more than it may, in order: $overflow $pushed', ({ overflow, pushed, held }) => {
    const { queue, push, shift } = open({ overflow })
    const accepted = pushed.map((name) => push(name))
    expect(queue.size).toBe(held.length)
    expect(held.map(shift)).toEqual(held)
    expect([shift(), queue.size]).toEqual([undefined, 0])
    expect(accepted).toEqual(pushed.map((_, index) => overflow !== 'close' || index < 3))
  })

  test('that coalesces holds the last item of each key, however many keys there are', () => {
    const { push, shift } = open({ overflow: 'coalesce' })
    const pushed = ['a1', 'b1', 'c1', 'd1', 'b2'].map((name) => push(name))
    expect(pushed).toEqual(Array(5).fill(true))
    expect(Array.from({ length: 5 }, shift)).toEqual(['a1', 'c1', 'd1', 'b2', undefined])
  })

  test.each([
    { overflow: 'close', accepted: [true, true, false, true], held: ['a1', 'b1', 'd1'] },
    { overflow: 'coalesce', accepted: [true, true, false, true], held: ['a1', 'b1', 'd1'] },
    { overflow: 'dropOldest', accepted: [true, true, true, true], held: ['b1', 'c1', 'd1'] },
  ] as const)('holds no more bytes than it may: $overflow', ({ overflow, accepted, held }) => {
    const { push, shift } = open({ overflow, maxBytes: 100 })
    expect([push('a1', 60), push('b1', 30), push('c1', 50), push('d1', 10)]).toEqual(accepted)
    expect(held.map(shift)).toEqual(held)
  })

  test('that coalesces counts no bytes of what a later item replaces', () => {
    const { push, shift } = open({ overflow: 'coalesce', maxBytes: 100 })
    expect([push('a1', 60), push('b1', 40), push('a2', 60), push('a3', 61)]).toEqual([true, true, true, false])
    expect([shift(), shift(), shift()]).toEqual(['b1', 'a2', undefined])
  })

  test.each(['close', 'dropOldest', 'coalesce'] as const)(
    'holds one item that has more bytes than may wait, alone: %s',
    (overflow) => {
      const { push, shift } = open({ overflow, maxBytes: 100 })
      expect([push('a1', 5000), push('b1', 1), shift()]).toEqual([
        true,
        overflow === 'dropOldest',
        overflow === 'dropOldest' ? 'b1' : 'a1',
      ])
    },
  )

  test('takes items again when some have been taken out', () => {
    const { queue, push, shift } = open({ overflow: 'close', maxBytes: 100 })
    expect([push('a1', 40), push('a2', 40), push('a3', 40), shift(), push('a4', 40)]).toEqual([
      true,
      true,
      false,
      'a1',
      true,
    ])
    queue.clear()
    expect([queue.size, shift(), push('a5', 90), push('a6', 10)]).toEqual([0, undefined, true, true])
  })
})
