import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'
import { type LoadConfigOptions, loadConfig } from './load-config.ts'

export interface WatchConfigOptions extends Omit<LoadConfigOptions, 'file'> {
  /** What is in effect, as `loadConfig` has read it with the same `env` and `cwd`. Its file is watched. */
  readonly config: Config
  /**
   * Called with what the file has become, whole and without mistakes: once for each change of a setting, and when a
   * mistake is mended. Where it throws, the configuration before stays in effect.
   */
  readonly onChange: (config: Config) => void
  /** Called with a `ConfigError` that names every mistake, or with what `onChange` has thrown. */
  readonly onMistake: (error: unknown) => void
  /** How often the file is looked at where the system does not tell of its changes. @default 5000 */
  readonly pollMs?: number
}

export interface ConfigWatch {
  /** Reads the file now. Whoever asks is told of its mistakes, again if need be. */
  reload(): void
  /** Nothing is called any more. */
  close(): void
}

/**
 * Reads the configuration again whenever its file changes: written in place, replaced by another, or reached through a
 * link that leads elsewhere now, as Kubernetes does it. A file that is deleted is a mistake until there is one again; no
 * other takes its place.
 */
export function watchConfig(options: WatchConfigOptions): ConfigWatch {
  const { config, onChange, onMistake, pollMs = 5_000, ...source } = options
  const { file } = config
  let current = config
  let isMistaken = false
  let seen: string | undefined
  let read: string | undefined
  let timer: NodeJS.Timeout | undefined

  function reload(): void {
    read = seen = versionOf(file)
    try {
      const next = loadConfig({ ...source, file })
      if (!isMistaken && isDeepStrictEqual(next, current)) return
      onChange(next)
      current = next
      isMistaken = false
    } catch (error) {
      isMistaken = true
      onMistake(error)
    }
  }

  /** A file is read when it has looked the same twice. Until then it may be half written, or about to be replaced. */
  function look(): void {
    timer = undefined
    const now = versionOf(file)
    if (now === read) return
    if (now === seen) reload()
    else {
      seen = now
      lookSoon()
    }
  }

  function lookSoon(): void {
    timer ??= setTimeout(look, SETTLED_MS)
  }

  const watcher = watchFolder(dirname(file), lookSoon)
  const poll = setInterval(lookSoon, pollMs).unref()
  // It may have changed since it was read.
  lookSoon()
  return {
    reload,
    close() {
      watcher?.close()
      clearInterval(poll)
      clearTimeout(timer)
    },
  }
}

const SETTLED_MS = 100

/** The folder, since a file that is replaced is another file. Undefined where the system cannot: then polling has to do. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', onEvent)
  } catch {
    return undefined
  }
}

/** Changes with the file, wherever links lead. */
function versionOf(file: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true })
    return `${dev} ${ino} ${size} ${mtimeNs}`
  } catch {
    return 'missing'
  }
}
