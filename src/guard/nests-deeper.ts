/**
 * Whether lists and objects nest in a value of JSON beyond so many levels. JSON may be as deep as it is long, and
 * coercing it, pricing it and writing it down all recurse; this does not. Linear in the value.
 */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (levels > 0 && isContainer(value) && !Object.values(value).some(isContainer)) return false
  let open = [value].filter(isContainer)
  for (let level = 0; open.length > 0; level++) {
    if (level >= levels) return true
    open = open.flatMap((container) => Object.values(container).filter(isContainer))
  }
  return false
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
