#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the module adds to an operation when many sockets are open, and how
many instructions a look at its numbers takes, beside ss -s and /proc/net/tcp.

  tests/vm/boot.py --icount --mem 8192 --boot-timeout 600 --timeout 3600 \\
      --env OPS=OPS --env SOCKWATCH=user/sockwatch \\
      --env SOCKWATCH_KO=sockwatch.ko stock -- tests/bench/scale.py [COUNT...]

OPS is tests/bench/ops.c, built with -static.  The sockets are half UDP, half
UNIX; those who hold them sleep.  An operation uses the same few socks again
and again.  What it costs depends on the neighbours that these have in their
slabs, and, with the module, on whether the first place of one of them in its
table is taken by another: so each is measured with several sets of socks, and
the mean, the least and the most are told; without the module before and after,
of which the median counts, as now and then one set has another slab's luck.
A look is the best of three, the start of the process included, which is the
row of true."""
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

COUNTS = list(map(int, sys.argv[1:])) or [1000, 10000, 100000, 1000000]
EACH = 100000           # sockets of one process
BATCHES = 30
PLACES = 24             # sets of socks that operations use
APART = 8               # sets from one to the next
SOCKWATCH = os.environ['SOCKWATCH']
LOOKS = (
    ('true',),
    ('cat', '/proc/sockwatch'),
    (SOCKWATCH, 'show'),
    (SOCKWATCH, 'states'),
    (SOCKWATCH, 'latency'),
    ('ss', '-s'),
    ('cat', '/proc/net/tcp'),
)


def hold(count):
    """A process with so many sockets, once it has them."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        for number in range(count):
            family, kind = ((socket.AF_INET, socket.SOCK_DGRAM),
                            (socket.AF_UNIX, socket.SOCK_STREAM))[number % 2]
            socket.socket(family, kind).detach()
        os.write(writer, b'!')
        signal.pause()
    os.close(writer)
    if not os.read(reader, 1):
        sys.exit('who holds sockets ended')
    os.close(reader)
    return pid


def operate():
    done = subprocess.run([os.environ['OPS'], 'utf', str(BATCHES)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return {words[0]: int(words[1]) for words in
            map(str.split, done.stdout.splitlines())}


def places():
    """What each operation does in PLACES sets of socks: {letter: [...]}"""
    kept, found = [], {}
    for _ in range(PLACES):
        for letter, number in operate().items():
            found.setdefault(letter, []).append(number)
        # These socks are taken: the next operations get others, of which few
        # are neighbours.
        kept += [socket.socket(family, kind) for _ in range(APART)
                 for family, kind in
                 ((socket.AF_INET, socket.SOCK_STREAM),
                  (socket.AF_INET, socket.SOCK_STREAM),
                  (socket.AF_INET, socket.SOCK_DGRAM))]
    return found


def census():
    """How long the load looked for sockets, as sockwatch info has it."""
    done = subprocess.run([SOCKWATCH, 'info'], stdout=subprocess.PIPE,
                          text=True, check=True)
    return next(line.partition(' ')[2].strip()
                for line in done.stdout.splitlines()
                if line.startswith('census '))


def instructions(command):
    began = time.monotonic_ns()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic_ns() - began


def spread(numbers):
    return (f'{statistics.mean(numbers):,.0f} '
            f'({min(numbers):,} to {max(numbers):,})')


def measure(count):
    """One column of the table: [(name, text)]."""
    before = places()
    subprocess.run(['insmod', os.environ['SOCKWATCH_KO'],
                    f'max_sockets={max(2 * count, 131072)}'], check=True)
    rows, more = [('census', census())], places()
    for command in LOOKS:
        least = min(instructions(command) for _ in range(3))
        rows.append((' '.join(command).replace(SOCKWATCH, 'sockwatch'),
                     f'{least:,}'))
    subprocess.run(['rmmod', 'sockwatch'], check=True)
    for letter, numbers in places().items():
        bare = before[letter] + numbers
        change = statistics.mean(more[letter]) - statistics.median(bare)
        rows += [(f'{letter} bare', spread(bare)),
                 (f'{letter} on', spread(more[letter])),
                 (f'{letter} adds', f'{change:+,.0f}')]
    return rows


def main():
    for path, value in (('/proc/sys/fs/nr_open', 2 * EACH),
                        ('/proc/sys/fs/file-max', 10 * max(COUNTS)),
                        ('/proc/sys/net/ipv4/tcp_max_tw_buckets', 0)):
        with open(path, 'w', encoding='ascii') as file:
            file.write(str(value))
    resource.setrlimit(resource.RLIMIT_NOFILE, (EACH + 100,) * 2)
    operate()
    holders, held = [], 0
    for count in sorted(COUNTS):
        while held < count:
            step = min(EACH, count - held)
            holders.append(hold(step))
            held += step
        print(f'\n{count:,} sockets open, instructions')
        for name, text in measure(count):
            print(f'    {name:20}{text:>32}', flush=True)
    for pid in holders:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == '__main__':
    main()
