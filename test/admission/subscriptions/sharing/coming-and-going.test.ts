import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Subscriber } from '../../../../src/admission/subscriptions/subscriber.ts'
import { parseCursor } from '../../../../src/events/cursor.ts'
import { createMemoryEventLog } from '../../../../src/events/memory/memory-event-log.ts'
import { createGate, eventResult, PAID, type Received, testSubscriber } from '../test-subscriber.ts'
import { append, FREE, server, upTo } from './share.ts'

const TOPICS = ['a', 'b', 'c'] as const

type Action =
  | { readonly do: 'append'; readonly topic: number; readonly count: number }
  | { readonly do: 'join' | 'leave'; readonly who: number; readonly where: number }
  | { readonly do: 'slow' | 'poor'; readonly who: number; readonly is: boolean }
  | { readonly do: 'go'; readonly which: number; readonly count: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('append'), topic: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('append'), topic: fc.nat(2), count: fc.constantFrom(60, 90) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('join', 'leave'), who: fc.nat(3), where: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('slow', 'poor'), who: fc.nat(3), is: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('go'), which: fc.nat(50), count: fc.constantFrom(1, 2, 5, 100) }),
  },
)

const run = fc.record({
  topics: fc.integer({ min: 1, max: 3 }),
  maxQueuedEvents: fc.constantFrom(3, 20, 1000),
  actions: fc.array(action, { minLength: 5, maxLength: 50 }),
})

/**
 * One who comes and goes, on either of two servers, and comes back with the cursor of the last message it
 * got.
 */
interface Visitor {
  readonly client: string
  slow: boolean
  /** What it takes for itself lasts. */
  poor: boolean
  life: Subscriber | undefined
  readonly received: Received[]
}

async function play({ topics: count, maxQueuedEvents, actions }: typeof run extends fc.Arbitrary<infer R> ? R : never) {
  const topics = TOPICS.slice(0, count)
  const log = createMemoryEventLog({ maxEventsPerTopic: 10_000 })
  const gate = createGate()
  const execute = async (payload: unknown) => {
    await gate.pass()
    return eventResult(payload)
  }
  // One who never leaves, so that a run in which nobody is told of anything fails.
  const witness = testSubscriber()
  await server({ log, topics })(witness.created, undefined)
  let takes = 0
  // Some takes last, and after some that fail each pays on its own.
  const takeSeveral = async () => {
    takes += 1
    if (takes % 3 === 0) throw new Error('connection refused')
    if (takes % 3 === 1) await gate.pass()
    return FREE
  }
  const servers = [1, 2].map(() => server({ log, topics, maxQueuedEvents, execute, takeSeveral }))
  const numbers = new Map<string, number>()
  const numberAt = new Map<string, number>()
  for (const topic of topics) {
    const { position } = await log.follow(topic, {
      onEvent: (event) => void numberAt.set(`${topic} ${event.position}`, Number(event.payload) % 10_000),
      onEnd: () => undefined,
    })
    numberAt.set(`${topic} ${position}`, 0)
  }
  const visitors = ['ada', 'ada', 'bob', 'eve'].map(
    (client): Visitor => ({ client, slow: false, poor: false, life: undefined, received: [] }),
  )

  function positionsOf(cursor: string): readonly number[] {
    const positions = parseCursor(cursor, topics)
    return topics.map((topic) => numberAt.get(`${topic} ${positions?.get(topic)}`) ?? Number.NaN)
  }

  function join(visitor: Visitor, where: number): void {
    if (visitor.life?.hasEnded === false) return
    const cursor = visitor.received.at(-1)?.cursor
    const { created, received } = testSubscriber({
      client: visitor.client,
      maxQueuedEvents,
      async pay() {
        if (visitor.poor) await gate.pass()
        return PAID
      },
      write: () => {
        visitor.received.push(...received.splice(0))
        return visitor.slow ? gate.pass() : undefined
      },
    })
    visitor.life = created
    void servers[where]?.(created, cursor)
  }

  for (const step of actions) {
    if (step.do === 'append') {
      const index = step.topic % count
      const topic = topics[index] ?? 'a'
      const from = numbers.get(topic) ?? 0
      numbers.set(topic, from + step.count)
      await append(
        log,
        topic,
        upTo(from + step.count, from + 1).map((number) => index * 10_000 + number),
      )
    } else if (step.do === 'go') {
      for (let left = step.count; left > 0 && gate.waiting.length > 0; left--) {
        gate.waiting.splice(step.which % gate.waiting.length, 1)[0]?.()
      }
    } else {
      const visitor = visitors[step.who]
      if (visitor === undefined) throw new Error('nobody')
      if ('is' in step) visitor[step.do] = step.is
      else if (step.do === 'leave') visitor.life?.end()
      else join(visitor, step.where)
    }
    await setImmediate()
  }

  // In the end everybody who has seen something sees the rest.
  const isBehind = ({ received }: Visitor) => {
    const cursor = received.at(-1)?.cursor
    return cursor !== undefined && positionsOf(cursor).some((at, index) => at < (numbers.get(topics[index] ?? '') ?? 0))
  }
  for (let turn = 0; turn < 5_000 && (visitors.some(isBehind) || gate.waiting.length > 0); turn++) {
    for (const visitor of visitors.filter(isBehind)) join(visitor, turn % 2)
    gate.open()
    await setImmediate()
  }
  expect(visitors.filter(isBehind)).toEqual([])

  for (const { received } of visitors) {
    const [first] = received
    if (first === undefined) continue
    const last = [...positionsOf(first.cursor)]
    const firstIndex = Math.floor(Number(first.data) / 10_000)
    last[firstIndex] = (last[firstIndex] ?? 0) - 1
    for (const { data, cursor } of received) {
      const index = Math.floor(Number(data) / 10_000)
      last[index] = (last[index] ?? 0) + 1
      // Each number is the next of its topic, and a cursor is just what has been told.
      expect([index, Number(data) % 10_000]).toEqual([index, last[index]])
      expect(positionsOf(cursor)).toEqual(last)
    }
  }
  expect(witness.texts().length).toBe([...numbers.values()].reduce((sum, number) => sum + number, 0))
  for (const { life } of visitors) life?.end()
  await log.close()
}

test('a shared execution tells whoever comes, goes and comes back of each event of each topic, once and in order', {
  timeout: 120_000,
}, async () => {
  await fc.assert(fc.asyncProperty(run, play), { numRuns: 500 })
})
