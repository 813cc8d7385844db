import { Agent, request } from 'node:http'
import { GOOD_KEY } from './hostile-config.ts'
import type { Target } from './target.ts'

/** What a page of a shop asks for. */
const QUERIES = [
  '{ products(first: 10) { nodes { id name price { amount currency } category { name } } pageInfo { endCursor } } }',
  '{ products(first: 5, sort: CHEAPEST) { nodes { name stock reviews(first: 3) { nodes { rating author { name } } } } } }',
  '{ categories { id name children { id name } } viewer { tier } }',
  '{ search(query: "steel", first: 5) { ... on Product { id name averageRating } ... on Category { id name } } }',
]

/** Before a busy client asks again where the server has no time. */
const SHED_WAIT_MS = 100

export interface GoodClient {
  /**
   * How long each of `perSecond` queries a second took, for `seconds`. It waits for none before it sends the next.
   *
   * @throws Error where one is not answered with data
   */
  steady(perSecond: number, seconds: number): Promise<readonly number[]>
  /** How many queries are answered in `seconds`, with so many on their way all the time. */
  busy(inFlight: number, seconds: number): Promise<number>
  close(): void
}

/** A client that keeps to the rules. `addressOf` says which of its machines a query comes from. */
export function createGoodClient(port: number, addressOf: (index: number) => string = () => '127.0.0.1'): GoodClient {
  const agents = new Map<string, Agent>()

  function agentOf({ localAddress = '' }: Target): Agent {
    const agent = agents.get(localAddress) ?? new Agent({ keepAlive: true })
    agents.set(localAddress, agent)
    return agent
  }

  function ask(index: number): Promise<{ readonly elapsedMs: number; readonly shed: boolean }> {
    const start = performance.now()
    const body = JSON.stringify({ query: QUERIES[index % QUERIES.length] })
    const target = { host: '127.0.0.1', port, localAddress: addressOf(index) }
    return new Promise((resolve, reject) => {
      const sent = request({
        ...target,
        agent: agentOf(target),
        path: '/graphql',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': GOOD_KEY,
          'content-length': Buffer.byteLength(body),
        },
      })
      sent.on('error', reject)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.on('end', () => {
          const elapsedMs = performance.now() - start
          if (text.startsWith('{"data":{') && !text.includes('"errors":')) resolve({ elapsedMs, shed: false })
          else if (response.statusCode === 503) resolve({ elapsedMs, shed: true })
          else reject(new Error(`A good client was answered ${response.statusCode}: ${text.slice(0, 300)}`))
        })
      })
      sent.end(body)
    })
  }

  async function query(index: number): Promise<number> {
    const { elapsedMs, shed } = await ask(index)
    if (shed) throw new Error('A good client was turned away, though it is the only one')
    return elapsedMs
  }

  return {
    async steady(perSecond, seconds) {
      const taken: Promise<number>[] = []
      const start = performance.now()
      while (taken.length < perSecond * seconds) {
        const due = start + (taken.length * 1000) / perSecond
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
        taken.push(query(taken.length))
      }
      return Promise.all(taken)
    },
    async busy(inFlight, seconds) {
      const end = performance.now() + seconds * 1000
      let answered = 0
      let begun = 0
      const work = async () => {
        while (performance.now() < end) {
          const { shed } = await ask(begun++)
          if (shed) await new Promise((resolve) => setTimeout(resolve, SHED_WAIT_MS))
          else answered += 1
        }
      }
      await Promise.all(Array.from({ length: inFlight }, work))
      return answered
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}
