import { setTimeout } from 'node:timers/promises'
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client/core'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { Client, subscriptionExchange } from '@urql/core'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient, type Client as WsClient } from 'graphql-ws'
import { tap } from 'rxjs'
import { WebSocket } from 'ws'

/** Clients that people use, each as its documentation would have it, and how each of them is resumed. */
export const eventClients: Readonly<Record<string, EventClient>> = {
  'graphql-ws': graphqlWs,
  'graphql-sse': graphqlSse,
  'Apollo Client': apollo,
  urql,
  EventSource: eventSource,
}

/** A result as applications see it, whatever their client makes of it. */
export interface EventResult {
  readonly data?: EventData | null | undefined
  readonly errors?:
    | readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined
  readonly extensions?: { readonly cursor?: string; readonly budget?: { readonly pausedUntil?: string } } | undefined
}

export interface EventData {
  readonly reviewAdded?: { readonly id: string }
  readonly stockChanged?: { readonly quantity: number }
}

export interface Subscribing {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly key: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  onResult(result: EventResult): void
  /** It does not go on by itself: `complete`, or what it was told. */
  onEnd(how: string): void
}

/** Subscribes with one client, which goes on after what it has seen whenever it has to connect again. */
export type EventClient = (subscribing: Subscribing) => { stop(): void }

const RETRY_MS = 20

function webSocketClient({ url, key }: Subscribing): WsClient {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'x-api-key': key },
    shouldRetry: () => true,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => setTimeout(RETRY_MS),
  })
}

function dispose(client: WsClient): void {
  // Where it is about to connect it waits for that, which may fail.
  Promise.resolve(client.dispose()).catch(() => undefined)
}

function graphqlWs(subscribing: Subscribing) {
  const { query, variables, onResult, onEnd } = subscribing
  const client = webSocketClient(subscribing)
  let cursor: string | undefined
  client.subscribe<EventData, EventResult['extensions']>(
    {
      query,
      variables,
      // Read anew for each connection.
      get extensions() {
        return cursor === undefined ? {} : { resumeFrom: cursor }
      },
    },
    {
      next(result) {
        cursor = result.extensions?.cursor ?? cursor
        onResult(result)
      },
      error: (error) => onEnd(textOf(error)),
      complete: () => onEnd('complete'),
    },
  )
  return { stop: () => dispose(client) }
}

function graphqlSse({ url, key, query, variables, onResult, onEnd }: Subscribing) {
  const client = createSseClient({
    url: `${url}/graphql/stream`,
    headers: { 'x-api-key': key },
    retryAttempts: Number.POSITIVE_INFINITY,
    retry: () => setTimeout(RETRY_MS),
  })
  let cursor: string | undefined
  client.subscribe<EventData, EventResult['extensions']>(
    {
      query,
      variables,
      get extensions() {
        return cursor === undefined ? {} : { resumeFrom: cursor }
      },
    },
    {
      next(result) {
        cursor = result.extensions?.cursor ?? cursor
        onResult(result)
      },
      error: (error) => onEnd(textOf(error)),
      complete: () => onEnd('complete'),
    },
  )
  return { stop: () => client.dispose() }
}

function apollo(subscribing: Subscribing) {
  const { query, variables, onResult, onEnd } = subscribing
  const ws = webSocketClient(subscribing)
  const resume = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      tap(({ extensions }) => {
        if (extensions?.['cursor'] !== undefined) operation.extensions['resumeFrom'] = extensions['cursor']
      }),
    ),
  )
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([resume, new GraphQLWsLink(ws)]),
  })
  const subscription = client.subscribe<EventData>({ query: gql(query), variables }).subscribe({
    next({ data, error, extensions }) {
      onResult({
        data,
        errors: CombinedGraphQLErrors.is(error) ? error.errors : error && [error],
        extensions,
      })
    },
    error: (error) => onEnd(textOf(error)),
    complete: () => onEnd('complete'),
  })
  return {
    stop() {
      subscription.unsubscribe()
      dispose(ws)
      client.stop()
    },
  }
}

function urql(subscribing: Subscribing) {
  const { query, variables, onResult } = subscribing
  const ws = webSocketClient(subscribing)
  const client = new Client({
    url: 'http://unused.invalid',
    exchanges: [
      subscriptionExchange({
        forwardSubscription(request) {
          const extensions: Record<string, unknown> = {}
          const payload = { query: request.query ?? '', variables: request.variables, extensions }
          return {
            subscribe: (sink) => ({
              unsubscribe: ws.subscribe<EventData, Readonly<Record<string, unknown>>>(payload, {
                ...sink,
                next({ data = null, errors = [], extensions: told = {} }) {
                  if (told['cursor'] !== undefined) extensions['resumeFrom'] = told['cursor']
                  // urql keeps the last errors until it is told that there are none.
                  sink.next({ data, errors, extensions: told })
                },
              }),
            }),
          }
        },
      }),
    ],
  })
  const subscription = client.subscription<EventData>(query, variables).subscribe(({ data, error, extensions }) => {
    onResult({ data: error === undefined ? data : null, errors: error?.graphQLErrors, extensions })
  })
  return {
    stop() {
      subscription.unsubscribe()
      dispose(ws)
    },
  }
}

/** What browsers have: it knows nothing of GraphQL, and sends the id of the last event when it connects again. */
function eventSource({ url, key, query, variables, onResult, onEnd }: Subscribing) {
  const controller = new AbortController()
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) })
  let lastEventId: string | undefined

  async function connectOnce(): Promise<'complete' | 'cut'> {
    const response = await fetch(`${url}/graphql/stream?${search}`, {
      headers: {
        accept: 'text/event-stream',
        'x-api-key': key,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: controller.signal,
    })
    if (!response.ok || response.body === null) throw new TypeError(`The server answers with ${response.status}`)
    let text = ''
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = new Map(block.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w*: ?/, '')]))
        if (fields.get('event') === 'complete') return 'complete'
        if (fields.get('event') !== 'next') continue
        lastEventId = fields.get('id') ?? lastEventId
        onResult(JSON.parse(fields.get('data') ?? ''))
      }
    }
    return 'cut'
  }

  async function run(): Promise<void> {
    while (!controller.signal.aborted) {
      const how = await connectOnce().catch(() => 'cut')
      if (how === 'complete') return onEnd(how)
      await setTimeout(RETRY_MS)
    }
  }

  void run()
  return { stop: () => controller.abort() }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error)
}
