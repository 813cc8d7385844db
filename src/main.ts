// `npm start` and `tollgate serve` run this: one server, or a primary process that starts several on the same port.
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import type { Running } from './composition/running.ts'
import { startPrimary } from './composition/start-primary.ts'
import { startServer } from './composition/start-server.ts'
import { demoClientsOf } from './composition/watch-rules.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load-config.ts'
import { watchFailures } from './execution/containment/watch-failures.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'

async function main(): Promise<void> {
  try {
    const config = loadConfig()
    const logger = createLogger({ level: config.log.level })
    const isPrimary = cluster.isPrimary && config.server.processes > 1
    const server = await (isPrimary ? startPrimary : startServer)(config, logger)
    stopOnSignals(server, logger)
    watchFailures({
      newId: randomUUID,
      stop: server.stop,
      onLateRejection({ id, error }) {
        logger.error({ err: error, errorId: id }, 'a promise was rejected when nobody waited for it any more')
        server.lateRejection()
      },
      onUncaught: ({ id, error }) =>
        logger.fatal({ err: error, errorId: id }, 'an error was caught by nobody: this server ends'),
    })
    if (cluster.isPrimary) process.stdout.write(greeting(config, server.port))
  } catch (error) {
    process.stderr.write(`${whyNotStarted(error)}\n`)
    process.exitCode = 1
  }
}

function stopOnSignals(server: Running, logger: Logger): void {
  let stoppingSinceMs: number | undefined
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stoppingSinceMs !== undefined) {
      // Whoever asks twice does not want to wait. A signal at once after the first is npm's copy of it.
      if (Date.now() - stoppingSinceMs > 1_000) process.exit(1)
      return
    }
    stoppingSinceMs = Date.now()
    logger.info({ signal }, 'stopping: what was accepted is answered, nothing more is accepted')
    await server.stop()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
}

function greeting(config: Config, port: number): string {
  const { server, redisUrl, databaseUrl, file } = config
  const keys = demoClientsOf(config).map(({ client }) => client.id)
  const host = server.host === '0.0.0.0' || server.host === '::' ? 'localhost' : server.host
  const lines = [
    `Tollgate serves ${server.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}/graphql`,
    `  budgets in ${redisUrl === undefined ? 'memory' : 'Redis'}, data in ${databaseUrl === undefined ? 'PGlite, in memory' : 'PostgreSQL'}, configured by ${file}`,
  ]
  if (keys.length > 0) lines.push(`  demo keys: ${keys.join(', ')}`)
  return `${lines.join('\n')}\n`
}

/** Outages and mistakes of configuration say all in their message. What only a bug throws shows where. */
function whyNotStarted(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isBug = [TypeError, ReferenceError, RangeError, SyntaxError].some((type) => error instanceof type)
  return (isBug ? error.stack : undefined) ?? error.message
}

await main()
