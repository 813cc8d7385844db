import { type GraphQLObjectType, getNamedType, isLeafType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients, openShop, type Shop } from './open-shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

const nodeTypes = ['Product', 'Category', 'Review', 'Customer', 'Order']

/** Every field of a type, and of the types below it to the given depth; lists give two items where they may be asked. */
function everything(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type)
    if (isLeafType(inner)) return [field.name]
    if (!isObjectType(inner) || depth === 0) return []
    const args = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : ''
    return [`${field.name}${args} ${everything(inner, depth - 1)}`]
  })
  return `{ __typename ${fields.join(' ')} }`
}

/** All `{ __typename, id }` inside a value. */
function identities(value: unknown): { __typename: unknown; id: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(identities)
  const id: unknown = Reflect.get(value, 'id')
  return typeof id === 'string' ? [{ __typename: Reflect.get(value, '__typename'), id }, ...inner] : inner
}

describe.each(nodeTypes)('%s', (name) => {
  test('has an answer in every field, and every object in it is found again by its id', async () => {
    const type = shop.schema.getType(name)
    if (!isObjectType(type)) throw new Error(`${name} is no object type`)
    const source = `query ($id: ID!) { node(id: $id) { ... on ${name} ${everything(type, 3)} } }`
    const data = await shop.data<{ node: { id: string } }>(source, {
      variables: { id: `${name}:3` },
      client: clients.staff,
    })
    expect(data.node.id).toBe(`${name}:3`)
    for (const { __typename, id } of identities(data)) {
      expect(await shop.data('query ($id: ID!) { node(id: $id) { __typename id } }', { variables: { id } })).toEqual({
        node: { __typename, id },
      })
    }
  })

  test('is null where there is none with that id', async () => {
    expect(await shop.data(`{ node(id: "${name}:2147483647") { id } }`)).toEqual({ node: null })
  })
})

test.each(['product', 'category', 'customer', 'order'])(
  '%s is null where there is none with that id',
  async (field) => {
    const id = `${field[0]?.toUpperCase()}${field.slice(1)}:2147483647`
    expect(await shop.data(`{ found: ${field}(id: "${id}") { id } }`)).toEqual({ found: null })
  },
)

describe('an id that the server did not give', () => {
  test.each([
    '',
    '42',
    'Product',
    'Product:',
    'Product:0',
    'Product:-1',
    'Product:01',
    'Product:1.0',
    'Product:1e3',
    'Product:1:1',
    ' Product:1',
    'Product:2147483648',
    'product:1',
    'Money:1',
    'toString:1',
    'Product:１',
  ])('%j is refused by node and by product', async (id) => {
    const { errors } = await shop.run('query ($id: ID!) { node(id: $id) { id } product(id: $id) { id } }', {
      variables: { id },
    })
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT'])
  })

  test('is quoted in the error, which says what is allowed', async () => {
    const { errors } = await shop.run('{ product(id: "Order:1") { id } }')
    expect(errors?.[0]?.message).toContain(
      'Query.product(id:) is "Order:1"; allowed are ids of the type Product, such as Product:42.',
    )
  })

  test('is cut short in the error where it is long', async () => {
    const { errors } = await shop.run(`{ product(id: "${'x'.repeat(10_000)}") { id } }`)
    expect(errors?.[0]?.message.length).toBeLessThan(300)
  })
})
