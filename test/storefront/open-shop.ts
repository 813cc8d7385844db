import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { createSourceEventStream, type ExecutionResult, execute, parse, validate } from 'graphql'
import { sql } from 'kysely'
import { anonymousClient } from '../../src/accounts/anonymous-client.ts'
import type { Client } from '../../src/accounts/client.ts'
import type { OutboxEvent } from '../../src/database/outbox.ts'
import { createStorefront } from '../../src/storefront/storefront.ts'
import { openTestDatabase, type TestDatabaseOptions } from '../support/database.ts'

export const clients = {
  anonymous: anonymousClient('192.0.2.1'),
  ada: { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false },
  staff: { id: 'sam', tenant: 'shop', tier: 'enterprise', role: 'staff', anonymous: false },
} as const satisfies Record<string, Client>

export interface RunOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  /** @default clients.ada */
  readonly client?: Client
  readonly signal?: AbortSignal
}

/** A result as clients get it. Tests name the shape of the data that they expect. */
export type Answer<Data> = Pick<ExecutionResult, 'errors'> & { readonly data: Data }

export interface ShopOptions extends TestDatabaseOptions {
  readonly onEventsRecorded?: () => void
}

/** The schema that ships, the storefront's resolvers and a real database. */
export async function openShop({ onEventsRecorded = () => undefined, onQuery, ...options }: ShopOptions = {}) {
  const statements: string[] = []
  function record(sql: string): void {
    statements.push(sql)
    onQuery?.(sql)
  }
  const database = await openTestDatabase({ ...options, onQuery: record })
  const storefront = createStorefront({
    during: database.during,
    onEventsRecorded,
    now: () => new Date('2026-11-24T09:30:00.000Z'),
  })
  const schema = makeExecutableSchema({ typeDefs: typeDefs(), resolvers: storefront.resolvers })

  function request(source: string, { variables = {}, client = clients.ada, signal }: RunOptions) {
    const document = parse(source)
    const mistakes = validate(schema, document)
    if (mistakes.length > 0) throw new Error(mistakes.join('\n'))
    const contextValue = storefront.contextFor({ client, signal: signal ?? new AbortController().signal })
    return { schema, document, variableValues: variables, contextValue }
  }

  async function run<Data = unknown>(source: string, options: RunOptions = {}): Promise<Answer<Data>> {
    return JSON.parse(JSON.stringify(await execute(request(source, options))))
  }

  return {
    schema,
    db: database.db,
    /** The statements so far. */
    statements,
    run,
    /** What an execution of an operation is asked with. */
    request,
    /** The data of an operation that has to succeed. */
    async data<Data>(source: string, options: RunOptions = {}): Promise<Data> {
      const { data, errors } = await run<Data>(source, options)
      if (errors !== undefined) throw new Error(JSON.stringify(errors))
      return data
    },
    /** What a subscription says of its events, or why there are none. */
    subscribe: async (source: string, options: RunOptions = {}) => createSourceEventStream(request(source, options)),
    /** The answer of a subscription to one event. */
    async answer(source: string, event: unknown, options: RunOptions = {}): Promise<Answer<unknown>> {
      return JSON.parse(JSON.stringify(await execute({ ...request(source, options), rootValue: event })))
    },
    /** The events that were written and have not been taken out: with the word in their topic, in order. */
    async events(word = ''): Promise<readonly OutboxEvent[]> {
      const select = sql<OutboxEvent>`select topic, payload from outbox where position(${word} in topic) > 0 order by id`
      return (await select.execute(database.db)).rows
    },
    close: database.close,
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

function typeDefs(): string[] {
  return readdirSync('schema', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(join('schema', file), 'utf8'))
}
