import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'

/** Throws a CostPlanError where a fragment spreads itself, directly or through others. Linear in the document. */
export function refuseFragmentCycles(fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const done = new Set<string>()
  for (const name of fragments.keys()) visit(name, new Set())

  function visit(name: string, path: Set<string>): void {
    const fragment = fragments.get(name)
    if (fragment === undefined || done.has(name)) return
    if (path.has(name)) throw CostPlanError.fragmentCycle(name)
    if (path.size > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    path.add(name)
    for (const spread of spreads(fragment.selectionSet)) visit(spread, path)
    path.delete(name)
    done.add(name)
  }
}

function spreads(root: SelectionSetNode): ReadonlySet<string> {
  const names = new Set<string>()
  const open = [root]
  for (let selectionSet = open.pop(); selectionSet !== undefined; selectionSet = open.pop()) {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) names.add(selection.name.value)
      else if (selection.selectionSet !== undefined) open.push(selection.selectionSet)
    }
  }
  return names
}
