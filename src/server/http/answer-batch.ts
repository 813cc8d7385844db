import type { AdmissionContext } from '../../admission/admission-context.ts'
import { joinedReport } from '../../admission/report/joined-report.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import type { AskedOperation } from './asked-operation.ts'
import type { HttpOperations, Sender } from './http-operations.ts'
import { type Answer, mediaType } from './refused-answer.ts'

/**
 * Answers the operations of one request: with a list of what each alone would be answered with. The status is theirs
 * where all have the same, otherwise 200.
 */
export async function answerBatch(
  operations: HttpOperations,
  batch: readonly { readonly operation: AskedOperation; readonly context: AdmissionContext }[],
  from: Sender,
): Promise<Answer> {
  const reports: OperationReport[] = []
  const answers = await Promise.all(
    batch.map(async ({ operation, context }) => {
      try {
        return await operations.answer(operation, from, context)
      } catch (thrown) {
        // That one fails is no reason to keep from a client what became of the others, which may be mutations.
        return operations.fail(thrown, from)
      } finally {
        // The others wait for it, whatever has become of it.
        context.admission.batch?.end()
        if (context.admission.report !== undefined) reports.push(context.admission.report)
      }
    }),
  )
  const [first, ...others] = answers
  const status = first !== undefined && others.every((answer) => answer.status === first.status) ? first.status : 200
  const headers = new Map([
    ...operations.headersOf(joinedReport(reports)),
    ['content-type', mediaType(from.headers.accept)],
  ])
  const retryAfter = status === 200 ? undefined : first?.headers.get('retry-after')
  if (retryAfter !== undefined) headers.set('retry-after', retryAfter)
  return { status, headers, body: `[${answers.map(({ body }) => String(body).trimEnd()).join(',')}]\n` }
}
