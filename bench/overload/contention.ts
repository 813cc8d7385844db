import { readFile } from 'node:fs/promises'

/**
 * Which part of the time a process could have run while others had the processors. Where it is more than little, the
 * figures are those of a busy machine. NaN where Linux does not tell.
 */
export async function contention(pid: number, during: () => Promise<unknown>): Promise<number> {
  const [before, fromMs] = [await waitedMs(pid), performance.now()]
  await during()
  return ((await waitedMs(pid)) - before) / (performance.now() - fromMs)
}

async function waitedMs(pid: number): Promise<number> {
  try {
    const [, nanoseconds] = (await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).split(' ')
    return Number(nanoseconds) / 1e6
  } catch {
    return Number.NaN
  }
}
