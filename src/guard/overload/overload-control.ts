import { createDoor } from './door.ts'
import { type EventLoop, watchEventLoop } from './event-loop.ts'
import { createSeats, type Ending, type Seat } from './seats.ts'
import { createWaitingRoom, PRIORITIES, type Waiting } from './waiting-room.ts'

/** Lets as many operations run at once as the server bears, has the others wait, and turns away what waits in vain. */
export interface OverloadControl {
  /** At the door, before anything is read: whether an operation of this priority would only be shed. */
  closedTo(priority: number): Shed | undefined
  /**
   * Waits for a seat. Never rejects. Priorities are whole numbers from 0 to 9, and the highest goes first; `cost` is
   * the estimated cost. `signal` is asked for where it has to wait, and aborts when it need not.
   */
  enter(request: SeatRequest, signal?: () => AbortSignal): Promise<Entry> | Entry
  /** Whether somebody waits for a seat. Where nobody does, the door is open. */
  someWait(): boolean
  state(): OverloadState
  /** Seats everybody who waits or comes later: a server that stops serves what it accepted. */
  close(): void
}

export interface SeatRequest {
  readonly priority: number
  readonly cost: number
}

export type Entry = Seat | Shed | { readonly kind: 'abandoned' }

export type { Ending, Seat }

export interface Shed {
  readonly kind: 'shed'
  readonly retryAfterMs: number
}

export interface OverloadState {
  /** Seats there are; one is an operation of average cost. */
  readonly limit: number
  readonly inUse: number
  readonly running: number
  readonly waiting: number
  /** Seats given since the start. */
  readonly seated: number
  /** Since the start, by where: at the door, in a full room, after too long a wait. */
  readonly shed: { readonly door: number; readonly full: number; readonly late: number }
  readonly abandoned: number
}

export interface OverloadOptions {
  /**
   * The most seats there are ever.
   * @default 1000
   */
  readonly maxConcurrency?: number
  /**
   * The most that wait. One more has the youngest of the lowest priority shed.
   * @default 1000
   */
  readonly maxWaiting?: number
  /**
   * The longest that one waits. Who would wait more than half of it is turned away at the door.
   * @default 1000
   */
  readonly maxWaitMs?: number
  /**
   * When the event loop is later than this, there are fewer seats.
   * @default 100
   */
  readonly maxEventLoopDelayMs?: number
  /**
   * How the event loop fares. It is closed with the control.
   * @default what this process measures of itself
   */
  readonly eventLoop?: EventLoop
  /**
   * A clock that never goes back, in milliseconds.
   * @default performance.now
   */
  readonly now?: () => number
  /**
   * From 0 up to 1: how the waits of those who are shed differ, so that they do not all come again at once.
   * @default Math.random
   */
  readonly random?: () => number
  /**
   * Runs something later, and gives what takes it back.
   * @default an unreferenced setTimeout
   */
  readonly schedule?: (run: () => void, delayMs: number) => () => void
}

interface Waiter extends Waiting {
  readonly cost: number
  readonly weight: number
  end(entry: Entry): void
}

const TICK_MS = 20
const MIN_RETRY_MS = 1000
const MAX_RETRY_MS = 30_000

export function createOverloadControl(options: OverloadOptions = {}): OverloadControl {
  const { maxConcurrency = 1000, maxWaiting = 1000, maxWaitMs = 1000, maxEventLoopDelayMs = 100 } = options
  const { now = () => performance.now(), random = Math.random, schedule = later } = options
  const { eventLoop = watchEventLoop() } = options

  const limits = { max: maxConcurrency, maxLoopDelayMs: maxEventLoopDelayMs, eventLoop }
  const seats = createSeats({ ...limits, now, onLeave: advance })
  const room = createWaitingRoom<Waiter>()
  // As many as there are seats, in the time that one is taken (Little's law).
  const door = createDoor(() => seats.limit / seats.meanMs, now())
  const shed = { door: 0, full: 0, late: 0 }
  let abandoned = 0
  let closed = false
  let cancelTick: (() => void) | undefined

  function advance(nowMs: number): void {
    door.look(nowMs)
    shedLate(nowMs)
    seats.tell(room.size > 0, nowMs)
    for (let next = room.first(); next !== undefined && (closed || seats.fits(next.weight)); next = room.first()) {
      room.remove(next)
      next.end(sit(next, nowMs))
    }
    tickWhileSomeWait()
  }

  function sit(operation: Pick<Waiter, 'cost' | 'weight'>, nowMs: number): Seat {
    const seat = seats.sit(operation, nowMs)
    seats.tell(room.size > 0, nowMs)
    return seat
  }

  function shedLate(nowMs: number): void {
    for (let oldest = room.oldest(); oldest !== undefined && nowMs - oldest.sinceMs >= maxWaitMs; ) {
      room.remove(oldest)
      shed.late += 1
      oldest.end(shedOf(oldest.priority))
      oldest = room.oldest()
    }
  }

  function tickWhileSomeWait(): void {
    if (room.size === 0 || closed) {
      cancelTick?.()
      cancelTick = undefined
      return
    }
    cancelTick ??= schedule(() => {
      cancelTick = undefined
      advance(now())
    }, TICK_MS)
  }

  /** As long as it would have waited, and the longer the more are turned away: they all come again. */
  function shedOf(priority: number): Shed {
    const waitMs = Math.max(MIN_RETRY_MS, door.waitMs(priority, room.countAtLeast(priority)))
    const retryAfterMs = Math.min(MAX_RETRY_MS / 1.5, waitMs / Math.max(0.01, door.shareOf(priority)))
    return { kind: 'shed', retryAfterMs: Math.round(retryAfterMs * (1 + random() / 2)) }
  }

  function wait(
    cost: number,
    signal: AbortSignal | undefined,
    priority: number,
    weight: number,
    nowMs: number,
  ): Promise<Entry> {
    return new Promise((resolve) => {
      const onAbort = () => {
        if (!room.remove(waiter)) return
        abandoned += 1
        waiter.end({ kind: 'abandoned' })
        advance(now())
      }
      const waiter: Waiter = {
        priority,
        cost,
        weight,
        sinceMs: nowMs,
        end(entry) {
          signal?.removeEventListener('abort', onAbort)
          resolve(entry)
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      room.add(waiter)
      seats.tell(true, nowMs)
      tickWhileSomeWait()
    })
  }

  return {
    closedTo(asked) {
      if (closed) return undefined
      const priority = asPriority(asked)
      const full = room.size >= maxWaiting && room.lastBelow(priority) === undefined
      const letIn = !(full && room.size > 0) && door.waitMs(priority, room.countAtLeast(priority)) <= maxWaitMs / 2
      door.passed(priority, letIn)
      if (letIn) return undefined
      shed.door += 1
      return shedOf(priority)
    },
    enter({ priority: asked, cost }, signalOf) {
      const nowMs = now()
      const priority = asPriority(asked)
      door.entered(priority)
      const weight = seats.weightOf(cost)
      // Where nobody waits and there is a seat, there is nobody to be let in before.
      if (room.size === 0 && seats.fits(weight)) door.look(nowMs)
      else advance(nowMs)
      if (closed || (!room.hasAtLeast(priority) && seats.fits(weight))) return sit({ cost, weight }, nowMs)
      const signal = signalOf?.()
      if (signal?.aborted) {
        abandoned += 1
        return { kind: 'abandoned' }
      }
      if (room.size >= maxWaiting) {
        shed.full += 1
        const displaced = room.lastBelow(priority)
        if (displaced === undefined) return shedOf(priority)
        room.remove(displaced)
        displaced.end(shedOf(displaced.priority))
      }
      return wait(cost, signal, priority, weight, nowMs)
    },
    someWait: () => room.size > 0,
    state: () => ({
      limit: seats.limit,
      inUse: seats.inUse,
      running: seats.running,
      waiting: room.size,
      seated: seats.seated,
      shed: { ...shed },
      abandoned,
    }),
    close() {
      closed = true
      advance(now())
      eventLoop.close()
    },
  }
}

function asPriority(asked: number): number {
  return asked >= 0 ? Math.min(PRIORITIES - 1, Math.floor(asked)) : 0
}

function later(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
}
