import { makeExecutableSchema } from '@graphql-tools/schema'
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLResolveInfo,
  parse,
  type ResponsePath,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { beginContainment, containSchema } from '../../src/execution/containment/contain-schema.ts'
import type { ContainmentOptions, OversizedList } from '../../src/execution/containment/containment-options.ts'

const typeDefs = `
  type Query { things: [Thing] texts: [String] grid: [[Thing]] thing: Thing name: String must: [Thing!] }
  type Mutation { change: Thing again: Int }
  type Thing { id: Int slow: Int later: Int name: String tags: [String] self: Thing! sure: Int! kids: [Thing] }
`

interface Setting extends ContainmentOptions {
  readonly size?: number
  readonly resolvers?: Record<string, Record<string, unknown>>
}

/** What a contained schema guarantees, whoever executes operations on it. */
export function describeContainment(
  name: string,
  executeIt: (args: ExecutionArgs) => ExecutionResult | PromiseLike<ExecutionResult>,
): void {
  describe(name, () => {
    /** A clock that resolvers advance, and a loop that turns when the test says so. */
    function contained({ size = 3, resolvers = {}, ...options }: Setting) {
      const clock = {
        nowMs: 0,
        pass(ms: number) {
          clock.nowMs += ms
        },
        turn: () => {},
      }
      const oversized: OversizedList[] = []
      const slow: { readonly coordinate: string; readonly heldMs: number }[] = []
      const schema = containSchema(makeExecutableSchema({ typeDefs, resolvers: [resolvers] }), {
        eventLoopBudgetMs: 100,
        onOversizedList: (list) => oversized.push(list),
        onSlowResolver: (resolver) => slow.push(resolver),
        now: () => clock.nowMs,
        afterTurn: (callback) => {
          clock.turn = callback
        },
        ...options,
      })
      async function run(source: string, rootValue?: unknown) {
        const controller = new AbortController()
        const contextValue = { controller }
        const sizeOf = ({ key }: ResponsePath) => (key === 'tags' ? undefined : size)
        const containment = beginContainment(schema, contextValue, { controller, sizeOf })
        const result = await executeIt({ schema, document: parse(source), rootValue, contextValue })
        // graphql-js makes objects without a prototype.
        const data: unknown = JSON.parse(JSON.stringify(result.data ?? null))
        return {
          data,
          errors: result.errors?.map(({ message }) => message),
          ended: containment?.ended,
          signal: controller.signal,
        }
      }
      return { run, schema, clock, oversized, slow }
    }

    function things(count: number) {
      return Array.from({ length: count }, (_, id) => ({ id }))
    }

    const ids = (count: number) => things(count)

    describe('a list that is longer than the estimate counted', () => {
      /** Whoever is asked for `slow` was resolved. */
      function counting(options: Setting) {
        const resolved: number[] = []
        const resolvers = { Thing: { slow: ({ id }: { id: number }) => void resolved.push(id) } }
        return { ...contained({ ...options, resolvers }), resolved }
      }

      const kinds: readonly [string, () => Iterable<unknown>][] = [
        ['an array', () => things(5)],
        ['a long array', () => things(200)],
        ['a set', () => new Set(things(5))],
        ['a generator', () => things(5).values()],
      ]
      test.each(kinds)('is answered and told of by default: %s', async (_, list) => {
        const { run, oversized } = contained({})
        const found = [...list()].length
        expect(await run('{ things { id } }', { things: list() })).toMatchObject({ data: { things: ids(found) } })
        expect(oversized).toEqual([{ coordinate: 'Query.things', expected: 3, found }])
      })

      test.each(kinds)('is cut, and nothing is resolved of the rest: %s', async (_, list) => {
        const { run, oversized, resolved } = counting({ oversizedLists: 'truncate' })
        expect((await run('{ things { id slow } }', { things: list() })).data).toMatchObject({ things: ids(3) })
        expect(oversized).toMatchObject([{ coordinate: 'Query.things', expected: 3 }])
        expect(resolved).toEqual([0, 1, 2])
      })

      test.each(kinds)('is an error, and nothing of it is resolved: %s', async (_, list) => {
        const { run, oversized, resolved } = counting({ oversizedLists: 'error' })
        const { data, errors } = await run('{ things { id slow } name }', { things: list(), name: 'beside' })
        expect(data).toEqual({ things: null, name: 'beside' })
        expect(errors).toEqual([
          expect.stringMatching(/^Query\.things returned \d+ items or more; the estimate counted 3$/),
        ])
        expect(oversized).toHaveLength(1)
        expect(resolved).toEqual([])
      })

      test.each(['charge', 'truncate', 'error'] as const)(
        'is told of once where lists are nested: %s',
        async (policy) => {
          const { run, oversized } = contained({ oversizedLists: policy })
          const grid = [things(2), [], things(2), things(2)]
          const { data } = await run('{ grid { id } }', { grid })
          const kept = { charge: grid, truncate: [things(2), [], things(1)], error: null }[policy]
          expect(data).toEqual({ grid: kept })
          expect(oversized).toMatchObject([{ coordinate: 'Query.grid', expected: 3 }])
        },
      )

      test.each(['charge', 'truncate', 'error'] as const)('is not told of where it is not: %s', async (policy) => {
        const { run, oversized } = contained({ oversizedLists: policy })
        const data = { things: things(3), grid: [things(2), [], [], things(1)] }
        expect((await run('{ things { id } grid { id } }', data)).data).toEqual(data)
        const generated = { things: things(3).values(), grid: [things(2).values(), things(1).values()].values() }
        expect((await run('{ things { id } grid { id } }', generated)).data).toEqual({
          things: things(3),
          grid: [things(2), things(1)],
        })
        expect(oversized).toEqual([])
      })

      test('may be as long as it is where the estimate says nothing of it', async () => {
        const { run, oversized } = contained({ oversizedLists: 'truncate' })
        const tags = Array.from({ length: 100 }, (_, n) => `tag ${n}`)
        expect((await run('{ thing { tags } }', { thing: { tags } })).data).toEqual({ thing: { tags } })
        expect(oversized).toEqual([])
      })

      test('that comes late is held to its size too', async () => {
        const { run } = contained({
          oversizedLists: 'truncate',
          resolvers: { Query: { things: async () => things(5) } },
        })
        expect((await run('{ things { id } }')).data).toEqual({ things: ids(3) })
      })
    })

    describe('a list without an end', () => {
      function endless(onEnd: () => void, item: () => unknown = () => ({ id: 1 })) {
        function* items() {
          try {
            while (true) yield item()
          } finally {
            onEnd()
          }
        }
        return items()
      }

      test('is left where it is cut', async () => {
        let left = 0
        const { run } = contained({ oversizedLists: 'truncate' })
        expect((await run('{ things { id } }', { things: endless(() => left++) })).data).toMatchObject({
          things: [{ id: 1 }, { id: 1 }, { id: 1 }],
        })
        expect(left).toBe(1)
      })

      test.each(['charge', 'truncate', 'error'] as const)('of empty lists ends with the budget: %s', async (policy) => {
        let left = 0
        const setting = contained({ oversizedLists: policy })
        const grid = endless(
          () => left++,
          () => {
            setting.clock.pass(1)
            return []
          },
        )
        expect((await setting.run('{ grid { id } }', { grid })).ended).toMatchObject({ kind: 'held-loop' })
        expect(left).toBe(1)
      })

      test('ends with the budget where it is charged', async () => {
        const setting = contained({})
        const { ended, signal } = await setting.run('{ things { id } }', {
          things: endless(
            () => undefined,
            () => {
              setting.clock.pass(1)
              return { id: 1 }
            },
          ),
        })
        expect(ended).toMatchObject({ kind: 'held-loop', budgetMs: 100 })
        expect(signal.aborted).toBe(true)
        expect(setting.clock.nowMs).toBeLessThan(120)
      })

      test('ends with the size of the answer where it takes no time', async () => {
        const { run } = contained({ maxResponseBytes: 10_000 })
        const texts = endless(
          () => undefined,
          () => 'x'.repeat(10),
        )
        const { ended } = await run('{ texts }', { texts })
        expect(ended).toMatchObject({ kind: 'too-large', maxBytes: 10_000 })
        expect(ended?.kind === 'too-large' && ended.foundBytes).toBeLessThan(11_000)
      })
    })

    describe('an operation that holds the event loop', () => {
      test('ends near its budget: no more of its resolvers run', async () => {
        let calls = 0
        const setting = contained({
          size: 10_000,
          resolvers: {
            Thing: {
              slow: () => {
                calls += 1
                setting.clock.pass(0.02)
                return 1
              },
            },
          },
        })
        const { ended } = await setting.run('{ things { slow } }', { things: things(10_000) })
        expect(ended).toMatchObject({ kind: 'held-loop', budgetMs: 100 })
        expect(calls).toBeGreaterThan(4_990)
        expect(calls).toBeLessThan(5_010)
      })

      test('ends although it has no resolver and its lists are short', async () => {
        const items = 40
        const setting = contained({ size: 1_000_000 })
        let reads = 0
        const thing = {
          id: 1,
          get kids() {
            reads += 1
            setting.clock.pass(1)
            return Array.from({ length: items }, () => thing)
          },
        }
        const rootValue = { things: Array.from({ length: items }, () => thing) }
        await setting.run('{ things { kids { kids { kids { kids { id } } } } } }', rootValue)
        expect(reads).toBeLessThan(1_000)
      })

      test('ends soon although all of its resolvers were quick so far, and exactly from then on', async () => {
        let [calls, slowAt] = [0, 0]
        const setting = contained({
          size: 200,
          resolvers: {
            Thing: {
              slow: () => {
                calls += 1
                if (calls === slowAt) setting.clock.pass(150)
                return calls
              },
            },
          },
        })
        const run = (slowNext: number) => {
          calls = 0
          slowAt = slowNext
          return setting.run('{ things { slow name } }', { things: things(200) })
        }
        expect((await run(0)).ended).toBeUndefined()
        expect(calls).toBe(200)
        expect((await run(50)).ended).toMatchObject({ kind: 'held-loop', heldMs: 150 })
        expect(calls).toBeLessThanOrEqual(50 + 16)
        setting.slow.length = 0
        expect((await run(30)).ended).toMatchObject({ kind: 'held-loop', heldMs: 150 })
        expect(calls).toBe(30)
        expect(setting.slow).toEqual([{ coordinate: 'Thing.slow', heldMs: 150 }])
        expect((await run(0)).ended).toBeUndefined()
      })

      test('is found where a resolver that was quick so far has others looked at, and is slow after them', async () => {
        let slowNow = false
        const setting = contained({
          size: 200,
          resolvers: {
            Query: { name: () => 'n' },
            Thing: {
              slow(_thing: unknown, args: object, context: object, info: GraphQLResolveInfo) {
                if (!slowNow) return 1
                // One that has not run before is looked at.
                info.schema.getQueryType()?.getFields()['name']?.resolve?.({}, args, context, info)
                setting.clock.pass(150)
                return 1
              },
            },
          },
        })
        await setting.run('{ things { slow } }', { things: things(200) })
        slowNow = true
        expect((await setting.run('{ things { slow } }', { things: things(1) })).ended).toMatchObject({ heldMs: 150 })
      })

      test('is counted by the field of the resolver that did', async () => {
        const setting = contained({
          resolvers: { Query: { name: () => setting.clock.pass(150) } },
        })
        expect((await setting.run('{ name }')).ended).toMatchObject({ kind: 'held-loop', heldMs: 150 })
        expect(setting.slow).toEqual([{ coordinate: 'Query.name', heldMs: 150 }])
      })

      test('ends although each of its resolvers is short and gives way to promises', async () => {
        const setting = contained({
          size: 100,
          resolvers: {
            Thing: {
              later: async () => {
                setting.clock.pass(3)
                return 1
              },
              self: async (thing: unknown) => thing,
            },
          },
        })
        const { ended } = await setting.run('{ things { self { later } } }', { things: things(100) })
        expect(ended).toMatchObject({ kind: 'held-loop' })
        expect(setting.clock.nowMs).toBeLessThan(110)
      })

      test('may hold it again when the loop has turned', async () => {
        const setting = contained({
          resolvers: {
            Query: {
              thing: () => {
                setting.clock.pass(80)
                return { id: 1 }
              },
            },
            Thing: {
              self: async (thing: unknown) => {
                setting.clock.turn()
                return thing
              },
              slow: () => setting.clock.pass(80),
            },
          },
        })
        const { ended, data } = await setting.run('{ thing { self { slow id } } }')
        expect(ended).toBeUndefined()
        expect(data).toEqual({ thing: { self: { slow: null, id: 1 } } })
      })

      test('does not pay for what others did in the same turn', async () => {
        const setting = contained({
          resolvers: {
            Thing: {
              self: async (thing: unknown) => {
                // Another operation has the processor while this one waits.
                await Promise.resolve().then(() => setting.clock.pass(500))
                return thing
              },
              slow: () => 1,
            },
          },
        })
        expect((await setting.run('{ thing { self { slow } } }', { thing: { id: 1 } })).ended).toBeUndefined()
      })

      test('is told what it has changed', async () => {
        const setting = contained({
          resolvers: {
            Mutation: {
              change: () => {
                setting.clock.pass(150)
                return { id: 1 }
              },
            },
            Thing: { slow: () => 1 },
          },
        })
        const { ended, data } = await setting.run('mutation { change { id slow } again }', { again: 2 })
        expect(ended).toBeUndefined()
        expect(data).toEqual({ change: { id: 1, slow: 1 }, again: 2 })
        expect(setting.slow).toEqual([{ coordinate: 'Mutation.change', heldMs: 150 }])
      })
    })

    describe('once its signal is aborted', () => {
      test('no further resolver of an operation runs, and what it left behind rejects for nobody', async () => {
        const unhandled: unknown[] = []
        const note = (reason: unknown) => void unhandled.push(reason)
        process.on('unhandledRejection', note)
        let calls = 0
        const resolvers = {
          Query: { must: () => things(20) },
          Thing: {
            sure: (_: unknown, __: unknown, { controller }: { controller: AbortController }) => {
              calls += 1
              if (calls === 15) controller.abort()
              return calls
            },
            self: async (thing: unknown) => {
              calls += 1
              return thing
            },
          },
        }
        const { run } = contained({ resolvers, size: 100 })
        await run('{ must { sure self { sure } } }')
        await new Promise((resolve) => setImmediate(resolve))
        process.off('unhandledRejection', note)
        expect(calls).toBe(15)
        expect(unhandled).toEqual([])
      })
    })

    describe('a schema', () => {
      test('is wrapped once', () => {
        const { schema } = contained({})
        expect(() => containSchema(schema)).toThrow('wrapped already')
      })

      test('keeps its fields without a resolver as they are', () => {
        const { schema } = contained({})
        expect(schema.getQueryType()?.getFields()['name']?.resolve).toBeUndefined()
      })

      test('runs as before where nobody contains the operation', async () => {
        const { schema } = contained({ oversizedLists: 'error' })
        const { data } = await execute({
          schema,
          document: parse('{ things { id } }'),
          rootValue: { things: things(9) },
        })
        expect(data?.['things']).toHaveLength(9)
      })
    })
  })
}
