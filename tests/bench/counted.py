# SPDX-License-Identifier: GPL-2.0
"""Boots a guest in an emulator that counts the instructions of the module and
of ftrace's trampolines (count.c).

What the kernel runs for a hook, which is the rest of what tests/bench/run shows,
lies elsewhere, and so does what the kernel's own state adds to an operation."""
import struct
import subprocess
import tempfile

from measure import Failed, TOP, build, module_of

# Batches of 20 operations: what both runs have in common cancels.
FEW, MANY = 10, 60


def guest(options, command):
    """Yields (words, instructions) for each line `end WORD...` that the guest
    prints: those since its last line `begin WORD...`.  Nothing of the module's
    may run for a while behind either, when they are read.  Other lines are
    printed."""
    plugin = build('count.c', 'count.so', '-shared', '-fPIC',
                   '-fvisibility=hidden')
    boot = [f'{TOP}/tests/vm/boot.py', '--quiet', '--boot-timeout', '600',
            '--timeout', '7200', '--env', f'SOCKWATCH_KO={module_of("stock")}',
            '--env', f'OPS={build("ops.c", "bench-ops", "-static")}']
    with tempfile.NamedTemporaryFile() as out:
        boot += ['--plugin', f'{plugin},out={out.name}', *options, 'stock',
                 '--', *command]
        with subprocess.Popen(boot, stdout=subprocess.PIPE,
                              text=True) as process:
            began = 0
            for line in process.stdout:
                what, *words = line.split() or ['']
                with open(out.name, 'rb') as file:
                    now = struct.unpack('=Q', file.read(8))[0]
                if what == 'begin':
                    began = now
                elif what == 'end':
                    yield tuple(words), now - began
                else:
                    print(line, end='', flush=True)
        if process.returncode:
            raise Failed(f'the guest ended with {process.returncode}')


def of_one(few, many):
    """Of one operation, from what FEW and MANY batches took."""
    if many <= few:
        raise Failed(f'{FEW} batches took {few} instructions, {MANY} {many}: '
                     'read too late, run it with nothing beside')
    return (many - few) / (MANY - FEW) / 20
