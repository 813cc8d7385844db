import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

/** A copy of the shipped `tollgate.yaml` with something changed. Answers its path. */
export async function writeTestConfig(change: (config: ShippedConfig) => void) {
  const config: ShippedConfig = parse(await readFile('tollgate.yaml', 'utf8'))
  change(config)
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-config-'))
  const path = join(folder, 'tollgate.yaml')
  await writeFile(path, stringify(config))
  return {
    path,
    /** Changes the file once more, in place. */
    async change(again: (config: ShippedConfig) => void) {
      again(config)
      await writeFile(path, stringify(config))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The part of the file that tests change. */
export interface ShippedConfig {
  server?: object
  budgetStore?: object
  overload?: object
  rateLimitHeaders?: object
  globalBudgets?: Record<string, unknown>[]
  clients?: Record<string, unknown>[]
  tiers: Record<string, { maxCost: number; timeout: string; budgets: Record<string, unknown>[] }>
}
