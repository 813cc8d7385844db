import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { type BuildResult, build, type Metafile } from 'esbuild'
import { buildSchema, parse } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Variables } from '../../src/cost/compile/expression.ts'
import { createCostModel } from '../../src/cost/cost-model.ts'

const root = new URL('../../', import.meta.url)

/** What a page that prices operations for itself needs, as one script. A Node built-in fails the build. */
function bundle(source: string) {
  return build({
    stdin: { contents: source, resolveDir: fileURLToPath(root), loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    globalName: 'tollgate',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
}

const engine = `export { createCostModel } from './src/cost/index.ts'\n`
const parser = `export { buildSchema, parse } from 'graphql'\n`

function shippedSdl(): string {
  const folder = new URL('schema/', root)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'))
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n')
}

const operations: readonly { readonly name: string; readonly operation: string; readonly variables: Variables }[] = [
  {
    name: 'a page of products with their reviews',
    operation: `query ($first: Int, $reviews: Int = 3) {
      products(first: $first, filter: { inStock: true }) {
        nodes { name stock reviews(first: $reviews) { edges { node { rating author { name } } } } }
        pageInfo { hasNextPage }
      }
    }`,
    variables: { first: 30 },
  },
  {
    name: 'a search that finds two types',
    operation: `query ($withStock: Boolean!) {
      search(query: "lamp", first: 7) {
        ... on Product { name stock @include(if: $withStock) category { name } }
        ... on Category { name children { name products { nodes { id averageRating } } } }
      }
    }`,
    variables: { withStock: true },
  },
  {
    name: 'a node of any type',
    operation: '{ node(id: "1") { id ... on Order { lines { quantity product { name } } } ... on Review { title } } }',
    variables: {},
  },
  {
    name: 'a mutation with an input object',
    operation: `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { order { id lines { quantity } } problems { message } }
    }`,
    variables: {
      input: {
        customerId: '1',
        lines: [
          { productId: '1', quantity: 1 },
          { productId: '2', quantity: 2 },
        ],
      },
    },
  },
  {
    name: 'a subscription',
    operation: 'subscription { orderStatusChanged(orderId: "1") { status customer { orders { nodes { id } } } } }',
    variables: {},
  },
]

describe('the cost engine in a browser', () => {
  let built: BuildResult<{ metafile: true; write: false }>
  let context: object

  beforeAll(async () => {
    built = await bundle(engine + parser)
    // Nothing but what the language itself has: no process, no require, no Buffer, no timers.
    context = createContext({ sdl: shippedSdl() })
    new Script(textOf(built)).runInContext(context)
    new Script('globalThis.model = tollgate.createCostModel(tollgate.buildSchema(sdl))').runInContext(context)
  })

  test('needs nothing of Node', () => {
    const globals = ['process', 'require', 'Buffer', 'global', 'setTimeout']
    const found = globals.filter((name) => new Script(`typeof ${name} !== 'undefined'`).runInContext(context))
    expect(found).toEqual([])
    expect(foreignInputs(built.metafile)).toEqual([])
    expect(Object.values(built.metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
  })

  test('would not be built with a built-in of Node', async () => {
    await expect(bundle(`${engine}export { readFileSync } from 'node:fs'`)).rejects.toThrow(
      'Could not resolve "node:fs"',
    )
  })

  const model = createCostModel(buildSchema(shippedSdl()))
  test.each(operations)("gets the server's numbers for $name", ({ operation, variables }) => {
    const plan = model.plan(parse(operation))
    // Through JSON, since objects of another context have other prototypes.
    const json = new Script(`
      ((plan, variables) => JSON.stringify({ estimate: plan.estimate(variables), rows: plan.explain(variables).rows }))(
        model.plan(tollgate.parse(${JSON.stringify(operation)})), ${JSON.stringify(variables)})
    `).runInContext(context)
    const here = { estimate: plan.estimate(variables), rows: plan.explain(variables).rows }
    expect(here.estimate.cost).toBeGreaterThan(0)
    expect(json).toBe(JSON.stringify(here))
  })

  test('is small enough to load: 32 KiB for the engine, 56 KiB with the parser and the schema builder, gzipped', async () => {
    expect(gzipSync(textOf(await bundle(engine))).byteLength).toBeLessThan(32 * 1024)
    expect(gzipSync(textOf(built)).byteLength).toBeLessThan(56 * 1024)
  })
})

function textOf({ outputFiles }: BuildResult<{ write: false }>): string {
  return outputFiles.map(({ text }) => text).join('\n')
}

/** What the bundle is made of besides the engine, graphql and the entry itself. */
function foreignInputs({ inputs }: Metafile): string[] {
  return Object.keys(inputs).filter((path) => !/^(src\/cost\/|(.*\/)?node_modules\/graphql\/|<stdin>$)/.test(path))
}
