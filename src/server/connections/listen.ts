import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Listens, and answers the port. On `localhost` that is all of its addresses, as clients try any of them first. Fastify
 * would open a server of its own for each; here all connections come to the one that is guarded.
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  addressesOf = localAddresses,
): Promise<number> {
  const [first = host, ...others] = host === 'localhost' ? await addressesOf(host) : []
  const doors: Server[] = []
  app.addHook('preClose', async () => {
    for (const door of doors) door.close()
  })
  app.addHook('onClose', async () => {
    // Those that are open are waited for, as the server does with its own.
    app.server.closeIdleConnections()
    await Promise.all(doors.map(closed))
  })
  const url = await app.listen({ host: first, port, backlog: BACKLOG })
  // A URL leaves out the port that is usual for its scheme.
  const bound = Number(new URL(url).port) || port
  for (const address of others) doors.push(...(await openDoor(app, address, bound)))
  return bound
}

/** Connections that wait to be accepted while the process is busy; Node's 511 is soon full in a flood. */
const BACKLOG = 4_096

async function localAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

/** Where an address cannot be had, such as one of IPv6 on a machine without, the others have to do. */
async function openDoor(app: FastifyInstance, host: string, port: number): Promise<readonly Server[]> {
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    app.server.emit('connection', socket)
  })
  try {
    door.listen({ host, port, backlog: BACKLOG })
    await once(door, 'listening')
    return [door]
  } catch {
    return []
  }
}

function closed(door: Server): Promise<unknown> {
  return new Promise((resolve) => {
    // It is closing already: this asks to be told when it is.
    door.close(resolve)
  })
}
