/** Which socket of ours a descriptor's number stands for. */

/** What has a number as long as it is open. */
interface Numbered {
  readonly closed: boolean;
  fileno(): number;
}

// The system gives numbers again: there are no more entries than descriptors were ever open at a time. What was
// closed since, or dropped, is noticed when it is looked up.
const holders = new Map<number, WeakRef<Numbered>>();

/** What a stream or a server of Node's has that its types do not tell. */
interface Handled {
  readonly _handle?: { readonly fd?: number } | null;
}

/** @internal The descriptor of a stream or a server of Node's; -1 where there is none, or not any more. */
export function descriptorOf(handled: unknown): number {
  return (handled as Handled | undefined)?._handle?.fd ?? -1;
}

/** @internal Answers `fd`, which somebody is about to be told that it is the number of `holder`. */
export function rememberDescriptor(fd: number, holder: Numbered): number {
  if (fd >= 0 && holders.get(fd)?.deref() !== holder) holders.set(fd, new WeakRef(holder));
  return fd;
}

/** @internal The open socket that was told to have this number. */
export function holderOfDescriptor(fd: number): unknown {
  const holder = holders.get(fd)?.deref();
  if (holder !== undefined && !holder.closed && holder.fileno() === fd) return holder;
  holders.delete(fd);
  return undefined;
}
