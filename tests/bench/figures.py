# SPDX-License-Identifier: GPL-2.0
"""The committed figures: what the module adds on the stock kernel, which a
change must not raise.  The file is tests/bench/figures."""
import os

from measure import measure
from tables import added

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'figures')
OPERATIONS = 'utf'
# So many that what is added to t, a fiftieth of the whole, comes out the same
# to about a hundredth; with 80 batches to three, and u has outliers.  Of three
# rounds, one that is far off does not count.
ROUNDS, BATCHES = 3, 200
HEAD = '''\
# Instructions that sockwatch adds to an operation of tests/bench/ops.c, the
# 10th percentile, on Linux {release}.
# tests/bench/gate.py fails where one has risen by more than 5%.
# tests/bench/run --figures writes this file anew.
'''


def measured():
    """(release, {operation: instructions added})"""
    result = measure('stock', ROUNDS, 900, BATCHES=BATCHES,
                     OPERATIONS=OPERATIONS, MODES='bare on')
    return result['release'], {operation: added(result, 'on', operation, 'p10')
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
