import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'

/**
 * The paths of the settings that differ and take effect with the next start alone, such as `server.port`. All of the
 * others take effect while the server runs.
 */
export function needsRestart(running: Config, next: Config): readonly string[] {
  return [...differences(without(running), without(next))]
}

function without({ tiers, clients, globalBudgets, ipBudget, rateLimitHeaders, ...rest }: Config): object {
  return rest
}

function* differences(before: object, after: object, path = ''): Generator<string> {
  const others = new Map(Object.entries(after))
  for (const [key, value] of Object.entries(before)) {
    const other = others.get(key)
    if (isDeepStrictEqual(value, other)) continue
    if (isSection(value) && isSection(other)) yield* differences(value, other, `${path}${key}.`)
    // In the file, durations have their unit with them.
    else yield `${path}${key}`.replace(/Ms$/, '')
  }
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
