import { setImmediate } from 'node:timers/promises'
import type { Client } from '../../accounts/client.ts'
import type { EventCharging } from './event-charging.ts'
import type { EventMessage } from './event-message.ts'
import type { Subscriber } from './subscriber.ts'
import type { SubscriptionObserver } from './subscription-observer.ts'

/** After how many subscribers others have a turn. */
const TURN = 500

/**
 * Tells many subscribers of one message. Those of a client that wait for nothing are paid for with one take, and told at
 * once; where that is not to be had, and behind messages that wait, each goes its own way.
 */
export async function deliverToAll(
  message: EventMessage,
  subscribers: Iterable<Subscriber>,
  takeSeveral: EventCharging['takeSeveral'],
  observe: SubscriptionObserver,
): Promise<void> {
  const ready = new Map<string, Subscriber[]>()
  for (const subscriber of subscribers) {
    if (!subscriber.isReady) subscriber.push(message)
    else {
      const ofClient = ready.get(subscriber.client.id)
      if (ofClient === undefined) ready.set(subscriber.client.id, [subscriber])
      else ofClient.push(subscriber)
    }
  }
  let told = 0

  async function deliver(client: Client, ofClient: readonly Subscriber[]): Promise<void> {
    const { use } = message.result
    // An outage is each one's own to tell of.
    const charge = await takeSeveral(client, use, ofClient.length).catch(() => undefined)
    if (charge?.kind !== 'charged') {
      for (const subscriber of ofClient) subscriber.push(message)
      return
    }
    observe('delivered', client.tier, use.cost, ofClient.length)
    for (const subscriber of ofClient) {
      subscriber.tell(message, charge.states)
      if (++told % TURN === 0) await setImmediate()
    }
  }

  await Promise.all(
    [...ready.values()].map((ofClient) =>
      ofClient[0] === undefined ? undefined : deliver(ofClient[0].client, ofClient),
    ),
  )
}
