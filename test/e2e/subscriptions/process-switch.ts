import { connect, createServer, type Socket } from 'node:net'
import type { ServerProcess } from '../../support/server-process.ts'

/** One address that leads to whichever process it is told, as a load balancer does. */
export interface ProcessSwitch {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string
  /** New connections lead there from now on. Those that stand stay as they are. */
  lead(server: ServerProcess): void
  close(): Promise<void>
}

export async function openProcessSwitch(first: ServerProcess): Promise<ProcessSwitch> {
  const sockets = new Set<Socket>()
  let port = Number(new URL(first.url).port)

  function join(from: Socket, to: Socket): void {
    sockets.add(from)
    from.on('error', () => to.destroy())
    from.once('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    from.pipe(to)
  }

  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    join(client, upstream)
    join(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The switch has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    lead({ url }) {
      port = Number(new URL(url).port)
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
