import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { isErrorCode } from '../../src/errors/error-registry.ts'

const guide = readFileSync('docs/guides/security.md', 'utf8')
const [, threats = ''] = /\| attack .*?\n\|[- |]+\n((?:\|.*\n)+)/.exec(guide) ?? []
const shipped: object = loadConfig({ env: { TOLLGATE_CONFIG: 'tollgate.yaml' }, cwd: process.cwd() })

test.each(threats.trim().split('\n'))('what shows it is there: %s', (row) => {
  const named = [...row.matchAll(/(?<![\w/])(test\/[\w./-]*\w)/g)].map(([, path = '']) => path)
  expect(named).not.toEqual([])
  for (const path of named) expect(existsSync(path), path).toBe(true)
})

test('names settings that there are', () => {
  const named = [...guide.matchAll(/`((?:server|guard|execution|overload|documents)\.\w+)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(10)
  for (const path of new Set(named)) expect(settings(shipped), path).toContain(path)
})

test('names codes that there are', () => {
  const named = [...guide.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code]) => code)
  expect(named.filter((code) => !isErrorCode(code))).toEqual([])
})

/** The paths of settings. Durations have no unit in the name that they have in the file. */
function settings(config: object): readonly string[] {
  return Object.entries(config).flatMap(([section, values]) =>
    typeof values === 'object' && values !== null
      ? Object.keys(values).map((key) => `${section}.${key.replace(/Ms$/, '')}`)
      : [],
  )
}
