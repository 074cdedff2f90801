# SPDX-License-Identifier: GPL-2.0
"""What was measured, for people to read; and what is held against it."""
import statistics

from modes import MODES, OPERATIONS, STATISTICS

# What everything on may add, in instructions, without a reader.
LIMITS = {'u': 350, 'U': 350, 't': 1200, 'f': 1600}
# How many times cheaper: mode, than which, at which operation, at least.
BARS = (
    ('on', 'three', 't', 130),
    ('on', 'three', 'f', 110),
    ('on', 'bpftrace', 't', 20),
    ('on', 'bpftrace', 'f', 20),
    ('monitor', 'tcpstates', 't', 5),
    ('monitor', 'tcpstates', 'f', 5),
)


def median(values):
    return round(statistics.median(values))


def rounds_of(result, mode, operation, statistic):
    """The figure of each round; none of what was not measured."""
    return result['figures'].get(mode, {}).get(operation, {}).get(statistic)


def added(result, mode, operation, statistic):
    """What a mode adds to the bare operation, or None."""
    values = rounds_of(result, mode, operation, statistic)
    bare = rounds_of(result, 'bare', operation, statistic)
    return median(values) - median(bare) if values and bare else None


def cell(result, mode, operation, statistic):
    values = rounds_of(result, mode, operation, statistic)
    if not values:
        return ''
    spread = f' ({max(values) - min(values)})'
    if mode == 'bare':
        return f'{median(values)}{spread}'
    more = added(result, mode, operation, statistic)
    ratio = more / (median(values) - more)
    return f'{more:+} {ratio:.1%}{spread}'


def show(result):
    """The table of one kernel."""
    print(f'\nLinux {result["release"]}: instructions for an operation, and '
          f'what each mode adds to it; the median\nof {result["rounds"]} '
          'rounds (and their spread)\n')
    for letter, text in OPERATIONS.items():
        print(f'    {letter}  {text}')
    print(f'\n{"":27}{"":6}' + ''.join(f'{letter:>24}'
                                       for letter in OPERATIONS))
    for name, mode in MODES.items():
        if name in result['reasons']:
            print(f'{mode.text:27}not measured: {result["reasons"][name]}')
        if name not in result['figures']:
            continue
        text = mode.text
        for statistic in STATISTICS:
            print(f'{text:27}{statistic:6}' + ''.join(
                f'{cell(result, name, letter, statistic):>24}'
                for letter in OPERATIONS))
            text = ''
        lost = result['lost'].get(name)
        if lost:
            print(f'{"":27}{lost} events were lost in all')


def no_packets(result):
    """What r may add, or None: packets have no hook, so ten round trips add
    what a connection does, but for the spread of r itself."""
    connection = added(result, 'on', 't', 'p10')
    if connection is None:
        return None
    return connection + sum(
        max(values) - min(values) for values in
        (rounds_of(result, mode, 'r', 'p10') or [0] for mode in
         ('bare', 'on')))


def limits(result):
    """[(operation, what everything on adds, what it may)]"""
    found = []
    for operation in OPERATIONS:
        more = added(result, 'on', operation, 'p10')
        limit = LIMITS.get(operation)
        if operation == 'r':
            limit = no_packets(result)
        if more is not None and limit is not None:
            found.append((operation, more, limit))
    return found


def show_limits(result):
    """Whether one is passed."""
    print(f'\n{"everything on, p10":31}{"added":>8}{"limit":>8}')
    over = False
    for operation, more, limit in limits(result):
        over |= more > limit
        print(f'{OPERATIONS[operation]:31}{more:>+8}{limit:>8}'
              + ('  over' if more > limit else ''))
    return over


def compare(result):
    """[(mode, other, operation, bar, how many times cheaper, or None)]"""
    found = []
    for mode, other, operation, least in BARS:
        mine = added(result, mode, operation, 'mean')
        theirs = added(result, other, operation, 'mean')
        times = None
        if mine is not None and theirs is not None:
            times = theirs / max(mine, 1)
        found.append((mode, other, operation, least, times))
    return found


def show_bars(result):
    print(f'\n{"how many times cheaper, mean":52}{"bar":>8}')
    for mode, other, operation, least, times in compare(result):
        text = f'{operation}: {MODES[mode].text}, than {MODES[other].text}'
        if times is None:
            print(f'{text:44}{"":>8}{least:>8}  not measured')
        else:
            print(f'{text:44}{times:>8.1f}{least:>8}  '
                  + ('reached' if times >= least else 'missed'))
