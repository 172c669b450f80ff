import assert from 'node:assert/strict';
import { Event } from '../../src/event.ts';
import { Greenlet, GreenletExit, Timeout, joinAll, sleep, spawn, withTimeout } from '../../src/index.ts';
import { Group } from '../../src/pool.ts';
import { settle, unprinted, virtualTest } from '../support/virtual-test.ts';

virtualTest('a Group has its members from their start to their end', async () => {
  const group = new Group();
  const member = group.spawn(() => sleep(1));
  assert.deepEqual([group.length, group.has(member), [...group], group.full()], [1, true, [member], false]);
  assert.deepEqual(group.greenlets, new Set([member]));
  assert.equal(await group.waitAvailable(), 1);
  await member.join();
  assert.deepEqual([group.length, group.has(member), [...group]], [0, false, []]);
});

virtualTest('a Group counts the members it was made with', async (time) => {
  const group = new Group([spawn(() => sleep(1)), spawn(() => sleep(2))]);
  assert.equal(group.length, 2);
  assert.equal(await group.join(), true);
  assert.equal(time.now(), 2);
});

virtualTest('a greenlet that has ended is dropped at once when it is added', async () => {
  const ended = spawn(() => 1);
  await ended.join();
  const group = new Group([ended]);
  group.add(ended);
  assert.equal(group.length, 0);
  assert.equal(await group.join(), true);
});

virtualTest('a greenlet that is added twice is one member', async () => {
  const group = new Group();
  const member = spawn(() => sleep(1));
  group.add(member);
  group.add(member);
  assert.equal(group.length, 1);
  await group.join();
  assert.equal(group.length, 0);
});

virtualTest('Group.start() makes a member and starts it', async () => {
  const group = new Group();
  const member = new Greenlet(() => 'ran');
  group.start(member);
  assert.equal(group.length, 1);
  assert.equal(await member.get(), 'ran');
  assert.equal(group.length, 0);
});

virtualTest('Group.join() answers true when the group is empty, and false at its timeout', async (time) => {
  const group = new Group();
  assert.equal(await group.join(), true);
  const member = group.spawn(() => sleep(5));
  assert.equal(await group.join({ timeout: 1 }), false);
  assert.equal(await group.join({ timeout: new Timeout(1) }), false);
  assert.equal(time.now(), 2);
  assert.equal(await group.join({ timeout: 10 }), true);
  assert.equal(member.dead, true);
});

virtualTest('Group.join() with raiseError raises a failure of a member', async () => {
  await unprinted(async () => {
    const group = new Group();
    const failure = new Error('failure');
    group.spawn(() => sleep(1));
    group.spawn(() => {
      throw failure;
    });
    await assert.rejects(group.join({ raiseError: true }), (error) => error === failure);
    assert.equal(await group.join({ raiseError: true }), true);
  });
});

virtualTest('Group.join() may come back though a member was added in between', async () => {
  const group = new Group();
  const first = group.spawn(() => sleep(1));
  const joiner = spawn(() => group.join());
  await first.join();
  const second = group.spawn(() => sleep(1));
  assert.equal(await joiner.get(), true);
  assert.equal(group.length, 1);
  await second.join();
});

virtualTest('a Group that was closed takes nobody in, so that join() waits for the last member', async () => {
  const group = new Group();
  const member = group.spawn(() => sleep(1));
  group.close();
  assert.throws(() => group.spawn(() => 1), /it was closed/);
  assert.throws(() => group.add(new Greenlet(() => 1)), /it was closed/);
  assert.equal(await group.join(), true);
  assert.equal(member.dead, true);
});

virtualTest(
  'Group.kill() waits until every member has ended, their finally blocks included',
  async (time) => {
    const group = new Group();
    const marks: string[] = [];
    for (const seconds of [1, 2]) {
      group.spawn(async () => {
        try {
          await sleep(100);
        } finally {
          await sleep(seconds);
          marks.push(`after ${seconds}`);
        }
      });
    }
    await settle();
    await group.kill();
    assert.deepEqual(marks, ['after 1', 'after 2']);
    assert.equal(Math.round(time.now()), 2);
  },
);

virtualTest('Group.kill() raises the error given, and takes a class as well', async () => {
  await unprinted(async () => {
    const group = new Group();
    const member = group.spawn(() => sleep(1));
    await settle();
    await group.kill(RangeError);
    assert.ok(member.exception instanceof RangeError);
  });
});

virtualTest('repeating Group.kill() throws into each member only once', async () => {
  const group = new Group();
  let kills = 0;
  const member = group.spawn(async () => {
    for (let time = 0; time < 3; time += 1) {
      try {
        await sleep(1);
      } catch {
        kills += 1;
      }
    }
  });
  await settle();
  for (let time = 0; time < 3; time += 1) {
    group.kill({ block: false });
    await settle();
  }
  await group.kill();
  assert.equal(kills, 1);
  assert.equal(member.dead, true);
});

virtualTest('Group.kill() kills members that come while the others are dying', async (time) => {
  const group = new Group();
  const started = new Event();
  group.spawn(async () => {
    try {
      await sleep(100);
    } finally {
      started.set();
      await sleep(1);
    }
  });
  await settle();
  const killer = spawn(() => group.kill());
  await started.wait();
  const late = group.spawn(() => sleep(100));
  await killer.get();
  assert.equal(Math.round(time.now()), 1);
  assert.ok(late.value instanceof GreenletExit);
  assert.equal(group.length, 0);
});

virtualTest(
  'Group.kill() with a timeout comes back quietly, and does not begin anew with each member that comes',
  async (time) => {
    const group = new Group();
    const stubborn = async (): Promise<void> => {
      try {
        await sleep(100);
      } finally {
        await sleep(0.6);
        if (time.now() < 3) {
          group.spawn(stubborn);
          await sleep(0);
        }
      }
    };
    group.spawn(stubborn);
    await settle();
    await group.kill({ timeout: 1 });
    assert.equal(Math.round(time.now()), 1);
    await sleep(5);
    await group.kill();
  },
);

virtualTest('a member that was not started is over as soon as its group is killed', async () => {
  const group = new Group();
  const member = new Greenlet(() => 'never');
  group.add(member);
  group.kill({ block: false });
  assert.deepEqual([member.dead, group.length], [true, 0]);
});

virtualTest('Group.killOne() kills one member, and leaves a stranger alone', async () => {
  const group = new Group();
  const [victim, other] = [group.spawn(() => sleep(5)), group.spawn(() => sleep(5))];
  const stranger = spawn(() => sleep(5));
  await settle();
  assert.equal(await group.killOne(stranger), undefined);
  group.killOne(stranger, { block: false });
  assert.equal(await group.killOne(victim), 'killed');
  assert.deepEqual([victim.dead, other.dead, stranger.dead], [true, false, false]);
  await joinAll([other, stranger]);
  assert.equal(stranger.value, undefined);
});

virtualTest('Group.killOne() kills a member once, however often it is called', async () => {
  const group = new Group();
  let kills = 0;
  const member = group.spawn(async () => {
    try {
      await sleep(5);
    } catch {
      kills += 1;
    }
    await sleep(1);
  });
  await settle();
  group.killOne(member, { block: false });
  group.killOne(member, { block: false });
  group.kill({ block: false });
  await group.killOne(member);
  assert.equal(kills, 1);
  assert.equal(member.dead, true);
});

virtualTest('Group.discard() lets a member go without touching it', async () => {
  const group = new Group();
  const member = group.spawn(() => sleep(1));
  const joiner = spawn(() => group.join());
  await settle();
  group.discard(member);
  group.discard(member);
  assert.equal(await joiner.get(), true);
  assert.equal(member.dead, false);
  await member.join();
});

virtualTest('a Group makes members of the class it was given', async () => {
  class Worker extends Greenlet {}
  const group = new Group([], { greenletClass: Worker });
  const member = group.spawn((a: number, b: number) => a + b, 1, 2);
  assert.ok(member instanceof Worker);
  assert.equal(await member.get(), 3);
});

virtualTest('killing who waits for a Group leaves its members alone', async () => {
  const group = new Group();
  const member = group.spawn(() => sleep(2));
  const joiner = spawn(() => group.join());
  await settle();
  await joiner.kill();
  assert.ok(joiner.value instanceof GreenletExit);
  assert.equal(member.dead, false);
  await group.join();
  assert.equal(member.value, undefined);
});

virtualTest('Group.use() waits for the members when the function is through', async (time) => {
  const group = new Group();
  const result = await group.use((members) => {
    members.spawn(() => sleep(2));
    return 'through';
  });
  assert.deepEqual([result, group.length, time.now()], ['through', 0, 2]);
});

virtualTest('Group.use() kills the members when the function fails', async (time) => {
  const group = new Group();
  const failure = new Error('no');
  const failing = group.use((members) => {
    members.spawn(() => sleep(9));
    throw failure;
  });
  await assert.rejects(failing, failure);
  assert.deepEqual([group.length, time.now()], [0, 0]);
});

virtualTest(
  'await using waits for the members, and kills them when a timeout drives us out',
  async (time) => {
    {
      await using group = new Group();
      group.spawn(() => sleep(1));
    }
    assert.equal(time.now(), 1);
    let late: Greenlet | undefined;
    await assert.rejects(async () => {
      await withTimeout(1, async () => {
        await using group = new Group();
        late = group.spawn(() => sleep(9));
        await sleep(5);
      });
    }, Timeout);
    assert.deepEqual([time.now(), late?.value instanceof GreenletExit], [2, true]);
  },
);
