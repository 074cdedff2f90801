#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the module says that it costs itself: hits that are as many as what was
done, some of them timed, and none where that is switched off."""
import os
import socket
import time

import genl
import swlib

EVERY = 64
PAIRS = (40 if swlib.SCALE == 1 else 10) * EVERY
# Each pair is two socks that come and go; the hooks that see all of them.
EACH = ('security_sk_alloc', 'security_sk_free', '__sock_create')
# On an emulated machine a hit takes microseconds, and an interrupt more; where
# the host keeps a CPU waiting in one of them, look again.
LONG_NS = 1000000
TRIES = 4


def hooks(client):
    return {hook['name']: hook for hook in client.info()['hooks']}


def pairs():
    for _ in range(PAIRS):
        for end in socket.socketpair():
            end.close()


def grown(before, after, key):
    return {name: after[name][key] - before[name][key] for name in EACH}


def counted(tap, before, after, what):
    grew = grown(before, after, 'hits')
    tap.ok(all(2 * PAIRS <= hits < 3 * PAIRS for hits in grew.values()),
           f'{what}: hits are the socks that came and went', grew)


def short(before, after):
    times = grown(before, after, 'timed')
    spent = grown(before, after, 'time_ns')
    return all(0 < spent[name] < times[name] * LONG_NS for name in EACH)


def soon_short(client):
    for _ in range(TRIES):
        before = hooks(client)
        pairs()
        if short(before, hooks(client)):
            return True
    return False


def timed(tap, client):
    began_ns = time.monotonic_ns()
    before = hooks(client)
    pairs()
    after = hooks(client)
    whole_ns = (time.monotonic_ns() - began_ns) * os.cpu_count()
    counted(tap, before, after, f'time_hits={EVERY}')
    hits = grown(before, after, 'hits')
    times = grown(before, after, 'timed')
    spent = grown(before, after, 'time_ns')
    tap.say(', '.join(f'{name}: {spent[name] / max(times[name], 1):.0f} ns'
                      for name in EACH))
    # A CPU may be anywhere between two; who is moved meanwhile is one more.
    tap.ok(all(abs(times[name] - hits[name] / EVERY) <= 8 for name in EACH),
           f'one in {EVERY} was timed', (times, hits))
    # However long the host keeps a CPU from a hit: no longer than all took.
    tap.ok(all(spent[name] > 0 for name in EACH) and
           sum(spent.values()) < whole_ns,
           'which took a part of the time', (spent, whole_ns))
    tap.ok(short(before, after) or soon_short(client),
           'and less than a millisecond each', spent)
    idle = [hook for hook in after.values() if not hook['hits']]
    tap.ok(all((hook['timed'], hook['time_ns']) == (0, 0) for hook in idle),
           'a hook that did not fire has none', idle)


def not_timed(tap, client):
    before = hooks(client)
    pairs()
    after = hooks(client)
    counted(tap, before, after, 'time_hits=0')
    tap.equal([name for name, hook in after.items()
               if 'timed' in hook or 'time_ns' in hook], [],
              'no hook has a time')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    for every, part in ((EVERY, timed), (0, not_timed)):
        for params in {}, {'wrapper': 0}:
            swlib.load(time_hits=every, **params)
            client = genl.Genl()
            try:
                part(tap, client)
            finally:
                client.close()
                swlib.unload()
    tap.done()


main()
