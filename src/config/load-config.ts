import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkConfig } from './checks/check-config.ts'
import type { Mistake } from './checks/mistake.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, configSchema } from './config-schema.ts'
import { readConfigSource } from './config-source.ts'
import { readEnvironment } from './environment.ts'
import { shown } from './settings/found.ts'
import { toConfig } from './to-config.ts'

export interface LoadConfigOptions {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where `tollgate.yaml` is looked for, and where relative paths begin. @default process.cwd() */
  readonly cwd?: string
  /** The file to read, whatever the environment says. */
  readonly file?: string
}

/**
 * Reads the configuration: the file that `TOLLGATE_CONFIG` names, else `tollgate.yaml` in `cwd`, else the one that is
 * shipped; then the environment, which wins. One file is read, and read whole: nothing is merged from another.
 *
 * @throws ConfigError that names every mistake of file and environment
 */
export function loadConfig({ env = process.env, cwd = process.cwd(), file: named }: LoadConfigOptions = {}): Config {
  const path = pathOf(named ?? env['TOLLGATE_CONFIG'], cwd)
  const file = readFile(path, cwd, env['NODE_ENV'] === 'production')
  const environment = readEnvironment(env)
  if ('values' in file && 'values' in environment) return toConfig(path, file.values, environment.values)
  throw new ConfigError([file, environment].flatMap((read) => ('mistakes' in read ? read.mistakes : [])))
}

const FILE_NAME = 'tollgate.yaml'

/** The package is two folders up, from `src/config` as from `dist/config`. */
const shipped = fileURLToPath(new URL(`../../${FILE_NAME}`, import.meta.url))

function pathOf(named: string | undefined, cwd: string): string {
  if (named) return resolve(cwd, named)
  const local = resolve(cwd, FILE_NAME)
  return existsSync(local) ? local : shipped
}

type Read<Values> = { readonly values: Values } | { readonly mistakes: readonly string[] }

function readFile(path: string, cwd: string, inProduction: boolean): Read<ConfigFile> {
  const fromHere = relative(cwd, path)
  const name = fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return { mistakes: [`${name}: cannot be read: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const source = readConfigSource(text)
  if ('mistakes' in source) {
    return { mistakes: source.mistakes.map(({ line, message }) => `${name}:${line} ${message}`) }
  }
  const parsed = configSchema.safeParse(source.value)
  const mistakes = [...(parsed.error?.issues.flatMap(mistakesOf) ?? []), ...checkConfig(source.value, inProduction)]
  if (parsed.success && mistakes.length === 0) return { values: parsed.data }
  const lines = mistakes
    .map((mistake) => ({ line: source.lineOf(mistake.path), text: textOf(mistake) }))
    .sort((one, other) => one.line - other.line)
    .map(({ line, text }) => `${name}:${line} ${text}`)
  // A setting that breaks two rules says the same twice.
  return { mistakes: [...new Set(lines)] }
}

type Issue = NonNullable<ReturnType<typeof configSchema.safeParse>['error']>['issues'][number]

/** An issue about unknown keys is about several; `setting.section` gives each of them a line of the message. */
function mistakesOf(issue: Issue): readonly Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [issue]
  const messages = issue.message.split('\n')
  return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: messages[index] ?? issue.message }))
}

/** `tiers.free.budgets[0].capacity: found …` */
function textOf({ path, message }: Mistake): string {
  const steps = path.map((step, index) => {
    if (typeof step === 'number') return `[${step}]`
    const key = String(step)
    if (!/^[\w-]+$/.test(key)) return `[${shown(key)}]`
    return index === 0 ? key : `.${key}`
  })
  return steps.length === 0 ? message : `${steps.join('')}: ${message}`
}
