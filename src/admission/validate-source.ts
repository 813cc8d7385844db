import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  Source,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql'
import { mergeVisitors } from './merge-visitors.ts'

/** More of them help nobody, and each can be as long as the names in the document. */
export const MAX_VALIDATION_ERRORS = 10

/**
 * Parses and validates a document that the guard has passed. Errors have the codes of Apollo, and hold on to nothing but
 * the text: they may be kept.
 *
 * @param parsed the text's document, where there is one
 */
export function validateSource(
  schema: GraphQLSchema,
  text: string,
  introspection: boolean,
  parsed?: DocumentNode,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parsed ?? parse(text)
    const rules = introspection ? specifiedRules : RULES_WITHOUT_INTROSPECTION
    const allRules: ValidationRule = (context) => mergeVisitors(rules.map((rule) => rule(context)))
    const errors = validate(schema, document, [allRules], {
      maxErrors: MAX_VALIDATION_ERRORS,
      hideSuggestions: !introspection,
    })
    if (errors.length === 0) return document
    const source = new Source(text, 'GraphQL request')
    return errors.map((error) => withoutNodes(error, source, 'GRAPHQL_VALIDATION_FAILED'))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return [withoutNodes(error, new Source(text, 'GraphQL request'), 'GRAPHQL_PARSE_FAILED')]
  }
}

const RULES_WITHOUT_INTROSPECTION = [...specifiedRules, NoSchemaIntrospectionCustomRule]

/** Nodes would keep the whole document. */
function withoutNodes({ message, positions }: GraphQLError, source: Source, code: string): GraphQLError {
  return new GraphQLError(message, { source, positions: positions ?? null, extensions: { code } })
}
