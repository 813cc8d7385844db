// Copies what the compiler leaves behind: the Lua scripts stand beside the code that loads them.
import { cpSync } from 'node:fs'

cpSync('src/budget/redis/scripts', 'dist/budget/redis/scripts', { recursive: true })
