import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { folderWith } from './folder-with.ts'

const files = {
  'library.graphql': 'type Query { books(n: Int): [Book] @listSize(slicingArguments: ["n"]) } type Book { id: ID }',
  'books.graphql': 'query Books($n: Int) { books(n: $n) { id } }',
}

/** Runs the command as a user does: in a process of its own, with streams and an exit code. */
async function tollgate(args: readonly string[], stdin = '') {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/tollgate.ts', ...args])
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  child.stdin.end(stdin)
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { exitCode, stdout, stderr }
}

describe('the tollgate command', () => {
  test('explains an operation from a file', async () => {
    const folder = folderWith(files)
    const given = ['--schema', folder, '--operation', join(folder, 'books.graphql'), '--variables', '{"n": 6}']
    const result = await tollgate(['explain', ...given, '--max-cost', '8'])
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.stdout).toContain('Estimated cost  8\n')
  })

  test('reads stdin, takes several --schema, and exits with 1 above --max-cost', async () => {
    const folder = folderWith({ ...files, 'film.graphql': 'extend type Query { film: Film } type Film { id: ID }' })
    const schema = ['--schema', join(folder, 'lib*.graphql'), '--schema', join(folder, 'film.graphql')]
    const flags = ['--operation', '-', '--max-cost', '2', '--json', '--default-list-size', 'Infinity']
    const result = await tollgate(['explain', ...schema, ...flags], '{ film { id } }')
    expect(result).toMatchObject({ exitCode: 1, stderr: 'The estimated cost is 3; --max-cost allows 2.\n' })
    expect(JSON.parse(result.stdout)).toMatchObject({ cost: 3 })
  })

  test.each([
    {
      name: 'input that cannot be used',
      args: ['--schema', 'no.graphql', '--operation', '-'],
      says: 'Cannot read no.graphql: there is no such file.\n',
    },
    {
      name: 'a flag that cannot be used',
      args: ['--max-cost', 'lots'],
      says: "error: option '--max-cost <cost>' argument 'lots' is invalid. A number from 0 to Infinity is allowed.\n",
    },
  ])('exits with 2 for $name, with one message and nothing else', async ({ args, says }) => {
    expect(await tollgate(['explain', ...args])).toEqual({ exitCode: 2, stdout: '', stderr: says })
  })
})
