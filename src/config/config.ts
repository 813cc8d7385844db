/**
 * Everything that can be set, with nothing left to fill in. Frozen, whatever is inside too. `config-schema.ts` says what
 * each setting does and what its default is; here durations are in milliseconds and every bucket has its refill rate.
 */
export interface Config {
  /** The file it was read from: an absolute path. */
  readonly file: string
  readonly environment: 'production' | 'development' | 'test'
  readonly server: {
    readonly host: string
    readonly port: number
    readonly processes: number
    readonly trustedProxies: readonly string[]
    readonly maxBodyBytes: number
    readonly maxHeaderBytes: number
    readonly maxConnections: number
    readonly maxConnectionsPerAddress: number
    readonly headersTimeoutMs: number
    readonly requestTimeoutMs: number
    readonly keepAliveTimeoutMs: number
    readonly responseTimeoutMs: number
    readonly maxSocketBufferBytes: number
    readonly maxSocketMessagesPerSecond: number
    readonly statusProfile: 'audits' | 'spec-2026'
    readonly cors: { readonly origins: readonly string[]; readonly credentials: boolean }
    /** Absolute paths. Undefined: plain HTTP. */
    readonly tls: { readonly cert: string; readonly key: string } | undefined
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
    readonly maxBatchSize: number
    readonly maxResponseBytes: number
  }
  readonly execution: {
    readonly oversizedLists: 'charge' | 'truncate' | 'error'
    readonly eventLoopBudgetMs: number
  }
  readonly documents: {
    readonly mode: 'any' | 'known-first' | 'known-only'
    /** An absolute path. Undefined: no document is known beforehand. */
    readonly manifest: string | undefined
    readonly apq: boolean
    readonly keepForMs: number
  }
  readonly subscriptions: {
    readonly maxQueuedEvents: number
    readonly maxQueuedBytes: number
    readonly maxEventsPerTopic: number
    readonly keepForMs: number
    readonly initTimeoutMs: number
    readonly pingIntervalMs: number
    readonly maxSocketsPerAddress: number
    /** So much shorter than `server.drainTimeoutMs` that the last clients have time to answer. */
    readonly drainSpreadMs: number
  }
  readonly overload: {
    readonly mode: 'enforce' | 'off'
    readonly maxConcurrency: number
    readonly maxWaiting: number
    readonly maxWaitMs: number
    readonly maxEventLoopDelayMs: number
  }
  readonly cost: {
    readonly defaultListSize: number
    readonly charge: { readonly field: number; readonly type: number }
  }
  readonly budgetStore: {
    readonly prefix: string
    readonly deadlineMs: number
    readonly expectedNodes: number
    readonly leases: boolean
  }
  readonly rateLimitHeaders: { readonly draft: 11 | 7 | 6; readonly resetFormat: 'epoch' | 'delta' }
  readonly ipBudget: ConfiguredIpBudget
  readonly globalBudgets: readonly ConfiguredBudget[]
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

export interface ConfiguredTier {
  readonly name: string
  readonly maxCost: number
  readonly timeoutMs: number
  readonly priority: number
  readonly maxSubscriptions: number
  readonly maxSubscriptionsPerSocket: number
  readonly outOfBudget: 'pause' | 'close'
  readonly budgets: readonly ConfiguredBudget[]
}

/** A budget of a tier, or one that all clients share. */
export type ConfiguredBudget = BudgetFace & BudgetSubject & ConfiguredLimits

interface BudgetFace {
  readonly name: string
  readonly mode: 'enforce' | 'shadow'
  readonly onStoreFailure: 'local' | 'open' | 'closed'
  readonly softThreshold: number | undefined
}

/** Those of the level `operation` have the coordinate of a root field, such as `Mutation.placeOrder`. */
type BudgetSubject =
  | { readonly level: 'client' | 'tenant' | 'global'; readonly field?: undefined }
  | { readonly level: 'operation'; readonly field: string }

export type ConfiguredLimits = { readonly capacity: number } & (
  | ({ readonly meter: 'cost' | 'requests' | 'responseBytes' } & (
      | { readonly algorithm: 'token-bucket'; readonly refillPerSecond: number }
      | { readonly algorithm: 'leaky-bucket'; readonly refillPerSecond: number; readonly maxDelayMs: number }
      | { readonly algorithm: 'fixed-window'; readonly window: { readonly ms: number } | { readonly months: number } }
      | { readonly algorithm: 'sliding-window' | 'sliding-log'; readonly windowMs: number }
    ))
  | { readonly meter: 'concurrency'; readonly algorithm: 'semaphore' }
)

interface ConfiguredIpBudget {
  readonly name: 'ip'
  readonly level: 'ip'
  readonly meter: 'requests'
  readonly algorithm: 'token-bucket'
  readonly capacity: number
  readonly refillPerSecond: number
  readonly mode: 'enforce' | 'shadow'
  readonly onStoreFailure: 'local' | 'open' | 'closed'
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
  /** Its tier with what is set for this client alone. Undefined where nothing is. */
  readonly ownTier: ConfiguredTier | undefined
}
