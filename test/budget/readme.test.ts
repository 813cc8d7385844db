import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const readme = readFileSync('src/budget/README.md', 'utf8')
const [, example = ''] = /```ts\n([\s\S]*?)\n```/.exec(readme) ?? []

test('the README shows the room alone in five lines', () => {
  const [imports = '', code = ''] = example.split('\n\n')
  expect(imports.split('\n').every((line) => line.startsWith('import '))).toBe(true)
  expect(code.split('\n')).toHaveLength(5)
})

test('the example of the README charges 57 and settles at 31', async () => {
  const look = `
    const look = (amount) => store.take({ id: randomUUID(), tenant: 'acme', charges: [{ ...charges[0], amount }], ttlMs: 0 })
    console.log(taken.states[0].remaining, (await look(0)).states[0].remaining)`
  // Nothing refills on a clock that stands still.
  expect(await outputOf(`Date.now = () => 0\n${example}\n${look}`)).toBe('943 969\n')
})

/** Runs code that uses the room as somebody else's project would: in a process of its own, by its public name. */
async function outputOf(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    alias: { 'tollgate/budget': './src/budget/index.ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  })
  const { stdout } = await promisify(execFile)('node', ['--input-type=module', '-e', outputFiles[0]?.text ?? ''])
  return stdout
}
