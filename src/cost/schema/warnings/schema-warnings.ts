import { type GraphQLSchema, isObjectType } from 'graphql'
import type { CostSettings } from '../../cost-options.ts'
import { createSchemaCosts } from '../schema-costs.ts'
import { createSchemaReach } from './schema-reach.ts'
import type { SchemaWarning } from './schema-warning.ts'
import { createSizeChecks } from './size-checks.ts'
import { createWeightChecks } from './weight-checks.ts'

/**
 * Finds lists whose size is unknown, and weights and sizes that never count, in the order of the schema. The schema is
 * one without mistakes.
 */
export function findSchemaWarnings(schema: GraphQLSchema, settings: CostSettings): readonly SchemaWarning[] {
  const reach = createSchemaReach(schema)
  const sizesOf = createSizeChecks(createSchemaCosts(schema, settings), reach)
  const weights = createWeightChecks(schema, settings.directives, reach)
  const warnings: SchemaWarning[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    warnings.push(...weights.ofType(type))
    if (!isObjectType(type) || !reach.outputs.has(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      for (const message of sizesOf(type, field)) warnings.push({ coordinate, message })
    }
  }
  for (const directive of schema.getDirectives()) warnings.push(...weights.ofDirective(directive))
  return warnings
}
