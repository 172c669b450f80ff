"""The same work in Python gevent.

Reads a task as JSON from the command line and prints the outcome as one JSON line; `--version` prints gevent's.
"""

import json
import resource
import statistics
import sys
import time

import gevent
import gevent.event
import gevent.lock
import gevent.pool
import gevent.queue
import python_servers


def noop():
    pass


def switch(ops):
    done = 0

    def flow():
        nonlocal done
        for _ in range(ops // 2):
            gevent.sleep(0)
            done += 1

    gevent.joinall([gevent.spawn(flow), gevent.spawn(flow)])
    return done


def spawn_join(ops):
    done = 0
    for _ in range(ops):
        gevent.spawn(noop).join()
        done += 1
    return done


def spawn_joinall(ops):
    done = 0
    while done < ops:
        done += len(gevent.joinall([gevent.spawn(noop) for _ in range(1000)]))
    return done


def queue_ready(ops):
    queue = gevent.queue.Queue()
    total = 0
    for i in range(ops):
        queue.put(i)
        total += queue.get()
    return total


def queue_handoff(ops):
    there, back = gevent.queue.Queue(), gevent.queue.Queue()
    total = 0

    def echo():
        nonlocal total
        for _ in range(ops // 2):
            value = there.get()
            total += value
            back.put(value + 1)

    echoing = gevent.spawn(echo)
    for i in range(0, ops, 2):
        there.put(i)
        value = back.get()
        total += value
    echoing.join()
    return total


def produce_and_consume(queue, ops):
    def produce():
        for i in range(ops):
            queue.put(i)

    producer = gevent.spawn(produce)
    total = 0
    for _ in range(ops):
        total += queue.get()
    producer.join()
    return total


def semaphore_free(ops):
    semaphore = gevent.lock.Semaphore(1)
    done = 0
    for _ in range(ops):
        semaphore.acquire()
        semaphore.release()
        done += 1
    return done


def semaphore_contended(ops):
    semaphore = gevent.lock.Semaphore(1)
    done = 0

    def holder():
        nonlocal done
        for _ in range(ops // 100):
            semaphore.acquire()
            gevent.sleep(0)
            done += 1
            semaphore.release()

    gevent.joinall([gevent.spawn(holder) for _ in range(100)])
    return done


def event_broadcast(ops):
    rounds = ops // 1000
    gates = [gevent.event.Event() for _ in range(rounds)]
    finished = [gevent.event.Event() for _ in range(rounds)]
    left = [1000] * rounds
    woken = 0

    def waiter():
        nonlocal woken
        for turn in range(rounds):
            gates[turn].wait()
            woken += 1
            left[turn] -= 1
            if left[turn] == 0:
                finished[turn].set()

    waiters = [gevent.spawn(waiter) for _ in range(1000)]
    gevent.sleep(0)
    for turn in range(rounds):
        gates[turn].set()
        finished[turn].wait()
    gevent.joinall(waiters)
    return woken


def pool_map(ops):
    return sum(gevent.pool.Pool(100).map(lambda x: x + 1, range(ops)))


def timeout(ops):
    done = 0
    for _ in range(ops):
        gevent.Timeout.start_new(5).cancel()
        done += 1
    return done


def sleepers(ops):
    woken = 0

    def sleeper(seconds):
        nonlocal woken
        gevent.sleep(seconds)
        woken += 1

    gevent.joinall([gevent.spawn(sleeper, i / ops) for i in range(ops)])
    return woken


def milliseconds(work):
    """What the work answers, and how long it took."""
    start = time.perf_counter()
    answer = work()
    return answer, (time.perf_counter() - start) * 1e3


def cpu_milliseconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


def measure_loop(name, ops, effort):
    """Rounds until the time is up: the median one, in CPU time."""
    rounds = []
    while sum(rounds) < effort["measureMs"]:
        before = cpu_milliseconds()
        checksum = LOOPS[name](ops)
        rounds.append(cpu_milliseconds() - before)
    return checksum, {"nsPerOp": statistics.median(rounds) * 1e6 / ops}


def measure_sleepers(_name, ops, _effort):
    """Time beyond the one second, and CPU time."""
    cpu = cpu_milliseconds()
    checksum, elapsed = milliseconds(lambda: sleepers(ops))
    return checksum, {"beyondMs": elapsed - 1000, "cpuMs": cpu_milliseconds() - cpu}


def measure_kill(_name, ops, _effort):
    """Park `ops` greenlets (not timed), then kill them all."""
    unwound = 0

    def parked():
        nonlocal unwound
        try:
            gevent.sleep(3600)
        finally:
            unwound += 1

    greenlets = [gevent.spawn(parked) for _ in range(ops)]
    gevent.sleep(0)
    _, elapsed = milliseconds(lambda: gevent.killall(greenlets))
    return unwound, {"nsPerOp": elapsed * 1e6 / ops}


LOOPS = {
    "switch": switch,
    "spawn-join": spawn_join,
    "spawn-joinall": spawn_joinall,
    "queue-ready": queue_ready,
    "queue-handoff": queue_handoff,
    "queue-bounded": lambda ops: produce_and_consume(gevent.queue.Queue(16), ops),
    "channel": lambda ops: produce_and_consume(gevent.queue.Channel(), ops),
    "semaphore-free": semaphore_free,
    "semaphore-contended": semaphore_contended,
    "event-broadcast": event_broadcast,
    "pool-map": pool_map,
    "timeout": timeout,
}
MEASUREMENTS = {"loop": measure_loop, "sleepers": measure_sleepers, "kill": measure_kill}


def main():
    if sys.argv[1] == "--version":
        print(gevent.__version__)
        return
    task = json.loads(sys.argv[1])
    if task["kind"] in ("server", "idle"):
        python_servers.serve(task["name"])
        return
    checksum, figures = MEASUREMENTS[task["kind"]](task["name"], task["ops"], task)
    print(json.dumps({"checksum": checksum, "figures": figures}))


if __name__ == "__main__":
    main()
