/** Groups and bounded pools of greenlets. gevent: `gevent.pool`. @module gevent-ts/pool */
export { PoolFull } from './base/errors.ts';
export { Group, Group as GreenletSet } from './pool/group.ts';
export { IMap, IMapUnordered } from './pool/imap.ts';
export { GroupMapping, type IMapOptions } from './pool/mapping.ts';
export { Members, type GroupJoinOptions, type MemberClass, type MembersOptions } from './pool/members.ts';
export { Pool, type PoolAddOptions } from './pool/pool.ts';
