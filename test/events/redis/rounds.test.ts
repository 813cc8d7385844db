import { describe, expect, test } from 'vitest'
import { createRounds } from '../../../src/events/redis/rounds.ts'
import { numbers } from '../../support/recorded-events.ts'

describe('rounds', () => {
  test.each([
    { count: 10_000, turns: 200, most: 50 },
    { count: 10_001, turns: 200, most: 51 },
    { count: 7, turns: 3, most: 3 },
    { count: 2, turns: 20, most: 1 },
    { count: 1, turns: 1, most: 1 },
  ])('take each of $count once in $turns turns, at most $most at once', ({ count, turns, most }) => {
    const rounds = createRounds({ items: () => numbers(count), turnsFor: () => turns })
    for (let round = 0; round < 3; round += 1) {
      const shares = numbers(turns).map(() => rounds.next())
      expect(shares.flat()).toEqual(numbers(count))
      expect(Math.max(...shares.map((share) => share.length))).toBe(most)
    }
  })

  test('take whoever was there first, however many come meanwhile', () => {
    let items = numbers(4)
    const rounds = createRounds({ items: () => items, turnsFor: (count) => count })
    const taken = numbers(8).flatMap(() => {
      const share = rounds.next()
      items = [...items, items.length]
      return share
    })
    expect(taken).toEqual([0, 1, 2, 3, 0, 1, 2, 3])
  })

  test('have nothing to take where there is nothing, and begin with what comes', () => {
    let items: readonly number[] = []
    const rounds = createRounds({ items: () => items, turnsFor: () => 3 })
    expect([rounds.next(), rounds.next()]).toEqual([[], []])
    items = [1]
    expect(numbers(3).map(() => rounds.next())).toEqual([[], [], [1]])
  })
})
