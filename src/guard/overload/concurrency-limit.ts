import type { EventLoop } from './event-loop.ts'
import { createExpectedDurations } from './expected-durations.ts'
import { createProbe, type Probe, type ProbeResult } from './probe.ts'
import { count, emptyTally } from './tally.ts'

export interface ConcurrencyLimitOptions {
  readonly max: number
  readonly maxLoopDelayMs: number
  readonly eventLoop: EventLoop
}

/** How many seats there are: as many as can be used without operations slowing each other down. */
export interface ConcurrencyLimit {
  /** The seats at the moment; while it probes, fewer than it thinks right. */
  readonly seats: number
  /** The mean duration of operations lately. */
  readonly meanMs: number
  /** To be called after every change of what is used or waits, and from time to time while somebody waits. */
  used(seats: number, someWait: boolean, nowMs: number): void
  /** An operation begins. The number goes into `completed`. */
  begun(): number
  /** An operation ended by itself. */
  completed(begunAs: number, cost: number, tookMs: number, nowMs: number): void
  /** One that was cut off, or is no measure. It says nothing of what operations take. */
  unmeasured(begunAs: number, nowMs: number): void
}

const INITIAL_SEATS = 40
const MIN_SEATS = 2
const WINDOW_MS = 100
/** A process that does something for so large a part of the time has no time left: more at once would only take longer. */
const BUSY_SHARE = 0.9
/** So many keep it busy, while some of them wait for a timer or a socket. */
const BUSY_SEATS = 4
/** This much longer than expected is still fine. Durations vary, and a full server is worth some. */
const TOLERANCE = 1.5
const FIRST_MEASURES = 200
const MIN_PROBE_INTERVAL_MS = 1000
const MAX_PROBE_INTERVAL_MS = 20_000

/**
 * Gradient, as Netflix's concurrency-limits and Envoy have it: the limit shrinks with the ratio of what operations should
 * take to what they take, and grows by about the root of itself while it is used up. What they should take is known from
 * times that were not crowded. Where there are none, because the overload lasts, it probes: for a few operations the
 * limit is a third, and either as much gets done, so that a third will do, or it is seen what operations take now.
 */
export function createConcurrencyLimit(options: ConcurrencyLimitOptions): ConcurrencyLimit {
  const { max, maxLoopDelayMs, eventLoop } = options
  const durations = createExpectedDurations()
  let limit = Math.min(max, INITIAL_SEATS)
  /** The largest limit since the last probe. */
  let peakLimit = limit
  let inUse = 0
  let changedAtMs = 0
  let crowdedUntilMs = Number.NEGATIVE_INFINITY
  let window = emptyTally(0)
  /** The most seats used in the window, and whether somebody waited. */
  let peak = 0
  let waited = false
  /** Of the last full windows: seats used on average, over how crowded it was. */
  let throughput = 0
  let crowding = 1
  let meanMs = 0
  let measured = 0
  let begunCount = 0
  let saturatedSinceMs: number | undefined
  let probe: Probe | undefined
  let probedAtMs = 0
  let probeIntervalMs = MIN_PROBE_INTERVAL_MS

  function advance(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - changedAtMs)
    window.seatMs += inUse * elapsedMs
    probe?.used(inUse, elapsedMs)
    changedAtMs = nowMs
    if (inUse > crowdedFrom() || busy()) crowdedUntilMs = nowMs
  }

  function busy(): boolean {
    return inUse > 0 && eventLoop.busyShare() >= BUSY_SHARE
  }

  /** More than this many seats may slow operations down. One operation alone never does. */
  function crowdedFrom(): number {
    return Math.max(1, limit / 2)
  }

  function endWindow(nowMs: number): void {
    const elapsedMs = nowMs - window.startedAtMs
    if (elapsedMs < WINDOW_MS) return
    const late = eventLoop.lateMs() > maxLoopDelayMs && peak > 0
    const enough = window.count >= Math.max(16, limit / 2) || (elapsedMs >= 10 * WINDOW_MS && window.count > 0)
    if (late) limit = Math.max(Math.min(MIN_SEATS, max), limit * 0.8)
    if (!late && !enough && elapsedMs < 10 * WINDOW_MS) return
    if (enough) {
      crowding = window.tookMs / window.expectedMs
      durations.endWindow(crowding)
      if (probe === undefined) {
        throughput += (window.seatMs / elapsedMs / crowding - throughput) * 0.5
        if (busy()) limit = Math.min(limit, Math.max(BUSY_SEATS, limit * 0.8))
        else if (!late) adjust()
      }
    }
    newWindow(nowMs)
  }

  function newWindow(nowMs: number): void {
    window = emptyTally(nowMs)
    peak = inUse
    waited = false
  }

  function adjust(): void {
    // A limit that was not used up says nothing: it neither grows nor shrinks.
    if (peak < limit / 2) return
    // The first that end are the short ones: by them alone, all the others would look slow.
    const gradient = measured < FIRST_MEASURES ? 1 : Math.min(1, Math.max(0.5, TOLERANCE / crowding))
    const grown = waited ? Math.max(1, Math.sqrt(limit) / 2) : 0
    const next = limit * gradient + grown
    limit = Math.min(max, Math.max(MIN_SEATS, next < limit ? (limit + next) / 2 : next))
    peakLimit = Math.max(peakLimit, limit)
  }

  function probeIfDue(nowMs: number): void {
    // A busy loop tells as much as a probe would.
    if (busy()) probedAtMs = nowMs
    if (probe !== undefined || saturatedSinceMs === undefined || max <= MIN_SEATS) return
    const sinceMs = nowMs - Math.max(probedAtMs, saturatedSinceMs)
    const fell = limit < peakLimit * 0.6 && sinceMs > Math.max(MIN_PROBE_INTERVAL_MS / 2, 20 * meanMs)
    if (!fell && sinceMs < Math.max(probeIntervalMs, 100 * meanMs)) return
    if (throughput === 0) return
    probe = createProbe(Math.max(1, limit / 3), nowMs)
  }

  function endProbe(nowMs: number): void {
    const over = probe?.advance({ inUse, begun: begunCount, meanMs, nowMs })
    if (over === undefined) return
    if (over.found !== undefined) conclude(over.found)
    probe = undefined
    probedAtMs = nowMs
    newWindow(nowMs)
  }

  function conclude({ seats: probed, factor, seatsUsed }: ProbeResult): void {
    // A few operations are a coarse measure, so what is near to what is known moves it by half.
    const sure = factor < 0.5 || factor > 1.5
    const correction = sure ? factor : Math.sqrt(factor)
    const asMuchDone = seatsUsed / factor >= 0.85 * throughput
    if (asMuchDone && probed > 1.5) {
      // What ran beside it was only in the way. How long operations take without is still not known, unless it is less.
      limit = Math.max(MIN_SEATS, probed)
      if (factor < 0.67) durations.scale(correction)
      probeIntervalMs = MIN_PROBE_INTERVAL_MS
    } else {
      durations.scale(correction)
      // Operations take longer than was known: what the limit lost on that account it gets back.
      if (factor > 1.25) limit = Math.max(limit, peakLimit)
      const confirmed = factor > 0.8 && factor < 1.25
      probeIntervalMs = confirmed ? Math.min(MAX_PROBE_INTERVAL_MS, probeIntervalMs * 2) : MIN_PROBE_INTERVAL_MS
    }
    peakLimit = limit
    crowding = 1
  }

  function ended(begunAs: number, nowMs: number): void {
    advance(nowMs)
    probe?.ended(begunAs)
  }

  return {
    get seats() {
      return probe?.seats ?? limit
    },
    get meanMs() {
      return meanMs
    },
    used(next, someWait, nowMs) {
      advance(nowMs)
      inUse = next
      peak = Math.max(peak, inUse)
      if (someWait) waited = true
      if (someWait) saturatedSinceMs ??= nowMs
      else if (inUse <= crowdedFrom()) saturatedSinceMs = undefined
      endWindow(nowMs)
      probeIfDue(nowMs)
      endProbe(nowMs)
    },
    begun() {
      const number = begunCount
      begunCount += 1
      probe?.begun(number)
      return number
    },
    completed(begunAs, cost, tookMs, nowMs) {
      ended(begunAs, nowMs)
      measured += 1
      // By now the long ones of the beginning have ended too.
      if (measured === FIRST_MEASURES / 2) durations.forget()
      meanMs += (tookMs - meanMs) * (meanMs === 0 ? 1 : 0.05)
      const expectedMs = durations.expectedMs(cost) ?? tookMs / crowding
      count(window, tookMs, expectedMs)
      probe?.measured(begunAs, tookMs, expectedMs)
      const uncrowded = nowMs - tookMs > crowdedUntilMs && probe === undefined
      if (uncrowded) durations.learn(cost, tookMs)
      else durations.observe(cost, tookMs)
    },
    unmeasured(begunAs, nowMs) {
      ended(begunAs, nowMs)
    },
  }
}
