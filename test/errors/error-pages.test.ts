import { readdirSync, readFileSync } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type ErrorCode, errorRegistry, isErrorCode } from '../../src/errors/error-registry.ts'
import type { Refusal } from '../../src/errors/refusal.ts'
import { refusalHeaders } from '../../src/errors/to-graphql-error.ts'
import { exampleRefusals } from './example-refusals.ts'

const folder = new URL('../../docs/errors/', import.meta.url)
const files = readdirSync(folder)
const codes = Object.keys(errorRegistry).filter(isErrorCode)

describe('docs/errors', () => {
  test('has a page for every code and no other page', () => {
    expect(files.toSorted()).toEqual([...codes.map((code) => `${code}.md`), 'README.md'].toSorted())
  })

  test('lists every code once, with its status, in the order of the registry', () => {
    const rows = [...read('README.md').matchAll(/^\| \[(\w+)\]\((\w+)\.md\) +\| (\d+) +\| (.+) \|$/gm)]
    expect(rows.map(([, code, page, status]) => ({ code, page, status: Number(status) }))).toEqual(
      codes.map((code) => ({ code, page: code, status: errorRegistry[code].status })),
    )
  })
})

/** What comes in place of the events of a subscription, or among them, has no status and no headers of its own. */
const amidEvents: readonly ErrorCode[] = [
  'SUBSCRIPTION_PAUSED',
  'SUBSCRIPTION_OVERFLOW',
  'RESUME_EXPIRED',
  'EVENT_LOG_UNAVAILABLE',
]

describe.each(codes)('the page of %s', (code) => {
  const page = files.includes(`${code}.md`) ? read(`${code}.md`) : ''
  const refusal = exampleRefusals[code]

  test('has its code as its title', () => {
    expect(page.startsWith(`# ${code}\n\n`)).toBe(true)
  })

  test('shows an answer in the words of the registry', () => {
    const [example, ...others] = fenced(page, 'json')
    expect(others).toEqual([])
    expect(JSON.parse(example ?? '')).toMatchObject({ errors: [{ message: refusal.message }] })
    expect(extensionsOf(JSON.parse(example ?? ''))).toEqual({ ...refusal.extensions, code })
  })

  test('shows its status and how long to wait, where it can be an answer of its own', () => {
    if (amidEvents.includes(code)) return expect(fenced(page, 'http')).toEqual([])
    const [head = ''] = fenced(page, 'http')
    expect(head.split('\n')[0]).toBe(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`)
    expect(/^Retry-After: (\d+)$/m.exec(head)?.[1]).toBe(retryAfter(refusal))
  })

  test('says what a client does, and what those who run the server or write the schema do', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings[0]).toBe('As a client')
    expect(headings.length).toBeGreaterThan(1)
    expect(['As an operator', 'As a schema author']).toEqual(expect.arrayContaining(headings.slice(1)))
  })

  test('is 15 to 50 lines', () => {
    const lines = page.trimEnd().split('\n').length
    expect(lines).toBeGreaterThanOrEqual(15)
    expect(lines).toBeLessThanOrEqual(50)
  })
})

function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}

/** What stands in the code blocks of one language. */
function fenced(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\`$`, 'gms'))].map(([, text]) => text ?? '')
}

function extensionsOf(answer: { readonly errors: readonly { readonly extensions: unknown }[] }): unknown {
  expect(answer.errors).toHaveLength(1)
  return answer.errors[0]?.extensions
}

function retryAfter(refusal: Refusal): string | undefined {
  return refusalHeaders(refusal).get('retry-after')
}
