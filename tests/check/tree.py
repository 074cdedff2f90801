#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What every file of the checkout must keep to: its license line, who may
include whom, and where kernel versions are known."""
import glob
import os
import re
import sys

sys.dont_write_bytecode = True
from tapcheck import Checks, TOP, read  # noqa: E402

# Not .config: a fragment's text is part of the key of a built kernel.
SOURCES = ('.c', '.h', '.py', '.sh', '.yaml', '.rst')
NAMES = ('Kbuild', 'Makefile')
# What a build or a run leaves.
NOT_OURS = ('tests/out',)

# A file of the module includes only lower ranks, or its own room.
RANKS = (
    ('compat', 'byname'),
    ('classify', 'clock', 'filter', 'hist', 'hist_rare', 'pages', 'scope'),
    ('counters', 'track', 'tcpstat'),
    ('netns', 'listen', 'samples'),
    ('event', 'sample'),
    ('tcp', 'tcp_close', 'tcp_count', 'tcp_move', 'tcp_move_rare',
     'tcp_rare', 'tcp_sample', 'tcp_step', 'tcp_summary', 'tcp_tell',
     'timewait'),
    ('account', 'account_census', 'account_child', 'account_count',
     'account_created', 'account_tell', 'segment', 'segment_tell', 'events'),
    ('snapshot', 'snapshot_tcp', 'snapshot_latency', 'snapshot_samples',
     'list'),
    ('hooks', 'alloc', 'attach', 'choose', 'cost', 'create', 'connect',
     'census', 'genl', 'genl_batch', 'genl_events', 'genl_info', 'genl_net',
     'genl_rows', 'genl_sockets', 'proc', 'sample_timer'),
    ('main',),
)
# Each of these makes one room of several files.
ROOMS = (
    ('hist', 'hist_rare'),
    ('netns', 'listen', 'samples'),
    ('tcp', 'tcp_close', 'tcp_count', 'tcp_move', 'tcp_move_rare', 'tcp_rare',
     'tcp_sample', 'tcp_step', 'tcp_summary', 'tcp_tell'),
    ('event', 'sample'),
    ('account', 'account_census', 'account_child', 'account_count',
     'account_created', 'account_tell'),
    ('segment', 'segment_tell'),
    ('snapshot', 'snapshot_tcp', 'snapshot_latency', 'snapshot_samples'),
    ('hooks', 'alloc', 'attach', 'choose', 'cost', 'create', 'connect'),
    ('genl', 'genl_batch', 'genl_events', 'genl_info', 'genl_net', 'genl_rows',
     'genl_sockets'),
)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def sources():
    for folder, folders, files in os.walk(TOP):
        inside = os.path.relpath(folder, TOP)
        folders[:] = [name for name in folders if not name.startswith('.')
                      and os.path.normpath(f'{inside}/{name}')
                      not in NOT_OURS]
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith('.mod.c') or os.path.islink(path):
                continue
            if name.endswith(SOURCES) or name in NAMES or script(path):
                yield os.path.relpath(path, TOP)


def script(path):
    with open(path, 'rb') as file:
        return file.read(2) == b'#!'


def no_license():
    """The first line, or the one behind #!."""
    seen = 0
    for path in sources():
        seen += 1
        head = read(path).split('\n')[:2]
        if not any('SPDX-License-Identifier: ' in line for line in head):
            yield f'{path}: no SPDX line'
    if not seen:
        yield 'no source was found'


def version_outside_compat():
    for path in sorted(glob.glob(f'{TOP}/module/*.[ch]')):
        if os.path.basename(path) == 'compat.h':
            continue
        for number, line in enumerate(read(path).split('\n'), 1):
            if re.search(r'LINUX_VERSION_CODE|KERNEL_VERSION\(|'
                         r'linux/version\.h', line):
                yield f'{os.path.relpath(path, TOP)}:{number}: {line.strip()}'


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def rank(name):
    for number, names in enumerate(RANKS):
        if name in names:
            return number
    return None


def may_include(name, other):
    if name == other or any(name in room and other in room
                            for room in ROOMS):
        return True
    return rank(other) < rank(name)


def wrong_includes(path):
    name = stem(path)
    if rank(name) is None:
        yield f'{name} has no rank: give it one here'
        return
    for include in INCLUDE.findall(read(path)):
        if os.path.dirname(include) == '../include':
            continue
        if rank(stem(include)) is None:
            yield f'{path} includes {include}, which has no rank'
        elif not may_include(name, stem(include)):
            yield f'{path} (rank {rank(name)}) includes {include} ' \
                  f'(rank {rank(stem(include))})'


def main():
    checks = Checks()
    checks.case('every source has an SPDX line', no_license)
    checks.case('only compat.h knows kernel versions', version_outside_compat)
    for path in sorted(glob.glob(f'{TOP}/module/*.[ch]')):
        path = os.path.relpath(path, TOP)
        if not path.endswith('.mod.c'):
            checks.case(f'ranks: {path}', wrong_includes, path)
    checks.end()


if __name__ == '__main__':
    main()
