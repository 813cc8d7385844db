/** A value of a file before it is checked, as a section; one without keys where it is none. */
export function section(value: unknown): Section {
  return isSection(value) ? value : {}
}

export type Section = Readonly<Record<string, unknown>>

export function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same as a list. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
