import { describe, expect, test } from 'vitest'
import { createNewcomers } from '../../../src/budget/leasing/newcomers.ts'

describe('newcomers', () => {
  test('are counted one by one', () => {
    const newcomers = createNewcomers()
    expect([1, 2, 3].map(() => newcomers.count('ada', 0))).toEqual([1, 2, 3])
    expect(newcomers.count('grace', 0)).toBe(1)
  })

  test('are forgotten when a second is over', () => {
    const newcomers = createNewcomers()
    newcomers.count('ada', 500)
    expect(newcomers.count('ada', 1_499)).toBe(2)
    expect(newcomers.count('ada', 1_500)).toBe(1)
  })

  test('who come in great number are hardly ever taken for each other', () => {
    const newcomers = createNewcomers()
    const counted = Array.from({ length: 10_000 }, (_, n) =>
      newcomers.count(`9:anonymous10:ip:10.${n >> 8}.${n & 255}.7`, 0),
    )
    expect(Math.min(...counted)).toBe(1)
    // By chance, one or two share a counter with three before them.
    expect(counted.filter((count) => count > 3).length).toBeLessThan(30)
    expect(Math.max(...counted)).toBeLessThanOrEqual(6)
  })
})
