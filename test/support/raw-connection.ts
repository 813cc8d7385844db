import { connect, type Socket } from 'node:net'

export interface RawConnection {
  readonly socket: Socket
  /** Everything that has come, as latin1. */
  received(): string
  /** The statuses of the answers so far. */
  statuses(): readonly number[]
  /** Resolves when what has come fits. */
  until(fits: (received: string) => boolean): Promise<void>
  /** Resolves with what had come, when the other side has ended or reset the connection. */
  readonly closed: Promise<string>
}

/** A connection on which a test sends the bytes that it likes. */
export function openRawConnection(address: string, bytes: string | Buffer = '', socket?: Socket): RawConnection {
  const { port } = new URL(address)
  const used = socket ?? connect(Number(port), '127.0.0.1')
  let received = ''
  used.on('data', (part) => {
    received += part.toString('latin1')
  })
  used.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => used.once('close', () => resolve(received)))
  if (bytes.length > 0) used.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  return {
    socket: used,
    received: () => received,
    statuses: () => [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)),
    closed,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!fits(received)) return
          used.off('data', look).off('close', fail)
          resolve()
        }
        const fail = () => reject(new Error(`The connection ended after ${JSON.stringify(received)}`))
        used.on('data', look).once('close', fail)
        look()
      }),
  }
}
