import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../src/execution/containment/watch-failures.ts', import.meta.url)

/** What a process says that watches its failures, and how it ends. */
async function run(script: string): Promise<{ lines: readonly string[]; exitCode: unknown }> {
  const watched = `
    import { setTimeout } from 'node:timers/promises'
    import { watchFailures } from ${JSON.stringify(MODULE.href)}
    let ids = 0
    const say = (...words) => console.log(...words)
    watchFailures({
      newId: () => 'id-' + ids++,
      onLateRejection: ({ id, error }) => say('late', id, error.message),
      onUncaught: ({ id, error }) => say('uncaught', id, error.message),
      async stop() {
        say('stopping')
        await setTimeout(20)
        say('stopped')
      },
    })
    ${script}`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', watched])
  const [output, , [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { lines: output.split('\n').filter((line) => line !== ''), exitCode }
}

test('late rejections are told of once each, whatever they are, and the process goes on', async () => {
  const { lines, exitCode } = await run(`
    Promise.reject(new Error('one'))
    Promise.reject(undefined)
    Promise.reject(new Proxy({}, { get() { throw new Error() }, getPrototypeOf() { throw new Error() } }))
    await setTimeout(50)
    say('goes on')
  `)
  expect(lines).toEqual([
    'late id-0 one',
    'late id-1 What was thrown is no error: undefined',
    'late id-2 What was thrown cannot be read',
    'goes on',
  ])
  expect(exitCode).toBe(0)
}, 30_000)

test('an uncaught exception ends the process with 1, once what was accepted is answered', async () => {
  const { lines, exitCode } = await run(`
    process.nextTick(() => { throw new Error('one') })
    setImmediate(() => { throw new Error('while it stops') })
    await setTimeout(10_000)
  `)
  expect(lines).toEqual(['uncaught id-0 one', 'stopping', 'uncaught id-1 while it stops', 'stopped'])
  expect(exitCode).toBe(1)
}, 30_000)
