import type { Mistake } from './mistake.ts'
import { items, section } from './section.ts'

/** Finds in a list of sections those that have the same value of a key as one before them. */
export function* checkUnique(path: Mistake['path'], list: unknown, key: string): Generator<Mistake> {
  const seen = new Map<string, number>()
  for (const [index, item] of items(list).entries()) {
    const written = section(item)[key]
    if (typeof written !== 'string') continue
    const value = key === 'keySha256' ? written.toLowerCase() : written
    const first = seen.get(value)
    if (first === undefined) seen.set(value, index)
    else {
      const message = `is that of ${String(path.at(-1))}[${first}] too; each needs its own`
      yield { path: [...path, index, key], message }
    }
  }
}
