import { describe, expect, test } from 'vitest'
import { createSimulation, type PhaseResult, type SimulationOptions } from './simulated-server.ts'

const FREE = 1
const BASIC = 2
const PREMIUM = 3
const BUSY = { [FREE]: 0.3, [BASIC]: 0.2, [PREMIUM]: 0.2 }
const OVER = { [FREE]: 2.4, [BASIC]: 0.4, [PREMIUM]: 0.2 }

const servers: Readonly<Record<string, SimulationOptions>> = {
  'a processor, operations alike': { workers: 1, meanMs: 5, varied: false },
  'a processor, operations that vary': { workers: 1, meanMs: 5, varied: true },
  'a database with 32 workers, operations alike': { workers: 32, meanMs: 50, varied: false },
  'a database with 32 workers, operations that vary': { workers: 32, meanMs: 50, varied: true },
}

const partServed = (tier: { readonly served: number; readonly offered: number } | undefined) =>
  tier === undefined ? Number.NaN : tier.served / tier.offered

const mean = (some: readonly number[]) => some.reduce((sum, each) => sum + each, 0) / some.length

describe.each(Object.entries(servers))('%s', (_name, options) => {
  test('at three times its capacity it does its work, and premium waits little while free is shed', async () => {
    const server = await createSimulation(options)
    const quiet = await server.phase({ ms: 60_000, load: { [PREMIUM]: 0.2 } })
    const busy = await server.phase({ ms: 60_000, load: BUSY })
    // A run of long operations may make some of the lowest wait too long.
    for (const { offered, shed } of Object.values(busy.tiers)) expect(shed / offered).toBeLessThan(0.002)
    expect(busy.tiers[PREMIUM]?.shed).toBe(0)

    const over = await server.phase({ ms: 60_000, load: OVER })
    expect(over.goodput).toBeGreaterThan(0.85)
    expect(over.tiers[PREMIUM]?.p99Ms).toBeLessThan(3 * (quiet.tiers[PREMIUM]?.p99Ms ?? 0))
    expect(partServed(over.tiers[PREMIUM])).toBeGreaterThan(0.99)
    expect(partServed(over.tiers[BASIC])).toBeGreaterThan(0.95)
    expect(partServed(over.tiers[FREE])).toBeLessThan(0.2)

    await server.phase({ ms: 10_000, load: BUSY })
    const after = await server.phase({ ms: 30_000, load: BUSY })
    expect(after.goodput).toBeGreaterThan(0.65)
    expect(partServed(after.tiers[FREE])).toBeGreaterThan(0.98)
  })

  test('when it becomes half as fast it finds what it bears anew', async () => {
    const server = await createSimulation({ ...options, speedAt: (ms) => (ms > 60_000 ? 0.5 : 1) })
    await server.phase({ ms: 60_000, load: OVER })
    const halved = await server.phase({ ms: 60_000, load: OVER })
    expect(halved.goodput / 0.5).toBeGreaterThan(0.8)
    expect(partServed(halved.tiers[PREMIUM])).toBeGreaterThan(0.9)
  })
})

test.each([servers['a processor, operations that vary'], { workers: 8, meanMs: 50, varied: true }])(
  'an hour of overload does not let the limit drift (%o)',
  async (options) => {
    if (options === undefined) throw new Error('No server')
    const server = await createSimulation(options)
    const minutes: PhaseResult[] = []
    for (let minute = 0; minute < 60; minute += 1) minutes.push(await server.phase({ ms: 60_000, load: OVER }))
    const [early, late] = [minutes.slice(1, 21), minutes.slice(40)]
    expect(mean(early.map(({ goodput }) => goodput))).toBeGreaterThan(0.85)
    expect(mean(late.map(({ goodput }) => goodput))).toBeGreaterThan(0.85)
    const drift = mean(late.map(({ limit }) => limit)) / mean(early.map(({ limit }) => limit))
    expect(drift).toBeGreaterThan(0.6)
    expect(drift).toBeLessThan(1.6)
  },
  60_000,
)
