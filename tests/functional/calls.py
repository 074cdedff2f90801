# SPDX-License-Identifier: GPL-2.0
"""A known number of calls by a program, and whether they were counted."""
import os
import subprocess

import swlib

PROGRAM = os.path.join(swlib.BIN, 'calls')
COUNT = 50
# How often __sock_create is called for them: calls.c.
CREATIONS = 4 * COUNT
# {kind: (column, by how much it grows)}
MADE = {(1, 1, 0): ('created', 2 * COUNT), (2, 2, 17): ('created', COUNT),
        (2, 4, 0): ('failures', COUNT)}


def make():
    subprocess.run([PROGRAM, str(COUNT)], check=True)


def exact(tap, what):
    before = swlib.read_rows()
    make()
    after = swlib.read_rows()
    tap.equal({kind: after[kind][column] - before[kind][column]
               for kind, (column, _) in MADE.items()},
              {kind: count for kind, (_, count) in MADE.items()},
              f'{what}: counts are exact')
    tap.equal(swlib.faults_of(after), [], f'{what}: identities hold')
