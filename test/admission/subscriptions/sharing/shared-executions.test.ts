import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { SharedExecution } from '../../../../src/admission/subscriptions/sharing/shared-execution.ts'
import {
  type BeginExecution,
  createSharedExecutions,
} from '../../../../src/admission/subscriptions/sharing/shared-executions.ts'

/** Executions that begin when the test lets them. */
function open() {
  const executions = createSharedExecutions()
  const begun: { readonly signal: AbortSignal; readonly go: () => void; readonly fail: () => void }[] = []
  const ends: (() => void)[] = []
  let deserted = 0
  const begin: BeginExecution = (signal, onEnd) => {
    ends.push(onEnd)
    return new Promise<SharedExecution>((resolve, reject) => {
      const fail = () => reject(new Error('connection refused'))
      const go = () => resolve({ join: () => true, endIfDeserted: () => void deserted++ })
      begun.push({ signal, go, fail })
    })
  }
  function find(key = 'a') {
    const controller = new AbortController()
    const found = executions.find(key, begin, controller.signal)
    found.catch(() => undefined)
    return { found, leave: () => controller.abort(new Error('left')) }
  }
  return { find, begun, ends, deserted: () => deserted }
}

describe('shared executions', () => {
  test('are begun once for all who ask alike, until they have ended', async () => {
    const { find, begun, ends } = open()
    const [one, other, another] = [find(), find(), find('b')]
    for (const { go } of begun) go()
    expect(await one.found).toBe(await other.found)
    expect(await one.found).not.toBe(await another.found)
    ends[0]?.()
    find()
    expect(begun).toHaveLength(3)
  })

  test('go on beginning where one of those who wait has left, and are given up with the last one', async () => {
    const { find, begun } = open()
    const [one, other] = [find(), find()]
    one.leave()
    await expect(one.found).rejects.toThrow('left')
    expect(begun[0]?.signal.aborted).toBe(false)
    other.leave()
    await expect(other.found).rejects.toThrow('left')
    expect(begun[0]?.signal.aborted).toBe(true)
    const next = find()
    begun[1]?.go()
    expect(await next.found).toBeDefined()
  })

  test('that begin after all who waited have left are told so', async () => {
    const { find, begun, deserted } = open()
    const { found, leave } = find()
    leave()
    await expect(found).rejects.toThrow('left')
    begun[0]?.go()
    await setImmediate()
    expect(deserted()).toBe(1)
  })

  test('that cannot begin are begun anew for who asks next', async () => {
    const { find, begun } = open()
    const { found } = find()
    begun[0]?.fail()
    await expect(found).rejects.toThrow('connection refused')
    find()
    expect(begun).toHaveLength(2)
  })
})
