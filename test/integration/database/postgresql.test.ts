import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createDatabase, type Database, type DatabaseOptions } from '../../../src/database/database.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { poolDuring } from '../../../src/database/pool-during.ts'
import { postgresqlPool } from '../../../src/database/postgresql-pool.ts'
import { describeDatabase } from '../../support/describe-database.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'
import { freePort } from '../../support/services.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgres(inject('databaseUrl'))
})
afterAll(async () => {
  await server.stop()
})

describeDatabase('postgresql', async () => ({ url: await server.createDatabase() }))

describe('a database on postgresql', () => {
  const opened: Database<unknown>[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()))
  })
  async function open(options: DatabaseOptions) {
    const database = await createDatabase<unknown>(options)
    opened.push(database)
    return database
  }

  test('gives up a statement after its time, and goes on with the connection', async () => {
    const { db } = await open({ url: server.url, statementTimeoutMs: 50, maxConnections: 1 })
    await expect(sql`select pg_sleep(30)`.execute(db)).rejects.toMatchObject({ code: '57014' })
    expect((await sql`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }])
  })

  describe('during a signal that aborts', () => {
    const reason = new Error('nobody waits any more')
    const sleep = sql`select pg_sleep(60)`

    /** A database with one connection, and what another one sees of it. */
    async function openWatched() {
      const url = await server.createDatabase()
      const watcher = await open({ url })
      const database = await open({ url, maxConnections: 1 })
      const controller = new AbortController()
      return {
        db: database.db,
        wanted: database.during(controller.signal),
        controller,
        async running() {
          const { rows } = await sql<{ query: string }>`select query from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`.execute(watcher.db)
          return rows.map(({ query }) => query)
        },
      }
    }

    async function processId(db: Database<unknown>['db']) {
      return (await sql`select pg_backend_pid() as pid`.execute(db)).rows
    }

    test('cancels the statement that runs, and goes on with the connection', async () => {
      const { db, wanted, controller, running } = await openWatched()
      const before = await processId(db)
      const sleeping = expect(sleep.execute(wanted)).rejects.toBe(reason)
      await expect.poll(running).toEqual(['select pg_sleep(60)'])
      controller.abort(reason)
      await sleeping
      await expect.poll(running).toEqual([])
      expect(await processId(db)).toEqual(before)
    })

    test('rolls back, and begins nothing of what a transaction had sent with the statement that ran', async () => {
      const { db, wanted, controller, running } = await openWatched()
      await sql`create table marks (n integer)`.execute(db)
      const mark = (n: number) => sql`insert into marks values (${n})`
      const transaction = wanted
        .transaction()
        .execute((on) => Promise.all([mark(1), sleep, mark(2)].map((statement) => statement.execute(on))))
      const undone = expect(transaction).rejects.toBe(reason)
      await expect.poll(running).toEqual(['select pg_sleep(60)'])
      controller.abort(reason)
      await undone
      await expect.poll(running).toEqual([])
      await mark(3).execute(db)
      expect((await sql`select n from marks`.execute(db)).rows).toEqual([{ n: 3 }])
    })

    test('cancels a statement that has not arrived yet', async () => {
      const { wanted, controller, running } = await openWatched()
      const sleeping = sql`select pg_sleep(60), ${'x'.repeat(50_000_000)}::text`.execute(wanted)
      setImmediate(() => controller.abort(reason))
      await expect(sleeping).rejects.toBe(reason)
      await expect.poll(running).toEqual([])
    }, 5_000)

    test('never cancels the next statement of its connection', async () => {
      const pool = await postgresqlPool(server.url, { maxConnections: 1, connectionTimeoutMs: 3_000 })
      onTestFinished(() => pool.end())
      for (let round = 0; round < 100; round++) {
        const controller = new AbortController()
        const client = await poolDuring(pool, controller.signal).connect()
        const statement = client.query('select 1', [])
        await undefined
        controller.abort(reason)
        await statement.catch(() => undefined)
        client.release()
        const next = await pool.connect()
        await next.query('select pg_sleep(0.001)', []).finally(() => next.release())
      }
    })
  })

  test('outlives the loss of an idle connection, tells of it, and makes a new one', async () => {
    let lost: (error: Error) => void = () => undefined
    const loss = new Promise<Error>((resolve) => {
      lost = resolve
    })
    const { db } = await open({ url: server.url, maxConnections: 1, onConnectionLost: (error) => lost(error) })
    const killer = await open({ url: server.url })
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(killer.db)
    expect(await loss).toMatchObject({ code: '57P01' })
    expect((await sql`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }])
  })

  test('outlives the loss of a connection between two statements of a transaction, which fails', async () => {
    const errors: Error[] = []
    const { db } = await open({ url: server.url, maxConnections: 1, onConnectionLost: (error) => errors.push(error) })
    const killer = await open({ url: server.url })
    const failed = db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(killer.db)
      await expect.poll(() => errors.length).toBe(1)
      await sql`select 1`.execute(transaction)
    })
    await expect(failed).rejects.toThrow('not queryable')
    expect((await sql`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }])
    expect(errors).toMatchObject([{ code: '57P01' }])
  })

  test('is migrated by one of two that start at once, however long the other waits', async () => {
    const url = await server.createDatabase()
    const nodes = [await open({ url, statementTimeoutMs: 100 }), await open({ url, statementTimeoutMs: 100 })]
    const slow = {
      async up(db: Database<unknown>['db']) {
        await sql`create table slow as select pg_sleep(0.5)::text`.execute(db)
      },
    }
    const ran = await Promise.all(nodes.map(({ db }) => migrate(db, { '0001-slow': slow })))
    expect(ran.toSorted((a, b) => a.length - b.length)).toEqual([[], ['0001-slow']])
    for (const { db } of nodes) {
      expect((await sql`show statement_timeout`.execute(db)).rows).toEqual([{ statementTimeout: '100ms' }])
    }
  })

  test.each([
    ['a port where nothing listens', async () => `127.0.0.1:${await freePort()}`, /ECONNREFUSED/],
    ['a server that refuses the user', async () => hostOf(server.url), /"ada"/],
  ])('names host and port, and never the password, of %s', async (_title, findHost, reason) => {
    const host = await findHost()
    const error = await open({ url: `postgres://ada:secret@${host}/nowhere` }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ message: expect.stringMatching(reason) })
    expect(error).toMatchObject({ message: expect.stringContaining(`PostgreSQL at ${host} cannot be used`) })
    expect(String(error)).not.toContain('secret')
  })

  function hostOf(url: string): string {
    const { hostname, port } = new URL(url)
    return `${hostname}:${port || 5432}`
  }

  test.each(['mysql://root:secret@host/db', 'postgres://ada:sec%ret@', 'host=x password=secret', ''])(
    'refuses the url %j without repeating it',
    async (url) => {
      await expect(open({ url })).rejects.toThrow(/^(A PostgreSQL URL begins|This PostgreSQL URL has)(?!.*sec)/)
    },
  )
})
