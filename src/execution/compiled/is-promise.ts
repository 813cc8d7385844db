/** What graphql-js takes for a promise: whatever has a `then`. */
export function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return isReadable(value) && typeof value['then'] === 'function'
}

/** What may have properties. Texts and numbers have some too, but none that count. */
export function isReadable(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
