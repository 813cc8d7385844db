import type { Admission, AdmissionResult } from './admission.ts'
import type { OperationRequest } from './operation-request.ts'

/** One operation of a request that has several. */
export interface BatchMember {
  /**
   * Admits it together with the others, once each of them has come as far or has ended. They run one after another: the
   * answer comes when those before it have ended.
   */
  admit(request: OperationRequest): Promise<AdmissionResult>
  /** It has ended. All of them have to, whatever becomes of them. */
  end(): void
}

/** The operations of one request, on their ways to one take. They are executed apart, so each comes by itself. */
export function createBatch(admission: Pick<Admission, 'admitTogether'>, size: number): readonly BatchMember[] {
  const waiting: Waiting[] = []
  let expected = size

  function admitAll(): void {
    const results = admission.admitTogether(waiting.map(({ request }) => request))
    for (const [index, { resolve }] of waiting.entries()) resolve(results.then((all) => resultAt(all, index)))
  }

  let allBefore = Promise.resolve()
  return Array.from({ length: size }, () => {
    const before = allBefore
    let end: () => void = () => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    allBefore = before.then(() => ended)
    let arrived = false
    function arrive(): void {
      if (arrived) return
      arrived = true
      expected -= 1
      if (expected === 0) admitAll()
    }
    return {
      async admit(request) {
        const result = new Promise<AdmissionResult>((resolve) => {
          waiting.push({ request, resolve })
        })
        arrive()
        const admitted = await result
        await before
        return admitted
      },
      end() {
        end()
        arrive()
      },
    }
  })
}

interface Waiting {
  readonly request: OperationRequest
  readonly resolve: (result: Promise<AdmissionResult>) => void
}

function resultAt(results: readonly AdmissionResult[], index: number): AdmissionResult {
  const result = results[index]
  if (result === undefined) throw new Error('An operation went into admission and did not come out')
  return result
}
