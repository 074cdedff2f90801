#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
"""`sockwatch samples`: the slowest and the latest of waits whose length is
known, and whose they were; `sockwatch reset`; and who may ask for either."""
import collections
import json
import os
import socket
import struct
import time

import swlib
import tcpnet
from swlib import COMMAND

KEPT = 8
# From wait to wait: more than the guest takes for anything else.
STEP_S = 0.02 if swlib.KERNEL == 'stock' else 0.08
COOKIE = 57                     # SO_COOKIE

Wait = collections.namedtuple('Wait', 'low high peer id')


def samples(*words, flags='-j', prefix=()):
    status, text = swlib.run(*prefix, COMMAND, flags, 'samples', *words)
    if status:
        raise RuntimeError(text)
    return json.loads(text)


def both(metric, *words):
    """The slowest and the latest of a metric."""
    rows = samples(metric, *words)['samples']
    return [[row for row in rows if row['which'] == which]
            for which in ('slowest', 'latest')]


def reset(*words, prefix=()):
    return swlib.run(*prefix, COMMAND, *words, 'reset')


def wait_for_accept(listener, seconds):
    """A connection that is accepted so late; nanoseconds."""
    began = time.monotonic_ns()
    with socket.create_connection(listener.getsockname()) as client:
        opened = time.monotonic_ns()
        time.sleep(seconds)
        accepted = time.monotonic_ns()
        with listener.accept()[0] as child:
            high = time.monotonic_ns() - began
            cookie = struct.unpack('=Q', child.getsockopt(
                socket.SOL_SOCKET, COOKIE, 8))[0]
        host, port = client.getsockname()
        return Wait(accepted - opened, high, f'{host}:{port}', cookie)


def waits(steps):
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return [wait_for_accept(listener, step * STEP_S) for step in steps]


def faults(rows, expected):
    """What is wrong with samples of these waits, in this order."""
    if [row['id'] for row in rows] != [wait.id for wait in expected]:
        yield f'{[row["id"] for row in rows]} are not those'
        return
    for row, wait in zip(rows, expected):
        if not wait.low <= row['duration_ns'] <= wait.high:
            yield f'{row["duration_ns"]} is not in {wait}'
        if row['remote'] != wait.peer:
            yield f'the peer is {row["remote"]}, not {wait.peer}'


def slowest_and_latest(tap):
    reset()
    order = [7, 12, 3, 9, 1, 11, 5, 2, 10, 6, 8, 4]
    done = waits(order)
    slowest = both('tcp_accept_queue')[0]
    by_length = sorted(zip(order, done), reverse=True)
    tap.equal(list(faults(slowest, [wait for _, wait in by_length[:KEPT]])),
              [], f'the {KEPT} longest of 12 waits, the longest first')
    tap.equal(reset(), (0, ''), 'reset says nothing')
    tap.equal(both('tcp_accept_queue'), [[], []], 'and nothing is left')
    order = [4, 1, 5, 2, 3]
    done = waits(order)
    slowest, latest = both('tcp_accept_queue')
    by_length = [wait for _, wait in sorted(zip(order, done), reverse=True)]
    tap.equal(list(faults(slowest, by_length)), [],
              'then shorter ones are the slowest')
    tap.equal(list(faults(latest, done[::-1])), [],
              'all are the latest, the last one first')
    for rows in slowest, latest:
        tap.ok(all(row['scope'] == 'local' and row['family'] == 'inet'
                   and row['state'] is None
                   and row['pid'] == os.getpid() and row['uid'] == 0
                   and row['comm'] == comm() and row['protocol'] == 'tcp'
                   for row in rows), 'of what kind, and whose', rows)
    now = time.time_ns()
    tap.ok(all(0 <= now - row['time_ns'] < 60 * 10 ** 9 for row in latest),
           'when they had ended', latest)
    tap.equal(latest, sorted(latest, key=lambda row: -row['time_ns']),
              'in the order of that')


def comm():
    with open('/proc/self/comm', encoding='ascii') as file:
        return file.read().strip()


def other_metrics(tap):
    """A state held, and a UNIX connection that waits."""
    reset()
    with socket.create_server(('127.0.0.1', 0)) as listener:
        with socket.create_connection(listener.getsockname()) as client:
            child = listener.accept()[0]
            began = time.monotonic_ns()
        child.recv(1)
        time.sleep(10 * STEP_S)
        low = 10 * STEP_S * 1e9
        child.close()
        high = time.monotonic_ns() - began
    slowest = both('time_in_state', 'state', 'close-wait')[0]
    tap.ok(len(slowest) == 1 and low <= slowest[0]['duration_ns'] <= high
           and slowest[0]['state'] == 'close-wait', 'a time in CLOSE_WAIT',
           slowest)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind('\0samples')
        listener.listen(8)
        began = time.monotonic_ns()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect('\0samples')
            time.sleep(10 * STEP_S)
            listener.accept()[0].close()
            high = time.monotonic_ns() - began
    slowest, latest = both('unix_accept_queue')
    tap.ok(len(slowest) == len(latest) == 1
           and low <= slowest[0]['duration_ns'] <= high
           and slowest[0]['pid'] == os.getpid(), 'a wait of UNIX', slowest)
    for metric in ('socket_create', 'tcp_connect', 'tcp_handshake',
                   'tcp_lifetime', 'tcp_rtt'):
        slowest, latest = both(metric)
        tap.ok(slowest and latest and
               all(row['metric'] == metric for row in slowest + latest),
               metric)


def bounded(tap):
    """Many are no more than a few; and what is slow comes through."""
    reset()
    with socket.create_server(('127.0.0.1', 0)) as listener:
        for _ in range(max(4000 // swlib.SCALE, 100)):
            with socket.create_connection(listener.getsockname()):
                listener.accept()[0].close()
        slow = wait_for_accept(listener, 25 * STEP_S)
    rows = samples()['samples']
    lists = collections.Counter(
        (row['metric'], row['which'],
         row['state'] if row['metric'] == 'time_in_state' else None)
        for row in rows)
    tap.ok(max(lists.values()) == KEPT, f'at most {KEPT} of each', lists)
    slowest, latest = both('tcp_accept_queue')
    tap.equal(list(faults(slowest[:1], [slow])), [],
              'the slowest of many is there, though it came last')
    tap.equal(list(faults(latest[:1], [slow])), [], 'and is the latest')
    durations = [row['duration_ns'] for row in slowest]
    tap.equal(durations, sorted(durations, reverse=True), 'longest first')


def people(tap):
    nobody = ('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups')
    for who, prefix in (('an ordinary user', nobody),
                        ('root of a user namespace',
                         nobody + ('unshare', '--user', '--map-root-user'))):
        for word in ('samples', 'reset'):
            status, text = swlib.run(*prefix, COMMAND, word)
            tap.ok(status == 2 and 'CAP_NET_ADMIN' in text,
                   f'{who} is refused {word} of the first namespace', text)
    tap.ok(both('tcp_accept_queue')[0], 'and nothing was forgotten')
    own = nobody + ('unshare', '--user', '--map-root-user', '--net')
    said = samples(prefix=own)
    tap.ok(said['netns'] != swlib.netns_inode()
           and {row['metric'] for row in said['samples']} <= {'socket_create'},
           'in one of his own he sees his own', said)
    tap.equal(reset(prefix=own), (0, ''), 'and may forget it')
    tap.equal(reset('-A', prefix=own), (0, ''), 'or all that are his')
    tap.ok(both('tcp_accept_queue')[0], 'which ours is not')


def namespaces(tap):
    reset('-A')
    other = tcpnet.Host('samples', 1)
    with other.inside():
        there = waits([2])
    here = waits([3])

    def seen():
        said = samples('tcp_accept_queue', flags='-jA')
        return {netns['netns']: {row['id'] for row in netns['samples']}
                for netns in said['namespaces'] if netns['samples']}

    own = swlib.netns_inode()
    tap.equal(seen(), {own: {here[0].id}, other.inode: {there[0].id}},
              '-A: those of each namespace')
    tap.equal(reset('-N', other.path), (0, ''), '-N: reset of another')
    tap.equal(seen(), {own: {here[0].id}}, 'which leaves this one')
    tap.equal(reset('-A'), (0, ''), '-A: reset of all')
    tap.equal(seen(), {}, 'and none is left')
    other.delete()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load()
    try:
        for part in slowest_and_latest, other_metrics, bounded, people, \
                namespaces:
            part(tap)
    finally:
        swlib.unload()
    tap.done()


if __name__ == '__main__':
    main()
