import { type DocumentNode, GraphQLError, Kind, parse } from 'graphql'
import { expandedSize, MAX_EXPANDED_NESTING } from './expanded-size.ts'
import type { GuardLimits } from './guard-limits.ts'
import { type Inspection, passed, syntaxError, violationOf } from './inspection.ts'
import { scanSource } from './scan-source.ts'

/**
 * Whether a document may be parsed and validated by the server. It needs no schema, takes time linear in the source,
 * and never throws. Cycles and unknown fragments pass: standard validation names them, and bears documents this small.
 *
 * @param parseIt parses a source that is small enough, for whoever wants to keep what comes of it
 */
export function inspectSource(source: string, limits: GuardLimits, parseIt = parseSource): Inspection {
  try {
    const scanned = scanSource(source, limits)
    return scanned.kind === 'passed' ? inspectSize(parseIt(source), limits) : scanned
  } catch (error) {
    if (error instanceof GraphQLError) return syntaxError
    throw error
  }
}

function parseSource(source: string): DocumentNode {
  return parse(source, { noLocation: true })
}

function inspectSize({ definitions }: DocumentNode, limits: GuardLimits): Inspection {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  if (fragments.length > limits.maxFragments) return violationOf('maxFragments', fragments.length, limits.maxFragments)
  const size = expandedSize(operations, fragments)
  if (size.nesting > MAX_EXPANDED_NESTING) return violationOf('maxDepth', size.nesting, MAX_EXPANDED_NESTING)
  if (size.introspectedLists > 1) return violationOf('maxDepth', size.introspectedLists, 1)
  if (size.allTypes > 1) return violationOf('maxAliases', size.allTypes, 1)
  const counts = [
    ['maxFragments', size.spreads],
    ['maxExpandedFields', size.fields],
    ['maxDepth', size.depth],
    ['maxAliases', size.aliases],
    ['maxRootFields', size.rootFields],
  ] as const
  for (const [limit, found] of counts) {
    if (found > limits[limit]) return violationOf(limit, found, limits[limit])
  }
  return passed
}
