#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether an operation costs more where there are more CPUs: the instructions
that run where modules lie, for each operation, in guests of 1, 2, 4 and 8.

  tests/bench/cpus.py [CPUS...]

A clock that counts instructions is for guests of one CPU, so here the emulator
counts those of the module: counted.py.  The operations are bound to the last
CPU.  Each guest has its sockets elsewhere in memory, so that one may go the
longer way where another does not.  The exit status is 1 when an operation costs
a tenth more with more CPUs."""
import sys

sys.dont_write_bytecode = True
from counted import FEW, MANY, guest, of_one  # noqa: E402
from measure import Failed  # noqa: E402

CPUS = list(map(int, sys.argv[1:])) or [1, 2, 4, 8]
OPERATIONS = 'uUtf'
SLACK = 1.1
# Nothing of ours runs while the host reads.
GUEST = f'''set -eu
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
insmod "$SOCKWATCH_KO"
last=$(($(nproc) - 1))
for operation in u U t f; do
    for batches in {FEW} {FEW} {MANY}; do
        echo begin $operation $batches; sleep 1
        taskset -c $last "$OPS" $operation $batches >/dev/null
        echo end $operation $batches; sleep 1
    done
done
'''


def boot(cpus):
    """{operation: instructions}"""
    found = dict(guest(['--smp', str(cpus)], ['sh', '-c', GUEST]))
    return {letter: of_one(found[letter, str(FEW)], found[letter, str(MANY)])
            for letter in OPERATIONS}


def main():
    try:
        found = {cpus: boot(cpus) for cpus in CPUS}
    except (Failed, OSError) as error:
        sys.exit(f'bench: {error}')
    print('instructions of the module and of trampolines\n\nCPUs '
          + ''.join(f'{letter:>10}' for letter in OPERATIONS))
    for cpus, numbers in found.items():
        print(f'{cpus:4} ' + ''.join(f'{numbers[letter]:>10.1f}'
                                     for letter in OPERATIONS))
    least = found[min(CPUS)]
    return any(numbers[letter] > least[letter] * SLACK
               for numbers in found.values() for letter in OPERATIONS)


if __name__ == '__main__':
    sys.exit(main())
