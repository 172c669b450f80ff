// Random trees of greenlets under kills, timeouts, links, joins and shields, in random orders of the ready queue.
// A failure names its seed: `explore(scenario, { seeds: [seed] })` shows it again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Greenlet,
  GreenletExit,
  getHub,
  isInterrupt,
  joinAll,
  killAll,
  shield,
  sleep,
  spawn,
  withTimeout,
} from '../../src/index.ts';
import { Event } from '../../src/event.ts';
import { explore } from '../../src/testing.ts';
import { assertNothingLeft } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

forbidUnhandledRejections();

const SEEDS = process.env['GEVENT_TEST_FULL'] === '1' ? 5000 : 500;
const MAX_GREENLETS = 40;

class Boom extends Error {}

/** One random program. */
class Scenario {
  readonly all: Greenlet<unknown>[] = [];
  readonly event = new Event();
  readonly random: () => number;
  /** How often each greenlet's link was told. */
  readonly told = new Map<Greenlet<unknown>, number>();
  entered = 0;
  left = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  any(): Greenlet<unknown> {
    return this.all[this.int(this.all.length)] as Greenlet<unknown>;
  }

  spawn(depth: number): Greenlet<unknown> {
    const g =
      this.random() < 0.2
        ? Greenlet.spawnLater(this.random(), () => this.body(depth))
        : spawn(() => this.body(depth));
    g.quiet = true;
    g.rawLink((source) => this.told.set(source, (this.told.get(source) ?? 0) + 1));
    this.all.push(g);
    return g;
  }

  async body(depth: number): Promise<unknown> {
    this.entered += 1;
    try {
      for (let step = this.int(6); step >= 0; step -= 1) {
        try {
          await this.step(depth);
        } catch (error) {
          // Some let everything pass, some go on.
          if (this.random() < 0.7) throw error;
        }
      }
      return depth;
    } finally {
      try {
        if (this.random() < 0.3) await this.pause();
      } finally {
        this.left += 1;
      }
    }
  }

  pause(): Promise<unknown> {
    return this.random() < 0.5 ? sleep(0) : sleep(this.random());
  }

  async step(depth: number): Promise<unknown> {
    switch (this.int(14)) {
      case 0:
        return await sleep(0);
      case 1:
        return await sleep(this.random() * 3);
      case 2:
        return await this.event.wait({ timeout: this.random() });
      case 3:
        return this.all.length < MAX_GREENLETS && this.spawn(depth + 1);
      case 4:
        return await this.any().join({ timeout: this.random() });
      case 5:
        return await this.any().get({ timeout: this.random() });
      case 6:
        return this.any().kill({ block: false });
      case 7:
        return await this.any().kill(new Boom('killed with'), { timeout: this.random() });
      case 8:
        return await withTimeout(this.random(), () => this.step(depth), { timeoutValue: 'late' });
      case 9:
        return await shield(() => this.pause(), this.random() < 0.5 ? { grace: this.random() } : {});
      case 10:
        return await Promise.all([
          this.pause(),
          this.pause(),
          withTimeout(this.random(), () => sleep(1), { timeoutValue: 0 }),
        ]);
      case 11:
        return await Promise.race([this.pause(), this.event.wait({ timeout: 1 })]);
      case 12:
        return await joinAll([this.any(), this.any()], { count: 1, timeout: this.random() });
      default:
        if (this.random() < 0.3) throw new Boom('own');
        this.event.set();
        return this.event.clear();
    }
  }

  async run(): Promise<void> {
    for (let index = 0; index < 8; index += 1) this.spawn(0);
    await sleep(2);
    const half = this.all.filter(() => this.random() < 0.5);
    await killAll(half, new GreenletExit('half'), { timeout: 50 });
    await joinAll(this.all, { timeout: 1000 });
    // A floating wait that lost a race may be left for a while.
    await sleep(10);
    this.check();
  }

  check(): void {
    for (const g of this.all) {
      assert.ok(g.dead, `${String(g)} did not end`);
      assert.equal(g.hasLinks(), false);
      assert.equal(this.told.get(g), 1, 'each link is told exactly once');
      assert.equal(g.successful(), g.exception === undefined);
      if (g.successful()) assert.ok(typeof g.value === 'number' || g.value instanceof GreenletExit);
      else assert.ok(g.exception instanceof Boom || isInterrupt(g.exception), String(g.exception));
    }
    assert.equal(this.entered, this.left, 'each finally ran to its end');
    assert.equal(this.event.linkCount(), 0);
    assertNothingLeft();
  }
}

test(`${SEEDS} random programs end, with consistent outcomes and nothing left`, async () => {
  const hub = getHub();
  const { exceptionStream } = hub;
  hub.exceptionStream = undefined;
  try {
    await explore(({ random }) => new Scenario(random).run(), { seeds: SEEDS });
  } finally {
    hub.exceptionStream = exceptionStream;
  }
});
