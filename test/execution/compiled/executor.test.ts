import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createExecutor, type ExecutorOptions } from '../../../src/execution/compiled/executor.ts'
import { observedExecution } from '../../support/observed-execution.ts'

const schema = makeExecutableSchema({
  typeDefs: `
    type Query { name: String wide: Wide node(n: Int): Node }
    type Mutation { first: Int second: Int }
    type Wide { ${Array.from({ length: 30 }, (_, n) => `f${n}: Int`).join(' ')} }
    union Node = Wide | Other
    type Other { other: Int }
  `,
  resolvers: {
    Node: { __resolveType: ({ type }: { type: string }) => type },
    Query: {
      wide: () => ({}),
      node: (_: unknown, { n }: { n: number }) => ({ type: n === 1 ? 'Wide' : 'Other', other: n }),
    },
  },
})

function executing(options: ExecutorOptions) {
  const executor = createExecutor(options)
  const documents = new Map<string, ReturnType<typeof parse>>()
  return {
    stats: executor.stats,
    async run(source: string, variableValues?: Readonly<Record<string, unknown>>) {
      const document = documents.get(source) ?? parse(source)
      documents.set(source, document)
      const args = { schema, document, rootValue: { name: 'a' }, ...(variableValues && { variableValues }) }
      const result = await executor.execute(args, document)
      expect(JSON.stringify(result)).toBe(JSON.stringify(await execute(args)))
      return result
    },
  }
}

const wide = (name: string) => `{ ${name}: wide { ${Array.from({ length: 30 }, (_, n) => `f${n}`).join(' ')} } }`

describe('an operation', () => {
  test('is compiled once it has been seen a few times, twice by default', async () => {
    const { run, stats } = executing({})
    for (let time = 0; time < 5; time++) await run('{ name }')
    expect(stats()).toEqual({ compiled: 3, interpreted: 2, operations: 1, fields: 1 })
  })

  test('that never comes again is never compiled', async () => {
    const { run, stats } = executing({})
    for (let time = 0; time < 50; time++) await run(`{ name${time}: name }`)
    expect(stats()).toEqual({ compiled: 0, interpreted: 50, operations: 0, fields: 0 })
  })

  test('is compiled for each of the ways in which its variables let it select, once that has been seen', async () => {
    const { run, stats } = executing({ interpretedRuns: 1 })
    const source = 'query ($a: Boolean = true, $b: Boolean!) { name @include(if: $a) other: name @skip(if: $b) }'
    for (const b of [true, false]) {
      for (let time = 0; time < 3; time++) await run(source, { b })
    }
    // The first of all, and the first of each way.
    expect(stats()).toEqual({ compiled: 3, interpreted: 3, operations: 1, fields: 3 })
  })

  test('with a condition that is none is left to graphql-js', async () => {
    const { run, stats } = executing({ interpretedRuns: 0 })
    await run('query ($a: Boolean) { name @include(if: $a) }')
    await run('query ($a: Boolean) { name @include(if: $a) }', { a: null })
    expect(stats()).toMatchObject({ compiled: 0, interpreted: 2 })
  })

  test('that asks for the schema is left to graphql-js', async () => {
    const { run, stats } = executing({ interpretedRuns: 0 })
    await run('{ __schema { queryType { name } } name }')
    await run('{ __type(name: "Wide") { name } }')
    expect(stats()).toEqual({ compiled: 0, interpreted: 2, operations: 2, fields: 0 })
  })

  test('that nobody has found valid is answered as graphql-js answers it', async () => {
    const { run } = executing({ interpretedRuns: 0 })
    for (const source of [
      '{ unknown name }',
      '{ name @skip }',
      '{ wide { f1 @include(if: null) } }',
      'subscription { name }',
      'query A { name } query B { name }',
      'fragment F on Query { name }',
      '{ ...Unknown name }',
      '{ ...F } fragment F on Nothing { name }',
      'query ($a: Unknown) { name }',
      'query ($a: Int!) { node(n: $a) { __typename } }',
    ]) {
      await run(source)
    }
  })

  test.each(['query', 'mutation'])('may name its fields as it likes: %s', async (kind) => {
    const executor = createExecutor({ interpretedRuns: 0 })
    const names = ['__proto__', 'constructor', 'then', 'toString', 'frame', 'v0', 'at', 'return']
    const document = parse(`${kind} { ${names.map((name) => `${name}: first`).join(' ')} } `)
    for (const first of [1, null, async () => 1]) {
      const args = {
        schema: makeExecutableSchema({ typeDefs: 'type Query { first: Int } type Mutation { first: Int }' }),
        document,
        rootValue: { first },
      }
      const found = await observedExecution((it) => executor.execute(it, {}), args)
      expect(found).toEqual(await observedExecution(execute, args))
      expect(found.data.match(/(\w+): /g)).toHaveLength(names.length)
    }
    expect(executor.stats().compiled).toBe(3)
  })

  test('whose document comes in another copy is compiled for that', async () => {
    const executor = createExecutor({ interpretedRuns: 0 })
    const key = {}
    const nodes: unknown[] = []
    const told = makeExecutableSchema({
      typeDefs: 'type Query { node: Int }',
      resolvers: { Query: { node: (...[, , , info]: unknown[]) => void nodes.push(info) } },
    })
    const documents = [parse('{ node }'), parse('{ node }')]
    for (const document of [...documents, ...documents]) await executor.execute({ schema: told, document }, key)
    expect(nodes).toMatchObject([...documents, ...documents].map(({ definitions: [operation] }) => ({ operation })))
    expect(executor.stats()).toMatchObject({ compiled: 4, operations: 1, fields: 1 })
  })
})

describe('what is kept', () => {
  test('has at most so many operations: the least recently used go first', async () => {
    const { run, stats } = executing({ interpretedRuns: 1, maxOperations: 2 })
    for (const name of ['a', 'b', 'c']) for (let time = 0; time < 3; time++) await run(`{ ${name}: name }`)
    expect(stats()).toEqual({ compiled: 6, interpreted: 3, operations: 2, fields: 2 })
    // It is new again.
    await run('{ a: name }')
    expect(stats()).toMatchObject({ compiled: 6, interpreted: 4 })
    await run('{ c: name }')
    expect(stats()).toMatchObject({ compiled: 7, interpreted: 4 })
  })

  test('has at most so many fields', async () => {
    const { run, stats } = executing({ interpretedRuns: 0, maxFields: 310 })
    for (let n = 0; n < 20; n++) await run(wide(`w${n}`))
    expect(stats()).toEqual({ compiled: 20, interpreted: 0, operations: 10, fields: 310 })
  })

  test('has no operation with more than a tenth of the fields there may be', async () => {
    const { run, stats } = executing({ interpretedRuns: 0, maxFields: 300 })
    for (let time = 0; time < 3; time++) await run(wide('w'))
    expect(stats()).toEqual({ compiled: 1, interpreted: 2, operations: 0, fields: 0 })
  })

  test('grows with the types that come', async () => {
    const { run, stats } = executing({ interpretedRuns: 0 })
    const source = 'query ($n: Int) { node(n: $n) { ... on Wide { f1 f2 } ... on Other { other } } }'
    const fields: number[] = []
    for (const n of [1, 1, 2]) {
      await run(source, { n })
      fields.push(stats().fields)
    }
    expect(fields).toEqual([3, 3, 4])
  })

  test('has a bounded number of ways for one operation', async () => {
    const { run, stats } = executing({ interpretedRuns: 0 })
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const source = `query (${names.map((name) => `$${name}: Boolean!`)}) { ${names.map((name) => `${name}: name @skip(if: $${name})`).join(' ')} }`
    for (let way = 0; way < 64; way++) {
      await run(source, Object.fromEntries(names.map((name, bit) => [name, Boolean(way & (1 << bit))])))
    }
    expect(stats().fields).toBeLessThanOrEqual(16 * names.length)
  })
})

describe('what resolvers are told', () => {
  test('is not shared by two executions, so that loaders kept by it are not either', async () => {
    const seen: unknown[] = []
    const told = makeExecutableSchema({
      typeDefs: 'type Query { list: [Thing] } type Thing { id: Int }',
      resolvers: {
        Query: { list: () => [{}, {}] },
        Thing: { id: (...[, , , info]: { fieldNodes: unknown }[]) => void seen.push(info?.fieldNodes) },
      },
    })
    const executor = createExecutor({ interpretedRuns: 0 })
    const document = parse('{ list { id } }')
    for (let time = 0; time < 2; time++) await executor.execute({ schema: told, document }, document)
    expect(seen[0]).toBe(seen[1])
    expect(seen[2]).toBe(seen[3])
    expect(seen[0]).not.toBe(seen[2])
  })

  test('has arguments of its own each time', async () => {
    const told = makeExecutableSchema({
      typeDefs: 'type Query { f(a: Int = 1, b: Int, c: [Int]): Int }',
      resolvers: {
        Query: {
          f: (_: unknown, args: Record<string, unknown>) => {
            const found = Object.keys(args).length
            for (const name of Object.keys(args)) delete args[name]
            return found
          },
        },
      },
    })
    const executor = createExecutor({ interpretedRuns: 0 })
    const document = parse('query ($c: Int) { x: f(b: 2) y: f(b: $c) z: f(b: $c, c: [$c]) }')
    for (const [variableValues, data] of [
      [{ c: 1 }, { x: 2, y: 2, z: 3 }],
      [{}, { x: 2, y: 1, z: 2 }],
      [{ c: 1 }, { x: 2, y: 2, z: 3 }],
    ] as const) {
      expect({ ...(await executor.execute({ schema: told, document, variableValues }, document)).data }).toEqual(data)
    }
  })
})
