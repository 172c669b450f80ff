/** Small integers for greenlets: the lowest one that no living greenlet has. Made when somebody asks. */
import { Heap, type HeapItem } from '../base/heap.ts';

interface FreeIdent extends HeapItem {
  readonly ident: number;
}

const free: Heap<FreeIdent> = new Heap((a, b) => a.ident < b.ident);
let unused = 0;

/** @internal */
export function takeIdent(): number {
  return free.pop()?.ident ?? unused++;
}

/** @internal */
export function giveBackIdent(ident: number): void {
  free.push({ ident, heapIndex: -1 });
}
