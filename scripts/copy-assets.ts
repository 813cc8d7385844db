// Does what the compiler leaves undone: the Lua scripts stand beside the code that loads them, and the command can be run.
import { chmodSync, cpSync } from 'node:fs'

for (const scripts of ['budget/redis/scripts', 'events/redis/scripts']) {
  cpSync(`src/${scripts}`, `dist/${scripts}`, { recursive: true })
}
chmodSync('dist/cli/tollgate.js', 0o755)
