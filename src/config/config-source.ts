import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'

/** A YAML file as plain data, which remembers its lines. */
export interface ConfigSource {
  readonly value: unknown
  /** The line that a path leads to, or the nearest part of it that is there. The first is 1. */
  lineOf(path: readonly PropertyKey[]): number
}

/** Where a text is no YAML. */
export interface SyntaxMistake {
  readonly line: number
  readonly message: string
}

/** Reads YAML. An empty text is an empty section. */
export function readConfigSource(text: string): ConfigSource | { readonly mistakes: readonly SyntaxMistake[] } {
  const lineCounter = new LineCounter()
  // Pretty errors quote the text, secrets and all.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, logLevel: 'error' })
  const lineAt = (offset = 0) => Math.max(1, lineCounter.linePos(offset).line)
  const messages = new Map<number, string>()
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const line = lineAt(pos[0])
    // The rest of the same line follows from its first mistake.
    if (!messages.has(line)) messages.set(line, explained(code, message))
  }
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return
      messages.set(lineAt(alias.range?.[0]), `*${alias.source} stands for nothing; write &${alias.source} before it`)
    },
  })
  if (messages.size > 0) return { mistakes: [...messages].map(([line, message]) => ({ line, message })) }
  return {
    // Aliases share what they stand for, so any number of them takes no room.
    value: document.toJS({ maxAliasCount: -1 }) ?? {},
    lineOf: (path) => lineAt(offsetOf(document, path)),
  }
}

/** Some messages end in a piece of the text, which may be a secret; one is for programmers. */
function explained(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'A second document begins here; a file holds one'
  return message.replace(/: ".*$/s, '')
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const target = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)
  let node: unknown = document.contents
  let offset: number | undefined
  for (const step of path) {
    const parent = target(node)
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === step) : undefined
    const item = isSeq(parent) ? parent.items[Number(step)] : undefined
    const place = pair?.key ?? item
    if (!isNode(place)) break
    offset = place.range?.[0] ?? offset
    node = pair?.value ?? item
  }
  return offset
}
