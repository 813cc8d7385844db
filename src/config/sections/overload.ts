import { setting } from '../settings/setting.ts'

export const overload = setting
  .section({
    mode: setting
      .choice(['enforce', 'off'])
      .default('enforce')
      .describe('Whether operations wait for each other and are turned away (enforce), or all run at once (off).'),
    maxConcurrency: setting
      .wholeNumber(1, 100_000)
      .default(1000)
      .describe('The most operations of average cost that run at once. What the server bears is found out below it.'),
    maxWaiting: setting
      .wholeNumber(0, 100_000)
      .default(1000)
      .describe(
        'The most operations that wait. One more has the youngest of the lowest priority refused with OVERLOADED.',
      ),
    maxWait: setting
      .duration('1ms', '1h')
      .default('1s')
      .describe(
        'The longest that an operation waits; then it is refused with OVERLOADED. What would wait more than half of it ' +
          'is refused before it is read.',
      ),
    maxEventLoopDelay: setting
      .duration('1ms', '1h')
      .default('100ms')
      .describe('How late the process may be for what is due. When it is later, fewer operations run at once.'),
  })
  .prefault({})
  .describe('What is done when more operations come than the server has the time for.')
