import type { Budget } from './budget.ts'

/**
 * The name of a bucket below its tenant. Limits are no part of it: a client whose tier changes, or a budget whose limits
 * do, goes on with what is used. The algorithm and the mode are: their numbers mean something else.
 */
export function bucketKey(budget: Budget, subject: string): string {
  let scope = scopes.get(budget)
  if (scope === undefined) {
    scope = scopeOf(budget)
    scopes.set(budget, scope)
  }
  return scope + subject
}

const scopes = new WeakMap<Budget, string>()

// The name is written so that it cannot run into the subject, which is the only other free text and comes last.
function scopeOf({ algorithm, level, meter, name, mode }: Budget): string {
  const shadow = mode === 'shadow' ? 'shadow:' : ''
  return `${shadow}${algorithm}:${level}:${meter}:${encodeURIComponent(name)}:`
}
