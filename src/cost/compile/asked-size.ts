import type { FieldNode } from 'graphql'
import type { Expression } from './expression.ts'
import { evaluate } from './expression.ts'

/**
 * One number of the document that can be asked for anew without compiling again: what an operation would cost with
 * `first: 13` written in it. Fields that are merged have equal arguments, so they change together.
 */
export class AskedSize {
  private readonly mergedInto = new Map<FieldNode, FieldNode>()
  private now: { readonly node: FieldNode; readonly path: string; readonly size: number } | undefined

  /** Makes the arguments of merged fields one. */
  merge(first: FieldNode, other: FieldNode): void {
    const [into, from] = [this.merged(first), this.merged(other)]
    if (into !== from) this.mergedInto.set(from, into)
  }

  /** The size that is asked for, where it is this one's; else what the document says. */
  or(size: Expression, node: FieldNode, path: string): Expression {
    return (variables) => this.of(node, path) ?? evaluate(size, variables)
  }

  /** A cost that arises where the argument has to be written first. */
  cost(addedCost: number, node: FieldNode, path: string): Expression {
    return () => (this.of(node, path) === undefined ? 0 : addedCost)
  }

  /** What `read` gives while the slicing argument at `path` of a field asks for `size`. */
  while<T>(node: FieldNode, path: string, size: number, read: () => T): T {
    this.now = { node: this.merged(node), path, size }
    try {
      return read()
    } finally {
      this.now = undefined
    }
  }

  private of(node: FieldNode, path: string): number | undefined {
    const { now } = this
    return now !== undefined && now.path === path && now.node === this.merged(node) ? now.size : undefined
  }

  private merged(node: FieldNode): FieldNode {
    let root = node
    for (let next = this.mergedInto.get(root); next !== undefined; next = this.mergedInto.get(root)) root = next
    // Shortens the way, so that long chains are walked once.
    if (root !== node) this.mergedInto.set(node, root)
    return root
  }
}
