#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What an operation takes of the module when many sockets are open, and how
many instructions a look at its numbers takes, beside ss, lsof and /proc.

  tests/bench/scale.py [--room N] [--long-looks N] [COUNT...]

The module's instructions are counted by the emulator: counted.py.  An operation
uses the same few socks again and again, and what it takes depends on whether
their first places in the table are taken by others: so each is measured with
several sets of socks, and the mean, the least and the most are told.

A look is the best of five, or the only one of what takes long and is left out
where sockets are more than 100,000 (lsof takes half an hour for a million); in
a guest in which an instruction takes a nanosecond, the start of the process
included, which is the row of true.  The exit status is 1 when an operation
takes a tenth more with more sockets."""
import argparse
import statistics
import sys

sys.dont_write_bytecode = True
from counted import FEW, MANY, guest, of_one  # noqa: E402
from measure import Failed, TOP  # noqa: E402

COUNTS = [1000, 10000, 100000, 1000000]
SLACK = 1.1


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--room', type=int, default=2, metavar='N',
                        help='slots in the table for each socket: 2')
    parser.add_argument('--long-looks', type=int, default=100000, metavar='N',
                        help='ask ss -xuan and lsof about so many at most')
    parser.add_argument('counts', nargs='*', type=int, default=COUNTS,
                        metavar='COUNT', help='how many sockets')
    return parser.parse_args()


def boot(args, counts):
    """{(count, operation): [instructions in each set]}"""
    found, few = {}, {}
    options = ['--icount', '--mem', '8192', '--env',
               f'SOCKWATCH={TOP}/user/sockwatch']
    command = [f'{TOP}/tests/bench/scale_guest.py',
               *map(str, [args.room, args.long_looks, *counts])]
    for (count, letter, number, batches), taken in guest(options, command):
        where = int(count), letter
        if int(batches) == FEW:
            few[where, number] = taken
        elif int(batches) == MANY:
            found.setdefault(where, []).append(
                of_one(few[where, number], taken))
    return found


def main():
    args = parse_args()
    counts = sorted(args.counts)
    try:
        found = boot(args, counts)
    except (Failed, OSError) as error:
        sys.exit(f'bench: {error}')
    print('instructions of the module and of trampolines, of an operation')
    means = {}
    for (count, letter), numbers in found.items():
        mean = means[count, letter] = statistics.mean(numbers)
        rise = mean / means[counts[0], letter] - 1
        print(f'    {count:9,} {letter}{mean:10,.1f}{rise:+8.1%}   '
              f'({min(numbers):,.1f} to {max(numbers):,.1f})')
    return any(mean > means[counts[0], letter] * SLACK
               for (_, letter), mean in means.items())


if __name__ == '__main__':
    sys.exit(main())
