/** The scope that hub callbacks run in: nothing may wait there. */
import type { Scope } from './scope.ts';

let scopeOfHub: Scope;

/** @internal */
export function hubScope(): Scope {
  return scopeOfHub;
}

/** @internal Told by the hub. */
export function setHubScope(scope: Scope): void {
  scopeOfHub = scope;
}
