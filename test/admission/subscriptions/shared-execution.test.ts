import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliverToAll } from '../../../src/admission/subscriptions/deliver-to-all.ts'
import type { EventCharging } from '../../../src/admission/subscriptions/event-charging.ts'
import type { EventResult } from '../../../src/admission/subscriptions/event-message.ts'
import { createSharedExecution, type SharedExecution } from '../../../src/admission/subscriptions/shared-execution.ts'
import { createSubscriber, type Subscriber } from '../../../src/admission/subscriptions/subscriber.ts'
import { refusal } from '../../../src/errors/refusal.ts'
import { toGraphQLError } from '../../../src/errors/to-graphql-error.ts'
import { parseCursor } from '../../../src/events/cursor.ts'
import type { EventLog } from '../../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../../src/events/memory/memory-event-log.ts'

/** What has begun and waits until the test lets it go on. */
function createGate() {
  const waiting: (() => void)[] = []
  return {
    waiting,
    pass: () => new Promise<void>((resolve) => waiting.push(resolve)),
    open() {
      for (const go of waiting.splice(0)) go()
    },
  }
}

function eventResult(payload: unknown): EventResult {
  return {
    json: JSON.stringify({ data: payload }).slice(0, -1),
    use: { cost: 1, responseBytes: 1, selections: () => 0 },
  }
}

interface Received {
  readonly data: unknown
  readonly cursor: string
}

/** A subscriber that pays nothing, and what it has been sent. */
function subscriber({ maxQueuedEvents = 1000, write = (): Promise<void> | undefined => undefined } = {}) {
  const received: Received[] = []
  const created = createSubscriber(
    {
      client: { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false },
      mode: 'headers',
      report: undefined,
      overflow: 'close',
      signal: new AbortController().signal,
      sink: {
        isClosed: false,
        write(message, cursor) {
          received.push({ data: JSON.parse(message).data, cursor: cursor ?? '' })
          return write()
        },
      },
    },
    {
      maxQueuedEvents,
      payment: { pay: async () => ({ kind: 'paid', states: [] }) },
      show: (errors) => ({ errors }),
      observe: () => undefined,
    },
  )
  return { created, received, texts: () => received.map(({ data }) => data) }
}

interface ShareOptions {
  readonly log: EventLog
  readonly topics?: readonly string[]
  readonly maxQueuedEvents?: number
  readonly execute?: (payload: unknown) => Promise<EventResult>
  readonly takeSeveral?: EventCharging['takeSeveral']
  readonly onEnd?: () => void
  readonly overflow?: 'close' | 'dropOldest' | 'coalesce'
}

function share({
  topics = ['a'],
  maxQueuedEvents = 1000,
  execute,
  takeSeveral = async () => FREE,
  onEnd,
  ...options
}: ShareOptions) {
  return createSharedExecution({
    overflow: 'close',
    topics,
    maxQueuedEvents,
    execute: execute ?? (async (payload) => eventResult(payload)),
    deliver: (message, subscribers) => deliverToAll(message, subscribers, takeSeveral, () => undefined),
    whyEnded: (reason) => toGraphQLError(refusal('BAD_REQUEST', { reason })),
    onEnd: onEnd ?? (() => undefined),
    ...options,
  })
}

const FREE = { kind: 'charged', delayMs: 0, states: [] } as const

let keys = 0
function append(log: EventLog, topic: string, payloads: readonly number[]): Promise<void> {
  return log.append(
    topic,
    payloads.map((payload) => ({ key: `key-${keys++}`, payload })),
  )
}

function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** As when a server has one of several shared executions at a time. */
function server(options: ShareOptions) {
  let execution: Promise<SharedExecution> | undefined
  return async function join(joining: Subscriber, cursor: string | undefined): Promise<void> {
    const after = cursor === undefined ? undefined : parseCursor(cursor, options.topics ?? ['a'])
    if (cursor !== undefined && after === undefined) throw new Error(`${cursor} is no cursor`)
    for (;;) {
      execution ??= share(options)
      const current = execution
      if ((await current).join(joining, after)) return
      if (execution === current) execution = undefined
    }
  }
}

const TOPICS = ['a', 'b', 'c'] as const

type Action =
  | { readonly do: 'append'; readonly topic: number; readonly count: number }
  | { readonly do: 'join' | 'leave'; readonly who: number; readonly where: number }
  | { readonly do: 'slow'; readonly who: number; readonly slow: boolean }
  | { readonly do: 'go'; readonly which: number; readonly count: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('append'), topic: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('append'), topic: fc.nat(2), count: fc.constantFrom(60, 90) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('join', 'leave'), who: fc.nat(3), where: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('slow'), who: fc.nat(3), slow: fc.boolean() }) },
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

/** One who comes and goes, on either of two servers, and comes back with the cursor of the last message it got. */
interface Visitor {
  slow: boolean
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
  const witness = subscriber()
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
  const visitors = upTo(4).map((): Visitor => ({ slow: false, life: undefined, received: [] }))

  function positionsOf(cursor: string): readonly number[] {
    const positions = parseCursor(cursor, topics)
    return topics.map((topic) => numberAt.get(`${topic} ${positions?.get(topic)}`) ?? Number.NaN)
  }

  function join(visitor: Visitor, where: number): void {
    if (visitor.life?.hasEnded === false) return
    const cursor = visitor.received.at(-1)?.cursor
    const { created, received } = subscriber({
      maxQueuedEvents,
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
      if (step.do === 'slow') visitor.slow = step.slow
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

describe('a shared execution', () => {
  test('tells whoever comes, goes and comes back of each event of each topic, once and in order', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(run, play), { numRuns: 500 })
  })

  test('executes once for each event, however many are told of it', async () => {
    const log = createMemoryEventLog()
    const executed: unknown[] = []
    const execution = await share({
      log,
      execute: async (payload) => {
        executed.push(payload)
        return eventResult(payload)
      },
    })
    const all = upTo(1_200).map(() => subscriber())
    for (const { created } of all) execution.join(created, undefined)
    await append(log, 'a', [1, 2])
    await expect.poll(() => all.filter(({ received }) => received.length === 2).length).toBe(all.length)
    expect(executed).toEqual([1, 2])
    expect(new Set(all.map(({ received }) => JSON.stringify(received))).size).toBe(1)
  })

  test('executes nothing again for who comes back soon', async () => {
    const log = createMemoryEventLog()
    const executed: unknown[] = []
    const execution = await share({
      log,
      execute: async (payload) => {
        executed.push(payload)
        return eventResult(payload)
      },
    })
    const stays = subscriber()
    execution.join(stays.created, undefined)
    await append(log, 'a', upTo(50))
    await expect.poll(() => stays.received.length).toBe(50)
    const back = subscriber()
    execution.join(back.created, parseCursor(stays.received[9]?.cursor ?? '', ['a']))
    await expect.poll(back.texts).toEqual(upTo(50, 11))
    expect(executed).toHaveLength(50)
  })

  test('sends who comes back all that it has missed, however few may wait for it', async () => {
    const log = createMemoryEventLog()
    const execution = await share({ log, maxQueuedEvents: 2 })
    const stays = subscriber()
    execution.join(stays.created, undefined)
    for (const number of upTo(100)) {
      await append(log, 'a', [number])
      await expect.poll(() => stays.received.length, { interval: 1 }).toBe(number)
    }
    const back = subscriber({ maxQueuedEvents: 2, write: () => setImmediate() })
    execution.join(back.created, parseCursor(stays.received[0]?.cursor ?? '', ['a']))
    await expect.poll(() => back.received.length).toBe(99)
    await append(log, 'a', [101])
    await expect.poll(() => back.received.length).toBe(100)
    expect(back.texts()).toEqual(upTo(101, 2))
    expect(back.created.hasEnded).toBe(false)
  })

  test('sends who comes back all that it has missed, when it has seen just what was there as others began, long ago', async () => {
    const log = createMemoryEventLog()
    const left = subscriber()
    ;(await share({ log })).join(left.created, undefined)
    await append(log, 'a', [0])
    await expect.poll(left.texts).toEqual([0])
    const execution = await share({ log })
    const stays = subscriber()
    execution.join(stays.created, undefined)
    for (const page of [0, 1, 2, 3]) await append(log, 'a', upTo(50 * page + 50, 50 * page + 1))
    await expect.poll(() => stays.received.length).toBe(200)
    const back = subscriber()
    execution.join(back.created, parseCursor(left.received[0]?.cursor ?? '', ['a']))
    await expect.poll(back.texts).toEqual(upTo(200))
  })

  test('executes no further for somebody who came back and has left', async () => {
    const log = createMemoryEventLog()
    const first = subscriber()
    const before = await share({ log })
    before.join(first.created, undefined)
    await append(log, 'a', [0])
    await expect.poll(() => first.received.length).toBe(1)
    await append(log, 'a', upTo(80))
    const gate = createGate()
    const executed: unknown[] = []
    const execution = await share({
      log,
      execute: async (payload) => {
        executed.push(payload)
        await gate.pass()
        return eventResult(payload)
      },
    })
    const stays = subscriber()
    execution.join(stays.created, undefined)
    const leaves = subscriber()
    execution.join(leaves.created, parseCursor(first.received[0]?.cursor ?? '', ['a']))
    await expect.poll(() => executed.length).toBe(1)
    leaves.created.end()
    for (const _ of upTo(20)) {
      gate.open()
      await setImmediate()
    }
    expect(executed).toHaveLength(1)
  })

  test('follows nothing any more once its last subscriber has left, and takes nobody', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    let ended = 0
    const execution = await share({ log: counted, topics: ['a', 'b'], onEnd: () => ended++ })
    const [one, other] = [subscriber(), subscriber()]
    execution.join(one.created, undefined)
    execution.join(other.created, undefined)
    one.created.end()
    await setImmediate()
    expect([following(), ended]).toEqual([2, 0])
    other.created.end()
    await setImmediate()
    expect([following(), ended]).toEqual([0, 1])
    expect(execution.join(subscriber().created, undefined)).toBe(false)
  })

  test('follows nothing any more where it ends before it has begun', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    const gate = createGate()
    let ended = 0
    const opened = share({
      log: {
        ...counted,
        async follow(topic, follower) {
          if (topic === 'b') await gate.pass()
          return counted.follow(topic, follower)
        },
      },
      topics: ['a', 'b'],
      maxQueuedEvents: 2,
      onEnd: () => ended++,
    })
    await expect.poll(following).toBe(1)
    await append(log, 'a', [1, 2, 3])
    gate.open()
    expect((await opened).join(subscriber().created, undefined)).toBe(false)
    expect([following(), ended]).toEqual([0, 1])
  })

  test('that cannot follow one of its topics follows none, and says so', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    let ended = 0
    const opened = share({
      log: {
        ...counted,
        follow: (topic, follower) =>
          topic === 'b' ? Promise.reject(new Error('connection refused')) : counted.follow(topic, follower),
      },
      topics: ['a', 'b', 'c'],
      onEnd: () => ended++,
    })
    await expect(opened).rejects.toThrow('connection refused')
    expect([following(), ended]).toEqual([0, 1])
  })

  test('tells somebody who came back when the log cannot be read, and nobody else', async () => {
    const log = createMemoryEventLog()
    const broken: EventLog = { ...log, read: () => Promise.reject(new Error('connection refused')) }
    const execution = await share({ log: broken })
    const [stays, back] = [subscriber(), subscriber()]
    execution.join(stays.created, undefined)
    execution.join(back.created, new Map([['a', '1-0']]))
    expect((await back.created.ended)?.message).toContain('unavailable')
    await append(log, 'a', [1])
    await expect.poll(stays.texts).toEqual([1])
  })

  test('tells somebody who came back when what it has seen last is not there any more', async () => {
    const log = createMemoryEventLog()
    const execution = await share({ log })
    const back = subscriber()
    execution.join(back.created, new Map([['a', '1-0']]))
    expect((await back.created.ended)?.message).toContain('expired')
  })

  test('ends all when events come faster than they are executed and none may be left out', async () => {
    const log = createMemoryEventLog()
    const gate = createGate()
    const execute = async (payload: unknown) => {
      await gate.pass()
      return eventResult(payload)
    }
    const execution = await share({ log, execute, maxQueuedEvents: 5 })
    const all = [subscriber(), subscriber()]
    for (const { created } of all) execution.join(created, undefined)
    await append(log, 'a', upTo(7))
    for (const { created } of all) expect((await created.ended)?.message).toContain('overflow')
    gate.open()
    await setImmediate()
    expect(all.flatMap(({ received }) => received)).toEqual([])
  })

  test.each([
    { overflow: 'dropOldest', told: [1, 6, 7, 20] },
    { overflow: 'coalesce', told: [1, 7, 20] },
  ] as const)('leaves out events that come faster than they are executed: $overflow', async ({ overflow, told }) => {
    const log = createMemoryEventLog()
    const gate = createGate()
    const execute = async (payload: unknown) => {
      await gate.pass()
      return eventResult(payload)
    }
    const execution = await share({ log, topics: ['a', 'b'], execute, maxQueuedEvents: 3, overflow })
    const { created, texts } = subscriber()
    execution.join(created, undefined)
    await append(log, 'a', upTo(7))
    await append(log, 'b', [20])
    await expect
      .poll(() => {
        gate.open()
        return texts()
      })
      .toEqual(told)
  })

  test('ends with the log', async () => {
    const log = createMemoryEventLog()
    let ended = 0
    const execution = await share({ log, onEnd: () => ended++ })
    const { created } = subscriber()
    execution.join(created, undefined)
    await log.close()
    expect((await created.ended)?.message).toContain('closed')
    expect(ended).toBe(1)
  })
})

/** A log that says how many follow it. */
function countFollowing(log: EventLog) {
  let following = 0
  const counted: EventLog = {
    ...log,
    async follow(topic, follower) {
      const { position, stop } = await log.follow(topic, follower)
      following += 1
      return {
        position,
        stop() {
          following -= 1
          stop()
        },
      }
    },
  }
  return { counted, following: () => following }
}
