import { createHash } from 'node:crypto'
import { type ServerProcess, startServer } from '../../test/support/server-process.ts'
import { type ShippedConfig, writeTestConfig } from '../../test/support/test-config.ts'

export const MODES = ['enforce', 'off'] as const

export type Mode = (typeof MODES)[number]

/** Their keys are their names. */
export const TIERS = ['premium', 'basic', 'free'] as const

export interface BenchServer {
  readonly port: number
  readonly process: ServerProcess
  /** Operations shed since the start, by where. */
  shed(): Promise<Readonly<Record<string, number>>>
  stop(): Promise<void>
}

/** The shipped server, with one client of each tier, and budgets that do not end. */
export async function startBenchServer(mode: Mode, env: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
  const config = await writeTestConfig((file) => {
    withoutEnd(file)
    Object.assign(file, { overload: { mode }, log: { level: 'error' } })
    file.server = { ...file.server, maxConnections: 20_000, maxConnectionsPerAddress: 20_000 }
  })
  const process = await startServer({ TOLLGATE_CONFIG: config.path, NODE_ENV: 'production', ...env })
  return {
    port: Number(new URL(process.url).port),
    process,
    async shed() {
      const text = await (await fetch(`${process.url}/metrics`)).text()
      const lines = text.matchAll(/^tollgate_overload_shed_total\{where="(\w+)"\} (\d+)/gm)
      return Object.fromEntries([...lines].map(([, where = '', count]) => [where, Number(count)]))
    },
    async stop() {
      await process.stop()
      await config.remove()
    },
  }
}

function withoutEnd(file: ShippedConfig): void {
  for (const tier of Object.values(file.tiers)) {
    for (const budget of tier.budgets) Object.assign(budget, { capacity: 1e9, window: '60s' })
  }
  Object.assign(file, { ipBudget: { capacity: 1e9, window: '30s' } })
  file.clients = TIERS.map((tier) => ({
    id: tier,
    tenant: tier,
    tier,
    keySha256: createHash('sha256').update(tier).digest('hex'),
  }))
}
