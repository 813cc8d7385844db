/** A stretch of time; both ends are part of it. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

/** When products and customers came to the shop. */
export const arrivals: Period = { fromMs: Date.UTC(2023, 0, 1), toMs: Date.UTC(2024, 11, 31) }

/** When customers ordered and wrote reviews: later than all arrivals. */
export const trading: Period = { fromMs: Date.UTC(2025, 0, 1), toMs: Date.UTC(2025, 11, 31) }
