// Writes tollgate.schema.json from the schema of the configuration; with --check, only tells whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/config-schema.ts'

const path = new URL('../tollgate.schema.json', import.meta.url)
const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`

if (!process.argv.includes('--check')) {
  writeFileSync(path, text)
} else if (text !== readFileSync(path, 'utf8')) {
  console.error(
    'tollgate.schema.json is not what src/config/config-schema.ts says. Run npx tsx scripts/write-config-schema.ts',
  )
  process.exitCode = 1
}
