import { type Refusal, refusal } from '../../errors/refusal.ts'
import type { AdmissionContext } from '../admission-context.ts'
import type { Tier } from '../tier.ts'

/** How many subscriptions are open on this server: of each client, and on each socket. */
export interface SubscriptionSlots {
  /** Takes a slot, until the operation's signal aborts. Or why there is none. */
  acquire(context: AdmissionContext, tier: Tier): Refusal | undefined
}

export function createSubscriptionSlots(): SubscriptionSlots {
  const ofClients = new Map<string, number>()
  const ofSockets = new Map<object, number>()
  return {
    acquire({ client, signal, socket }, { name, maxSubscriptions, maxSubscriptionsPerSocket }) {
      const full = (limit: 'client' | 'socket', allowed: number) =>
        refusal('SUBSCRIPTION_LIMIT_EXCEEDED', { limit, allowed, tier: name })
      if ((ofClients.get(client.id) ?? 0) >= maxSubscriptions) return full('client', maxSubscriptions)
      if (socket !== undefined && (ofSockets.get(socket) ?? 0) >= maxSubscriptionsPerSocket) {
        return full('socket', maxSubscriptionsPerSocket)
      }
      if (signal.aborted) return undefined
      hold(ofClients, client.id, signal)
      if (socket !== undefined) hold(ofSockets, socket, signal)
      return undefined
    },
  }
}

function hold<Key>(open: Map<Key, number>, key: Key, signal: AbortSignal): void {
  open.set(key, (open.get(key) ?? 0) + 1)
  function leave(): void {
    const left = (open.get(key) ?? 1) - 1
    if (left > 0) open.set(key, left)
    else open.delete(key)
  }
  signal.addEventListener('abort', leave, { once: true })
}
