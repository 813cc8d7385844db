import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventLoop } from '../../../src/guard/overload/event-loop.ts'
import {
  createOverloadControl,
  type Entry,
  type OverloadOptions,
} from '../../../src/guard/overload/overload-control.ts'

const eventLoop = (own: Partial<EventLoop>): EventLoop => ({ lateMs: () => 0, busyShare: () => 0, close() {}, ...own })

/** A control on a clock of its own. Its limit starts at, and never exceeds, the seats. */
function open(options: OverloadOptions & { readonly seats: number }) {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const control = createOverloadControl({
    maxConcurrency: options.seats,
    now: () => nowMs,
    random: () => 0.5,
    eventLoop: eventLoop({}),
    schedule(run, delayMs) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    ...options,
  })
  return {
    control,
    timers: () => timers.length,
    pass(ms: number) {
      const end = nowMs + ms
      for (let due = timers[0]; due !== undefined && due.atMs <= end; due = timers[0]) {
        timers = timers.slice(1)
        nowMs = due.atMs
        due.run()
      }
      nowMs = end
    },
  }
}

/** What became of those who entered, in the order in which it was decided. */
function ends() {
  const order: { readonly name: string; readonly entry: Entry }[] = []
  return {
    order,
    names: () => order.map(({ name, entry }) => `${name} ${entry.kind}`),
    async note(name: string, entry: Promise<Entry> | Entry) {
      order.push({ name, entry: await entry })
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

function seat(entry: Promise<Entry> | Entry) {
  if (entry instanceof Promise || entry.kind !== 'seated') throw new Error('No seat at once')
  return entry
}

describe('a full server', () => {
  test('seats the highest priority first, and among equals whoever came first', async () => {
    const { control } = open({ seats: 1 })
    const first = seat(control.enter({ priority: 0, cost: 1 }))
    const { note, order, names } = ends()
    for (const [name, priority] of Object.entries({ a: 1, b: 3, c: 1, d: 3 })) {
      void note(name, control.enter({ priority, cost: 1 }))
    }
    first.leave('completed')
    for (let index = 0; index < 4; index += 1) {
      await turn()
      const { entry } = order[index] ?? {}
      if (entry?.kind === 'seated') entry.leave('completed')
    }
    expect(names()).toEqual(['b seated', 'd seated', 'a seated', 'c seated'])
  })

  test('displaces the youngest of the lowest priority for a higher one, and sheds whoever is not higher', async () => {
    const { control } = open({ seats: 1, maxWaiting: 2 })
    seat(control.enter({ priority: 0, cost: 1 }))
    const { note, names } = ends()
    void note('older', control.enter({ priority: 1, cost: 1 }))
    void note('younger', control.enter({ priority: 1, cost: 1 }))
    void note('equal', control.enter({ priority: 1, cost: 1 }))
    expect(control.closedTo(1)).toMatchObject({ kind: 'shed' })
    expect(control.closedTo(2)).toBeUndefined()
    void note('higher', control.enter({ priority: 2, cost: 1 }))
    await turn()
    expect(names()).toEqual(expect.arrayContaining(['equal shed', 'younger shed']))
    expect(control.state()).toMatchObject({ waiting: 2, shed: { door: 1, full: 2, late: 0 } })
  })

  test('sheds who has waited too long, and leaves no timer behind', async () => {
    const { control, pass, timers } = open({ seats: 1, maxWaitMs: 200 })
    seat(control.enter({ priority: 0, cost: 1 }))
    const { note, names } = ends()
    void note('late', control.enter({ priority: 5, cost: 1 }))
    pass(190)
    await turn()
    expect(names()).toEqual([])
    pass(30)
    await turn()
    expect(names()).toEqual(['late shed'])
    expect(timers()).toBe(0)
  })

  test('lets go whoever does not wait any more, and seats the next in its place', async () => {
    const { control } = open({ seats: 1 })
    const first = seat(control.enter({ priority: 0, cost: 1 }))
    const gone = new AbortController()
    const { note, names } = ends()
    void note(
      'gone',
      control.enter({ priority: 1, cost: 1 }, () => gone.signal),
    )
    void note('next', control.enter({ priority: 0, cost: 1 }))
    gone.abort()
    first.leave('cut-off')
    await turn()
    expect(names()).toEqual(['gone abandoned', 'next seated'])
    expect(control.enter({ priority: 9, cost: 1 }, () => gone.signal)).toEqual({ kind: 'abandoned' })
  })

  test('seats everybody when it closes', async () => {
    const { control, timers } = open({ seats: 1 })
    const { note, names } = ends()
    for (const name of ['a', 'b', 'c']) void note(name, control.enter({ priority: 0, cost: 1 }))
    control.close()
    void note('d', control.enter({ priority: 0, cost: 1 }))
    await turn()
    expect(names()).toEqual(expect.arrayContaining(['a seated', 'b seated', 'c seated', 'd seated']))
    expect([control.closedTo(0), timers()]).toEqual([undefined, 0])
  })
})

test('an operation fits an empty server, however dear', () => {
  const { control } = open({ seats: 1 })
  seat(control.enter({ priority: 0, cost: 1 })).leave('completed')
  seat(control.enter({ priority: 0, cost: 1e9 }))
})

test('a dear operation takes more seats than a cheap one, but not as many times more as it costs', () => {
  const { control } = open({ seats: 40 })
  const used = (cost: number) => {
    const before = control.state().inUse
    seat(control.enter({ priority: 0, cost }))
    return control.state().inUse - before
  }
  for (let index = 0; index < 10; index += 1) used(10)
  const [cheap, dear] = [used(10), used(1000)]
  expect(dear / cheap).toBeGreaterThan(2)
  expect(dear / cheap).toBeLessThan(10)
})

test.each([0, 0.5, 0.999_999])('tells to retry after 1 to 30 seconds (random %d)', (random) => {
  const { control } = open({ seats: 1, maxWaiting: 0, random: () => random })
  seat(control.enter({ priority: 0, cost: 1 }))
  const entry = control.enter({ priority: 0, cost: 1 })
  if (entry instanceof Promise || entry.kind !== 'shed') throw new Error('Not shed')
  expect(entry.retryAfterMs).toBeGreaterThanOrEqual(1000)
  expect(entry.retryAfterMs).toBeLessThanOrEqual(30_000)
})

test.each([
  ['late', { late: { lateMs: () => 150 }, fine: { lateMs: () => 50 } }],
  ['busy all the time', { late: { busyShare: () => 0.99 }, fine: { busyShare: () => 0.7 } }],
])('an event loop that is %s takes seats away, whatever operations take', (_name, { late, fine }) => {
  let now: Partial<EventLoop> = fine
  const { control, pass } = open({
    seats: 40,
    eventLoop: eventLoop({ lateMs: () => now.lateMs?.() ?? 0, busyShare: () => now.busyShare?.() ?? 0 }),
  })
  seat(control.enter({ priority: 0, cost: 1 }))
  const step = () => {
    const entries = Array.from({ length: 20 }, () => seat(control.enter({ priority: 0, cost: 1 })))
    pass(110)
    for (const entry of entries) entry.leave('completed')
  }
  for (let index = 0; index < 10; index += 1) step()
  expect(control.state().limit).toBe(40)
  now = late
  for (let index = 0; index < 3; index += 1) step()
  expect(control.state().limit).toBeLessThan(30)
})

test('a server with nothing to do keeps its limit', () => {
  const { control, pass } = open({ seats: 1000, eventLoop: eventLoop({ lateMs: () => 500 }) })
  const before = control.state().limit
  pass(600_000)
  control.closedTo(0)
  expect(control.state().limit).toBe(before)
})

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('enter'), priority: fc.nat(9), cost: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ kind: fc.constant('leave'), which: fc.nat(), twice: fc.boolean() }),
    fc.record({ kind: fc.constant('abort'), which: fc.nat() }),
    fc.record({ kind: fc.constant('pass'), ms: fc.nat(150) }),
  ),
  { maxLength: 120 },
)

interface Guest {
  readonly priority: number
  readonly number: number
  readonly controller: AbortController
  ends: number
  entry: Entry | undefined
  left: boolean
}

test('whatever comes, every seat is given back, the room is bounded, and everybody is told once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 8 }), fc.nat(5), async (all, seats, maxWaiting) => {
      const { control, pass } = open({ seats, maxWaiting, maxWaitMs: 300 })
      const guests: Guest[] = []
      const seated = () => guests.filter(({ entry, left }) => entry?.kind === 'seated' && !left)
      const waiting = () => guests.filter(({ entry }) => entry === undefined)
      for (const step of all) {
        const waitedBefore = waiting()
        if ('cost' in step) {
          const { priority, cost } = step
          const controller = new AbortController()
          const guest: Guest = { priority, number: guests.length, controller, ends: 0, entry: undefined, left: false }
          guests.push(guest)
          const told = (entry: Entry) => {
            guest.entry = entry
            guest.ends += 1
          }
          const entry = control.enter({ priority, cost }, () => controller.signal)
          if (entry instanceof Promise) void entry.then(told)
          else told(entry)
        } else if ('twice' in step) {
          const guest = seated()[step.which % Math.max(1, seated().length)]
          if (guest?.entry?.kind === 'seated') {
            guest.left = true
            guest.entry.leave('completed')
            if (step.twice) guest.entry.leave('completed')
          }
        } else if ('which' in step) {
          waiting()[step.which % Math.max(1, waiting().length)]?.controller.abort()
        } else if ('ms' in step) pass(step.ms)
        await Promise.resolve()
        const state = control.state()
        expect(state.running).toBe(seated().length)
        expect(state.waiting).toBe(waiting().length)
        expect(state.waiting).toBeLessThanOrEqual(maxWaiting)
        expect(state.inUse <= seats + 1e-6 || state.running === 1).toBe(true)
        expect(state.running > 0 || state.waiting === 0).toBe(true)
        // Nobody was seated from the room before somebody who goes first.
        for (const guest of waitedBefore.filter(({ entry }) => entry?.kind === 'seated')) {
          const before = waiting().filter(
            ({ priority, number }) =>
              priority > guest.priority || (priority === guest.priority && number < guest.number),
          )
          expect(before).toEqual([])
        }
      }
      control.close()
      await turn()
      for (const { entry } of seated()) if (entry?.kind === 'seated') entry.leave('cut-off')
      expect(guests.map(({ ends }) => ends)).toEqual(guests.map(() => 1))
      const { seated: given, shed, abandoned } = control.state()
      expect(given + shed.full + shed.late + abandoned).toBe(guests.length)
    }),
    { numRuns: 200 },
  )
})
