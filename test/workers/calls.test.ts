import { describe, expect, onTestFinished, test } from 'vitest'
import { twoEnds } from '../support/two-ends.ts'

function open<There extends object>(there: There) {
  const ends = twoEnds({}, there)
  onTestFinished(ends.close)
  return ends.here
}

describe('a call to another process', () => {
  test('brings arguments and results over as they are, dates and Infinity among them', async () => {
    const { call } = open({ echo: (...values: unknown[]) => values })
    const values = [1, Number.POSITIVE_INFINITY, 'ü', null, undefined, new Date(5), { list: [1n] }]
    expect(await call.echo(...values)).toEqual(values)
  })

  test('gives each caller its own answer, in whatever order they come', async () => {
    const answers: (() => void)[] = []
    const { call } = open({ name: (name: string) => new Promise((resolve) => answers.push(() => resolve(name))) })
    const asked = ['a', 'b', 'c'].map((name) => call.name(name))
    await expect.poll(() => answers.length).toBe(3)
    for (const answer of answers.reverse()) answer()
    expect(await Promise.all(asked)).toEqual(['a', 'b', 'c'])
  })

  test('rejects with what was thrown there: its kind, its message and what a database said beside it', async () => {
    const { call } = open({
      fail() {
        throw Object.assign(new RangeError('too many'), { code: '23505', constraint: 'unique_sku' })
      },
      oddly: () => Promise.reject('a word'),
    })
    const error = await call.fail().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'too many', code: '23505', constraint: 'unique_sku' })
    await expect(call.oddly()).rejects.toThrow('a word')
  })

  test('rejects for an answer that cannot be cloned, and for a verb that nobody has', async () => {
    const { call } = open({ secret: () => () => 'a function' })
    await expect(call.secret()).rejects.toThrow('could not be cloned')
    const ends = twoEnds({}, {})
    onTestFinished(ends.close)
    const { call: misled }: { call: { other(): Promise<void> } } = Object.assign(ends.here)
    await expect(misled.other()).rejects.toThrow('other cannot be called')
  })

  test('rejects once the other process is gone, and from then on', async () => {
    const { call, close } = open({ never: () => new Promise(() => undefined) })
    const asked = call.never()
    close()
    await expect(asked).rejects.toThrow('gone')
    await expect(call.never()).rejects.toThrow('gone')
  })

  test('is waited for by who wants to leave', async () => {
    let answer = () => {}
    const { call, answered } = open({ slow: () => new Promise<void>((resolve) => (answer = resolve)) })
    await answered()
    const order: string[] = []
    const asked = call.slow().then(() => order.push('answer'))
    const left = answered().then(() => order.push('left'))
    await expect.poll(() => String(answer)).toContain('native code')
    answer()
    await Promise.all([asked, left])
    expect(order.sort()).toEqual(['answer', 'left'])
  })

  test('is not waited for where it is told', async () => {
    const told: unknown[] = []
    const { tell, answered } = open({
      note(value: string) {
        told.push(value)
        throw new Error('lost')
      },
    })
    tell.note('a')
    tell.note('b')
    await answered()
    await expect.poll(() => told).toEqual(['a', 'b'])
  })
})
