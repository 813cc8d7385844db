/**
 * Runs text as the body of a function whose parameters are what it needs, and answers what it returns. Undefined where code
 * may not be made of text in this process.
 */
export function generated<Made>(text: string, needs: Readonly<Record<string, unknown>>): Made | undefined {
  try {
    const make = new Function(...Object.keys(needs), text)
    return Reflect.apply(make, undefined, Object.values(needs))
  } catch {
    return undefined
  }
}
