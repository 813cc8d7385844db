import { type ExecutionResult, GraphQLError, isValueNode } from 'graphql'
import { refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'

/**
 * Gives their code to mistakes in values that graphql-js finds only when it executes, such as a variable with a default
 * that is `null` where a directive or an argument takes no `null`. Without it they would pass for bugs of the server.
 */
export function nameMistakes(result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined || !result.errors.some(isMistake)) return result
  const { errors, data, ...rest } = result
  const named = { ...rest, errors: errors.map(nameMistake) }
  // Without a path, nothing has run: there are no data, not even null.
  return errors.some((error) => isMistake(error) && error.path === undefined) ? named : { ...named, data: data ?? null }
}

/** One of several errors, with its code where it is such a mistake. */
export function nameMistake(error: GraphQLError): GraphQLError {
  return isMistake(error) ? toMistake(error) : error
}

/** Of what is wrong with the server or its resolvers, it points at the field, or at nothing. */
function isMistake({ nodes, extensions }: GraphQLError): boolean {
  const node = nodes?.[0]
  return node !== undefined && isValueNode(node) && extensions['code'] === undefined
}

function toMistake({ message: mistake, nodes, path }: GraphQLError): GraphQLError {
  const { message, extensions } = toGraphQLError(refusal('BAD_USER_INPUT', { mistakes: [mistake] }))
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions })
}
