// Does what the compiler leaves undone: the Lua scripts stand beside the code that loads them, and the command can be run.
import { chmodSync, cpSync } from 'node:fs'

cpSync('src/budget/redis/scripts', 'dist/budget/redis/scripts', { recursive: true })
chmodSync('dist/cli/tollgate.js', 0o755)
