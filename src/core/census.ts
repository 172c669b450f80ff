/** Every greenlet that was started and has not ended, in start order: what LoopExit and the tree dump look through. */

/** @internal */
export interface Counted {
  previousAlive: Counted | undefined;
  nextAlive: Counted | undefined;
}

let first: Counted | undefined;
let last: Counted | undefined;
let count = 0;
let peak = 0;

/** @internal */
export function addAlive(greenlet: Counted): void {
  greenlet.previousAlive = last;
  if (last === undefined) first = greenlet;
  else last.nextAlive = greenlet;
  last = greenlet;
  count += 1;
  if (count > peak) peak = count;
}

/** @internal */
export function removeAlive(greenlet: Counted): void {
  const { previousAlive, nextAlive } = greenlet;
  if (previousAlive === undefined) first = nextAlive;
  else previousAlive.nextAlive = nextAlive;
  if (nextAlive === undefined) last = previousAlive;
  else nextAlive.previousAlive = previousAlive;
  greenlet.previousAlive = undefined;
  greenlet.nextAlive = undefined;
  count -= 1;
}

/** @internal How many are alive, and the most that ever were at once. */
export function aliveCount(): { readonly alive: number; readonly peak: number } {
  return { alive: count, peak };
}

/** @internal */
export function* aliveGreenlets(): Generator<Counted> {
  for (let greenlet = first; greenlet !== undefined; greenlet = greenlet.nextAlive) yield greenlet;
}
