import { describe, onTestFinished } from 'vitest'
import { describeAppending } from './event-log/describe-appending.ts'
import { describeClosing } from './event-log/describe-closing.ts'
import { describeFollowers } from './event-log/describe-followers.ts'
import { describeReading } from './event-log/describe-reading.ts'
import type { OpenTestLogs, TestLogOptions } from './event-log/test-logs.ts'

/** What every event log keeps, one part for each kind of promise. */
export function describeEventLog(name: string, makeLogs: OpenTestLogs): void {
  describe(`the ${name} event log`, () => {
    async function open(options?: TestLogOptions) {
      const logs = await makeLogs(options)
      onTestFinished(async () => {
        await Promise.all([logs.here.close(), logs.there.close()])
      })
      return logs
    }

    describeFollowers(open)
    describeReading(open)
    describeAppending(open)
    describeClosing(open)
  })
}
