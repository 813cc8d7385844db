import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { Channel } from './calls.ts'

export interface WorkersOptions {
  readonly count: number
  /**
   * Called with each process that is begun, before it runs. Resolves with the port on which it listens; answers what to do
   * once it has ended.
   */
  readonly attach: (worker: WorkerProcess) => { readonly ready: Promise<number>; readonly gone: () => void }
  /** Told of each that ended unasked, after it had been ready or in a later attempt. Another is started. */
  readonly onLost: (lost: { readonly pid: number | undefined; readonly how: string; readonly delayMs: number }) => void
  /** How long one may take to end after it was told to. Then it is killed. */
  readonly stopTimeoutMs: number
}

export interface WorkerProcess {
  readonly channel: Channel
}

export interface Workers {
  readonly port: number
  signal(signal: NodeJS.Signals): void
  /** Tells all to end as a lone server would, and waits. Answers whether each ended with 0. */
  stop(): Promise<boolean>
}

/**
 * Starts `count` processes that run this program again and share its port: this process accepts connections and hands
 * them out in turn. One that ends unasked is replaced, at once the first time and then after delays that grow to 10 s
 * while they do not live for a minute.
 *
 * @throws Error where one ends before it is ready. It has said why by itself; the others are stopped.
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  // Budgets have fields that are Infinity, rows have dates: JSON would lose them.
  cluster.setupPrimary({ serialization: 'advanced' })
  const running = new Set<Worker>()
  let failures = 0
  let stopping = false
  let complete = false

  function startOne(): Promise<number> {
    const startedAt = performance.now()
    const worker = cluster.fork()
    running.add(worker)
    const { ready, gone } = options.attach({ channel: channelTo(worker) })
    const exited = new Promise<never>((_, reject) => {
      worker.once('exit', (code, signal) => {
        running.delete(worker)
        gone()
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`
        if (complete && !stopping) replace(worker, how, performance.now() - startedAt)
        reject(new Error(`A worker process ended with ${how} before it was ready. What it said stands above.`))
      })
    })
    exited.catch(() => undefined)
    return Promise.race([ready, exited])
  }

  function replace(worker: Worker, how: string, livedMs: number): void {
    failures = livedMs < STEADY_MS ? failures + 1 : 1
    const delayMs = failures === 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (failures - 2), LAST_DELAY_MS)
    options.onLost({ pid: worker.process.pid, how, delayMs })
    setTimeout(() => {
      // One that fails again is replaced again.
      if (!stopping) startOne().catch(() => undefined)
    }, delayMs)
  }

  async function stop(): Promise<boolean> {
    stopping = true
    const ended = [...running].map(async (worker) => {
      worker.process.kill('SIGTERM')
      const kill = setTimeout(() => worker.process.kill('SIGKILL'), options.stopTimeoutMs)
      const [code] = await once(worker, 'exit')
      clearTimeout(kill)
      return code === 0
    })
    return (await Promise.all(ended)).every(Boolean)
  }

  try {
    // What stops one from starting is said once, and what has to be done once is not done by several at a time.
    const port = await startOne()
    await Promise.all(Array.from({ length: options.count - 1 }, startOne))
    complete = true
    return {
      port,
      signal(signal) {
        for (const worker of running) worker.process.kill(signal)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const STEADY_MS = 60_000
const FIRST_DELAY_MS = 100
const LAST_DELAY_MS = 10_000

function channelTo(worker: Worker): Channel {
  return {
    // With a callback, a channel that is closed is no error of the process.
    send: (message) => void (worker.isConnected() && worker.process.send?.(message, () => undefined)),
    onMessage: (listener) => worker.on('message', listener),
    close: () => worker.disconnect(),
  }
}
