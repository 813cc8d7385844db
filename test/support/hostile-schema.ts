import { costSchema } from './cost-model.ts'

// Everything a hostile document can multiply with: an interface whose types have prices of their own, recursive lists,
// recursive input, and a directive that may be repeated.
export const hostileSchema = costSchema(`
  directive @tag(name: String @cost(weight: "1"), filter: Filter = { text: "all" }) repeatable on FIELD

  type Query {
    node(id: ID): Node
    nodes(first: Int, ids: [ID!] @cost(weight: "1")): [Node] @listSize(slicingArguments: ["first"])
    search(text: String, filter: Filter, filters: [Filter!], matrix: [[Int]]): [Result]
  }
  interface Node {
    id: ID!
    parent: Node
    children(first: Int, filter: Filter): [Node]
  }
  ${['Leaf', 'Branch', 'Root', 'Twig']
    .map(
      (name, index) => `
  type ${name} implements Node @cost(weight: "${index}") {
    id: ID!
    parent: Node @cost(weight: "${index + 1}")
    children(first: Int, filter: Filter): [Node]
      @cost(weight: "${4 - index}")
      @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
  }`,
    )
    .join('')}
  union Result = Leaf | Branch | Root
  input Filter {
    text: String @cost(weight: "0.5")
    not: Filter
    all: [Filter!]
  }
`)
