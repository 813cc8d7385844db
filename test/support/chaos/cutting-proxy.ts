import { connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  readonly port: number
  /** The next answer to a script is thrown away, and its connection reset. */
  cutNextAnswer(): void
  close(): Promise<void>
}

/** A TCP proxy that can lose answers: what was asked has been done, and nobody hears of it. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let cutting = false
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.on('error', () => other.destroy())
    }
    let scripted = false
    client.on('data', (data) => {
      scripted ||= data.includes('evalsha')
      upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (cutting && scripted) {
        cutting = false
        client.resetAndDestroy()
      } else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    port: address.port,
    cutNextAnswer() {
      cutting = true
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
