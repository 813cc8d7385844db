import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino'
import { redactLine } from './redact-line.ts'

export type { Logger }

export interface LoggerOptions {
  /** The least that is written. `silent` writes nothing. */
  readonly level: LevelWithSilent
  /**
   * Gets each line, with its line feed.
   * @default standard output
   */
  readonly destination?: DestinationStream
}

/** Writes one JSON object a line, without the secrets that came with what was logged. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    destination,
  )
}
