/** What operations take when they do not slow each other down, by their estimated cost. */
export interface ExpectedDurations {
  /** Undefined before the first of a like cost. */
  expectedMs(cost: number): number | undefined
  /** An operation that ran uncrowded: what it took is what such operations take. */
  learn(cost: number, tookMs: number): void
  /**
   * An operation that ran beside many. Until `endWindow`, it counts for nothing.
   */
  observe(cost: number, tookMs: number): void
  /**
   * Learns from what was observed how the costs differ from each other, and nothing of how long all of them take:
   * what they took is divided by how crowded it was. So overload, however long, cannot make slow look normal.
   */
  endWindow(crowding: number): void
  /** All of them take that many times as long. */
  scale(factor: number): void
  /** Nothing is known. */
  forget(): void
}

export function createExpectedDurations(): ExpectedDurations {
  // By the binary logarithm of the cost: durations differ by orders of magnitude, and so do costs.
  const buckets: (Bucket | undefined)[] = []

  function bucketOf(cost: number): Bucket {
    const index = indexOf(cost)
    const bucket = buckets[index] ?? { meanMs: 0, learned: 0, observed: 0, observedMs: 0 }
    buckets[index] = bucket
    return bucket
  }

  return {
    expectedMs(cost) {
      const bucket = buckets[indexOf(cost)]
      return bucket === undefined || bucket.learned === 0 ? undefined : bucket.meanMs
    },
    learn(cost, tookMs) {
      blend(bucketOf(cost), tookMs, 1)
    },
    observe(cost, tookMs) {
      const bucket = bucketOf(cost)
      bucket.observed += 1
      bucket.observedMs += tookMs
    },
    endWindow(crowding) {
      for (const bucket of buckets) {
        if (bucket === undefined || bucket.observed === 0) continue
        blend(bucket, bucket.observedMs / bucket.observed / crowding, bucket.observed)
        bucket.observed = 0
        bucket.observedMs = 0
      }
    },
    scale(factor) {
      for (const bucket of buckets) if (bucket !== undefined) bucket.meanMs *= factor
    },
    forget() {
      buckets.length = 0
    },
  }
}

interface Bucket {
  meanMs: number
  /** How many operations the mean is made of. */
  learned: number
  observed: number
  observedMs: number
}

const MAX_BUCKETS = 32
/** As many operations make a mean; those before fade. */
const MEMORY = 64

function indexOf(cost: number): number {
  return cost >= 2 ? Math.min(MAX_BUCKETS - 1, Math.floor(Math.log2(cost))) : 0
}

function blend(bucket: Bucket, ms: number, count: number): void {
  bucket.learned = Math.min(MEMORY, bucket.learned + count)
  bucket.meanMs += (ms - bucket.meanMs) * Math.min(1, count / bucket.learned)
}
