import { setting } from '../settings/setting.ts'

export const documents = setting
  .section({
    mode: setting
      .choice(['any', 'known-first', 'known-only'])
      .default('any')
      .describe(
        'Which documents may run: any; those of the manifest before others under load, and others counted ' +
          '(known-first); or those of the manifest alone (known-only).',
      ),
    manifest: setting
      .text(/\S/, 'the path of a file')
      .optional()
      .describe(
        'The list of known documents, as the tools of Apollo, Relay and graphql-codegen write it. Relative paths begin ' +
          'at the folder of this file. It is read at the start.',
      ),
    apq: setting
      .flag()
      .default(true)
      .describe(
        'Whether clients may send the hash of a document that has run before in place of its text: automatic persisted ' +
          'queries. With known-only, only hashes of the manifest are taken.',
      ),
    keepFor: setting
      .duration('1m', '365d')
      .default('7d')
      .describe('How long a document that is not used is kept for those who send its hash.'),
  })
  .prefault({})
  .describe('Which documents clients may run, and whether they may name them instead of sending them.')
