import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import Fastify from 'fastify'
import { buildSchema, parse, print, validate, visit } from 'graphql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { explain } from '../../src/cli/explain.ts'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { schemaRoute } from '../../src/server/schema-route.ts'

const GUIDE = 'docs/guides/cost.md'
const MIGRATING = readdirSync('docs/guides/migrating').map((name) => `docs/guides/migrating/${name}`)

const directives = readFileSync('schema/cost.graphql', 'utf8')
const storefront = ['cost', 'platform', 'storefront/catalogue', 'storefront/orders']
  .map((name) => readFileSync(`schema/${name}.graphql`, 'utf8'))
  .join('\n')

/** A fenced block: `info` is what stands behind the language. */
interface Block {
  readonly language: string
  readonly info: string
  readonly text: string
  /** The SDL of the last schema block before it; the storefront's where there is none. */
  readonly sdl: string
}

/** A row of a table whose first column is an operation: cells by column title. */
interface Row {
  readonly operation: string
  readonly cells: Readonly<Record<string, string>>
  readonly sdl: string
}

function read(path: string): { readonly blocks: readonly Block[]; readonly rows: readonly Row[] } {
  const blocks: Block[] = []
  const rows: Row[] = []
  let sdl = storefront
  let titles: readonly string[] | undefined
  const parts = /^```(\w*) ?(.*)\n([\s\S]*?)\n```$|^\|(.*)\|$|^$/gm
  for (const [, language = '', info = '', text, line] of readFileSync(path, 'utf8').matchAll(parts)) {
    if (text !== undefined) {
      if (info === 'schema' || info === 'published')
        sdl = text.includes('directive @cost') ? text : `${directives}\n${text}`
      blocks.push({ language, info, text, sdl })
    }
    if (line === undefined) {
      titles = undefined
      continue
    }
    const cells = line.split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'))
    if (titles === undefined) titles = cells
    else if (titles[0] === 'Operation' && !/^-+$/.test(cells[0] ?? '')) {
      const byTitle = Object.fromEntries(titles.map((title, column) => [title, cells[column] ?? '']))
      rows.push({ operation: cells[0] ?? '', cells: byTitle, sdl })
    }
  }
  return { blocks, rows }
}

/** The columns that say what Tollgate says. Others belong to other programs, or are prose. */
const columns: Readonly<Record<string, (row: Row) => number | string>> = {
  'Field cost': (row) => priced(row).fieldCost,
  'Type cost': (row) => priced(row).typeCost,
  Cost: (row) => priced(row).cost,
  'Published field cost': (row) => priced(row).fieldCost,
  'Published type cost': (row) => priced(row).typeCost,
  Refused: (row) => (planned(row).violations(variablesOf(row.cells['Variables'])).length > 0 ? 'yes' : 'no'),
  Published: (row) => priced(row, 'apolloRouter').cost,
  'Preset apolloRouter': (row) => priced(row, 'apolloRouter').cost,
}

function planned({ operation, sdl }: Row, preset: 'ibm' | 'apolloRouter' = 'ibm') {
  const schema = buildSchema(sdl)
  const document = parse(operation)
  expect(validate(schema, document)).toEqual([])
  return createCostModel(schema, { preset }).plan(document)
}

function priced(row: Row, preset?: 'ibm' | 'apolloRouter') {
  return planned(row, preset).estimate(variablesOf(row.cells['Variables']))
}

function variablesOf(json: string | undefined): Record<string, unknown> {
  return JSON.parse(json || '{}')
}

function only(path: string, kind: string): Block {
  const [block, ...others] = read(path).blocks.filter(({ info }) => info.split(' ')[0] === kind)
  if (block === undefined || others.length > 0) throw new Error(`${path} has not exactly one block "${kind}"`)
  return block
}

describe.each([GUIDE, ...MIGRATING])('%s', (path) => {
  const { rows } = read(path)

  test('has tables of operations', () => {
    expect(rows.length).toBeGreaterThan(3)
  })

  test.each(rows.map((row) => [`${row.operation} ${row.cells['Variables'] ?? ''}`, row] as const))(
    'says what the engine says of %s',
    (_, row) => {
      const said = Object.entries(row.cells).filter(([title, cell]) => title in columns && cell !== '')
      expect(said.length).toBeGreaterThan(0)
      const computed = said.map(([title]) => [title, String(columns[title]?.(row))])
      expect(Object.fromEntries(computed)).toEqual(Object.fromEntries(said))
    },
  )

  test('annotates every line of its query with what it adds', () => {
    const block = only(path, 'operation')
    const document = parse(block.text)
    expect(validate(buildSchema(block.sdl), document)).toEqual([])
    const explained = createCostModel(buildSchema(block.sdl))
      .plan(document)
      .explain(variablesOf(block.info.replace('operation', '')))
    expect(linesOf(block.text)).toEqual(computedLines(block.text, explained.rows))
    const sum = linesOf(block.text).reduce(([a, b], [field, type]) => [a + field, b + type], [0, 0])
    expect(sum).toEqual([explained.fieldCost, explained.typeCost])
    const { fieldCost, typeCost, cost } = explained
    expect(readFileSync(path, 'utf8')).toMatch(
      new RegExp(`field\\s+cost\\s+${fieldCost},\\s+type\\s+cost\\s+${typeCost},\\s+cost\\s+${cost}\\b`, 'i'),
    )
  })

  test('links to pages that exist', () => {
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\(([^)#:]+)[)#]/g)].map(([, link = '']) => link)
    const missing = links.filter((link) => !existsSync(join(dirname(path), link)))
    expect(missing).toEqual([])
  })
})

/** `# field + type` at the end of each line; 0 and 0 where there is none. */
function linesOf(operation: string): [number, number][] {
  return operation.split('\n').map((line) => {
    const [, field, type] = /# +([\d.]+) \+ +([\d.]+)/.exec(line) ?? []
    return [Number(field ?? 0), Number(type ?? 0)]
  })
}

type Rows = ReturnType<ReturnType<ReturnType<typeof createCostModel>['plan']>['explain']>['rows']

/** The rows' own costs, at the lines where their fields are written. */
function computedLines(operation: string, rows: Rows): [number, number][] {
  const lines = operation.split('\n').map((): [number, number] => [0, 0])
  const path: string[] = []
  const add = (line: number) => {
    for (const { own } of rows.filter((row) => row.path === path.join('.'))) {
      const [field, type] = lines[line] ?? [0, 0]
      lines[line] = [field + own.fieldCost, type + own.typeCost]
    }
  }
  visit(parse(operation), {
    OperationDefinition: ({ loc }) => add((loc?.startToken.line ?? 1) - 1),
    Field: {
      enter({ alias, name, loc }) {
        path.push((alias ?? name).value)
        add((loc?.startToken.line ?? 1) - 1)
      },
      leave: () => void path.pop(),
    },
  })
  return lines
}

describe('the guide to costs', () => {
  const shop = only(GUIDE, 'operation').text
  const page = readFileSync(GUIDE, 'utf8')

  function explainShop(maxCost?: number) {
    const limit = maxCost === undefined ? {} : { maxCost }
    return explain({ schema: ['schema/**/*.graphql'], operation: '-', ...limit }, Readable.from([Buffer.from(shop)]))
  }

  test('shows what tollgate explain prints', async () => {
    expect(page).toContain(`\`\`\`\n${(await explainShop()).stdout}\`\`\``)
  })

  test('shows how a check in CI fails', async () => {
    const [, maxCost] = /--max-cost (\d+)/.exec(page) ?? []
    const result = await explainShop(Number(maxCost))
    expect(result.exitCode).toBe(1)
    expect(page).toContain(`\`\`\`\n${result.stderr}\`\`\``)
  })

  test('shows a row as GraphQL-Cost: explain sends it', () => {
    const [, query] = /-d '\{"query":"(.*)"\}'/.exec(page) ?? []
    const { rows } = createCostModel(buildSchema(storefront))
      .plan(parse(query ?? ''))
      .explain()
    expect(rows).toContainEqual(JSON.parse(only(GUIDE, 'row').text))
  })

  test('shows the counts of its query', () => {
    const { counts } = createCostModel(buildSchema(storefront)).plan(parse(shop)).explain()
    expect(counts).toMatchObject(JSON.parse(only(GUIDE, 'counts').text))
  })

  test.each(read(GUIDE).blocks.filter(({ info }) => info === 'run'))('has code that runs: $text', async ({ text }) => {
    expect(await outputOf(text)).toEqual(promisedBy(text))
  })
})

/** The comments behind `console.log(…)`. */
function promisedBy(snippet: string): readonly string[] {
  return [...snippet.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, promised = '']) => promised)
}

/** Runs a snippet in a process of its own, against the storefront's schema over HTTP, as a user's bundle would be. */
async function outputOf(snippet: string): Promise<readonly string[]> {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(schemaRoute, { sdl: storefront, admission: { arrive: async () => undefined } })
  const url = await app.listen({ port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-snippet-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const outfile = join(folder, 'snippet.mjs')
  await build({
    stdin: { contents: snippet.replaceAll('http://localhost:4000', url), resolveDir: process.cwd() },
    alias: { 'tollgate/cost': './src/cost/index.ts' },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'browser',
  })
  const { stdout } = await promisify(execFile)('node', [outfile])
  return stdout.trim().split('\n')
}

describe('the pages for those who come from elsewhere', () => {
  test('share one schema and one query', () => {
    const schemas = MIGRATING.map((path) => only(path, 'schema').text)
    const queries = MIGRATING.map((path) => print(parse(only(path, 'operation').text)))
    expect(new Set(schemas).size).toBe(1)
    expect(new Set(queries).size).toBe(1)
  })
})
