import { bodies } from './corpus/bodies.ts'
import { corpus } from './corpus/corpus.ts'
import { documents } from './corpus/documents.ts'
import { edges } from './corpus/edges.ts'
import { type HostileRequest, withoutKey } from './corpus/hostile-request.ts'
import { createLine } from './line.ts'
import { type Outcome, sendHostile } from './send-hostile.ts'
import type { Target } from './target.ts'

export interface FloodOptions extends Target {
  readonly perSecond: number
  readonly seconds: number
  /** Which attack comes first. @default 0 */
  readonly from?: number
  /** `each` attack on a connection of its own, or those that are proper HTTP over a few that are `kept`. */
  readonly connections: 'each' | 'kept'
  /** Leaves the key away, so that they come from an anonymous client. @default false */
  readonly anonymous?: boolean
}

export interface FloodResult {
  readonly sent: number
  readonly answers: Readonly<Record<string, number>>
  /** Those that were answered with something else than they must be. */
  readonly wrong: readonly string[]
  readonly elapsedMs: readonly number[]
  readonly slowest: string
}

const LINES = 8

/** Sends the corpus, over and over, at a steady rate and without waiting for answers, but for a free line where those are kept. */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const { perSecond, seconds, connections, from = 0, anonymous = false, ...target } = options
  const chosen = connections === 'each' ? corpus : [...documents, ...bodies, ...edges]
  const attacks = anonymous ? chosen.map(withoutKey) : chosen
  const lines = Array.from({ length: LINES }, () => createLine(target))
  const busy = lines.map(() => Promise.resolve())
  const answers: Record<string, number> = {}
  const wrong: string[] = []
  const elapsedMs: number[] = []
  let slowest = { name: '', elapsedMs: 0 }

  async function attack(entry: HostileRequest, index: number): Promise<void> {
    const { answer, elapsedMs: elapsed } = await send(entry, index)
    answers[answer] = (answers[answer] ?? 0) + 1
    elapsedMs.push(elapsed)
    if (elapsed > slowest.elapsedMs) slowest = { name: entry.name, elapsedMs: elapsed }
    if (answer !== entry.answer) wrong.push(`${entry.name}: ${answer}, not ${entry.answer}`)
  }

  async function send(entry: HostileRequest, index: number): Promise<Outcome> {
    const line = lines[index % LINES]
    if (connections === 'each' || line === undefined || entry.send.kind !== 'http') return sendHostile(entry, target)
    const start = performance.now()
    return { answer: await line.exchange(entry.send), elapsedMs: performance.now() - start }
  }

  const total = perSecond * seconds
  const attacked: Promise<void>[] = []
  const start = performance.now()
  for (let index = 0; index < total; index++) {
    const waitMs = start + (index * 1000) / perSecond - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const entry = attacks[(from + index) % attacks.length]
    if (entry === undefined) break
    if (connections === 'each') {
      attacked.push(attack(entry, index))
    } else {
      const line = index % LINES
      busy[line] = (busy[line] ?? Promise.resolve()).then(() => attack(entry, line))
    }
  }
  await Promise.all([...attacked, ...busy])
  for (const line of lines) line.close()
  return { sent: total, answers, wrong, elapsedMs, slowest: `${slowest.name}, ${slowest.elapsedMs.toFixed(1)} ms` }
}
