import { createMemoryBudgetStore } from '../budget/memory/memory-budget-store.ts'
import type { Config } from '../config/config.ts'
import { createDatabase } from '../database/database.ts'
import { createPglitePool } from '../database/pglite-pool.ts'
import { sharePool } from '../database/shared-pool.ts'
import { createMemoryEventLog } from '../events/memory/memory-event-log.ts'
import { shareEventLog } from '../events/remote-event-log.ts'
import type { StorefrontTables } from '../storefront/tables.ts'
import { createJoinedMetrics, type JoinedMetrics } from '../telemetry/joined-metrics.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createCalls } from '../workers/calls.ts'
import { startWorkers, type WorkerProcess, type WorkersOptions } from '../workers/start-workers.ts'
import { type Closers, closeAll } from './closers.ts'
import { fill } from './open-database.ts'
import { logErrors } from './open-shared.ts'
import type { PrimaryVerbs, WorkerVerbs } from './primary-process.ts'
import type { Running } from './running.ts'

/**
 * The process that starts the others and serves nothing itself. What has no Redis or PostgreSQL to be in is kept here,
 * so that all workers share it.
 */
export async function startPrimary(config: Config, logger: Logger): Promise<Running> {
  const closers: Closers = []
  const close = () => closeAll(closers, (err) => logger.warn({ err }, 'something did not close'))
  try {
    const kept = await openKept(config, logger, closers)
    const own = createMetrics()
    const metrics = createJoinedMetrics<object>()
    metrics.add(process, own.values)

    const workers = await startWorkers({
      count: config.server.processes,
      attach: (worker) => attach(worker, kept, metrics),
      onLost({ pid, how, delayMs }) {
        logger.error({ worker: pid, delayMs }, `a worker process ended with ${how}: another one is started`)
      },
      stopTimeoutMs: config.server.drainDelayMs + config.server.drainTimeoutMs + STOP_MARGIN_MS,
    })
    const reload = () => workers.signal('SIGHUP')
    process.on('SIGHUP', reload)
    return {
      port: workers.port,
      lateRejection: own.lateRejection,
      async stop() {
        process.off('SIGHUP', reload)
        if (!(await workers.stop())) process.exitCode = 1
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What a worker needs beyond its drain to close what it has. */
const STOP_MARGIN_MS = 10_000

type Attached = ReturnType<WorkersOptions['attach']>

type Kept = Awaited<ReturnType<typeof openKept>>

async function openKept(config: Config, logger: Logger, closers: Closers) {
  const store = createMemoryBudgetStore()
  const log = createMemoryEventLog({ ...config.subscriptions, onError: logErrors(logger) })
  closers.push(store.close, log.close)
  if (config.databaseUrl !== undefined) return { store, log }
  const pool = await createPglitePool()
  const database = await createDatabase<StorefrontTables>({ pool })
  closers.push(database.close)
  await fill(database.db, config)
  return { store, log, pool }
}

/** Answers one worker. */
function attach(worker: WorkerProcess, { store, log, pool }: Kept, metrics: JoinedMetrics<object>): Attached {
  let isReady = (_port: number) => {}
  const ready = new Promise<number>((resolve) => {
    isReady = resolve
  })
  const sharedLog = shareEventLog(log, {
    event: (following, event) => calls.tell.event(following, event),
    end: (following, reason) => calls.tell.end(following, reason),
  })
  const sharedPool = pool && sharePool(pool)
  const calls = createCalls<WorkerVerbs>(worker.channel, {
    ...store,
    ...sharedLog,
    ...sharedPool,
    expose: metrics.expose,
    ready(port) {
      metrics.add(worker, calls.call.values)
      isReady(port)
    },
  } satisfies Partial<PrimaryVerbs> & object)
  return {
    ready,
    gone() {
      calls.close()
      metrics.remove(worker)
      sharedLog.gone()
      void sharedPool?.gone()
    },
  }
}
