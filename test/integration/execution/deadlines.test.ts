import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { type DocumentNode, type ExecutionArgs, execute, parse } from 'graphql'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createDatabase, type Database } from '../../../src/database/database.ts'
import { createExecutor } from '../../../src/execution/compiled/executor.ts'
import { executeWithDeadline } from '../../../src/execution/execute-with-deadline.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'

const TIMEOUT_MS = 50
const CONNECTIONS = 4
/** How many operations run into their deadline. 1 000 take half a minute: DEADLINES=1000 asks for them. */
const OPERATIONS = Number(process.env['DEADLINES'] ?? 200)

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const schema = makeExecutableSchema<{ db: Kysely<unknown> }>({
  typeDefs: 'type Query { sleep: Int, nothing: Int }',
  resolvers: {
    Query: {
      sleep: async (_, __, { db }) => void (await sql`select pg_sleep(60)`.execute(db)),
      nothing: async (_, __, { db }) => void (await sql`select null`.execute(db)),
    },
  },
})

/** Each source once, as admission keeps it: what is compiled is kept by its document. */
const documents = new Map<string, DocumentNode>()
function documentOf(source: string): DocumentNode {
  const document = documents.get(source) ?? parse(source)
  documents.set(source, document)
  return document
}

const executor = createExecutor({ interpretedRuns: 0 })
const ways = [
  ['graphql-js', execute],
  ['compiled execution', (args: ExecutionArgs) => executor.execute(args, args.document)],
] as const

describe.each(ways)('operations whose resolvers sleep in PostgreSQL for a minute, under %s', (_, executeIt) => {
  let server: PostgresServer
  let database: Database<unknown>
  let watcher: Database<unknown>
  beforeAll(async () => {
    server = await openPostgres(inject('databaseUrl'))
    const url = await server.createDatabase()
    database = await createDatabase({ url, maxConnections: CONNECTIONS })
    watcher = await createDatabase({ url, maxConnections: 1 })
  })
  afterAll(async () => {
    await database.close()
    await watcher.close()
    await server.stop()
  })

  async function run(source: string) {
    const controller = new AbortController()
    const contextValue = { db: database.during(controller.signal) }
    const startedAtMs = performance.now()
    const { kind } = await executeWithDeadline(
      () => executeIt({ schema, document: documentOf(source), contextValue }),
      TIMEOUT_MS,
      controller,
    )
    return { kind, elapsedMs: performance.now() - startedAtMs }
  }

  /** How many operations end, of as many as there are, with the pool's connections busy. */
  async function runInTurns(count: number): Promise<readonly number[]> {
    const elapsed: number[] = []
    let left = count
    async function next(): Promise<void> {
      while (left-- > 0) {
        const { kind, elapsedMs } = await run('{ sleep }')
        expect(kind).toBe('timed-out')
        elapsed.push(elapsedMs)
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, next))
    return elapsed.toSorted((a, b) => a - b)
  }

  async function running(): Promise<readonly unknown[]> {
    const { rows } = await sql`select query from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`.execute(watcher.db)
    return rows
  }

  function heapBytes(): number {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }

  test(`end at their deadline, ${OPERATIONS} of them, and leave no statement, no connection taken and no memory`, async () => {
    await runInTurns(40)
    const heapBefore = heapBytes()
    const elapsed = await runInTurns(OPERATIONS)
    const last = elapsed.at(-1) ?? Number.NaN
    // The machine that tests may be busy; a statement that goes on would take a minute.
    expect(last).toBeLessThan(TIMEOUT_MS + 1_000)
    await expect.poll(running).toEqual([])
    const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => run('{ nothing }')))
    expect(all.map(({ kind }) => kind)).toEqual(Array(CONNECTIONS).fill('completed'))
    const grownBytes = heapBytes() - heapBefore
    expect(grownBytes).toBeLessThan(1_000_000)
    if (process.env['DEADLINES'] === undefined) return
    const late = [elapsed[elapsed.length >> 1] ?? Number.NaN, last].map((ms) => `${(ms - TIMEOUT_MS).toFixed(1)} ms`)
    process.stdout.write(`median and maximum after the deadline: ${late.join(', ')}; heap: +${grownBytes} bytes\n`)
  }, 120_000)
})
