import { setImmediate } from 'node:timers/promises'
import type { EventMessage, QueuedEvent } from './event-message.ts'
import type { EventCharging } from './payment/event-charging.ts'
import type { Subscriber } from './subscriber.ts'
import type { SubscriptionObserver } from './subscription-observer.ts'

export interface DeliverToAllOptions {
  readonly takeSeveral: EventCharging['takeSeveral']
  readonly observe: SubscriptionObserver
}

/**
 * Tells many subscribers of one event. Those of a client that wait for nothing are paid for with one take,
 * and told at once; where that is not to be had, and behind events that wait, each goes its own way. An event
 * for which nobody is ready is executed when somebody comes to it.
 *
 * Resolves when the next event may come: it waits for no client whose take lasts longer than that of another
 * one.
 */
export async function deliverToAll(
  event: QueuedEvent,
  subscribers: readonly Subscriber[],
  { takeSeveral, observe }: DeliverToAllOptions,
): Promise<void> {
  if (!subscribers.some(({ isEager }) => isEager)) {
    for (const subscriber of subscribers) subscriber.push(event)
    return
  }
  const message = 'result' in event ? event : await event.execute()
  const deliveries: Delivery[] = []
  for (const ofClient of readyByClient(message, subscribers)) deliveries.push(deliver(ofClient))
  // Nobody may be ready, now or since it was executed.
  if (deliveries.length === 0) return
  await Promise.race(deliveries.map(({ done }) => done))
  await Promise.all(deliveries.map(({ isPaid, done }) => (isPaid ? done : undefined)))

  function deliver(ofClient: Ready): Delivery {
    const delivery: Delivery = { isPaid: false, done: pay(ofClient, () => (delivery.isPaid = true)) }
    return delivery
  }

  async function pay([first, ...others]: Ready, onPaid: () => void): Promise<void> {
    const { client } = first
    const all = [first, ...others]
    const { use } = message.result
    // An outage is each one's own to tell of.
    const charge = await takeSeveral(client, use, all.length).catch(() => undefined)
    if (charge?.kind !== 'charged') {
      for (const subscriber of all) subscriber.release(message)
      return
    }
    onPaid()
    let told = 0
    for (const [index, subscriber] of all.entries()) {
      if (subscriber.tell(message, charge.states)) told += 1
      if ((index + 1) % TURN === 0) await setImmediate()
    }
    // While it was paid for, some may have left.
    if (told < all.length) charge.giveBack(all.length - told)
    if (told > 0) observe({ kind: 'delivered', tier: client.tier, cost: use.cost, times: told })
  }
}

/** After how many subscribers others have a turn. */
const TURN = 500

/** The subscribers of one client that are held until their message is paid for. */
type Ready = [Subscriber, ...Subscriber[]]

interface Delivery {
  isPaid: boolean
  readonly done: Promise<void>
}

/**
 * Those that are ready, which are held from now on. The others are sent the message behind what they wait
 * for.
 */
function readyByClient(message: EventMessage, subscribers: readonly Subscriber[]): Iterable<Ready> {
  const ready = new Map<string, Ready>()
  for (const subscriber of subscribers) {
    if (!subscriber.isReady) {
      subscriber.push(message)
      continue
    }
    subscriber.hold()
    const ofClient = ready.get(subscriber.client.id)
    if (ofClient === undefined) ready.set(subscriber.client.id, [subscriber])
    else ofClient.push(subscriber)
  }
  return ready.values()
}
