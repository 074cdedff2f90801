#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
"""Ten thousand sockets of each usable kind come and go (fewer on a slow
kernel), two processes at a time: `created` and `released` grow by exactly
that, and `open` is where it began."""
import os
import subprocess
import sys
import time

import genl
import swlib
import zoo

COUNT = max(10000 // swlib.SCALE, 10)
TCP4, TCP6 = (2, 1, 6), (10, 1, 6)
EXPEDITED = '/sys/kernel/rcu_expedited'


def usable(name):
    """{kind: the first way to ask for it}"""
    result = {}
    with open(name, encoding='ascii') as file:
        for line in file:
            words = line.split()
            if words and words[0] == 'usable':
                kind = tuple(map(int, words[5:]))
                result.setdefault(kind, ' '.join(words[1:4]))
    return result


def inside(kind):
    """The kind of the kernel's own socket in one of this kind, or None."""
    family, sock_type, protocol = kind
    if family == 43:                                    # smc_create()
        return TCP6 if protocol == 1 else TCP4
    if protocol == 262 and sock_type == 1:              # mptcp_init_sock()
        return family, 1, 6
    return None


def expected(kinds):
    wanted = {}
    for kind in kinds:
        for made, how in ((kind, 'created'), (inside(kind), 'kernel')):
            if made:
                row = wanted.setdefault(made, {})
                for name in (how, 'attempts', 'released'):
                    row[name] = row.get(name, 0) + COUNT
    return wanted


def expedite(on):
    """Closing a packet socket waits for a grace period (synchronize_net()),
    ten thousand times: have them short."""
    if os.path.exists(EXPEDITED):
        with open(EXPEDITED, 'w', encoding='ascii') as file:
            file.write('1' if on else '0')


def make_all(kinds):
    """Two processes with every other kind each; (kind, ms) of the slowest."""
    orders = list(kinds.values())
    processes = []
    for half in (orders[::2], orders[1::2]):
        process = subprocess.Popen(
            [os.path.join(swlib.BIN, 'many'), str(COUNT)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write('\n'.join(half) + '\n')
        process.stdin.close()
        processes.append(process)
    output = ''.join(process.stdout.read() for process in processes)
    return [process.wait() for process in processes], output


def slowest(output):
    times = sorted(((int(line.split(': ')[1].split()[0]), line)
                    for line in output.splitlines()), reverse=True)
    return ', '.join(line for _, line in times[:6])


def main():
    tap = swlib.Tap()
    swlib.prepare()
    kinds = usable(zoo.write_kinds())
    if sys.argv[1:]:
        kinds = {kind: order for kind, order in kinds.items()
                 if swlib.words(kind).startswith(sys.argv[1])}
    swlib.load(max_kinds=256)
    client = genl.Genl()
    expedite(True)
    try:
        base = zoo.settled(client)
        began = time.monotonic()
        statuses, output = make_all(kinds)
        tap.say(f'{COUNT} of {len(kinds)} kinds: '
                f'{time.monotonic() - began:.0f} s; {slowest(output)}')
        tap.equal(statuses, [0, 0], 'all sockets were made')
        wanted = expected(kinds)
        swlib.wait_for(lambda: swlib.difference(
            base.rows, swlib.read_rows()) == wanted)
        now = zoo.Numbers(client)
        got = swlib.difference(base.rows, now.rows)
        for kind in sorted(set(wanted) | set(got)):
            tap.equal(got.get(kind), wanted.get(kind),
                      f'{COUNT}: {swlib.words(kind)}')
        tap.equal(now.rows.total('open'), base.rows.total('open'),
                  'open is where it began')
        tap.equal(swlib.faults_of(now.rows), [], 'every identity holds')
        for name in ('untracked', 'discarded', 'lost'):
            tap.equal(now.info[name] - base.info[name], 0, f'{name} is 0')
        tap.equal(now.missed(), 0, 'no hook missed')
    finally:
        expedite(False)
        client.close()
        swlib.unload()
    tap.done()


main()
