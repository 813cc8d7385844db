import { createMemoryEventBus } from '../../../src/events/memory/memory-event-bus.ts'
import { describeEventBus } from '../../support/describe-event-bus.ts'

describeEventBus('memory', async (options) => {
  const bus = createMemoryEventBus(options)
  return { here: bus, there: bus }
})
