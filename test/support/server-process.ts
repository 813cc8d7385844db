import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ServerProcess {
  /** `http://localhost:port`, or `https`, without a path. */
  readonly url: string
  readonly child: ChildProcess
  /** Everything it has printed. */
  output(): string
  /** The answer to an operation. Sends `demo-free` unless headers say otherwise. */
  query<Data = unknown>(source: string, options?: QueryOptions): Promise<Answer<Data>>
  /** Ends it as an operator would, and answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

interface QueryOptions {
  readonly variables?: object
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer<Data = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: {
    readonly data?: Data
    readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
    readonly extensions?: { readonly cost?: { readonly requestedQueryCost: number; readonly actualQueryCost: number } }
  }
}

/** The built server in a process of its own, on a free port, ready to answer. Nothing of this process's settings leaks in. */
export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text
      const origin = /Tollgate serves (https?:\/\/localhost:\d+)\/graphql/.exec(output)?.[1]
      if (origin !== undefined) resolve(origin)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`The server ended with exit code ${code}:\n${output}`)))
  })
  const exited = once(child, 'exit')
  return {
    url,
    child,
    output: () => output,
    async query<Data>(source: string, { variables, headers }: QueryOptions = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': 'demo-free', ...headers },
        body: JSON.stringify({ query: source, variables }),
      })
      const body: Answer<Data>['body'] = JSON.parse(await response.text())
      return { status: response.status, headers: response.headers, body }
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exited
      return code
    },
  }
}
