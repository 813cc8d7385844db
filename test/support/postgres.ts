import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { freePort } from './services.ts'

export interface PostgresServer {
  /** `postgres://user:password@host:port/database` of a user who may create databases. */
  readonly url: string
  /** An empty database, for the caller alone. */
  createDatabase(): Promise<string>
  /** Drops the databases it created, or the whole server where that was started for the tests. */
  stop(): Promise<void>
}

/** The server that `databaseUrl` names, else one of our own. */
export async function openPostgres(databaseUrl: string | undefined): Promise<PostgresServer> {
  const own = databaseUrl === undefined || databaseUrl === '' ? await startPostgres() : undefined
  const url = own?.url ?? databaseUrl ?? ''
  const created: string[] = []
  return {
    url,
    async createDatabase() {
      const name = `tollgate_test_${randomUUID().replaceAll('-', '')}`
      await execute(url, `create database ${name} template template0`)
      created.push(name)
      return databaseOf(url, name)
    },
    async stop() {
      if (own !== undefined) return await own.stop()
      for (const name of created) await execute(url, `drop database if exists ${name} with (force)`)
    },
  }
}

/** A PostgreSQL of our own on a free port of the loopback interface, without regard for what a crash would lose. */
export async function startPostgres(): Promise<{ url: string; port: number; stop(): Promise<void> }> {
  const binaries = await ensurePostgresInstalled()
  const user = unprivilegedUser()
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-postgres-'))
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'password')
  const password = randomUUID()
  await mkdir(data)
  await writeFile(passwordFile, password)
  if (user !== undefined) for (const path of [directory, data, passwordFile]) await chown(path, user.uid, user.gid)

  const initdb = spawnSync(
    join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'tollgate',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
    ],
    { ...user, cwd: directory, encoding: 'utf8' },
  )
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`)

  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const child = spawn(join(binaries, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...user,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`postgres ended with exit code ${code}: ${log}`)))
    // The log goes on being read, or the server would stop at a full pipe.
    child.stderr.on('data', (text: Buffer) => {
      log += text
      if (log.includes('ready to accept connections')) resolve()
    })
  })
  return {
    url: `postgres://tollgate:${password}@127.0.0.1:${port}/postgres`,
    port,
    stop: async () => {
      // Immediate shutdown: it waits for no client and frees the shared memory, as SIGKILL would not.
      child.kill('SIGQUIT')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function databaseOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** PostgreSQL refuses to run as root; Debian's package comes with a user for it. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout),
  )
  if (!uid || !gid) throw new Error(`PostgreSQL does not run as root, and there is no user postgres. ${MEND}`)
  return { uid, gid }
}

const MEND =
  'These tests need a PostgreSQL. Set DATABASE_URL, or install one: sudo apt-get install -y --no-install-recommends postgresql'

/** The folder of the binaries. Debian keeps them by version and off the PATH. */
async function ensurePostgresInstalled(): Promise<string> {
  const found = await findBinaries()
  if (found !== undefined) return found
  const debianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (!debianRoot) throw new Error(MEND)
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'postgresql']]) {
    const run = spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (run.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed. ${MEND}`)
  }
  const installed = await findBinaries()
  if (installed === undefined) throw new Error(MEND)
  return installed
}

async function findBinaries(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newest = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'))
  const onPath = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim()
  return [...newest, ...(onPath ? [onPath] : [])].find(
    (folder) => spawnSync(join(folder, 'postgres'), ['--version']).status === 0,
  )
}

const DEBIAN = '/usr/lib/postgresql'
