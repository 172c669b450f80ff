/** The resolver of the hub: made of the settings when it is first needed. */
import { mismatch } from '../base/check.ts';
import { config } from '../base/config.ts';
import { firstUsable, type ResolverName, type ResolverSetting } from '../base/resolver-settings.ts';
import { hubLocal } from '../core/hub-local.ts';
import { AresResolver } from './ares-resolver.ts';
import type { NameResolver } from './resolver.ts';
import { ThreadResolver } from './thread-resolver.ts';

const CLASSES: Readonly<Record<ResolverName, new () => NameResolver>> = {
  thread: ThreadResolver,
  ares: AresResolver,
};

const METHODS = [
  'close',
  'getAddrInfo',
  'getHostByName',
  'getHostByNameEx',
  'getHostByAddr',
  'getNameInfo',
] as const satisfies readonly (keyof NameResolver)[];

const current = hubLocal((): NameResolver => makeResolver(config.resolver));

// For questions that go to DNS servers whatever the resolver of the hub is.
const dns = hubLocal((): AresResolver => new AresResolver());

/**
 * The resolver of this hub, made as `config.resolver` says when it is first asked for. Never parks.
 * gevent: `Hub.resolver`.
 *
 * @throws {TypeError | RangeError} the setting makes no resolver
 */
export function getResolver(): NameResolver {
  return current.get();
}

/**
 * Has this hub look names up by another resolver from now on; undefined for a new one, made as the settings then say.
 * Look-ups that run go on; closing the former resolver is the caller's affair. Never parks.
 * gevent: assigning `Hub.resolver`.
 *
 * @throws {TypeError} not a resolver
 */
export function setResolver(resolver: NameResolver | undefined): void {
  if (resolver !== undefined) checkResolver(resolver, 'setResolver(resolver)');
  else dns.set(undefined);
  current.set(resolver);
}

/** @internal The resolver that asks DNS servers: the hub's own if it does so, else one beside it. */
export function getDnsResolver(): AresResolver {
  const resolver = getResolver();
  return resolver instanceof AresResolver ? resolver : dns.get();
}

function makeResolver(setting: ResolverSetting): NameResolver {
  let resolver: unknown = setting;
  const name = typeof setting === 'string' ? setting : firstOf(setting);
  if (name !== undefined) resolver = new CLASSES[name]();
  else if (typeof setting === 'function') resolver = new (setting as new () => unknown)();
  checkResolver(resolver, 'config.resolver');
  return resolver;
}

function firstOf(setting: object): ResolverName | undefined {
  return Array.isArray(setting) ? firstUsable(setting as string[]) : undefined;
}

function checkResolver(value: unknown, name: string): asserts value is NameResolver {
  const isOne =
    typeof value === 'object' &&
    value !== null &&
    METHODS.every((method) => typeof (value as Partial<NameResolver>)[method] === 'function');
  if (!isOne) throw new TypeError(mismatch(name, `a resolver, with ${METHODS.join(', ')}`, value));
}
