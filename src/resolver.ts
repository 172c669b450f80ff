/** Who looks names up. gevent: `gevent.resolver`. @module gevent-ts/resolver */
export type { ResolverName, ResolverSetting, ResolverSettings } from './base/resolver-settings.ts';
export { AresResolver, type AresStatistics } from './dns/ares-resolver.ts';
export type { AresOptions } from './dns/ares-options.ts';
export { getResolver, setResolver } from './dns/current-resolver.ts';
export type { Family, HostEntry, HostTriple } from './dns/host-entry.ts';
export { Resolver, type NameResolver } from './dns/resolver.ts';
export { ThreadResolver, type ThreadResolverOptions } from './dns/thread-resolver.ts';
