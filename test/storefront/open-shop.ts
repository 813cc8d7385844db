import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { type ExecutionResult, execute, parse, subscribe, validate } from 'graphql'
import { anonymousClient } from '../../src/accounts/anonymous-client.ts'
import type { Client } from '../../src/accounts/client.ts'
import { createMemoryEventBus } from '../../src/events/memory/memory-event-bus.ts'
import type { OrderEvents } from '../../src/storefront/order-events.ts'
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
  readonly events?: OrderEvents
}

/** The schema that ships, the storefront's resolvers and a real database. */
export async function openShop({ events, onQuery, ...options }: ShopOptions = {}) {
  const statements: string[] = []
  const eventsLost: unknown[] = []
  function record(sql: string): void {
    statements.push(sql)
    onQuery?.(sql)
  }
  const database = await openTestDatabase({ ...options, onQuery: record })
  const storefront = createStorefront({
    during: database.during,
    events: events ?? memoryEvents(),
    onEventLost: (cause) => eventsLost.push(cause),
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
    eventsLost,
    run,
    /** The data of an operation that has to succeed. */
    async data<Data>(source: string, options: RunOptions = {}): Promise<Data> {
      const { data, errors } = await run<Data>(source, options)
      if (errors !== undefined) throw new Error(JSON.stringify(errors))
      return data
    },
    subscribe: async (source: string, options: RunOptions = {}) => subscribe(request(source, options)),
    close: database.close,
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

/** Events as the server has them within one process. */
export function memoryEvents(): OrderEvents {
  const bus = createMemoryEventBus()
  return {
    orderStatusChanged: (orderId) => bus.publish(`order:${orderId}`, null),
    subscribe: (orderId, signal) => bus.subscribe(`order:${orderId}`, { signal }),
  }
}

function typeDefs(): string[] {
  return readdirSync('schema', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => readFileSync(join('schema', file), 'utf8'))
}
