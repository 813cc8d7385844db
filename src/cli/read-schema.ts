import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import {
  type ASTNode,
  buildASTSchema,
  concatAST,
  type DocumentNode,
  type GraphQLSchema,
  isTypeSystemDefinitionNode,
  isTypeSystemExtensionNode,
  Kind,
  parse,
  Source,
  validateSchema,
} from 'graphql'
import { validateSDL } from 'graphql/validation/validate.js'
import { glob, isDynamicPattern } from 'tinyglobby'
import { BadInput, readingGraphQL } from './bad-input.ts'

/**
 * Reads the SDL of files, folders and globs as one schema. Definitions of `@cost` and `@listSize` are added where
 * they are missing; operations among the SDL are left out.
 *
 * @throws BadInput that names the file and line of every mistake
 */
export async function readSchema(paths: readonly string[]): Promise<GraphQLSchema> {
  const found = (await Promise.all(paths.map(schemaFiles))).flat()
  const files = new Map(found.map((file) => [resolve(file), file]))
  const sources = await Promise.all([...files.values()].map(async (file) => new Source(await readFileText(file), file)))
  const what = 'The schema cannot be used.'
  return readingGraphQL(what, () => {
    const document = withImpliedDefinitions(typeSystem(concatAST(sources.map((source) => parse(source)))))
    const sdlErrors = validateSDL(document)
    if (sdlErrors.length > 0) throw BadInput.fromErrors(what, sdlErrors)
    const schema = buildASTSchema(document, { assumeValidSDL: true })
    const schemaErrors = validateSchema(schema)
    if (schemaErrors.length > 0) throw BadInput.fromErrors(what, schemaErrors)
    return schema
  })
}

/** The text of a file that the user named. */
export async function readFileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new BadInput(`Cannot read ${path}: ${systemReason(error)}.`)
  }
}

async function schemaFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined)
  // What exists is no pattern, whatever brackets its name has.
  if (found?.isFile() || (found === undefined && !isDynamicPattern(path))) return [path]
  const files = found?.isDirectory()
    ? (await glob('**/*.{graphql,graphqls,gql}', { cwd: path })).map((file) => join(path, file))
    : await glob(path, { absolute: isAbsolute(path) })
  if (files.length === 0) throw new BadInput(`No schema file is found at ${path}.`)
  return files.sort()
}

const COST_DIRECTIVE = `directive @cost(weight: String!)
  on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR`

const LIST_SIZE_DIRECTIVE = `directive @listSize(
  assumedSize: Int
  slicingArguments: [String!]
  sizedFields: [String!]
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION`

// A schema in parts often extends root types that no part defines.
const ROOT_TYPES = ['Query', 'Mutation', 'Subscription']

// Operations are often kept beside the SDL; the glob that finds one finds the other.
function typeSystem({ definitions, ...document }: DocumentNode): DocumentNode {
  const isSDL = (node: ASTNode) => isTypeSystemDefinitionNode(node) || isTypeSystemExtensionNode(node)
  return { ...document, definitions: definitions.filter(isSDL) }
}

function withImpliedDefinitions(document: DocumentNode): DocumentNode {
  const directives = namesOf(document, Kind.DIRECTIVE_DEFINITION)
  const types = namesOf(document, Kind.OBJECT_TYPE_DEFINITION)
  const extended = namesOf(document, Kind.OBJECT_TYPE_EXTENSION)
  const missing = [
    ...(directives.has('cost') ? [] : [COST_DIRECTIVE]),
    ...(directives.has('listSize') ? [] : [LIST_SIZE_DIRECTIVE]),
    ...ROOT_TYPES.filter((name) => extended.has(name) && !types.has(name)).map((name) => `type ${name}`),
  ]
  return missing.length === 0 ? document : concatAST([document, parse(missing.join('\n'))])
}

function namesOf(document: DocumentNode, kind: Kind): ReadonlySet<string> {
  const nodes = document.definitions.filter((node) => node.kind === kind)
  return new Set(nodes.flatMap((node) => ('name' in node && node.name !== undefined ? [node.name.value] : [])))
}

function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder'
  return String(code ?? error)
}
