import { setting } from '../settings/setting.ts'

export const guard = setting
  .section({
    maxTokens: guardLimit(
      [1, 50_000],
      1000,
      'Names, values and punctuation, and likewise lines.',
      'TOKEN_LIMIT_EXCEEDED',
    ),
    maxDepth: guardLimit([0, 200], 12, 'Fields around the deepest field.', 'DEPTH_LIMIT_EXCEEDED'),
    maxAliases: guardLimit([0, 50_000], 30, 'Aliased fields.', 'ALIAS_LIMIT_EXCEEDED'),
    maxRootFields: guardLimit([1, 50_000], 20, 'Root fields of one operation.', 'ROOT_FIELD_LIMIT_EXCEEDED'),
    maxFragments: guardLimit([0, 100], 50, 'Fragments defined, and likewise spread.', 'FRAGMENT_LIMIT_EXCEEDED'),
    maxExpandedFields: guardLimit([1, 50_000], 2000, 'Fields once fragments are spread.', 'FRAGMENT_LIMIT_EXCEEDED'),
    maxDirectives: guardLimit([0, 50_000], 50, 'Directives.', 'DIRECTIVE_LIMIT_EXCEEDED'),
    maxBatchSize: setting
      .wholeNumber(1, 1000)
      .default(10)
      .describe(
        'Operations in one request, as a list. One more is refused with BATCH_LIMIT_EXCEEDED; 1 takes no lists.',
      ),
    maxResponseBytes: setting
      .wholeNumber(1000)
      .default(10 * 1024 * 1024)
      .describe(
        'The largest answer to one operation, in bytes. A larger one is thrown away, and answered with RESPONSE_TOO_LARGE.',
      ),
  })
  .prefault({})
  .describe('How large a document may be before it is refused unread. Fragments count wherever they are spread.')

/** The bounds are what graphql-js, which recurses over documents, has been shown to bear. */
function guardLimit([min, max]: readonly [number, number], byDefault: number, counted: string, code: string) {
  return setting.wholeNumber(min, max).default(byDefault).describe(`${counted} One more is refused with ${code}.`)
}
