import { type EventClient, eventClients, type Subscribing } from './event-clients.ts'
import { createReceivedNumbers, type ReceivedNumbers } from './received-numbers.ts'

/** Some clients that are subscribed to the same numbered events. */
export interface EventAudience {
  readonly received: readonly ReceivedNumbers[]
  /** Resolves when each of them has got so many more. */
  more(count: number): Promise<void>
  /** Resolves when each of them has got this number, or a later one. */
  until(number: number): Promise<void>
  /** What is not as it should be, of all of them: nothing where each has got each number once and in order. */
  faults(): readonly string[]
  stop(): void
}

/** @param subscribing for each name of a client what it subscribes to */
export function openAudience(
  names: readonly string[],
  subscribing: (name: string) => Omit<Subscribing, 'onResult' | 'onEnd'>,
): EventAudience {
  const ends: string[] = []
  let stopped = false
  const members = names.map((name) => {
    const received = createReceivedNumbers(name)
    const { stop } = clientOf(name)({
      ...subscribing(name),
      onResult: received.onResult,
      onEnd: (how) => !stopped && ends.push(`${name}: ended with ${how}`),
    })
    return { name, received, stop }
  })
  const received = members.map((member) => member.received)
  return {
    received,
    more: async (count) => {
      await Promise.all(
        received.map((one) => {
          const before = one.count
          return one.until((now) => now.count >= before + count)
        }),
      )
    },
    until: async (number) => {
      await Promise.all(received.map((one) => one.until(({ last }) => last >= number)))
    },
    faults: () => [...members.flatMap((one) => one.received.faults.map((fault) => `${one.name}: ${fault}`)), ...ends],
    stop() {
      stopped = true
      for (const { stop } of members) stop()
    },
  }
}

function clientOf(name: string): EventClient {
  const client = eventClients[name]
  if (client === undefined) throw new Error(`There is no client ${name}`)
  return client
}
