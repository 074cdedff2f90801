#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What tests/bench/scale.py boots: opens so many sockets, does operations, and
looks at the numbers.

Of eight sockets three are UDP, three UNIX and two the ends of a TCP connection;
those who hold them sleep.  A count is rounded down to eights."""
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

from counted import FEW, MANY

ROOM, LONG_MOST, *COUNTS = map(int, sys.argv[1:])
DEFAULT_ROOM = 131072   # max_sockets, unless given
EACH = 100000           # sockets of one process
ALONE = 3 * ((socket.AF_INET, socket.SOCK_DGRAM),
             (socket.AF_UNIX, socket.SOCK_STREAM))
SETS = {'u': 96, 't': 24, 'f': 24}  # of the socks of an operation: u has one
APART = 8               # sockets of each sort from one set to the next
TRIES = 5               # of a look
PAUSE_S = 0.3           # for the host to read what was counted
SOCKWATCH = os.environ['SOCKWATCH']
LOOKS = (
    ('true',),
    ('cat', '/proc/sockwatch'),
    (SOCKWATCH, 'show'),
    (SOCKWATCH, 'states'),
    (SOCKWATCH, 'latency'),
    ('ss', '-s'),
    ('ss', '-tan'),
    ('cat', '/proc/net/tcp'),
)
# What takes long is measured once, and of up to LONG_MOST sockets.
LONG_LOOKS = (
    ('ss', '-xuan'),
    ('lsof', '-n'),
)


def hold_some(count, address):
    """Open so many sockets, to be kept by this process."""
    with socket.create_server((address, 0)) as listener:
        where = listener.getsockname()
        for _ in range(count // (len(ALONE) + 2)):
            for family, kind in ALONE:
                socket.socket(family, kind).detach()
            socket.create_connection(where).detach()
            listener.accept()[0].detach()


def hold(count, number):
    """A process with so many sockets, once it has them."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        # Each has ports of its own.
        hold_some(count, f'127.0.1.{number}')
        os.write(writer, b'!')
        signal.pause()
    os.close(writer)
    if not os.read(reader, 1):
        sys.exit('who holds sockets ended')
    os.close(reader)
    return pid


def tell(*words):
    print(*words, flush=True)
    time.sleep(PAUSE_S)


def operate(letters, batches):
    subprocess.run([os.environ['OPS'], letters, str(batches)],
                   stdout=subprocess.DEVNULL, check=True)


def operate_all(count):
    """Have each operation counted in SETS sets of socks."""
    operate(''.join(SETS), FEW)
    kept = []
    for number in range(max(SETS.values())):
        for letter in (at for at, sets in SETS.items() if number < sets):
            for batches in (FEW, MANY):
                tell('begin')
                operate(letter, batches)
                tell('end', count, letter, number, batches)
        # These socks are taken: the next operations get others, of which few
        # are neighbours.
        kept += [socket.socket(family, kind) for _ in range(APART)
                 for family, kind in
                 ((socket.AF_INET, socket.SOCK_STREAM),
                  (socket.AF_INET, socket.SOCK_STREAM),
                  (socket.AF_INET, socket.SOCK_DGRAM))]


def census():
    """How long the load looked for sockets, as sockwatch info has it."""
    done = subprocess.run([SOCKWATCH, 'info'], stdout=subprocess.PIPE,
                          text=True, check=True)
    return next(line.partition(' ')[2].strip()
                for line in done.stdout.splitlines()
                if line.startswith('census '))


def children_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def instructions(command):
    """In this guest, where each takes a nanosecond.  The time of the processor:
    the clock goes on while somebody waits for the host."""
    before_s = children_s()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return round((children_s() - before_s) * 1e9)


def look(command, tries):
    text = ' '.join(command).replace(SOCKWATCH, 'sockwatch')
    least = 'not installed'
    if shutil.which(command[0]):
        least = f'{min(instructions(command) for _ in range(tries)):,}'
    print(f'    {text:20}{least:>16}', flush=True)


def look_all(count):
    print(f'    {"census":20}{census():>16}')
    for command in LOOKS:
        look(command, TRIES)
    for command in LONG_LOOKS if count <= LONG_MOST else ():
        look(command, 1)


def main():
    for path, value in (('/proc/sys/fs/nr_open', 2 * EACH),
                        ('/proc/sys/fs/file-max', 10 * max(COUNTS)),
                        ('/proc/sys/net/ipv4/tcp_max_tw_buckets', 0),
                        ('/proc/sys/net/ipv4/ip_local_port_range',
                         '1024 65535')):
        with open(path, 'w', encoding='ascii') as file:
            file.write(str(value))
    resource.setrlimit(resource.RLIMIT_NOFILE, (EACH + 100,) * 2)
    holders, held = [], 0
    for count in COUNTS:
        while held < count:
            step = min(EACH, count - held)
            holders.append(hold(step, len(holders) + 1))
            held += step
        subprocess.run(['insmod', os.environ['SOCKWATCH_KO'],
                        f'max_sockets={max(ROOM * count, DEFAULT_ROOM)}'],
                       check=True)
        print(f'{count:,} sockets open, instructions of a look')
        look_all(count)
        operate_all(count)
        subprocess.run(['rmmod', 'sockwatch'], check=True)
    for pid in holders:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == '__main__':
    main()
