import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../../../', import.meta.url)
const { parse, stringify } = createRequire(new URL('package.json', root))('yaml')

/**
 * The configuration that is shipped, with budgets that do not end and one client. Answers its path.
 *
 * DEADLINE is how long a take waits for Redis, where that is not to be what is shipped.
 *
 * @param leases whether slices of budgets are taken in advance, as is shipped; without, each operation asks Redis
 * @param trustedProxies whose X-Forwarded-For is believed
 */
export function writeConfig({ key, leases = true, trustedProxies = [] }) {
  const config = parse(readFileSync(new URL('tollgate.yaml', root), 'utf8'))
  for (const tier of Object.values(config.tiers)) {
    tier.maxCost = 1_000_000
    for (const budget of tier.budgets) Object.assign(budget, { capacity: 1e9, window: '60s' })
  }
  Object.assign(config, {
    ipBudget: { capacity: 1e9, window: '30s' },
    budgetStore: { leases, ...(process.env.DEADLINE && { deadline: process.env.DEADLINE }) },
    log: { level: 'warn' },
    server: { host: '127.0.0.1', port: 0, trustedProxies },
    clients: [
      { id: 'bench', tenant: 'bench', tier: 'premium', keySha256: createHash('sha256').update(key).digest('hex') },
    ],
  })
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-peers-'))
  const path = join(folder, 'tollgate.yaml')
  writeFileSync(path, stringify(config))
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
