/** What is asked of each server. Those with `distinct` have a document that no other request has. */
export const WORK = {
  tiny: { title: 'tiny: one field of one object', query: '{ user(id: 1) { name } }' },
  facts: {
    title: 'FACTS: users(10) → posts(5) → author',
    query: `query Facts($users: Int!, $posts: Int!) {
  users(first: $users) { id name posts(first: $posts) { id title author { id name } } }
}`,
    variables: { users: 10, posts: 5 },
  },
  wide: {
    title: 'wide: a list of 1 000 objects',
    query: 'query Wide($first: Int!) { users(first: $first) { id name email active followers } }',
    variables: { first: 1_000 },
  },
  mutation: {
    title: 'mutation: one object changed',
    query: 'mutation Rename($id: ID!, $name: String!) { renameUser(id: $id, name: $name) { id name } }',
    // The name that it has, so that what others read stays the same.
    variables: { id: '999', name: 'User 999' },
  },
  deep: { title: 'deep: ten levels through fragments', query: deepQuery() },
  unseen: { title: 'never seen: each document is new', query: unseenQuery('sample', 0), distinct: true },
}

function deepQuery() {
  const levels = [1, 2, 3, 4].map(
    (level) => `fragment User${level} on User { ...Face posts(first: 2) { ...Post${level} } }
fragment Post${level} on Post { ...Headline author { ...User${level + 1} } }`,
  )
  return `query Deep { users(first: 2) { ...User1 } }
${levels.join('\n')}
fragment User5 on User { ...Face active followers }
fragment Face on User { id name email }
fragment Headline on Post { id title rating }`
}

/**
 * A document that is new by its aliases and by which fields it asks for: about as long as the FACTS query, of which
 * two users with two posts each are asked for. load/unseen.lua writes the same.
 */
export function unseenQuery(run, number) {
  const picked = (fields, shift) => fields.filter((_, bit) => ((number >> (shift + bit)) & 1) === 1).join(' ')
  return `query Unseen { users(first: 2) { id n${run}_${number}: name ${picked(['email', 'active', 'followers'], 0)} posts(first: 2) { id title ${picked(['body', 'rating'], 3)} author { id name ${picked(['email', 'followers'], 5)} } } } }`
}

/** The body of a request. */
export function bodyOf({ query, variables }) {
  return JSON.stringify({ query, ...(variables && { variables }) })
}
