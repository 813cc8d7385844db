import { spawnSync } from 'node:child_process'

/** Builds `dist/` once, so that the tests meet what `npm start` runs. */
export default function build(): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
}
