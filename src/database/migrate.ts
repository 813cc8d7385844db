import { type Kysely, type Migration, Migrator, sql } from 'kysely'

/** Migrations by name. They run in the order of their names, each of them once; names are kept for ever. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Brings a database up to date and returns the names of the migrations that it ran. All of them run in one transaction:
 * when one fails, none has happened. Of several processes that start at once, one migrates and the others wait for it.
 */
export async function migrate<Tables>(db: Kysely<Tables>, migrations: Migrations): Promise<readonly string[]> {
  return await db.connection().execute(async (connection) => {
    // An index over much data takes its time, and so does the wait for another process that builds it.
    await sql`set statement_timeout = 0`.execute(connection)
    try {
      return await migrateToLatest(connection, migrations)
    } finally {
      await sql`reset statement_timeout`.execute(connection)
    }
  })
}

async function migrateToLatest<Tables>(db: Kysely<Tables>, migrations: Migrations): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error === undefined) return results.map(({ migrationName }) => migrationName)
  const failed = results.find(({ status }) => status === 'Error')
  const name = failed === undefined ? 'The migrations' : `The migration ${failed.migrationName}`
  throw new Error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}
