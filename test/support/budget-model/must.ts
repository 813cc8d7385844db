/** An assertion that costs nothing but its condition while it holds: a history makes thousands of them. */
export function must(condition: boolean, otherwise: () => string): void {
  if (!condition) throw new Error(otherwise())
}
