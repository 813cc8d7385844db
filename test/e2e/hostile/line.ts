import { connect, type Socket } from 'node:net'
import type { RawRequest } from './corpus/hostile-request.ts'
import { PATIENCE_MS, type Target } from './target.ts'

/** One connection that is kept, and opened anew where the server has closed it. */
export interface Line {
  /** The status and code of the answer to a request; `reset`, `no answer`, or `broken: …`. */
  exchange(request: RawRequest): Promise<string>
  close(): void
}

export function createLine({ port, localAddress }: Target): Line {
  let socket: Socket | undefined

  function opened(): Socket {
    if (socket?.writable) return socket
    socket = connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) }).setNoDelay(true)
    // What cannot be written any more may still have been answered.
    return socket.on('error', () => {})
  }

  return {
    async exchange({ packets, halfClosed = false }) {
      const used = opened()
      const answer = answerOn(used)
      for (const packet of packets) used.write(packet)
      if (halfClosed) used.end()
      const { outcome, ends } = await answer
      if (ends) used.destroy()
      return outcome
    },
    close: () => void socket?.destroy(),
  }
}

interface Answer {
  readonly outcome: string
  /** Whether nothing more can be asked on its connection. */
  readonly ends: boolean
}

/** The first answer that comes over a connection. Its bytes are kept as Latin-1, in which each is a letter. */
function answerOn(socket: Socket): Promise<Answer> {
  return new Promise((resolve) => {
    let text = ''
    const timer = setTimeout(() => end({ outcome: 'no answer', ends: true }), PATIENCE_MS)
    function end(answer: Answer): void {
      clearTimeout(timer)
      socket.off('data', read).off('close', closed)
      resolve(answer)
    }
    function read(bytes: Buffer): void {
      text += bytes.toString('latin1')
      const answer = wholeAnswer(text)
      if (answer !== undefined) end(answer)
    }
    function closed(): void {
      end({ outcome: text === '' ? 'reset' : `broken: ${text.slice(0, 200)}`, ends: true })
    }
    socket.on('data', read).on('close', closed)
  })
}

/** Undefined while there is more to come. */
function wholeAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const body = text.slice(end + 4)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
  if (body.length < length) return undefined
  const status = head.slice(9, 12)
  const code = codeOf(Buffer.from(body.slice(0, length), 'latin1').toString())
  // After 413 the rest of a body is still on its way, and may never come.
  const ends = status === '413' || /\r\nconnection: close/i.test(head) || body.length > length
  return { outcome: code === undefined ? status : `${status} ${code}`, ends }
}

/** The code of the first error; `ok` where there is none; undefined for what is no answer of GraphQL. */
export function codeOf(json: string): string | undefined {
  try {
    const body: unknown = JSON.parse(json)
    const answer: unknown = Array.isArray(body) ? body[0] : body
    if (typeof answer !== 'object' || answer === null) return undefined
    const { errors, data }: GraphQLAnswer = answer
    if (errors === undefined) return data === undefined ? undefined : 'ok'
    return errors[0]?.extensions?.code
  } catch {
    return undefined
  }
}

interface GraphQLAnswer {
  readonly data?: unknown
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[]
}
