import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, totalmem } from 'node:os'

/** The server has a processor to itself; the load and Redis share another, so that they do not wait for the server. */
export const SERVER_CPU = 0
export const LOAD_CPU = 1

const TASKSET = 'taskset'
const canPin = cpus().length > 1 && exists(TASKSET)

/** A command that is to run on one processor, where the system can see to that. */
export function pinned(cpu, command) {
  return canPin && cpu !== undefined ? [TASKSET, '-c', String(cpu), ...command] : command
}

/** The same for a process that runs. */
export function pin(pid, cpu) {
  if (canPin && pid !== undefined)
    execFileSync(TASKSET, ['-a', '-c', '-p', String(cpu), String(pid)], { stdio: 'ignore' })
}

/** What a process has used of processors so far, all of its threads. The kernel counts in hundredths of a second. */
export function cpuMillis(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** The same of a process and those that it has started. */
export function cpuMillisOfAll(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return [pid, ...children].reduce((sum, one) => sum + cpuMillis(one), 0)
}

/** How long a process has waited for a processor that others had. NaN where Linux does not tell. */
export function waitedMillis(pid) {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
    return Number(nanoseconds) / 1e6
  } catch {
    return Number.NaN
  }
}

/** Resident memory. */
export function residentMiB(pid) {
  const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}

/** Lines that say on what it was measured. */
export function machine() {
  const [{ model = 'unknown' } = {}] = cpus()
  const pins = canPin
    ? `the server on processor ${SERVER_CPU}, load and Redis on ${LOAD_CPU}`
    : 'nothing is bound to a processor: there is one alone, or no taskset'
  return {
    processors: `${cpus().length} × ${model.trim()}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    redis: versionOf('redis-server', ['--version'], /v=([\d.]+)/),
    wrk: versionOf('wrk', ['-v'], /([\d.]+)/),
    pins,
    loadAverage: loadavg()[0].toFixed(2),
  }
}

/** The versions of packages as they are installed for the peers. */
export function versions(names) {
  const require = createRequire(import.meta.url)
  return names.map((name) => {
    for (const folder of require.resolve.paths(name) ?? []) {
      try {
        return `${name} ${JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version}`
      } catch {}
    }
    return `${name} ?`
  })
}

function versionOf(command, args, pattern) {
  try {
    return (
      pattern.exec(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))?.[1] ?? '?'
    )
  } catch (error) {
    // wrk prints its version, and then says that it was not told what to do.
    return pattern.exec(String(error.stdout))?.[1] ?? '?'
  }
}

function exists(command) {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
