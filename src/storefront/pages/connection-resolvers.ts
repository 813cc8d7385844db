import type { Page } from './page.ts'

/** What every connection type resolves, whatever its nodes. Cursors are made only where they are asked for. */
export const connectionResolvers = { edges, pageInfo }

function edges<Row>({ nodes, cursorOf }: Page<Row>) {
  return nodes.map((node) => ({ node, cursor: cursorOf(node) }))
}

function pageInfo<Row>({ nodes, hasNextPage, hasPreviousPage, cursorOf }: Page<Row>) {
  const [first] = nodes
  const last = nodes.at(-1)
  return {
    hasNextPage,
    hasPreviousPage,
    startCursor: first === undefined ? null : cursorOf(first),
    endCursor: last === undefined ? null : cursorOf(last),
  }
}
