// The schema and the operation of the comparison: users(10) → posts(5) → author. Each engine builds its own schema of
// it with its own copy of graphql.
export const SDL = `
  directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT
  directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
  type Query { users(first: Int!): [User!]! @listSize(slicingArguments: ["first"]) }
  type User { id: ID! name: String! posts(first: Int!): [Post!]! @listSize(slicingArguments: ["first"]) }
  type Post { id: ID! title: String! body: String! author: User! }
`

export const OPERATION = `
  query Facts($users: Int!, $posts: Int!) {
    users(first: $users) {
      id
      name
      posts(first: $posts) {
        id
        title
        author {
          id
          name
        }
      }
    }
  }
`

export const VARIABLES = { users: 10, posts: 5 }

/** The same selection nested in itself `levels` times, and as many aliases of it side by side. */
export function documentOf(levels, aliases) {
  let inner = '{ id name }'
  for (let level = 0; level < levels; level++) inner = `{ id posts(first: 2) { id title author ${inner} } }`
  const fields = Array.from({ length: aliases }, (_, n) => `u${n}: users(first: 3) ${inner}`)
  return `query Grown { ${fields.join(' ')} }`
}

/** A response of about `objects` objects. */
export function responseOf(users, posts) {
  return {
    users: Array.from({ length: users }, (_, u) => ({
      id: `${u}`,
      name: `User ${u}`,
      posts: Array.from({ length: posts }, (_, p) => ({
        id: `${p}`,
        title: `Post ${p}`,
        author: { id: `${p}`, name: `Author ${p}` },
      })),
    })),
  }
}
