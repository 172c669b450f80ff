import { checkOptions } from '../base/check.ts';
import { reportUncaught } from './uncaught.ts';

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

let given: Probe | undefined;

/** Puts an observer into the slot; answers what was there, to be put back. */
export function setProbe(probe: Probe | undefined): Probe | undefined {
  checkOptions(probe, 'setProbe(probe)');
  const previous = given;
  given = probe;
  slot.probe = probe === undefined ? undefined : guarded(probe);
  return previous;
}

/** An observer that fails is reported, and does not break what it observes. */
function guarded(probe: Probe): Probe {
  const guard =
    (event: keyof Probe) =>
    (greenlet: object, wait: object): void => {
      try {
        probe[event]?.(greenlet, wait);
      } catch (error) {
        reportUncaught(probe, error);
      }
    };
  return {
    spawned: guard('spawned') as (greenlet: object) => void,
    started: guard('started') as (greenlet: object) => void,
    parked: guard('parked'),
    woken: guard('woken'),
    finished: guard('finished') as (greenlet: object) => void,
  };
}
