import { badInput, quote } from '../checks/bad-input.ts'
import { parseId } from '../checks/global-id.ts'
import type { Reading } from '../reading/loader.ts'
import { findProduct } from './catalogue-loaders.ts'

/**
 * The number in the id of a product that exists.
 *
 * @param where the coordinate of the argument, for the error
 * @throws GraphQLError BAD_USER_INPUT
 */
export async function knownProduct(context: Reading, productId: string, where: string): Promise<number> {
  const id = parseId('Product', productId, where)
  if ((await findProduct(context, id)) !== null) return id
  throw badInput(`${where} is ${quote(productId)}; there is no such product.`)
}
