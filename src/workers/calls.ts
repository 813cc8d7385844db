/**
 * One end of a conversation between two processes. Each answers the verbs that it has, and calls those of the other;
 * arguments and results cross as structured clones. A call rejects with what the verb threw, or once the other end is gone.
 */
export interface Calls<Theirs> {
  readonly call: Called<Theirs>
  /** Calls a verb and waits for nothing: what it throws is lost. */
  readonly tell: Told<Theirs>
  /** Resolves once everything that was called has been answered. */
  answered(): Promise<void>
  /** The other end is gone: what was called rejects. */
  close(): void
}

/** Where messages go and come from. */
export interface Channel {
  /** What cannot be sent because the other end is gone is dropped. */
  send(message: object): void
  onMessage(listener: (message: unknown) => void): void
  /** Nothing is sent or received afterwards. */
  close(): void
}

// biome-ignore lint/suspicious/noExplicitAny: the only type that methods of every shape have in common
type Method = (...args: any[]) => unknown

type Called<Verbs> = {
  readonly [Name in keyof Verbs]: Verbs[Name] extends Method
    ? (...args: Parameters<Verbs[Name]>) => Promise<Awaited<ReturnType<Verbs[Name]>>>
    : never
}

type Told<Verbs> = {
  readonly [Name in keyof Verbs]: Verbs[Name] extends Method ? (...args: Parameters<Verbs[Name]>) => void : never
}

/** @param verbs what the other end may call: methods, whose `this` is this object */
export function createCalls<Theirs extends object>(channel: Channel, verbs: object): Calls<Theirs> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  const ours = new Map<string, Method>(Object.entries(verbs))
  let lastId = 0
  let closed = false
  let onAnswered = () => {}

  channel.onMessage((message) => {
    if (isCall(message)) void answer(message)
    else if (isAnswer(message)) take(message)
  })

  async function answer({ tollgate: id, verb, args }: Call): Promise<void> {
    try {
      const method = ours.get(verb)
      if (method === undefined) throw new Error(`${verb} cannot be called from another process`)
      const value = await method.apply(verbs, args)
      if (id !== 0) channel.send({ tollgate: id, value })
    } catch (error) {
      if (id !== 0) channel.send({ tollgate: id, failure: plain(error) })
    }
  }

  function take({ tollgate: id, value, failure }: Answer): void {
    const caller = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) onAnswered()
    if (failure === undefined) caller?.resolve(value)
    else caller?.reject(Object.assign(failure.error, failure.properties))
  }

  function call(verb: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('The other process is gone.'))
      lastId += 1
      waiting.set(lastId, { resolve, reject })
      channel.send({ tollgate: lastId, verb, args } satisfies Call)
    })
  }

  return {
    call: byName<Called<Theirs>>((verb, args) => call(verb, args)),
    tell: byName<Told<Theirs>>((verb, args) => channel.send({ tollgate: 0, verb, args } satisfies Call)),
    async answered() {
      if (waiting.size === 0) return
      await new Promise<void>((resolve) => {
        onAnswered = resolve
      })
    },
    close() {
      closed = true
      for (const { reject } of waiting.values()) reject(new Error('The other process is gone.'))
      waiting.clear()
      onAnswered()
    },
  }
}

/** An object that has every method, each of which hands over its name. The type says which ones the other end answers. */
function byName<Methods extends object>(call: (name: string, args: unknown[]) => unknown): Methods {
  const none = Object.create(null)
  return new Proxy<Methods>(none, {
    get: (_none, name) => (typeof name === 'string' ? (...args: unknown[]) => call(name, args) : undefined),
  })
}

/** 0 where nobody waits for an answer. */
interface Call {
  readonly tollgate: number
  readonly verb: string
  readonly args: unknown[]
}

interface Answer {
  readonly tollgate: number
  readonly value?: unknown
  readonly failure?: { readonly error: Error; readonly properties: object }
}

// Both ends run the same code, so a message is what it looks like. Others send messages on the same channel.
function isCall(message: unknown): message is Call {
  return isOurs(message) && 'verb' in message
}

function isAnswer(message: unknown): message is Answer {
  return isOurs(message) && !('verb' in message)
}

function isOurs(message: unknown): message is object {
  return typeof message === 'object' && message !== null && 'tollgate' in message
}

/** A clone of an error has its kind, message and stack. What a database says beside that is in properties of its own. */
function plain(thrown: unknown): NonNullable<Answer['failure']> {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  // Those of the platform, such as that of an abort, lose their message on the way.
  if (error instanceof DOMException) return { error: new Error(error.message), properties: { name: error.name } }
  const kept = Object.entries(error).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
  return { error, properties: Object.fromEntries(kept) }
}
