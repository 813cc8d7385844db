import type { IncomingMessage } from 'node:http'
import type { ClientDirectory } from '../../accounts/client-directory.ts'
import type { Admission } from '../../admission/admission.ts'
import { type OperationObserver, refusedUnpriced } from '../../admission/operation-observer.ts'
import type { Refusal } from '../../errors/refusal.ts'
import { identify } from '../identify.ts'

export interface TurnAwayOptions {
  readonly admission: Pick<Admission, 'isFull' | 'turnAway'>
  readonly directory: ClientDirectory
  readonly observe: OperationObserver | undefined
}

/**
 * Why a request is refused while too much comes, asked before anything is made of it: under overload most are refused,
 * and what that takes is missing for the others. Pages of other origins are left to the route, which has their headers;
 * sockets and streams are for subscriptions, which are the last to be turned away.
 */
export function createTurnAway({ admission, directory, observe }: TurnAwayOptions) {
  return ({ url = '', headers }: IncomingMessage): Refusal | undefined => {
    if (!admission.isFull() || !PATH.test(url) || headers.origin !== undefined) return undefined
    // Whoever has no key has a tier all the same, at whatever address.
    const client = identify(directory, headers, 'unknown')
    if ('code' in client) return undefined
    const refused = admission.turnAway(client)
    if (refused === undefined) return undefined
    observe?.(refusedUnpriced(client.tier, refused.code, 0))
    return refused
  }
}

const PATH = /^\/graphql\/?(\?|$)/
