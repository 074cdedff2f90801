#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
"""The numbers are exact: every scenario of the zoo moves each counter by what
the zoo's ledger says, and nothing else moves.  Once with the wrapper around
__sock_create, once with the kretprobe in its place, in part."""
import sys

import genl
import swlib
import zoo

# What differs between the two hooks of __sock_create.
CREATION = '''pairs failing out_of_range late_failure emfile nobody uring
    tcp4 mptcp4 mptcp_tcp_server sctp_peeloff killed'''.split()


def run_scenarios(tap, client, names, kinds, mode):
    """One case a scenario; its differences are said before it."""
    driver = zoo.Zoo(names, kinds)
    name, base, lines, skipped = None, None, [], None
    try:
        for event, text, ledger in driver.steps():
            if event == 'begin':
                name, lines, skipped = text, [], None
                base = zoo.settled(client)
            elif event == 'skip':
                skipped = text
            elif event == 'broken':
                lines.append(f'the zoo broke off: {text}')
            elif event == 'at':
                if not skipped and not lines:
                    found = zoo.wait_until_equal(client, base, ledger)
                    lines = [f'at "{text}": {line}' for line in found]
                if text == 'end' and skipped:
                    tap.skip(f'{mode}: {name}', skipped)
                elif text == 'end':
                    tap.ok(not lines, f'{mode}: {name}', '\n'.join(lines))
                    name = None
    finally:
        driver.stop()
    tap.ok(driver.process.returncode == 0 and name is None,
           f'{mode}: the zoo came to its end',
           f'status {driver.process.returncode} in {name}')


def main():
    tap = swlib.Tap()
    only = sys.argv[1:]
    swlib.prepare()
    kinds = zoo.write_kinds()
    # Apart, since half of the table's rows are not for failures: the many
    # kinds of `each` would leave none.
    rest = [name for name in zoo.scenario_names() if name != 'each']
    for mode, params, names in (
            ('direct', {}, ['each']),
            ('direct', {}, rest),
            ('kretprobe', {'wrapper': 0}, CREATION)):
        swlib.load(max_kinds=256, **params)
        client = genl.Genl()
        try:
            hooks = {hook['name']: hook for hook in client.info()['hooks']}
            tap.equal(hooks['__sock_create']['kind'], mode,
                      f'__sock_create is hooked by the {mode}')
            run_scenarios(tap, client, only or names, kinds, mode)
        finally:
            client.close()
            swlib.unload()
    tap.done()


main()
