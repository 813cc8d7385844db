import type { ExecutableSelection, Fields } from '../values/complete-value.ts'
import { JsonOutput, MAX_WRITTEN_BYTES } from './json-output.ts'

const BEFORE_DATA = Buffer.from('{"data":')
const BEFORE_EXTENSIONS = Buffer.from(',"extensions":')
const END = Buffer.from('}\n')

const output = new JsonOutput()

/** Writes the answers to one operation. How long the last one was says how the next one is written. */
export class AnswerWriter {
  private readonly root: ExecutableSelection
  private lastBytes = 0

  constructor(root: ExecutableSelection) {
    this.root = root
  }

  /** What `JSON.stringify` makes of `{ data, extensions }`, and a line feed; in UTF-8 where that takes less time. */
  write(data: Fields, extensions?: object): string | Buffer {
    const answer = this.writeShort(data, extensions) ?? `${JSON.stringify({ data, extensions })}\n`
    this.lastBytes = answer.length > MAX_WRITTEN_BYTES ? answer.length : Buffer.byteLength(answer)
    return answer
  }

  /**
   * The same, in UTF-8. Undefined where it is too long for that, the last one was, or a value is left out: then until
   * `write` has found one that is short.
   */
  writeShort(data: Fields, extensions?: object): Buffer | undefined {
    if (this.lastBytes > MAX_WRITTEN_BYTES) return undefined
    const short = output.written((out) => {
      out.raw(BEFORE_DATA)
      this.root.write(out, data)
      if (extensions !== undefined) {
        out.raw(BEFORE_EXTENSIONS)
        out.any(extensions)
      }
      out.raw(END)
    })
    if (short === undefined) this.lastBytes = Number.POSITIVE_INFINITY
    return short
  }
}
