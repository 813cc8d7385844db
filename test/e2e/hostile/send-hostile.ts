import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { HOSTILE_KEY, type HostileRequest, type RawRequest, type SocketFrames } from './corpus/hostile-request.ts'
import { createLine } from './line.ts'
import { PATIENCE_MS, type Target } from './target.ts'

export interface Outcome {
  /** As `HostileRequest` has it. Also `reset` and `no answer`. */
  readonly answer: string
  readonly elapsedMs: number
}

/** Sends one attack over a connection of its own. */
export async function sendHostile({ send }: Pick<HostileRequest, 'send'>, target: Target): Promise<Outcome> {
  const start = performance.now()
  const answer = await (send.kind === 'http' ? sendRaw(send, target) : sendFrames(send, target))
  return { answer, elapsedMs: performance.now() - start }
}

async function sendRaw(request: RawRequest, target: Target): Promise<string> {
  const line = createLine(target)
  try {
    return await line.exchange(request)
  } finally {
    line.close()
  }
}

const PROTOCOL = 'graphql-transport-ws'

function sendFrames({ protocol, initialised, frames }: SocketFrames, target: Target): Promise<string> {
  const client = openSocket(target, protocol)
  return new Promise((resolve) => {
    const timer = setTimeout(() => end('no answer'), PATIENCE_MS)
    function end(ended: string): void {
      clearTimeout(timer)
      resolve(ended)
      client.terminate()
    }
    client.on('upgrade', ({ socket }) => {
      client.on('open', () => (initialised ? client.send('{"type":"connection_init"}') : attack(socket)))
      client.on('message', (data) => {
        const { type, payload }: Message = JSON.parse(String(data))
        if (type === 'connection_ack') attack(socket)
        else if (type === 'error') end(`error ${payload?.[0]?.extensions?.code}`)
      })
    })
    client.on('unexpected-response', (_, { statusCode }) => end(String(statusCode)))
    client.on('close', (code) => end(`closed ${code}`))
    client.on('error', () => {})
  })
  function attack(socket: Socket): void {
    for (const bytes of frames) socket.write(bytes)
  }
}

interface Message {
  readonly type: string
  readonly payload?: readonly { readonly extensions?: { readonly code?: string } }[]
}

/** A WebSocket with the key of the hostile client. */
export function openSocket({ port, localAddress }: Target, protocol = PROTOCOL): WebSocket {
  // Of a protocol that the server does not speak the client is not told, or it would hang up itself.
  const known = protocol === PROTOCOL
  const headers = { 'x-api-key': HOSTILE_KEY, ...(!known && { 'sec-websocket-protocol': protocol }) }
  return new WebSocket(`ws://127.0.0.1:${port}/graphql`, known ? [protocol] : [], {
    headers,
    createConnection: () => connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) }),
  })
}
