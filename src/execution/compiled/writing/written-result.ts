import type { ExecutionResult } from 'graphql'
import type { Fields } from '../values/complete-value.ts'
import type { AnswerWriter } from './answer-writer.ts'

/** The result of a compiled operation without errors: what its data look like is known. */
export class WrittenResult implements ExecutionResult {
  readonly data: Fields
  readonly #writer: AnswerWriter
  #short: Buffer | 'long' | undefined

  constructor(data: Fields, writer: AnswerWriter) {
    this.data = data
    this.#writer = writer
  }

  /** How many bytes the answer without extensions has, which is written by then. Undefined where it is long. */
  shortBytes(): number | undefined {
    this.#short ??= this.#writer.writeShort(this.data) ?? 'long'
    return this.#short === 'long' ? undefined : this.#short.length
  }

  /** The answer as JSON, as `AnswerWriter` writes it. */
  write(extensions?: object): string | Buffer {
    if (extensions === undefined && this.#short instanceof Buffer) return this.#short
    return this.#writer.write(this.data, extensions)
  }
}
