/**
 * Everything that can be set, with nothing left to fill in. Frozen, whatever is inside too. `config-schema.ts` says what
 * each setting does and what its default is; here durations are in milliseconds and every budget has its refill rate.
 */
export interface Config {
  /** The file it was read from: an absolute path. */
  readonly file: string
  readonly environment: 'production' | 'development' | 'test'
  readonly server: {
    readonly host: string
    readonly port: number
    readonly trustedProxies: readonly string[]
    readonly maxBodyBytes: number
    readonly drainDelayMs: number
    readonly drainTimeoutMs: number
  }
  readonly guard: {
    readonly maxTokens: number
    readonly maxDepth: number
    readonly maxAliases: number
    readonly maxRootFields: number
    readonly maxFragments: number
    readonly maxExpandedFields: number
    readonly maxDirectives: number
  }
  readonly cost: {
    readonly defaultListSize: number
    readonly charge: { readonly field: number; readonly type: number }
  }
  readonly budgetStore: { readonly prefix: string; readonly deadlineMs: number; readonly expectedNodes: number }
  readonly ipBudget: ConfiguredBudget
  /** By name. There is always one named `anonymous`. */
  readonly tiers: Readonly<Record<string, ConfiguredTier>>
  readonly clients: readonly ConfiguredClient[]
  readonly introspection: boolean
  readonly demoKeys: boolean
  readonly log: { readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' }
  /** May hold a password. Undefined: budgets and events stay in this process. */
  readonly redisUrl: string | undefined
  /** May hold a password. Undefined: data stays in this process. */
  readonly databaseUrl: string | undefined
}

export interface ConfiguredBudget {
  readonly name: string
  readonly level: 'ip' | 'client' | 'tenant'
  readonly meter: 'cost' | 'requests'
  readonly algorithm: 'token-bucket'
  readonly capacity: number
  readonly refillPerSecond: number
  readonly mode: 'enforce' | 'shadow'
  readonly onStoreFailure: 'local' | 'open' | 'closed'
}

export interface ConfiguredTier {
  readonly name: string
  readonly maxCost: number
  readonly timeoutMs: number
  readonly budgets: readonly ConfiguredBudget[]
}

interface ConfiguredClient {
  readonly client: {
    readonly id: string
    readonly tenant: string
    readonly tier: string
    readonly role: 'client' | 'staff'
    readonly anonymous: false
  }
  /** 64 lower-case hexadecimal digits. */
  readonly keySha256: string
}
