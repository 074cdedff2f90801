#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 300
"""What `info` says of memory is so: sockets of a new family take it bit by bit,
and many namespaces with a socket each take what is said and no more, are all
counted, and give it back.

  memory.py [NAMESPACES]

It has been seen to do so with 2000, which take a while to go."""
import contextlib
import os
import re
import resource
import socket
import struct
import sys
import time

import genl
import people
import swlib

MANY = int((sys.argv[1:] or [100 if swlib.SCALE == 1 else 20])[0])
ROUNDS = 4 if swlib.SCALE == 1 else 3
# One socket each, with which a namespace has all that it can have of them.
TCP, OTHERS = socket.AF_INET, (socket.AF_UNIX, socket.AF_PACKET)
# The families whose sockets every machine has.
USUAL = (TCP, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK)
# What a histogram has on each CPU, and what a namespace may: before its first
# socket, and with all histograms of the usual families.
HISTOGRAM, BARE, FULL = 256, 6 << 10, 24 << 10
PAGE = 4096


class Namespaces:
    """Some that nothing but our descriptors keeps, with a socket of each of
    these families."""

    def __init__(self, count, families=()):
        self.fds, self.sockets = [], []
        with swlib.elsewhere():
            for _ in range(count):
                swlib.checked(swlib.libc.unshare(swlib.CLONE_NEWNET),
                              'unshare')
                self.fds.append(os.open(swlib.OWN_NETNS, os.O_RDONLY))
                self.sockets += [socket.socket(family, socket.SOCK_DGRAM)
                                 for family in families]

    def inodes(self):
        return {os.fstat(fd).st_ino for fd in self.fds}

    def close(self):
        for sock in self.sockets:
            sock.close()
        for fd in self.fds:
            os.close(fd)


def meminfo(word):
    """Bytes."""
    with open('/proc/meminfo', encoding='ascii') as file:
        return int(re.search(rf'{word}: *(\d+)', file.read())[1]) * 1024


def settled(word):
    """When it has stood still for a second: what a namespace had goes bit by
    bit, in the background."""
    last, since = None, time.monotonic()

    def quiet():
        nonlocal last, since
        now = meminfo(word)
        if now != last:
            last, since = now, time.monotonic()
        return time.monotonic() - since > 1
    swlib.wait_for(quiet, 60)
    return last


class Charged(people.Cgroup):
    """Who makes a namespace pays for what the module has for it, which the
    kernel counts to the byte."""
    def __init__(self):
        with open(f'{people.CGROUPS}/cgroup.subtree_control', 'w',
                  encoding='ascii') as file:
            file.write('+memory\n')
        super().__init__('memory')

    @staticmethod
    def can_be():
        with open(f'{people.CGROUPS}/cgroup.controllers',
                  encoding='ascii') as file:
            return 'memory' in file.read().split()

    def percpu(self):
        with open(f'{self.path}/memory.stat', encoding='ascii') as file:
            return int(re.search(r'percpu (\d+)', file.read())[1])

    def of(self, families):
        """The per-CPU memory of a namespace with sockets of these families."""
        self.enter()
        before = self.percpu()
        spaces = Namespaces(1, families)
        now = self.percpu()
        with open(f'{people.CGROUPS}/cgroup.procs', 'w',
                  encoding='ascii') as file:
            file.write('0\n')
        spaces.close()
        return now - before

    def all(self):
        """Of one without sockets, of one with the usual ones, and with one
        family more."""
        return [self.of(families)
                for families in ((), USUAL, (*USUAL, socket.AF_PACKET))]


def bars(tap, bare, full):
    """On each CPU.  The kernel charges its own notes too, as much for each
    byte, so a histogram is the measure."""
    if not full:
        return tap.skip('bars', 'the kernel has no cgroups of memory')
    none, usual, more = (with_us - without
                         for with_us, without in zip(full, bare))
    none, usual = (round(bytes_ * HISTOGRAM / (more - usual))
                   for bytes_ in (none, usual))
    tap.say(f'per-CPU memory, with the module {full}, without {bare}: '
            f'{none} bytes a CPU without sockets, {usual} with the usual ones')
    tap.ok(none <= BARE, f'a namespace takes at most {BARE} bytes of a CPU',
           none)
    return tap.ok(usual <= FULL, f'with all histograms at most {FULL}', usual)


def taken(count):
    """What each of so many namespaces takes of per-CPU memory."""
    before = settled('Percpu')
    spaces = Namespaces(count, [TCP])
    grown = meminfo('Percpu') - before
    spaces.close()
    return grown / count


def memory(client, fd):
    info = client.info(genl.attribute(genl.NETNS_FD, struct.pack('=I', fd)))
    return info['memory_bytes'], info['memory_max_bytes']


def rows_fill():
    """Take every row of kinds, and of failures."""
    for kind in (socket.SOCK_RAW, socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for protocol in range(1, 255):
            with contextlib.suppress(OSError):
                socket.socket(TCP, kind, protocol).close()


def grows(tap):
    """A socket of a family brings what that family needs, once."""
    client = genl.Genl()
    spaces = Namespaces(1)
    fd = spaces.fds[0]
    sockets, steps = [], [memory(client, fd)[0]]
    for family in (TCP, TCP, socket.AF_INET6, *OTHERS):
        with swlib.elsewhere():
            swlib.setns(f'/proc/self/fd/{fd}')
            sockets.append(socket.socket(family, socket.SOCK_DGRAM, 0))
        steps.append(memory(client, fd)[0])
    grown = [after - before for before, after in zip(steps, steps[1:])]
    tap.say(f'{steps}: {grown}')
    one = grown[-1]             # AF_PACKET has a histogram and nothing else
    tap.ok(one > 0, 'a family takes something')
    tap.ok(grown[0] > 10 * one, 'one that only exists has no memory for times',
           f'inet: {grown[0]}, packet: {one}')
    tap.equal(grown[1], 0, 'its second socket takes nothing')
    tap.equal(grown[2], one, 'inet6 came with inet, but for its own histogram')
    tap.equal(grown[3], 2 * one, 'unix has two histograms')
    with swlib.elsewhere():
        swlib.setns(f'/proc/self/fd/{fd}')
        rows_fill()
    now, most = memory(client, fd)
    left = most - now
    tap.ok(now > steps[-1] and left > 0 and left % one == 0,
           'with all rows what is left of the most is a histogram for each '
           'other family', f'{left} is no multiple of {one}')
    for sock in sockets:
        sock.close()
    spaces.close()
    client.close()


def many(tap, bare, before):
    """Beside what the kernel's own count of per-CPU memory says; most of what
    a namespace takes is that.  What of it stays when they have gone is
    returned: chunks that are not quite empty, and what would be lost."""
    client = genl.Genl()
    everywhere = genl.attribute(genl.ALL_NETNS, b'')
    info = client.info()
    spaces = Namespaces(MANY, [TCP])
    inodes = spaces.inodes()
    tap.equal(len(inodes & set(client.counters(everywhere))), MANY,
              f'{MANY} namespaces are counted')
    said, most = memory(client, spaces.fds[0])
    ours = (meminfo('Percpu') - before) / MANY - bare
    tap.say(f'each {said} bytes of at most {most}; per-CPU memory: {bare:.0f} '
            f'without us and {ours:.0f} more with us, {os.cpu_count()} CPUs')
    # Less where there were pages that others had left.
    tap.ok(ours <= said * 1.1, 'the kernel counts no more than what is said')
    now = client.info()
    tap.equal((now['lost'], now['no_memory']),
              (info['lost'], info['no_memory']), 'nothing was lost for it')
    spaces.close()
    # Those of a namespace before them may be among those that were there.
    swlib.wait_for(lambda: client.info()['tracked'] <= info['tracked'], 120)
    tap.ok(client.info()['tracked'] <= info['tracked'],
           'their sockets are gone with them', client.info()['tracked'])
    tap.equal(inodes & set(client.counters(everywhere)), set(),
              'and so are they')
    client.close()
    return ours, settled('Percpu')


def given_back(tap, bare):
    """A later time has the chunks of an earlier one, and needs no others.  Now
    and then the kernel has given back chunks that were empty, and takes them
    again the next time: so it is the most of all but the last two that the last
    one is held against.  In two rounds what is lost is twice what one loses."""
    # The counters of kinds alone take more than a page on each CPU.  With few
    # namespaces what the kernel has of chunks is coarser than that.
    lost = max(MANY * PAGE * os.cpu_count() // 2, 1 << 19)
    ours, left = many(tap, bare, settled('Percpu'))
    tap.ok(ours > 0, 'the kernel counts what they take')
    seen = [left]
    while len(seen) < ROUNDS or (seen[-1] - max(seen[:-2]) >= lost
                                 and len(seen) < 2 * ROUNDS):
        seen.append(many(tap, bare, seen[-1])[1])
    tap.say(f'per-CPU memory after {MANY} namespaces, again and again: {seen}')
    tap.ok(seen[-1] - max(seen[:-2]) < lost, 'the memory was given back')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MANY + 100,) * 2)
    taken(MANY)                 # the first ones fill what is half empty
    bare = taken(MANY)
    cgroup = Charged() if Charged.can_be() else None
    without = cgroup and cgroup.all()
    swlib.load()
    try:
        grows(tap)
        bars(tap, without, cgroup and cgroup.all())
        given_back(tap, bare)
    finally:
        swlib.unload()
    tap.done()


main()
