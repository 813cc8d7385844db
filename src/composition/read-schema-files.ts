import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** All of `schema/` in the package, from `src/` as from `dist/`. */
export function readSchemaFiles(): string {
  const folder = fileURLToPath(new URL('../../schema/', import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'))
  return files
    .sort()
    .map((file) => readFileSync(`${folder}${file}`, 'utf8'))
    .join('\n')
}
