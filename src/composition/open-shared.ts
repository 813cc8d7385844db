import type { DocumentStore } from '../admission/documents/document-store.ts'
import { createRedisDocumentStore } from '../admission/documents/redis/redis-document-store.ts'
import type { BudgetStore } from '../budget/budget-store.ts'
import { createDenialMemory } from '../budget/denial-memory.ts'
import { createLeasingBudgetStore } from '../budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from '../budget/memory/memory-budget-store.ts'
import { createRedisBudgetStore } from '../budget/redis/redis-budget-store.ts'
import { createRedisConnection, type RedisConnection } from '../budget/redis/redis-connection.ts'
import { createResilientBudgetStore } from '../budget/resilient-budget-store.ts'
import type { Config } from '../config/config.ts'
import type { EventLog } from '../events/event-log.ts'
import { createMemoryEventLog } from '../events/memory/memory-event-log.ts'
import { createRedisEventLog } from '../events/redis/redis-event-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Closers } from './closers.ts'
import type { Primary } from './primary-process.ts'
import { uniqueIds } from './unique-ids.ts'

/** What several processes share: in Redis where there is one, else in the primary process, else in this one, which is alone. */
export async function openShared(
  { server, redisUrl, budgetStore, documents, subscriptions }: Config,
  primary: Primary | undefined,
  logger: Logger,
  metrics: Metrics,
  closers: Closers,
): Promise<{ store: BudgetStore; log: EventLog; documentStore?: DocumentStore }> {
  const onLogError = logErrors(logger)
  if (redisUrl === undefined) {
    const store = createLeasingBudgetStore({
      store: primary?.store ?? createMemoryBudgetStore(),
      newId: uniqueIds(),
      // Leases save a way through the network.
      busyTakesPerSecond: Infinity,
    })
    const log = primary?.log ?? createMemoryEventLog({ ...subscriptions, onError: onLogError })
    closers.push(store.close, log.close)
    return { store, log }
  }
  const { prefix, deadlineMs, leases } = budgetStore
  const expectedNodes = budgetStore.expectedNodes * server.processes
  const onError = (err: Error) => logger.warn({ err }, 'a connection to Redis met an error')
  const connect = async (commandTimeoutMs: number): Promise<RedisConnection> => {
    const connection = await createRedisConnection(redisUrl, { commandTimeoutMs, onError })
    closers.push(async () => connection.disconnect())
    return connection
  }
  const resilient = createResilientBudgetStore({
    // Later than the deadline of a take, so that an answer in time is read where this process was busy.
    store: createRedisBudgetStore({ connection: await connect(4 * deadlineMs), prefix }),
    local: createMemoryBudgetStore(),
    deadlineMs,
    expectedNodes,
    onStateChange(state, err) {
      metrics.budgetStoreState(state)
      if (state === 'ok') logger.info('the budget store answers again')
      else logger.error({ err }, 'the budget store is given up: the policy of each budget decides')
    },
  })
  const leasing = createLeasingBudgetStore({
    store: resilient,
    newId: uniqueIds(),
    deadlineMs,
    expectedNodes,
    ...(!leases && { busyTakesPerSecond: Infinity }),
  })
  const store = createDenialMemory({ store: leasing })
  closers.push(store.close)
  metrics.budgetStoreFailures(resilient.counts)
  metrics.leases(leasing.counts)
  metrics.denialMemory(store.hits)
  const log = createRedisEventLog({
    commands: await connect(LOG_TIMEOUT_MS),
    subscriber: await connect(SUBSCRIBE_TIMEOUT_MS),
    prefix,
    ...subscriptions,
    onError: onLogError,
  })
  closers.push(log.close)
  const redis = await connect(DOCUMENT_TIMEOUT_MS)
  return { store, log, documentStore: createRedisDocumentStore({ redis, prefix, keepForMs: documents.keepForMs }) }
}

/** Later than what an operation waits for its document, so that an answer in time is read where this process was busy. */
const DOCUMENT_TIMEOUT_MS = 200

/** How long the log of events waits for Redis; and for Redis to confirm a subscription. */
const LOG_TIMEOUT_MS = 1_000
const SUBSCRIBE_TIMEOUT_MS = 5_000

/** What is wrong with the log of events, and what its followers throw. */
export function logErrors(logger: Logger): (err: unknown) => void {
  return (err) => logger.warn({ err }, 'the log of events met an error')
}
