#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What `make test` has of the benchmark: no operation costs more than 5% above
what it did when tests/bench/figures was written."""
import sys

sys.dont_write_bytecode = True
import figures  # noqa: E402
from measure import Failed  # noqa: E402
from modes import OPERATIONS  # noqa: E402

MORE = 0.05
ADVICE = '''\
# Look for what was added to the hooks, and make it cheaper.  If it is worth
# its price, run tests/bench/run --figures, commit tests/bench/figures with the
# change, and say why in the message.'''


def judge(number, operation, now, then):
    """Print one case, behind what there is to say of it; whether it passed."""
    rise = (now - then) / then
    fine = rise <= MORE
    if not fine:
        print(f'# {operation} rose by {now - then} instructions, more than '
              f'{MORE:.0%}\n{ADVICE}')
    elif rise < -MORE:
        print(f'# {operation} fell: tests/bench/run --figures holds it there')
    print(f'{"ok" if fine else "not ok"} {number} - {OPERATIONS[operation]}: '
          f'sockwatch takes {now} instructions, {then} before ({rise:+.1%})')
    return fine


def main():
    then = figures.committed()
    print(f'1..{len(figures.OPERATIONS)}')
    try:
        release, now = figures.measured()
    except Failed as error:
        sys.exit(f'Bail out! {error}')
    print(f'# on Linux {release}')
    fine = [judge(number, operation, now[operation], then[operation])
            for number, operation in enumerate(figures.OPERATIONS, 1)]
    return 0 if all(fine) else 1


if __name__ == '__main__':
    sys.exit(main())
