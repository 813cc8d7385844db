import { setting } from '../settings/setting.ts'

export const execution = setting
  .section({
    oversizedLists: setting
      .choice(['charge', 'truncate', 'error'])
      .default('charge')
      .describe(
        'What happens to a list that has more items than its cost was estimated for: it is answered and charged (charge), ' +
          'cut to the items that were counted (truncate), or refused with LIST_SIZE_EXCEEDED (error).',
      ),
    eventLoopBudget: setting
      .duration('1ms', '1d')
      .default('250ms')
      .describe(
        'How long one operation may hold the processor without a pause. Then it ends with OPERATION_TIMEOUT, or, where a ' +
          'single resolver takes longer, when that returns.',
      ),
  })
  .prefault({})
  .describe('What one operation may do to the server that runs it.')
