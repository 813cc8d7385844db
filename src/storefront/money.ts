/** An amount in the shop's only currency, as the type `Money` has it. */
export function money(cents: number): { readonly amount: number; readonly currency: string } {
  return { amount: cents, currency: 'EUR' }
}
