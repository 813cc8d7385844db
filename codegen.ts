import type { CodegenConfig } from '@graphql-codegen/cli'

const sharedConfig = {
  arrayInputCoercion: false,
  avoidOptionals: { field: true, object: true, defaultValue: false, inputValue: false },
  defaultScalarType: 'unknown',
  enumsAsTypes: true,
  immutableTypes: true,
  importExtension: '.ts',
  inputMaybeValue: 'T | null',
  maybeValue: 'T | null',
  optionalResolveType: false,
  scalars: { ID: 'string', DateTime: 'Date' },
  strictScalars: true,
  useTypeImports: true,
}

/** Typed resolvers from the SDL. `npm run codegen` writes them; `npm run check:codegen` fails where they are stale. */
const config: CodegenConfig = {
  importExtension: '.ts',
  generates: {
    'src/admission/generated/platform-resolvers.ts': {
      schema: ['schema/cost.graphql', 'schema/platform.graphql'],
      plugins: ['typescript', 'typescript-resolvers'],
      config: { ...sharedConfig, contextType: '../admission-context.ts#AdmissionContext' },
    },
    'src/storefront/generated/storefront-resolvers.ts': {
      schema: 'schema/**/*.graphql',
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        ...sharedConfig,
        contextType: '../storefront-context.ts#StorefrontContext',
        mappers: {
          Category: '../rows.ts#CategoryRow',
          Customer: '../rows.ts#CustomerRow',
          Node: '../rows.ts#NodeRow',
          Order: '../rows.ts#OrderRow',
          OrderConnection: '../rows.ts#OrderPage',
          OrderLine: '../rows.ts#OrderLineRow',
          Product: '../rows.ts#ProductRow',
          ProductConnection: '../rows.ts#ProductPage',
          Review: '../rows.ts#ReviewRow',
          ReviewConnection: '../rows.ts#ReviewPage',
          SearchResult: '../rows.ts#SearchResultRow',
        },
      },
    },
  },
}

export default config
