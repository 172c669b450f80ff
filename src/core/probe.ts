import { checkOptions } from '../base/check.ts';

/**
 * The one slot through which observers (tracers, the detector of blocked loops, test tools) see greenlets live.
 * Empty by default: the kernel then pays one comparison an event.
 */
export interface Probe {
  /** A greenlet was asked to start. */
  spawned?(greenlet: object): void;
  /** Its first slice begins. */
  started?(greenlet: object): void;
  /** One of its waits suspended it. */
  parked?(greenlet: object, wait: object): void;
  /** A wait of its is resolved: a slice begins. */
  woken?(greenlet: object, wait: object): void;
  /** It ended. */
  finished?(greenlet: object): void;
}

/** @internal What is in the slot. Written by {@link setProbe} alone. */
export const slot: { probe: Probe | undefined } = { probe: undefined };

/** Puts an observer into the slot; answers what was there, to be put back. */
export function setProbe(probe: Probe | undefined): Probe | undefined {
  checkOptions(probe, 'setProbe(probe)');
  const previous = slot.probe;
  slot.probe = probe;
  return previous;
}
