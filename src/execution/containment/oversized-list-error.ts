import type { OversizedList } from './containment-options.ts'

/** A resolver returned more items than the estimate counted, and the policy is that this is an error. */
export class OversizedListError extends Error {
  override readonly name = 'OversizedListError'
  readonly list: OversizedList

  constructor(list: OversizedList) {
    super(`${list.coordinate} returned ${list.found} items or more; the estimate counted ${list.expected}`)
    this.list = list
  }
}
