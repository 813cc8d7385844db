// What graphql-query-complexity answers for the operations of docs/guides/migrating/graphql-query-complexity.md.
import { buildSchema, parse } from 'graphql'
import { directiveEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity'
import { compare } from './page.mjs'

const estimators = [directiveEstimator(), simpleEstimator({ defaultComplexity: 1 })]

compare('graphql-query-complexity', (sdl, operation, variables) =>
  getComplexity({ schema: buildSchema(sdl), query: parse(operation), variables, estimators }),
)
