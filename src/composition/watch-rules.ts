import type { GraphQLSchema } from 'graphql'
import { type ClientDirectory, type ClientEntry, createClientDirectory } from '../accounts/client-directory.ts'
import { demoClients } from '../accounts/demo-clients.ts'
import type { Policy } from '../admission/policy.ts'
import { unknownFields } from '../admission/unknown-fields.ts'
import type { Config } from '../config/config.ts'
import { needsRestart } from '../config/needs-restart.ts'
import { watchConfig } from '../config/watch-config.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Closers } from './closers.ts'

/** What may change while the server runs. */
export interface Rules {
  readonly config: Config
  readonly policy: Policy
  readonly directory: ClientDirectory
  /** Calls back after each change; answers how to stop that. */
  readonly onChange: (listener: () => void) => () => void
}

/** The rules as they are now: read anew when the configuration file changes and on SIGHUP. */
export function watchRules(started: Config, schema: GraphQLSchema, logger: Logger, closers: Closers): Rules {
  const { demoKeys } = started
  let rules = rulesOf(started, schema)
  const listeners = new Set<() => void>()
  const watch = watchConfig({
    config: started,
    onChange(config) {
      rules = rulesOf({ ...config, demoKeys }, schema)
      for (const listener of listeners) listener()
      const waiting = needsRestart(started, config)
      logger.info({ file: config.file }, 'the configuration has changed: its budgets, tiers and clients are in effect')
      if (waiting.length > 0) logger.warn({ settings: waiting }, 'some settings take effect with the next start alone')
    },
    onMistake: (err) => logger.error({ err }, 'the configuration cannot be used: the one before stays in effect'),
  })
  process.on('SIGHUP', watch.reload)
  closers.push(async () => {
    process.off('SIGHUP', watch.reload)
    watch.close()
  })
  return {
    get config() {
      return rules.config
    },
    get policy() {
      return rules.policy
    },
    get directory() {
      return rules.directory
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function rulesOf(config: Config, schema: GraphQLSchema): Omit<Rules, 'onChange'> {
  const { file, ipBudget, globalBudgets, tiers, clients } = config
  const unknown = unknownFields(Object.values(tiers), schema)
  if (unknown.length > 0) throw new Error([`The configuration ${file} cannot be used:`, ...unknown].join('\n  '))
  const clientTiers = clients.flatMap(({ client, ownTier }) => (ownTier ? [[client.id, ownTier] as const] : []))
  return {
    config,
    policy: { ipBudget, globalBudgets, tiers: new Map(Object.entries(tiers)), clientTiers: new Map(clientTiers) },
    directory: createClientDirectory([...clients, ...demoClientsOf(config)]),
  }
}

/** The demo clients, but for those whose tier an operator has taken out. */
export function demoClientsOf({ demoKeys, tiers }: Config): readonly ClientEntry[] {
  return demoKeys ? demoClients().filter(({ client }) => Object.hasOwn(tiers, client.tier)) : []
}
