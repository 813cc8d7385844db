import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test } from 'vitest'
import { reportHeaders } from '../../src/admission/report/report-headers.ts'
import type { BudgetState } from '../../src/budget/budget-store.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const GUIDE = 'docs/guides/budgets.md'
const PICTURES = 'docs/guides/budgets'

const run = promisify(execFile)
const page = readFileSync(GUIDE, 'utf8')

/** Fenced blocks, without the indentation of a list that they stand in. `kind` is language and whatever follows it. */
const blocks = [...page.matchAll(/^( *)```(.+)\n([\s\S]*?)\n\1```$/gm)].map(
  ([, indent = '', kind = '', text = '']) => ({
    kind,
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }),
)

function ofKind(kind: string): readonly string[] {
  const texts = blocks.filter((block) => block.kind === kind).map(({ text }) => text)
  if (texts.length === 0) throw new Error(`${GUIDE} has no block "${kind}"`)
  return texts
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-guide-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function load(yaml: string) {
  const file = join(temporaryFolder(), 'tollgate.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ env: {}, file })
}

function tiersWith(budgets: string): string {
  return `tiers:\n  anonymous:\n    maxCost: 200\n    timeout: 5s\n    budgets:\n${budgets.replaceAll(/^/gm, '      ')}\n`
}

const ONE_BUDGET = '- { name: burst, capacity: 300, window: 60s }'

describe('the guide to budgets', () => {
  test.each(ofKind('yaml budgets'))('has budgets that a tier can have: %s', (text) => {
    expect(load(tiersWith(text)).tiers['anonymous']?.budgets).not.toHaveLength(0)
  })

  test.each(ofKind('yaml'))('has sections that a configuration can have: %s', (text) => {
    load(/^tiers:/m.test(text) ? text : `${tiersWith(ONE_BUDGET)}${text}`)
  })

  test('has pictures that are drawn from the algorithms as they are', async () => {
    const folder = temporaryFolder()
    await run('node', ['--import', 'tsx', 'bench/budget/plots.mjs', folder])
    expect(picturesIn(PICTURES)).toEqual(picturesIn(folder))
  })

  test('shows every picture, and links to what exists', () => {
    const links = [...page.matchAll(/\]\(([^)#:]+)[)#]/g)].map(([, link = '']) => link)
    expect(links).toEqual(expect.arrayContaining(readdirSync(PICTURES).map((name) => `budgets/${name}`)))
    expect(links.filter((link) => !existsSync(join(dirname(GUIDE), link)))).toEqual([])
  })

  test.each(ofKind('js run'))('has code that prints what it says', async (code) => {
    const promised = [...code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    const bundle = await bundled(code)
    const { stdout } = await run('node', ['--input-type=module', '-e', bundle])
    expect(stdout.trim().split('\n')).toEqual(promised)
  })

  test.each(ofKind('js bundle'))('imports what the package has', async (code) => {
    await expect(bundled(code)).resolves.toContain('createLeasingBudgetStore')
  })

  test('shows headers as they are sent', () => {
    const budgets = ofKind('yaml budgets').flatMap((text) => load(tiersWith(text)).tiers['anonymous']?.budgets ?? [])
    const state = (name: string, remaining: number, fullInMs: number): BudgetState => {
      const budget = budgets.find((one) => one.name === name)
      if (budget === undefined) throw new Error(`${GUIDE} has no budget ${name}`)
      return { budget, remaining, debt: 0, fullInMs }
    }
    const estimate = { cost: 57, fieldCost: 26, typeCost: 31, unbounded: false }
    const states = [state('burst', 969, 1550), state('monthly', 150_000, 604_800_000)]
    const sent = [...reportHeaders({ estimate, actualCost: 31, states }, 1_795_000_000_000)]
    const [shown = ''] = ofKind('http')
    expect(shown.split('\n').map((line) => line.split(/: (.*)/).slice(0, 2))).toEqual(
      sent.map(([name, value]) => [expect.stringMatching(new RegExp(`^${name}$`, 'i')), value]),
    )
  })

  test('names metrics and commands that there are', async () => {
    const metrics = createMetrics()
    const { body } = await metrics.expose()
    const named = [...page.matchAll(/`(tollgate_\w+)`/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !body.includes(`# TYPE ${name} `))).toEqual([])
    const { scripts } = JSON.parse(readFileSync('bench/package.json', 'utf8'))
    const commands = [...page.matchAll(/`npm run (\w+)` in `bench\/`/g)].map(([, name = '']) => name)
    expect(commands.filter((name) => !(name in scripts))).toEqual([])
  })
})

function picturesIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** Code that uses the rooms by their public names, as somebody else's project would. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    alias: {
      'tollgate/budget/redis': './src/budget/redis/index.ts',
      'tollgate/budget': './src/budget/index.ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: ['ioredis'],
  })
  return outputFiles[0]?.text ?? ''
}
