// Rows for gevent-ts itself, and the subpaths greenlet, hub, timeout, local and testing.
import * as gevent from '../../src/index.ts';
import { setProbe } from '../../src/hub.ts';
import { explore, withVirtualTime } from '../../src/testing.ts';
import { type Refusal, type Rows, open, refuses } from './row.ts';
import * as not from './values.ts';
import { nothing, type World } from './world.ts';

const { Greenlet, Timeout, getHub } = gevent;

const callersOwn = open('the caller implements it, the library calls it');
const errorConstructor = open('an error that refused to be made would hide the one it stands for');
const anything = open('takes any value');

/** `timeout` in the options of a wait, and the options themselves. */
function waitOptions(name: string, call: (options: never, world: World) => unknown): Refusal[] {
  return [
    refuses(`${name}(options)`, not.notOptions, call),
    refuses(`${name}({ timeout })`, not.notLimit, (timeout, world) => call({ timeout } as never, world)),
  ];
}

/** The arguments of everything that kills: an exception, options, or the options alone. */
function killArguments(name: string, call: (world: World, ...args: never[]) => unknown): Refusal[] {
  const flag = (option: string): Refusal =>
    refuses(`${name}({ ${option} })`, not.notFlag, (bad, world) =>
      call(world, new Error('reason') as never, { [option]: bad } as never),
    );
  return [
    refuses(`${name}(exception)`, not.notKillFirst, (bad, world) => call(world, bad)),
    refuses(`${name}(exception)`, not.notKillException, (bad, world) => call(world, bad, {} as never)),
    refuses(`${name}(options)`, not.notOptions, (bad, world) => call(world, undefined as never, bad)),
    refuses(`${name}({ timeout })`, not.notLimit, (timeout, world) => call(world, { timeout } as never)),
    flag('block'),
    flag('force'),
  ];
}

/** Every function that starts `fn(...args)`. */
function starts(name: string, call: (fn: never, world: World) => unknown): Refusal[] {
  return [refuses(name, not.notFunction, call)];
}

const greenletRows: Rows = {
  'new Greenlet': [refuses('Greenlet(fn)', not.optional(not.notFunction), (bad) => new Greenlet(bad))],
  'Greenlet.spawn': starts('spawn(fn)', (bad) => Greenlet.spawn(bad)),
  'Greenlet.spawnLater': [
    refuses('spawnLater(seconds)', not.notSeconds, (bad) => Greenlet.spawnLater(bad, nothing)),
    refuses('spawnLater(fn)', not.notFunction, (bad) => Greenlet.spawnLater(1, bad)),
  ],
  'Greenlet.addSpawnCallback': starts('addSpawnCallback(callback)', (bad) => Greenlet.addSpawnCallback(bad)),
  'Greenlet.removeSpawnCallback': starts('removeSpawnCallback(callback)', (bad) =>
    Greenlet.removeSpawnCallback(bad),
  ),
  'Greenlet.spawningStackLimit=': [
    refuses('spawningStackLimit', not.notInteger(0), (bad) => {
      Greenlet.spawningStackLimit = bad;
    }),
  ],
  'Greenlet#startLater': [
    refuses('startLater(seconds)', not.notSeconds, (bad, { greenlet }) => greenlet.startLater(bad)),
  ],
  'Greenlet#quiet=': [
    refuses('quiet', not.notBoolean, (bad, { greenlet }) => {
      greenlet.quiet = bad;
    }),
  ],
  'Greenlet#join': waitOptions('join', (bad, { greenlet }) => greenlet.join(bad)),
  'Greenlet#get': [
    ...waitOptions('get', (bad, { greenlet }) => greenlet.get(bad)),
    refuses('get({ block })', not.notFlag, (block, { greenlet }) => greenlet.get({ block })),
  ],
  'Greenlet#kill': killArguments('kill', ({ greenlet }, ...args) => greenlet.kill(...(args as []))),
  'Greenlet#link': [refuses('link(receiver)', not.notReceiver, (bad, { greenlet }) => greenlet.link(bad))],
  'Greenlet#linkValue': [
    refuses('link(receiver)', not.notReceiver, (bad, { greenlet }) => greenlet.linkValue(bad)),
  ],
  'Greenlet#linkException': [
    refuses('link(receiver)', not.notReceiver, (bad, { greenlet }) => greenlet.linkException(bad)),
  ],
  'Greenlet#rawLink': starts('rawLink(callback)', (bad, { greenlet }) => greenlet.rawLink(bad)),
  'Greenlet#unlink': [
    refuses('unlink(receiver)', not.notReceiver, (bad, { greenlet }) => greenlet.unlink(bad)),
  ],
  'Greenlet#use': starts('use(fn)', (bad, { greenlet }) => greenlet.use(bad)),
  'RawGreenlet#name=': [
    refuses('name', not.notString, (bad, { greenlet }) => {
      greenlet.name = bad;
    }),
  ],
  'RawGreenlet#startLater': [
    refuses('startLater(seconds)', not.notSeconds, (bad, { raw }) => raw.startLater(bad)),
  ],
  'RawGreenlet#throw': [
    refuses('throw(exception)', not.optional(not.notKillException), (bad, { greenlet }) =>
      greenlet.throw(bad),
    ),
  ],
};

const scopeRows: Rows = {
  'new Scope': [refuses('Scope(parent)', not.optional(not.notScope), (bad) => new gevent.Scope(bad))],
  'Scope#run': [refuses('Scope.run(fn)', not.notFunction, (bad, { greenlet }) => greenlet.run(bad))],
  'Scope#interrupt': [
    refuses('interrupt(reason)', not.notError, (bad, { greenlet }) => greenlet.interrupt(bad)),
  ],
  'Scope#retract': anything,
  'Scope#hasRaised': anything,
};

const functionRows: Rows = {
  spawn: starts('spawn(fn)', (bad) => gevent.spawn(bad)),
  spawnLater: [
    refuses('spawnLater(seconds)', not.notSeconds, (bad) => gevent.spawnLater(bad, nothing)),
    refuses('spawnLater(fn)', not.notFunction, (bad) => gevent.spawnLater(1, bad)),
  ],
  spawnLink: starts('spawn(fn)', (bad) => gevent.spawnLink(bad)),
  spawnLinkValue: starts('spawn(fn)', (bad) => gevent.spawnLinkValue(bad)),
  spawnLinkException: starts('spawn(fn)', (bad) => gevent.spawnLinkException(bad)),
  spawnRaw: starts('spawnRaw(fn)', (bad) => gevent.spawnRaw(bad)),
  kill: [
    refuses('kill(greenlet)', not.notGreenlet, (bad) => gevent.kill(bad)),
    refuses('kill(exception)', not.notKillException, (bad, { greenlet }) => gevent.kill(greenlet, bad)),
    refuses('kill(exception)', not.notKillException, (bad, { raw }) => gevent.kill(raw, bad)),
  ],
  killAll: [
    refuses('killAll(greenlets)', not.notIterable, (bad) => gevent.killAll(bad)),
    refuses('killAll(greenlets)', not.notGreenlet, (bad, { greenlet }) => gevent.killAll([greenlet, bad])),
    ...killArguments('killAll', ({ greenlet }, ...args) => gevent.killAll([greenlet], ...(args as []))),
  ],
  joinAll: [
    refuses('joinAll(objects)', not.notIterable, (bad) => gevent.joinAll(bad)),
    refuses('joinAll(objects)', not.notWaitable, (bad, { greenlet }) => gevent.joinAll([greenlet, bad])),
    refuses('joinAll(options)', not.notOptions, (bad, { greenlet }) => gevent.joinAll([greenlet], bad)),
    refuses('joinAll({ timeout })', not.notLimit, (timeout, { greenlet }) =>
      gevent.joinAll([greenlet], { timeout }),
    ),
    refuses('joinAll({ count })', not.optional(not.notInteger(0)), (count, { greenlet }) =>
      gevent.joinAll([greenlet], { count }),
    ),
    refuses('joinAll({ raiseError })', not.notFlag, (raiseError, { greenlet }) =>
      gevent.joinAll([greenlet], { raiseError }),
    ),
  ],
  wait: [
    refuses('wait(objects)', not.optional(not.notIterable), (bad) => gevent.wait(bad)),
    refuses('wait(objects)', not.notWaitable, (bad, { event }) => gevent.wait([event, bad])),
    ...waitOptions('wait', (bad, { event }) => gevent.wait([event], bad)),
    refuses('wait({ count })', not.optional(not.notInteger(0)), (count, { event }) =>
      gevent.wait([event], { count }),
    ),
    refuses('wait({ count })', not.optional(not.notInteger(0)), (count) => gevent.wait(undefined, { count })),
    refuses('hub.join({ timeout })', not.notLimit, (timeout) => gevent.wait(undefined, { timeout })),
  ],
  iwait: [
    refuses('iwait(objects)', not.notIterable, (bad) => gevent.iwait(bad)),
    refuses('iwait(objects)', not.notWaitable, (bad, { event }) => gevent.iwait([event, bad])),
    ...waitOptions('iwait', (bad, { event }) => gevent.iwait([event], bad)),
    refuses('iwait({ count })', not.optional(not.notInteger(0)), (count, { event }) =>
      gevent.iwait([event], { count }),
    ),
  ],
  sleep: [
    refuses('sleep(seconds)', not.notLimit, (bad) => gevent.sleep(bad)),
    refuses('sleep(options)', not.notOptions, (bad) => gevent.sleep(0, bad)),
    refuses('sleep({ ref })', not.notFlag, (ref) => gevent.sleep(1, { ref })),
  ],
  idle: [
    refuses('idle(priority)', not.optional(not.notInteger(Number.MIN_SAFE_INTEGER)), (bad) =>
      gevent.idle(bad),
    ),
  ],
  setSwitchInterval: [
    refuses('setSwitchInterval(seconds)', not.notPositive, (bad) => gevent.setSwitchInterval(bad)),
  ],
  shield: [
    refuses('shield(fn)', not.notFunction, (bad) => gevent.shield(bad)),
    refuses('shield(options)', not.notOptions, (bad) => gevent.shield(nothing, bad)),
    refuses('shield({ grace })', not.notLimit, (grace) => gevent.shield(nothing, { grace })),
  ],
  interruptible: [refuses('interruptible(promise)', not.notPromise, (bad) => gevent.interruptible(bad))],
  adopt: [
    refuses('adopt(promise)', not.notPromise, (bad) => gevent.adopt(bad, nothing)),
    refuses('adopt(dispose)', not.notFunction, (bad) => gevent.adopt(Promise.resolve(), bad)),
  ],
  taskGroup: starts('taskGroup(body)', (bad) => gevent.taskGroup(bad)),
  'TaskGroup#spawn': open('called inside a running group: test below'),
  'config.trackGreenletTree=': [
    refuses('config.trackGreenletTree', not.notBoolean, (bad) => {
      gevent.config.trackGreenletTree = bad;
    }),
  ],
  'config.spawnSites=': [
    refuses('config.spawnSites', not.notOneOf(), (bad) => {
      gevent.config.spawnSites = bad;
    }),
  ],
  'config.formatContext=': [
    refuses('config.formatContext', not.notFunction, (bad) => {
      gevent.config.formatContext = bad;
    }),
  ],
  isInterrupt: anything,
  greenletLocal: open('takes any value, and a function as the maker of one'),
  'new local': open('the arguments are those of a constructor of the caller'),
};

const timeoutRows: Rows = {
  'new Timeout': [
    refuses('Timeout(seconds)', not.notLimit, (bad) => new Timeout(bad)),
    refuses('Timeout(exception)', not.notTimeoutException, (bad) => new Timeout(1, bad)),
    refuses('Timeout(options)', not.notOptions, (bad) => new Timeout(1, undefined, bad)),
    refuses('Timeout({ ref })', not.notFlag, (ref) => new Timeout(1, undefined, { ref })),
  ],
  'Timeout.startNew': [
    refuses('Timeout(seconds)', not.notLimit, (bad) => Timeout.startNew(bad)),
    refuses('Timeout(exception)', not.notTimeoutException, (bad) => Timeout.startNew(1, bad)),
    refuses('Timeout(options)', not.notOptions, (bad) => Timeout.startNew(1, undefined, bad)),
    refuses('Timeout({ ref })', not.notFlag, (ref) => Timeout.startNew(1, undefined, { ref })),
  ],
  'Timeout#run': starts('Timeout.run(fn)', (bad, { timeout }) => timeout.run(bad)),
  'Timeout#isOwn': anything,
  'Timeout#stack=': open('tools write there what they like, as on any error'),
  withTimeout: [
    refuses('withTimeout(seconds)', not.notLimit, (bad) => gevent.withTimeout(bad, nothing)),
    refuses('withTimeout(fn)', not.notFunction, (bad) => gevent.withTimeout(1, bad)),
    refuses('withTimeout(options)', not.notOptions, (bad) => gevent.withTimeout(1, nothing, bad)),
  ],
  withDeadline: [
    refuses('withDeadline(deadline)', not.notDeadline, (bad) => gevent.withDeadline(bad, nothing)),
    refuses('withTimeout(fn)', not.notFunction, (bad) => gevent.withDeadline(1, bad)),
    refuses('withTimeout(options)', not.notOptions, (bad) => gevent.withDeadline(1, nothing, bad)),
  ],
};

const hubRows: Rows = {
  'Hub#handleError': anything,
  'Hub#handleSystemError': [
    refuses('handleSystemError(error)', not.notError, (bad) => getHub().handleSystemError(bad)),
  ],
  'Hub#printException': anything,
  'Hub#runCallback': starts('hub.runCallback(callback)', (bad) => getHub().runCallback(bad)),
  'Hub#join': waitOptions('hub.join', (bad) => getHub().join(bad)),
  'Loop#timer': [
    refuses('loop.timer(after)', not.notSeconds, (bad) => getHub().loop.timer(bad)),
    refuses('loop.timer(options)', not.notOptions, (bad) => getHub().loop.timer(1, bad)),
    refuses('loop.timer({ ref })', not.notFlag, (ref) => getHub().loop.timer(1, { ref })),
  ],
  'Loop#runCallback': starts('loop.runCallback(callback)', (bad) => getHub().loop.runCallback(bad)),
  'LoopTimer#start': starts('timer.start(callback)', (bad) => getHub().loop.timer(1).start(bad)),
  'Waiter#switch': anything,
  'Waiter#throw': anything,
  setProbe: [refuses('setProbe(probe)', not.notOptions, (bad) => setProbe(bad))],
};

const testingRows: Rows = {
  explore: [
    refuses('explore(scenario)', not.notFunction, (bad) => explore(bad)),
    refuses('explore(options)', not.notOptions, (bad) => explore(nothing, bad)),
    refuses('explore({ seeds })', not.notSeeds, (seeds) => explore(nothing, { seeds })),
    refuses('explore({ seeds })', not.notInteger(0), (bad) => explore(nothing, { seeds: [bad] })),
  ],
  withVirtualTime: [
    refuses('withVirtualTime(fn)', not.notFunction, (bad) => withVirtualTime(bad)),
    refuses('withVirtualTime(options)', not.notOptions, (bad) => withVirtualTime(nothing, bad)),
    refuses('withVirtualTime({ start })', [...not.notLimit, Infinity], (start) =>
      withVirtualTime(nothing, { start }),
    ),
  ],
};

const errors = [
  'DispatchExit',
  'Empty',
  'ExplorationError',
  'Full',
  'GreenletExit',
  'HubDestroyed',
  'LinkedCompleted',
  'LinkedExited',
  'LinkedFailed',
  'LinkedKilled',
  'LoopExit',
  'PoolFull',
  'ShutDown',
  'SystemExit',
];
const callbacks = [
  'ErrorStream#write',
  'LinkTarget#[linkTarget]',
  'Probe#finished',
  'Probe#parked',
  'Probe#spawned',
  'Probe#started',
  'Probe#woken',
  'Waitable#rawLink',
  'Waitable#unlink',
];

export const kernelRows: Rows = {
  ...greenletRows,
  ...scopeRows,
  ...functionRows,
  ...timeoutRows,
  ...hubRows,
  ...testingRows,
  ...Object.fromEntries(errors.map((name) => [`new ${name}`, errorConstructor])),
  ...Object.fromEntries(callbacks.map((name) => [name, callersOwn])),
};

export { killArguments, waitOptions };
