import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { configJsonSchema } from '../../src/config/config-schema.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { configFolder, LEAST } from './config-folder.ts'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

const VARIABLES = [
  'NODE_ENV',
  'PORT',
  'HOST',
  'WEB_CONCURRENCY',
  'REDIS_URL',
  'DATABASE_URL',
  'TOLLGATE_CONFIG',
  'LOG_LEVEL',
]

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
}

const jsonSchema: JsonSchema = configJsonSchema()

/** All settings by their path, however deep. */
function settings(
  schema: JsonSchema,
  path = '',
): readonly (readonly [path: string, key: string, schema: JsonSchema])[] {
  const here = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const below = path === '' ? key : `${path}.${key}`
    return [[below, key, inner] as const, ...settings(inner, below)]
  })
  const { additionalProperties: named, items } = schema
  const each = typeof named === 'object' ? settings(named, `${path}.*`) : []
  return [...here, ...each, ...(items ? settings(items, `${path}[]`) : [])]
}

describe('tollgate.schema.json', () => {
  test('is what the schema says; otherwise run npx tsx scripts/write-config-schema.ts', () => {
    expect(JSON.parse(read('tollgate.schema.json'))).toEqual(jsonSchema)
  })

  test.each(settings(jsonSchema))('has a type and a description for %s', (_path, _key, schema) => {
    expect(schema).toMatchObject({ type: expect.any(String), description: expect.stringMatching(/\.$/) })
  })
})

describe('tollgate.yaml', () => {
  const load = (text: string) => {
    const { file: _, ...config } = loadConfig({ env: {}, cwd: configFolder({ 'tollgate.yaml': text }) })
    return config
  }

  test('shows in its comments the defaults, and nothing else', () => {
    const shipped = read('tollgate.yaml')
    // What can be uncommented has no space after the #, or two. Prose and examples have one, or more than two.
    const uncommented = shipped.replaceAll(/^#(?=\S| {2}\S)/gm, '')
    expect(uncommented).not.toBe(shipped)
    expect(load(uncommented)).toEqual(load(shipped))
  })

  test('has examples of every algorithm, meter and level, which can be used as they are', () => {
    const examples = [...read('tollgate.yaml').matchAll(/^# - (\{.*)$/gm)].map(([, budget]) => `      - ${budget}\n`)
    const budgets = load(`${LEAST}${examples.join('')}`).tiers['anonymous']?.budgets ?? []
    const different = (key: 'algorithm' | 'meter' | 'level') => new Set(budgets.map((budget) => budget[key])).size
    expect([different('algorithm'), different('meter'), different('level')]).toEqual([6, 4, 3])
  })

  test('has an example of a client of its own, which can be used as it is', () => {
    const shipped = read('tollgate.yaml')
    const [client = ''] = /^# - id:.*\n(# {3}.*\n)+/m.exec(shipped) ?? []
    const { clients } = load(shipped.replace(/^#clients: \[\]$/m, `clients:\n${client.replaceAll(/^#/gm, '')}`))
    expect(clients).toMatchObject([{ client: { id: 'ada' }, ownTier: { maxCost: 8000 } }])
  })

  test.each(settings(jsonSchema))('names %s', (_, key) => {
    expect(read('tollgate.yaml')).toMatch(new RegExp(`\\b${key}\\b`))
  })
})

describe.each(['docs/guides/configuration.md', '.env.example'])('%s', (name) => {
  test.each(VARIABLES)('names the environment variable %s', (variable) => {
    expect(read(name)).toMatch(new RegExp(`\\b${variable}\\b`))
  })
})

describe('.env.example', () => {
  test('sets nothing as it is, and nothing that is refused when it is uncommented', () => {
    const variables = (text: string) =>
      Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
    const text = read('.env.example')
    expect(variables(text)).toEqual({})
    const env = variables(text.replaceAll(/^#(?=\S)/gm, ''))
    expect(Object.keys(env).sort()).toEqual([...VARIABLES].sort())
    expect(loadConfig({ env, cwd: fileURLToPath(new URL('../..', import.meta.url)) })).toMatchObject({
      environment: 'development',
      server: { host: 'localhost', port: 4000 },
      log: { level: 'info' },
    })
  })
})
