import { EventEmitter, once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { type WatchConfigOptions, watchConfig } from '../../src/config/watch-config.ts'
import { configFolder, LEAST } from './config-folder.ts'

const withCapacity = (capacity: number) => LEAST.replace('300', String(capacity))
const capacityOf = ({ tiers }: Config) => tiers['anonymous']?.budgets[0]?.capacity

/** Watches a file, and keeps what is told: the capacity that it has now, or what is wrong with it. */
function watched(folder: string, options: Partial<WatchConfigOptions> = {}) {
  const source = { env: {}, cwd: folder }
  const told: unknown[] = []
  const emitter = new EventEmitter()
  const tell = (what: unknown) => {
    told.push(what)
    emitter.emit('told')
  }
  const { reload, close } = watchConfig({
    config: loadConfig(source),
    ...source,
    onChange: (next) => tell(capacityOf(next)),
    onMistake: (error) => tell(error instanceof Error ? error.message : error),
    ...options,
  })
  onTestFinished(close)
  /** Does something, and waits until the next is told. */
  async function untilTold(act: () => void): Promise<void> {
    const next = once(emitter, 'told')
    act()
    await next
  }
  return { told, untilTold, reload, close }
}

/** One folder with a file in it, and a way of changing that. */
interface Way {
  readonly way: string
  readonly start: () => string
  readonly write: (folder: string, text: string) => void
}

const plain = () => configFolder({ 'tollgate.yaml': LEAST })

const ways: readonly Way[] = [
  { way: 'in place', start: plain, write: (folder, text) => writeFileSync(join(folder, 'tollgate.yaml'), text) },
  {
    way: 'in place, piece by piece',
    start: plain,
    write(folder, text) {
      writeFileSync(join(folder, 'tollgate.yaml'), '')
      for (const piece of text.match(/.{1,5}/gs) ?? []) appendFileSync(join(folder, 'tollgate.yaml'), piece)
    },
  },
  {
    way: 'by another file in its place, as editors do',
    start: plain,
    write(folder, text) {
      writeFileSync(join(folder, '.tollgate.yaml.swp'), text)
      renameSync(join(folder, '.tollgate.yaml.swp'), join(folder, 'tollgate.yaml'))
    },
  },
  {
    way: 'by deleting it and writing it again',
    start: plain,
    write(folder, text) {
      unlinkSync(join(folder, 'tollgate.yaml'))
      writeFileSync(join(folder, 'tollgate.yaml'), text)
    },
  },
  {
    way: 'by a link to another folder, as Kubernetes does',
    start() {
      const folder = configFolder({})
      mount(folder, LEAST)
      symlinkSync(join('..data', 'tollgate.yaml'), join(folder, 'tollgate.yaml'))
      return folder
    },
    write: (folder, text) => mount(folder, text),
  },
]

let mounts = 0
function mount(folder: string, text: string): void {
  const version = `..version-${++mounts}`
  mkdirSync(join(folder, version))
  writeFileSync(join(folder, version, 'tollgate.yaml'), text)
  symlinkSync(version, join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  rmSync(join(folder, `..version-${mounts - 1}`), { recursive: true, force: true })
}

describe.each(ways)('a file that is changed $way', ({ start, write }) => {
  test('is told once for each change', async () => {
    const folder = start()
    const { told, untilTold } = watched(folder)
    await untilTold(() => write(folder, withCapacity(301)))
    await untilTold(() => write(folder, withCapacity(302)))
    await untilTold(() => write(folder, withCapacity(303)))
    expect(told).toEqual([301, 302, 303])
  })

  test('keeps what was before while it has mistakes, names them all, and is told when it is good again', async () => {
    const folder = start()
    const { told, untilTold } = watched(folder)
    await untilTold(() => write(folder, `${withCapacity(0)}log: { level: loud }\n`))
    await untilTold(() => write(folder, withCapacity(301)))
    expect(told).toEqual([expect.stringMatching(/2 mistakes:\n.*:6 .*\.capacity: found 0.*\n.*:7 log\.level: /), 301])
  })
})

test('a file that is deleted is a mistake, and the shipped one does not take its place', async () => {
  const folder = plain()
  const { told, untilTold } = watched(folder)
  await untilTold(() => unlinkSync(join(folder, 'tollgate.yaml')))
  await untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(301)))
  expect(told).toEqual([expect.stringMatching(/tollgate\.yaml: cannot be read: ENOENT/), 301])
})

test('a mistake that is taken back is told as mended, though no setting has changed', async () => {
  const folder = plain()
  const { told, untilTold } = watched(folder)
  await untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), 'tiers: {}\n'))
  await untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), LEAST))
  expect(told).toEqual([expect.stringContaining('has no tier anonymous'), 300])
})

test('a file in which no setting has changed is not told', async () => {
  const folder = plain()
  const { told, untilTold, reload } = watched(folder)
  const file = join(folder, 'tollgate.yaml')
  utimesSync(file, new Date(), new Date())
  reload()
  appendFileSync(file, '# a comment\n')
  reload()
  await untilTold(() => writeFileSync(file, withCapacity(301)))
  expect(told).toEqual([301])
})

test('a reload reads at once, and what it has told is not told again', async () => {
  const folder = plain()
  const { told, untilTold, reload } = watched(folder)
  const file = join(folder, 'tollgate.yaml')
  writeFileSync(file, withCapacity(301))
  reload()
  expect(told).toEqual([301])
  writeFileSync(file, 'tiers: []\n')
  reload()
  expect(told).toHaveLength(2)
  await untilTold(() => writeFileSync(file, withCapacity(302)))
  expect(told).toEqual([301, expect.stringContaining('tiers: found a list'), 302])
})

test('whoever asks for a reload is told of mistakes that were told before', () => {
  const folder = plain()
  const { told, reload } = watched(folder)
  writeFileSync(join(folder, 'tollgate.yaml'), '')
  reload()
  reload()
  expect(told).toEqual([expect.stringContaining('tiers: is missing'), expect.stringContaining('tiers: is missing')])
})

test('what has changed between the start and the watch is told', async () => {
  const folder = plain()
  const config = loadConfig({ env: {}, cwd: folder })
  writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(301))
  const { told, untilTold } = watched(folder, { config })
  await untilTold(() => {})
  expect(told).toEqual([301])
})

test('a change that the system does not tell of is found by looking', async () => {
  const elsewhere = plain()
  const folder = configFolder({})
  symlinkSync(join(elsewhere, 'tollgate.yaml'), join(folder, 'tollgate.yaml'))
  const { told, untilTold } = watched(folder, { pollMs: 20 })
  await untilTold(() => writeFileSync(join(elsewhere, 'tollgate.yaml'), withCapacity(301)))
  expect(told).toEqual([301])
})

test('other files that change all the time do not hold up a change', async () => {
  const folder = plain()
  const { told, untilTold } = watched(folder)
  const noise = setInterval(() => appendFileSync(join(folder, 'server.log'), 'a line\n'), 1)
  await untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(301)))
  clearInterval(noise)
  expect(told).toEqual([301])
})

test('a configuration that cannot be put into effect is a mistake, and is tried again', () => {
  const folder = plain()
  const told: unknown[] = []
  const { reload } = watched(folder, {
    onChange(next) {
      if (told.push(capacityOf(next)) === 1) throw new Error('it does not fit')
    },
    onMistake: (error) => told.push(String(error)),
  })
  writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(301))
  reload()
  reload()
  reload()
  expect(told).toEqual([301, 'Error: it does not fit', 301])
})

test('nothing is told once the watch is closed', async () => {
  const folder = plain()
  const closed = watched(folder)
  const open = watched(folder)
  closed.close()
  await open.untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(301)))
  await open.untilTold(() => writeFileSync(join(folder, 'tollgate.yaml'), withCapacity(302)))
  expect(closed.told).toEqual([])
})

test('the environment goes on winning over the file', async () => {
  const folder = plain()
  const changes: Config[] = []
  const source = { env: { PORT: '1234' }, cwd: folder }
  const { reload } = watched(folder, {
    ...source,
    config: loadConfig(source),
    onChange: (next) => changes.push(next),
  })
  writeFileSync(join(folder, 'tollgate.yaml'), `server: { port: 1 }\n${withCapacity(301)}`)
  reload()
  expect(changes).toMatchObject([{ server: { port: 1234 } }])
})
