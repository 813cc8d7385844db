// What every server of the comparison serves: one schema, one set of objects in memory, one set of resolvers. A schema
// belongs to one copy of graphql-js, so each server makes its own of these.

export const SDL = `
  directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION

  type Query {
    user(id: ID!): User
    users(first: Int!): [User!]! @listSize(slicingArguments: ["first"])
  }

  type Mutation {
    renameUser(id: ID!, name: String!): User @cost(weight: "10")
  }

  type User {
    id: ID!
    name: String!
    email: String!
    active: Boolean!
    followers: Int!
    posts(first: Int!): [Post!]! @listSize(slicingArguments: ["first"])
  }

  type Post {
    id: ID!
    title: String!
    body: String!
    rating: Float!
    author: User!
  }
`

const USERS = 1_000
const POSTS_EACH = 5

const users = Array.from({ length: USERS }, (_, index) => {
  const id = String(index + 1)
  return {
    id,
    name: `User ${id}`,
    email: `user.${id}@example.com`,
    active: index % 3 !== 0,
    followers: index * 7,
    posts: [],
  }
})
const userById = new Map(users.map((user) => [user.id, user]))

for (const [index, user] of users.entries()) {
  user.posts = Array.from({ length: POSTS_EACH }, (_, n) => ({
    id: `${user.id}-${n + 1}`,
    title: `Post ${n + 1} of ${user.name}`,
    body: `${user.name} has this to say, at some length: ${'so it goes, '.repeat(8)}and no more.`,
    rating: 1 + ((index + n) % 9) / 2,
    // Somebody else's turn, so that authors differ in one answer.
    author: users[(index + n * 13) % USERS],
  }))
}

/**
 * Synchronous, so that what differs is the servers. `RESOLVERS=async` has those with arguments and the authors answer
 * with promises, as those that ask a database do.
 */
export const resolvers = process.env.RESOLVERS === 'async' ? asynchronous(synchronous()) : synchronous()

function synchronous() {
  return {
    Query: {
      user: (_root, { id }) => userById.get(id),
      users: (_root, { first }) => users.slice(0, first),
    },
    Mutation: {
      renameUser(_root, { id, name }) {
        const user = userById.get(id)
        if (user !== undefined) user.name = name
        return user
      },
    },
    User: { posts: (user, { first }) => user.posts.slice(0, first) },
    Post: { author: (post) => post.author },
  }
}

function asynchronous(types) {
  const waiting = (resolve) => async (source, args) => resolve(source, args)
  const promised = (fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, resolve]) => [name, waiting(resolve)]))
  return Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, promised(fields)]))
}
