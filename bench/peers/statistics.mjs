export function median(values) {
  return quantile(values, 0.5)
}

/** The smallest of the values that so large a part of them does not exceed. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
}

/** The median, and between what and what the values lie. */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** How much a value grows with each step of another: the slope of the line through the points. */
export function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))]
  const along = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0)
  return along / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}
