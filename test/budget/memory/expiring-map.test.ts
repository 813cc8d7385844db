import { describe, expect, test } from 'vitest'
import { createExpiringMap } from '../../../src/budget/memory/expiring-map.ts'

describe('an expiring map', () => {
  test('hides an entry from the moment its time is over', () => {
    const map = createExpiringMap<{ expiresAt: number }>(10)
    const entry = { expiresAt: 100 }
    map.set('a', entry, 0)
    expect(map.get('a', 99)).toBe(entry)
    expect(map.get('a', 100)).toBeUndefined()
  })

  test('holds at most twice the living entries, without a timer', () => {
    const map = createExpiringMap<{ expiresAt: number }>(1_000_000)
    let largest = 0
    for (let ms = 0; ms < 50_000; ms++) {
      map.set(`key-${ms}`, { expiresAt: ms + 1_000 }, ms)
      largest = Math.max(largest, map.size)
    }
    expect(largest).toBeLessThanOrEqual(2_001)
  })

  test('never holds more than its maximum', () => {
    const map = createExpiringMap<{ expiresAt: number }>(100)
    for (let index = 0; index < 10_000; index++) {
      map.set(`key-${index}`, { expiresAt: 1e6 - index }, 0)
      expect(map.size).toBeLessThanOrEqual(100)
      expect(map.get(`key-${index}`, 0)).toBeDefined()
    }
  })

  test('forgets entries near their end before those far from it', () => {
    const map = createExpiringMap<{ expiresAt: number }>(100)
    const far = Array.from({ length: 50 }, (_, index) => `far-${index}`)
    far.forEach((key, index) => {
      map.set(key, { expiresAt: 1e6 }, 0)
      map.set(`near-${index}`, { expiresAt: 1_000 }, 0)
    })
    for (let index = 50; index < 80; index++) map.set(`near-${index}`, { expiresAt: 1_000 }, 0)
    expect(far.every((key) => map.get(key, 0) !== undefined)).toBe(true)
  })

  test('replaces an entry in its place', () => {
    const map = createExpiringMap<{ expiresAt: number; value: number }>(1)
    for (const value of [1, 2, 3]) map.set('a', { expiresAt: 10, value }, 0)
    expect(map.size).toBe(1)
    expect(map.get('a', 0)).toEqual({ expiresAt: 10, value: 3 })
  })

  test('looks at so many entries when it is swept, one after another', () => {
    const map = createExpiringMap<{ expiresAt: number }>(1_000)
    for (let index = 0; index < 100; index++) map.set(`key-${index}`, { expiresAt: 1_000 + (index % 2) * 1_000 }, 0)
    map.sweep(999, 100)
    expect(map.size).toBe(100)
    map.sweep(1_000, 40)
    expect(map.size).toBe(80)
    for (let sweep = 0; sweep < 2; sweep++) map.sweep(1_000, 50)
    expect(map.size).toBe(50)
    map.sweep(2_000, 101)
    expect(map.size).toBe(0)
    map.sweep(2_000, 10)
    expect(map.size).toBe(0)
  })
})
