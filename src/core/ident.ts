/** Small integers for greenlets: the lowest one that no living greenlet has. Made when somebody asks. */
const free: number[] = [];
let unused = 0;

/** @internal */
export function takeIdent(): number {
  if (free.length === 0) return unused++;
  free.sort((a, b) => b - a);
  return free.pop() as number;
}

/** @internal */
export function giveBackIdent(ident: number): void {
  free.push(ident);
}
