import type { GraphQLSchema } from 'graphql'
import type { Tier } from './tier.ts'

/** A line for each budget on a field that no root type has: it would never be charged, and nobody would know. */
export function unknownFields(tiers: readonly Tier[], schema: GraphQLSchema): readonly string[] {
  return tiers.flatMap(({ name: tier, budgets }) =>
    budgets.flatMap(({ name, field }) =>
      field === undefined || hasRootField(schema, field)
        ? []
        : [`tiers.${tier}.budgets: "${name}" is on the field ${field}, which the schema does not have`],
    ),
  )
}

function hasRootField(schema: GraphQLSchema, coordinate: string): boolean {
  const [type, field = ''] = coordinate.split('.')
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return roots.find((root) => root?.name === type)?.getFields()[field] !== undefined
}
