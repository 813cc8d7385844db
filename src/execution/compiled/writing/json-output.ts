/** Longer answers take V8's own writer less time. */
export const MAX_WRITTEN_BYTES = 6 * 1024

const SLAB_BYTES = 64 * 1024

/** Longer texts are written by what Node has for that. */
const SHORT = 128

const QUOTE = 0x22
const BACKSLASH = 0x5c
const ZERO = 0x30
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/**
 * Where JSON is written as bytes, which are those that `JSON.stringify` makes. What has no room any more is cut, and has
 * to be written in another way.
 */
export class JsonOutput {
  /** What has been written lies beside each other: to allocate memory for each would take longer than to write it. */
  private bytes = Buffer.allocUnsafeSlow(SLAB_BYTES)
  private at = 0
  private end = 0
  /** Whether something had no room. */
  isCut = false

  /** What is written by then. Undefined where it is too long. */
  written(write: (output: JsonOutput) => void): Buffer | undefined {
    if (this.at + MAX_WRITTEN_BYTES > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.at = 0
    }
    const start = this.at
    this.end = start + MAX_WRITTEN_BYTES
    this.isCut = false
    write(this)
    if (!this.isCut) return this.bytes.subarray(start, this.at)
    this.at = start
    return undefined
  }

  /** What is JSON already. */
  raw(json: Uint8Array): void {
    if (!this.hasRoom(json.length)) return
    const { bytes, at } = this
    for (let index = 0; index < json.length; index++) bytes[at + index] = json[index] ?? 0
    this.at += json.length
  }

  /** A string, or null. */
  text(value: unknown): void {
    if (typeof value !== 'string' || value.length > SHORT || !this.addPlain(value)) this.any(value)
  }

  /** A finite number, a boolean, or null. */
  literal(value: unknown): void {
    if (value === true) this.raw(TRUE)
    else if (value === false) this.raw(FALSE)
    else if (typeof value === 'number' && value >>> 0 === value) this.digits(value)
    else if (value === null || Number.isFinite(value)) this.ascii(String(value))
    else this.any(value)
  }

  /** Whatever there may be. */
  any(value: unknown): void {
    if (this.isCut) return
    const json: string | undefined = JSON.stringify(value)
    // What is undefined is left out by whoever it is in.
    if (json === undefined) this.cut()
    else if (this.hasRoom(Buffer.byteLength(json))) this.at += this.bytes.write(json, this.at, 'utf8')
  }

  /** Adds a text that JSON has as it is, between quotes. False for others, of which nothing is added. */
  private addPlain(text: string): boolean {
    if (!this.hasRoom(text.length + 2)) return true
    const { bytes } = this
    let { at } = this
    bytes[at++] = QUOTE
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return false
      bytes[at++] = code
    }
    bytes[at++] = QUOTE
    this.at = at
    return true
  }

  private ascii(text: string): void {
    if (!this.hasRoom(text.length)) return
    const { bytes, at } = this
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
    this.at += text.length
  }

  private digits(value: number): void {
    let count = 1
    for (let next = 10; next <= value; next *= 10) count += 1
    if (!this.hasRoom(count)) return
    const { bytes } = this
    let rest = value
    for (let at = this.at + count - 1; at >= this.at; at--) {
      bytes[at] = ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    }
    this.at += count
  }

  private hasRoom(count: number): boolean {
    if (this.at + count <= this.end) return true
    this.cut()
    return false
  }

  /** From now on there is no room for anything. */
  private cut(): void {
    this.isCut = true
    this.at = this.end
  }
}
