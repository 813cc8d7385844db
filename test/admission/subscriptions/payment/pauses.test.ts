import { describe, expect, test } from 'vitest'
import { createPauses } from '../../../../src/admission/subscriptions/payment/pauses.ts'

/** Pauses with timers that the test lets run out. */
function open() {
  const timers = new Map<() => void, number>()
  const pauses = createPauses((ms, callback) => {
    timers.set(callback, ms)
    return () => timers.delete(callback)
  })
  const over: string[] = []
  function wait(client: string, ms: number, name = client) {
    const controller = new AbortController()
    void pauses.wait(client, ms, controller.signal).then(() => over.push(name))
    return controller
  }
  async function elapse(): Promise<void> {
    for (const callback of [...timers.keys()]) {
      timers.delete(callback)
      callback()
    }
    await undefined
    await undefined
  }
  return { wait, over, elapse, times: () => [...timers.values()] }
}

describe('a pause', () => {
  test('has one timer for all that wait for one client, however long the others would, and ends for all at once', async () => {
    const { wait, over, elapse, times } = open()
    wait('ada', 500, 'first')
    wait('ada', 9_000, 'second')
    wait('bob', 700)
    expect(times()).toEqual([500, 700])
    await elapse()
    expect(over).toEqual(['first', 'second', 'bob'])
    wait('ada', 9_000)
    expect(times()).toEqual([9_000])
  })

  test('lasts a minute at most, since a budget may be raised meanwhile', () => {
    const { wait, times } = open()
    wait('ada', 3_600_000)
    expect(times()).toEqual([60_000])
  })

  test('is over at once for whoever leaves, and its timer goes with the last one', async () => {
    const { wait, over, elapse, times } = open()
    const [first, second] = [wait('ada', 500, 'first'), wait('ada', 500, 'second')]
    first.abort()
    await undefined
    await undefined
    expect([over, times()]).toEqual([['first'], [500]])
    second.abort()
    expect(times()).toEqual([])
    wait('ada', 800, 'third')
    expect(times()).toEqual([800])
    await elapse()
    expect(over).toEqual(['first', 'second', 'third'])
  })

  test('is none where its signal has aborted before', async () => {
    const { times } = open()
    const pauses = createPauses(() => {
      throw new Error('a timer')
    })
    await pauses.wait('ada', 500, AbortSignal.abort())
    expect(times()).toEqual([])
  })

  test('leaves no listener behind', async () => {
    const { pauses, fire } = immediate()
    const { signal } = new AbortController()
    let listeners = 0
    const counted = new Proxy(signal, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name === 'addEventListener') listeners += 1
        if (name === 'removeEventListener') listeners -= 1
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    for (let round = 0; round < 3; round++) {
      const waiting = pauses.wait('ada', 500, counted)
      fire()
      await waiting
    }
    expect(listeners).toBe(0)
  })
})

function immediate() {
  let callback: (() => void) | undefined
  const pauses = createPauses((_, call) => {
    callback = call
    return () => undefined
  })
  return { pauses, fire: () => callback?.() }
}
