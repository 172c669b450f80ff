// What the compiler must infer, and refuse, around greenlets. Compiled, never run.
import {
  adopt,
  Greenlet,
  type GreenletExit,
  interruptible,
  joinAll,
  kill,
  killAll,
  type KillOutcome,
  type RawGreenlet,
  shield,
  spawn,
  spawnLater,
  spawnLink,
  spawnRaw,
  taskGroup,
  wait,
} from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { typeOf } from './same.ts';

declare function repeat(count: number, text: string): Promise<string>;
declare function double(value: number): number;

class Download extends Greenlet<Uint8Array> {
  readonly url: URL;

  constructor(url: URL, retries = 3) {
    super();
    this.url = url;
    this.name = `${url.href} (${retries})`;
  }

  protected override async _run(): Promise<Uint8Array> {
    return new Uint8Array();
  }
}

export async function results(): Promise<void> {
  const g = spawn(repeat, 1, 'x');
  typeOf(g).is<Greenlet<string>>();
  typeOf(g.get()).is<Promise<string>>();
  typeOf(await g.get({ timeout: 1 })).is<string>();
  typeOf(g.value).is<string | GreenletExit | undefined>();
  typeOf(g.exception).is<unknown>();
  typeOf(g.join()).is<Promise<void>>();
  typeOf(spawn(double, 1).get()).is<Promise<number>>();
  typeOf(spawnLater(1, repeat, 1, 'x').get()).is<Promise<string>>();
  typeOf(spawnLink(double, 1).get()).is<Promise<number>>();
  typeOf(spawnRaw(double, 1)).is<RawGreenlet>();
  typeOf(Greenlet.spawn(repeat, 1, 'x').get()).is<Promise<string>>();
  typeOf(Greenlet.spawnLater(1, repeat, 1, 'x').get()).is<Promise<string>>();
  typeOf(new Greenlet(repeat, 1, 'x').get()).is<Promise<string>>();
  typeOf(spawn(() => {}).get()).is<Promise<void>>();
}

export function wrongArguments(): void {
  // @ts-expect-error -- the first argument is a number
  spawn(repeat, 'x', 1);
  // @ts-expect-error -- the text is missing
  spawn(repeat, 1);
  // @ts-expect-error -- one argument too many
  spawn(double, 1, 2);
  // @ts-expect-error -- no function
  spawn(1);
  // @ts-expect-error -- no function, but what it returned
  spawn(repeat(1, 'x'));
  // @ts-expect-error -- the seconds come first
  spawnLater(repeat, 1, 'x');
  // @ts-expect-error -- a text where the number belongs
  spawnLater(1, double, 'x');
  // @ts-expect-error -- a text where the number belongs
  spawnRaw(double, 'x');
  // @ts-expect-error -- a text where the number belongs
  Greenlet.spawn(double, 'x');
  // @ts-expect-error -- a text where the number belongs
  Greenlet.spawnLater(1, double, 'x');
  // @ts-expect-error -- no function
  Greenlet.spawn();
  // @ts-expect-error -- no function
  new Greenlet(1);
  // @ts-expect-error -- seconds are a number
  spawn(double, 1).startLater('1');
}

export async function notThenable(): Promise<void> {
  const g = spawn(repeat, 1, 'x');
  // @ts-expect-error -- a greenlet is no promise: `await g.get()`
  const promise: PromiseLike<string> = g;
  void promise;
  // @ts-expect-error -- and has no `then`
  g.then(double);
  // Awaiting one gives the greenlet itself.
  const awaited: Awaited<typeof g> = g;
  typeOf(awaited).is<Greenlet<string>>();
  // @ts-expect-error -- so its result is not a text
  const text: string = awaited;
  void text;
}

export async function killing(): Promise<void> {
  const g = spawn(repeat, 1, 'x');
  typeOf(g.kill()).is<Promise<KillOutcome>>();
  typeOf(g.kill(new Error('enough'), { timeout: 1 })).is<Promise<KillOutcome>>();
  typeOf(g.kill(TypeError)).is<Promise<KillOutcome>>();
  typeOf(g.kill({ block: false })).is<void>();
  typeOf(g.kill(undefined, { block: false })).is<void>();
  typeOf(killAll([g])).is<Promise<Greenlet<string>[] | undefined>>();
  typeOf(killAll([g], { block: false })).is<void>();
  typeOf(kill(g)).is<void>();
  // @ts-expect-error -- a text is no reason
  void g.kill('enough');
  // @ts-expect-error -- there is no such option
  void g.kill({ blocking: false });
  // @ts-expect-error -- nothing comes to await when nobody waits
  g.kill({ block: false }).catch(double);
  // @ts-expect-error -- no greenlet
  kill(Promise.resolve());
  // @ts-expect-error -- no greenlets
  killAll([1]);
}

export function subclasses(): void {
  const url = new URL('http://127.0.0.1/');
  typeOf(Download.spawn(url)).is<Download>();
  typeOf(Download.spawn(url, 5).url).is<URL>();
  typeOf(Download.spawn(url).get()).is<Promise<Uint8Array>>();
  typeOf(Download.spawnLater(1, url)).is<Download>();
  // @ts-expect-error -- its constructor takes a URL
  Download.spawn('http://127.0.0.1/');
  // @ts-expect-error -- the second is a number
  Download.spawn(url, 'x');
  // @ts-expect-error -- and the URL may not be left out
  Download.spawnLater(1);
}

export function links(): void {
  const g = spawn(double, 1);
  g.link((source) => typeOf(source.value).is<number | GreenletExit | undefined>());
  g.rawLink((source) => typeOf(source).is<Greenlet<number>>());
  g.link(spawn(double, 2));
  // @ts-expect-error -- nothing that can be told
  g.link(5);
  // @ts-expect-error -- a receiver of another kind of greenlet
  g.linkValue((source: Greenlet<string>) => source.value);
  // @ts-expect-error -- rawLink takes functions alone
  g.rawLink(spawn(double, 2));
}

export async function several(): Promise<void> {
  const jobs = [spawn(double, 1), spawn(double, 2)];
  typeOf(await joinAll(jobs)).is<Greenlet<number>[]>();
  typeOf(await wait([new Event()])).is<Event[]>();
  typeOf(await wait()).is<boolean>();
  // @ts-expect-error -- no list
  void joinAll(5);
  // @ts-expect-error -- nothing that could become ready
  void joinAll([1, 2]);
  // @ts-expect-error -- promises are awaited with Promise.all
  void joinAll([Promise.resolve(1)]);
  // @ts-expect-error -- the limit is a number of seconds
  void joinAll(jobs, { timeout: '2' });
}

export async function foreign(): Promise<void> {
  typeOf(interruptible(repeat(1, 'x'))).is<Promise<string>>();
  typeOf(adopt(Promise.resolve(1), (late) => typeOf(late).is<number>())).is<Promise<number>>();
  typeOf(shield(() => repeat(1, 'x'))).is<Promise<string>>();
  typeOf(shield(() => 1, { grace: 1 })).is<Promise<number>>();
  // @ts-expect-error -- the promise, not the function that makes it
  void interruptible(() => repeat(1, 'x'));
  // @ts-expect-error -- the function, not the promise that it makes
  void shield(repeat(1, 'x'));
  const sum = await taskGroup(async (group) => {
    typeOf(group.spawn(repeat, 1, 'x')).is<Greenlet<string>>();
    // @ts-expect-error -- the first argument is a number
    group.spawn(repeat, 'x', 1);
    return 3;
  });
  typeOf(sum).is<number>();
}

class Named extends Greenlet<string> {
  override toString(): string {
    return 'named';
  }
}

export function subclassesWithoutConstructor(): void {
  typeOf(Named.spawn(repeat, 1, 'x')).is<Named>();
  typeOf(Named.spawnLater(1, repeat, 1, 'x').get()).is<Promise<string>>();
  // @ts-expect-error -- no function
  Named.spawn(1);
  // @ts-expect-error -- a function of another result
  Named.spawn(double, 1);
}
