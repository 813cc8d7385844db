import { getEventListeners } from 'node:events'
import { buildSchema, type ExecutionResult, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type AdmissionContext, admissionContext } from '../../../src/admission/admission-context.ts'
import { batchUse } from '../../../src/admission/charging/batch-use.ts'
import { createPreparedOperations } from '../../../src/admission/prepared-operations.ts'
import { executeEvent } from '../../../src/admission/subscriptions/execute-event.ts'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { defaultGuardLimits } from '../../../src/guard/guard-limits.ts'

const schema = buildSchema('type Query { a: Int } type Subscription { told(times: Int): Int never: Int }')
const operations = createPreparedOperations({
  schema,
  model: createCostModel(schema, { defaultListSize: 10 }),
  limits: defaultGuardLimits,
})

function begin(source: string, timeoutMs = 5_000) {
  const document = parse(source)
  const prepared = operations.prepare(source, document, undefined)
  if ('code' in prepared) throw new Error(prepared.message)
  const client = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false } as const
  const contextValue = admissionContext(client, 'headers', 0)
  const reservation = { id: 'one', tenant: 'acme', charges: [], ttlMs: 0, source: 'store' } as const
  const variables = {}
  const admitted = {
    prepared,
    variables,
    coerced: {},
    reservation,
    used: batchUse(1),
    seat: undefined,
    tier: 'free',
    timeoutMs,
  }
  contextValue.admission.admitted = admitted
  const contexts: AdmissionContext[] = []
  const options = {
    admission: { measure: () => ({ cost: 7, fieldCost: 7, typeCost: 0, unbounded: false }) },
    extendContext(context: AdmissionContext) {
      contexts.push(context)
      return context
    },
    show: (result: ExecutionResult) => result,
  }
  return {
    contextValue,
    contexts,
    options,
    execute: (payload: unknown, changed: Partial<typeof options> = {}) =>
      executeEvent({ ...options, ...changed }, { schema, document, contextValue }, admitted, payload),
  }
}

describe('an event that is executed', () => {
  test('costs what was measured, and has its length as JSON', async () => {
    const { json, use } = await begin('subscription { told }').execute({ told: 3 })
    expect(`${json}}`).toBe('{"data":{"told":3}}')
    expect(use).toMatchObject({ cost: 7, responseBytes: Buffer.byteLength(json) + 1 })
    expect([use.selections('Subscription.told'), use.selections('Query.a')]).toEqual([1, 0])
  })

  test('has a context of its own, whose signal ends with it and leaves that of the subscription alone', async () => {
    const { execute, contexts, contextValue } = begin('subscription { told }')
    await execute({ told: 1 })
    await execute({ told: 2 })
    expect(new Set(contexts).size).toBe(2)
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true])
    expect(contextValue.signal.aborted).toBe(false)
  })

  test('leaves nothing on the signal of its subscription', async () => {
    const { execute, contextValue } = begin('subscription { told }')
    for (let number = 0; number < 100; number++) await execute({ told: number })
    expect(getEventListeners(contextValue.signal, 'abort')).toEqual([])
    // Node keeps a list of the signals that were made of this one, by a name of its own.
    const names = Object.getOwnPropertySymbols(contextValue.signal)
    expect(names.filter((name) => String(name).includes('kDependantSignals'))).toEqual([])
  })

  test('has a signal that is good for as long as it runs, and ends with the subscription', async () => {
    const { execute, contextValue } = begin('subscription { never }')
    const seen: boolean[] = []
    const result = execute({
      never: async (_: unknown, { signal }: AdmissionContext) => {
        await undefined
        seen.push(signal.aborted)
        return new Promise((resolve) => signal.addEventListener('abort', resolve))
      },
    })
    await expect.poll(() => seen).toEqual([false])
    contextValue.controller.abort()
    expect(JSON.parse(`${(await result).json}}`)).toMatchObject({ errors: [{}] })
  })

  test('keeps its estimate and is told when it takes too long', async () => {
    const { execute } = begin('subscription { never }', 20)
    const { json, use } = await execute({ never: () => new Promise(() => undefined) })
    expect(json).toContain('OPERATION_TIMEOUT')
    expect(use.cost).toBe(0)
  })

  test('has an error for a result where its context cannot be had', async () => {
    const { execute } = begin('subscription { told }')
    const extendContext = () => {
      throw new Error('no database')
    }
    expect((await execute({ told: 1 }, { extendContext })).json).toContain('"errors"')
  })
})
