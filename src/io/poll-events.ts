/** The events of `poll`, with the values that they have on Linux. */

/** A read, or an accept, would not park. */
export const POLLIN = 1;
/** Urgent data; never told, for Node does not say. */
export const POLLPRI = 2;
/** A write would not park. */
export const POLLOUT = 4;
/** In a state of error, which the next call will raise. Told whether it was asked for or not. */
export const POLLERR = 8;
/** Over in both directions. Told whether it was asked for or not. */
export const POLLHUP = 16;
/** Closed. Told whether it was asked for or not. */
export const POLLNVAL = 32;
/** The same as POLLIN. */
export const POLLRDNORM = 64;
/** Never told. */
export const POLLRDBAND = 128;
/** The same as POLLOUT. */
export const POLLWRNORM = 256;
/** Never told. */
export const POLLWRBAND = 512;
