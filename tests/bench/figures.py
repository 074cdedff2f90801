# SPDX-License-Identifier: GPL-2.0
"""The committed figures: what an operation takes of the module on the stock
kernel, which a change must not raise.  The file is tests/bench/figures.

The module's instructions are counted by where they lie (counted.py).  What an
operation takes in all has more in it: at times the kernel's slabs are so full
that each operation allocates one and gives it back, and a boot that counts
instructions has that each time or never.  It is such a boot all the same: once
a second some operations go a longer way, to be kept, and by a clock that counts
instructions a busy host has no more seconds than another."""
import os
import statistics

from counted import FEW, MANY, guest, of_one

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'figures')
OPERATIONS = 'utf'
# Of several rounds the median: one may have a second more than another.
ROUNDS = 7
HEAD = '''\
# Instructions of sockwatch and of ftrace's trampolines in an operation of
# tests/bench/ops.c, on Linux {release}.
# tests/bench/gate.py fails where one has risen by more than 5%.
# tests/bench/run --figures writes this file anew.
'''
# Nothing of ours runs while the host reads.
GUEST = f'''set -eu
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
insmod "$SOCKWATCH_KO"
echo begin; echo end $(uname -r)
"$OPS" {OPERATIONS} {FEW} >/dev/null
for round in $(seq {ROUNDS}); do
    for operation in {" ".join(OPERATIONS)}; do
        for batches in {FEW} {MANY}; do
            echo begin; sleep 0.5
            "$OPS" $operation $batches >/dev/null
            echo end $round $operation $batches; sleep 0.5
        done
    done
done
'''


def measured():
    """(release, {operation: instructions})"""
    found = dict(guest(['--icount'], ['sh', '-c', GUEST]))
    release = next(words[0] for words in found if len(words) == 1)
    return release, {
        operation: round(statistics.median(
            of_one(found[str(number), operation, str(FEW)],
                   found[str(number), operation, str(MANY)])
            for number in range(1, ROUNDS + 1)))
        for operation in OPERATIONS}


def committed():
    with open(PATH, encoding='ascii') as file:
        lines = [line.split() for line in file if not line.startswith('#')]
    return {operation: int(number) for operation, number in lines}


def write():
    release, figures = measured()
    with open(PATH, 'w', encoding='ascii') as file:
        file.write(HEAD.format(release=release))
        for operation, number in figures.items():
            file.write(f'{operation} {number}\n')
