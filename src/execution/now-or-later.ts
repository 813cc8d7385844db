/** A value that is there, or will be. */
export type NowOrLater<Value> = Value | Promise<Value>

/**
 * Goes on with a value: at once where it is there, so that a request for which nobody has to wait is answered in one go.
 * An `await` would put it off and keep everything it holds until then.
 */
export function andThen<Value, Result>(
  value: NowOrLater<Value>,
  next: (value: Value) => NowOrLater<Result>,
): NowOrLater<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}
