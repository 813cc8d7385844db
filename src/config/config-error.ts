/** Thrown where the configuration cannot be used. Names every mistake of file and environment, and no secret. */
export class ConfigError extends Error {
  /** Each says where it is, what was found and what is allowed. */
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    super(`The configuration has ${count}:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}
