/** A budget with the settings of a client in place of its own. A refill rate takes the place of a window too, and back. */
export function overridden<Budget extends object>(budget: Budget, override: OverrideOf<Budget>): Budget {
  const setsRate = override.refillPerSecond !== undefined || override.window !== undefined
  return { ...budget, ...(setsRate && { refillPerSecond: undefined, window: undefined }), ...override }
}

type OverrideOf<Budget> = { readonly [Key in keyof Budget]?: Budget[Key] | undefined } & {
  readonly refillPerSecond?: unknown
  readonly window?: unknown
}
