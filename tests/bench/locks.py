#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Which locks the module takes for an operation: how often each class of lock
was taken, by the statistics of a kernel that has them (LOCK_STAT), without the
module, without it once more, and with it, on two CPUs that both make sockets.

  tests/bench/locks.py

The kernel is built first, which takes ten minutes once.  What differs between
the two runs without the module differs by itself: locks of timers and of the
scheduler are taken as time goes by.  The exit status is 1 when the module has
another lock taken more often, or one of its own more often than as time goes
by."""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from measure import Failed, TOP, build, module_of  # noqa: E402

OPERATIONS = 'uUtf'
BATCHES = 100           # of 20 operations
CPUS = 2
# Of a lock per operation: what differs by itself, beside twice what did.
SLACK = 0.05
# The module's own: those of what it keeps of the slowest, one a metric.  Each
# second each CPU keeps the first of each histogram (SOCKWATCH_HIST_KEEP), of
# which these operations have so many.  It is not for every operation, so one CPU
# may find it taken by the other.
OWN = re.compile(r'^&samples->|sockwatch')
OWN_PER_SECOND = 8 * 16 * CPUS
RUNS = ('without', 'again', 'with')
# name: con-bounces contentions waittime-min -max -total -avg acq-bounces
# acquisitions holdtime-min -max -total -avg (kernel/locking/lockdep_proc.c)
LINE = re.compile(r'^\s*(\S.*?):((?:\s+[\d.]+){12})\s*$')
GUEST = '''set -eu
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
measure()
{
    "$OPS" uUtf 10 >/dev/null
    echo 0 >/proc/lock_stat
    echo 1 >/proc/sys/kernel/lock_stat
    read -r began _ </proc/uptime
    for cpu in 0 1; do
        taskset -c $cpu "$OPS" uUtf $1 >/dev/null &
    done
    wait
    echo 0 >/proc/sys/kernel/lock_stat
    read -r ended _ </proc/uptime
    echo begin $2 $began $ended
    cat /proc/lock_stat
}
measure $1 without
measure $1 again
insmod "$SOCKWATCH_KO"
measure $1 with
rmmod sockwatch
'''


def boot(ko, ops):
    """{run: {class: (acquisitions, contentions)}}, and the seconds of the last
    run"""
    done = subprocess.run(
        [f'{TOP}/tests/vm/boot.py', '--quiet', '--smp', str(CPUS),
         '--timeout', '1200', '--env', f'SOCKWATCH_KO={ko}', '--env',
         f'OPS={ops}', 'locks', '--', 'sh', '-c', GUEST, 'sh', str(BATCHES)],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failed(f'the guest ended with {done.returncode}')
    found, classes, seconds = {}, {}, 0
    for line in done.stdout.splitlines():
        if line.startswith('begin '):
            _, run, began, ended = line.split()
            classes, seconds = {}, float(ended) - float(began)
            found[run] = classes
        elif match := LINE.match(line):
            numbers = match[2].split()
            classes[match[1]] = int(numbers[7]), int(numbers[1])
    return found, seconds


def verdict(name, taken, count, seconds):
    """What speaks against a class of lock, or ''."""
    before, again, after = taken
    if OWN.search(name):
        return 'too often' if after > OWN_PER_SECOND * seconds else ''
    itself = 2 * abs(before - again) + SLACK * count
    return 'more' if after > max(before, again) + itself else ''


def main():
    try:
        found, seconds = boot(module_of('locks'),
                              build('ops.c', 'bench-ops', '-static'))
    except (Failed, OSError) as error:
        sys.exit(f'bench: {error}')
    count = BATCHES * 20 * len(OPERATIONS) * CPUS
    print(f'{count:,} operations on {CPUS} CPUs, with the module in '
          f'{seconds:.0f} s; taken, and of these waited for\n\n'
          f'{"lock":34}' + ''.join(f'{run:>18}' for run in RUNS))
    worse = False
    for name in sorted(found['with'], key=found['with'].get, reverse=True):
        taken, contended = zip(*(found[run].get(name, (0, 0))
                                 for run in RUNS))
        why = verdict(name, taken, count, seconds)
        worse |= bool(why)
        if why or max(taken) > SLACK * count or OWN.search(name):
            cells = (f'{n:,} ({waited:,})'
                     for n, waited in zip(taken, contended))
            print(f'{name[:33]:34}' + ''.join(f'{cell:>18}' for cell in cells)
                  + ' ' + why)
    return worse


if __name__ == '__main__':
    sys.exit(main())
