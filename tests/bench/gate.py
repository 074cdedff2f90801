#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What `make test` has of the benchmark: no operation costs more than 5% above
what it did when tests/bench/figures was written."""
import statistics
import sys

sys.dont_write_bytecode = True
import figures  # noqa: E402
from measure import Failed  # noqa: E402
from modes import OPERATIONS  # noqa: E402

MORE = 0.05
# How often more it is measured where that seems so.
AGAIN = 2
ADVICE = '''\
# Look for what was added to the hooks, and make it cheaper.  If it is worth
# its price, run tests/bench/run --figures, commit tests/bench/figures with the
# change, and say why in the message.'''


def rise(now, then):
    return (now - then) / then


def risen(now, then):
    return [operation for operation in now
            if rise(now[operation], then[operation]) > MORE]


def measured(then):
    """(release, {operation: instructions added})

    Now and then the kernel's slabs are so full that operations allocate one and
    give it back, each time, for hundreds of instructions.  That is of one boot,
    so what is above the limit is looked for in more of them."""
    release, now = figures.measured()
    if not risen(now, then):
        return release, now
    print(f'# {", ".join(risen(now, then))} above the limit: {now}; '
          f'{AGAIN} boots more, of all of which the median counts')
    boots = [now] + [figures.measured()[1] for _ in range(AGAIN)]
    return release, {operation: statistics.median(boot[operation]
                                                  for boot in boots)
                     for operation in now}


def judge(number, operation, now, then):
    """Print one case, behind what there is to say of it; whether it passed."""
    change = rise(now, then)
    fine = change <= MORE
    if not fine:
        print(f'# {operation} rose by {now - then} instructions, more than '
              f'{MORE:.0%}\n{ADVICE}')
    elif change < -MORE:
        print(f'# {operation} fell: tests/bench/run --figures holds it there')
    print(f'{"ok" if fine else "not ok"} {number} - {OPERATIONS[operation]}: '
          f'sockwatch adds {now} instructions, {then} before ({change:+.1%})')
    return fine


def main():
    then = figures.committed()
    print(f'1..{len(figures.OPERATIONS)}')
    try:
        release, now = measured(then)
    except Failed as error:
        sys.exit(f'Bail out! {error}')
    print(f'# on Linux {release}')
    fine = [judge(number, operation, now[operation], then[operation])
            for number, operation in enumerate(figures.OPERATIONS, 1)]
    return 0 if all(fine) else 1


if __name__ == '__main__':
    sys.exit(main())
