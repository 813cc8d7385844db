import { isSha256, sha256Of } from './sha256-of.ts'

/** The documents that are known beforehand. */
export interface Manifest {
  /** The text with this id, or with this SHA-256 hash, which may have `sha256:` before it. */
  find(id: string): string | undefined
  /** Whether one of them is this text, letter by letter. */
  has(source: string): boolean
  readonly documents: readonly ManifestDocument[]
}

export interface ManifestDocument {
  readonly id: string
  readonly source: string
}

/**
 * Reads what tools write when they build a client, in one of two forms:
 * - Apollo's persisted query manifest: `{ format, version: 1, operations: [{ id, name, type, body }] }`
 * - what Relay and the client preset of graphql-codegen write: `{ "<id>": "<document>" }`
 *
 * Ids are free, but one that looks like a SHA-256 hash has to be that of its text.
 *
 * @throws ManifestError that names every mistake
 */
export function parseManifest(json: string): Manifest {
  const entries = entriesOf(json)
  const mistakes = [...mistakesIn(entries)]
  if (mistakes.length > 0) throw new ManifestError(mistakes)
  const documents = entries.map(({ id, source }) => ({ id: String(id), source: String(source) }))
  const sources = new Map<string, string>()
  for (const { id, source } of documents) {
    sources.set(sha256Of(source), source)
    sources.set(withoutPrefix(id), source)
  }
  const texts = new Set(sources.values())
  return {
    find: (id) => sources.get(withoutPrefix(id)),
    has: (source) => texts.has(source),
    documents,
  }
}

/** Its message has a line for each mistake. */
export class ManifestError extends Error {
  constructor(mistakes: readonly string[]) {
    const more = mistakes.length - MAX_SHOWN_MISTAKES
    const lines = [...mistakes.slice(0, MAX_SHOWN_MISTAKES), ...(more > 0 ? [`and ${more} more`] : [])]
    super(lines.join('\n'))
  }
}

const MAX_SHOWN_MISTAKES = 20

/** What stands where a document should. */
interface Entry {
  /** Where it stands, for messages. */
  readonly at: string
  readonly id: unknown
  readonly source: unknown
}

function entriesOf(json: string): readonly Entry[] {
  const content = parsed(json)
  if (!isObject(content)) throw new ManifestError([FORMS])
  if (!('format' in content)) return Object.entries(content).map(([id, source]) => ({ at: shown(id), id, source }))
  const { format, version, operations } = content
  if (format !== APOLLO_FORMAT || version !== 1 || !Array.isArray(operations)) throw new ManifestError([FORMS])
  return operations.map((operation: unknown, index) => {
    const { id, body } = isObject(operation) ? operation : {}
    return { at: `operations[${index}]`, id, source: body }
  })
}

const APOLLO_FORMAT = 'apollo-persisted-query-manifest'

const FORMS = `is in no known form; an object of documents by their ids is allowed, or one with "format": "${APOLLO_FORMAT}", "version": 1 and a list of "operations"`

function* mistakesIn(entries: readonly Entry[]): Generator<string> {
  if (entries.length === 0) yield 'has no documents; one at least is needed'
  const seen = new Map<string, string>()
  for (const { at, id, source } of entries) {
    const text = typeof source === 'string' && source.trim() !== '' ? source : undefined
    if (text === undefined) yield `${at}: has no text; that of a GraphQL document is needed`
    if (typeof id !== 'string' || id === '') {
      yield `${at}: has no id; a text is needed`
      continue
    }
    const key = withoutPrefix(id)
    const other = seen.get(key)
    if (other !== undefined) yield `${at}: has the id ${shown(id)} of ${other} too; each needs its own`
    seen.set(key, at)
    if (text === undefined || !(isSha256(key) || key !== id) || sha256Of(text) === key) continue
    yield `${at}: the id ${shown(id)} is not the SHA-256 hash of its text, which is ${sha256Of(text)}`
  }
}

/** By the proposal for persisted documents in GraphQL over HTTP, this is how an id says that it is a hash. */
function withoutPrefix(id: string): string {
  return id.startsWith('sha256:') ? id.slice('sha256:'.length) : id
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // What the parser says quotes the file.
    throw new ManifestError(['is no JSON'])
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(id: string): string {
  return JSON.stringify(id.length > 80 ? `${id.slice(0, 80)}…` : id)
}
