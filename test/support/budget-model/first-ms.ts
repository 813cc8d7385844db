/** The first whole number from 0 on at which something is so, and stays so. */
export function firstMs(isSo: (ms: number) => boolean): number {
  if (isSo(0)) return 0
  let low = 0
  let high = 1
  while (!isSo(high)) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isSo(middle)) high = middle
    else low = middle
  }
  return high
}
