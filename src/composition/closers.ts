/** What has to be closed, in the order in which it was opened. */
export type Closers = (() => Promise<unknown>)[]

/** Closes all, in reverse order. One that fails must not keep the others open. */
export async function closeAll(closers: Closers, onFailure: (err: unknown) => void): Promise<void> {
  for (const closer of closers.splice(0).reverse()) await closer().catch(onFailure)
}
