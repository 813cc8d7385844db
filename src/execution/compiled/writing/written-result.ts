import type { ExecutionResult } from 'graphql'
import type { Fields } from '../values/complete-value.ts'
import type { AnswerWriter } from './answer-writer.ts'

/** The result of a compiled operation without errors: what its data look like is known. */
export class WrittenResult implements ExecutionResult {
  readonly data: Fields
  readonly #writer: AnswerWriter

  constructor(data: Fields, writer: AnswerWriter) {
    this.data = data
    this.#writer = writer
  }

  /** The answer as JSON, as `AnswerWriter` writes it. */
  write(extensions?: object): string | Buffer {
    return this.#writer.write(this.data, extensions)
  }
}
