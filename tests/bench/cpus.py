#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether an operation costs more where there are more CPUs: the instructions
that run where modules lie, for each operation, in guests of 1, 2, 4 and 8.

  tests/bench/cpus.py [CPUS...]

A clock that counts instructions is for guests of one CPU, so here the emulator
counts them (count.c), those of the module and of ftrace's trampolines; what
the kernel runs for a hook, which is the rest of what tests/bench/run shows,
lies elsewhere.  The operations are bound to the last CPU.  Each guest has its
sockets elsewhere in memory, so that one may go the longer way where another
does not.  The exit status is 1 when an operation costs a tenth more with more
CPUs."""
import os
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from measure import Failed, TOP, build, module_of  # noqa: E402

CPUS = list(map(int, sys.argv[1:])) or [1, 2, 4, 8]
OPERATIONS = 'uUtf'
FEW, MANY = 10, 60      # batches of 20; what both runs have in common cancels
SLACK = 1.1
# Nothing of ours runs while the host reads.
GUEST = '''set -eu
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
insmod "$SOCKWATCH_KO"
last=$(($(nproc) - 1))
for operation in u U t f; do
    for batches in 10 10 60; do
        echo begin $operation $batches; sleep 1
        taskset -c $last "$OPS" $operation $batches >/dev/null
        echo end $operation $batches; sleep 1
    done
done
'''


def boot(cpus, plugin, ko, ops):
    """{operation: instructions}"""
    found, began = {}, 0
    with tempfile.NamedTemporaryFile() as out:
        command = [f'{TOP}/tests/vm/boot.py', '--quiet', '--smp', str(cpus),
                   '--plugin', f'{plugin},out={out.name}', '--boot-timeout',
                   '600', '--timeout', '1800', '--env', f'SOCKWATCH_KO={ko}',
                   '--env', f'OPS={ops}', 'stock', '--', 'sh', '-c', GUEST]
        with subprocess.Popen(command, stdout=subprocess.PIPE,
                              text=True) as process:
            for line in process.stdout:
                what, *where = line.split()
                with open(out.name, 'rb') as file:
                    now = struct.unpack('=Q', file.read(8))[0]
                if what == 'begin':
                    began = now
                elif what == 'end':
                    found[tuple(where)] = now - began
        if process.returncode:
            raise Failed(f'{cpus} CPUs: the guest ended with '
                         f'{process.returncode}')
    return {letter: (found[letter, str(MANY)] - found[letter, str(FEW)])
            / (MANY - FEW) / 20 for letter in OPERATIONS}


def main():
    try:
        ko = module_of('stock')
        ops = build('ops.c', 'bench-ops', '-static')
        plugin = build('count.c', 'count.so', '-shared', '-fPIC',
                       '-fvisibility=hidden')
        found = {cpus: boot(cpus, plugin, ko, ops) for cpus in CPUS}
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
