#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 600
"""Exact across a load: every scenario of the zoo once more, with the module
unloaded and loaded at each of its quiet moments, while its sockets are open,
its connections established and its queues full.

After a load the census must have found each of the zoo's sockets, once, and
nothing else; from then on the numbers move as the ledger says.  What no
census can see (descriptors in flight that are in no table, the socket inside
an unconnected MPTCP socket) the ledger calls hidden.  For a kind that has
such, the sum must come out: each of its socks goes once, as released,
unaccepted, discarded or untracked."""
import sys

import genl
import swlib
import zoo

GONE = 'released unaccepted'.split()
# A load and unload takes over a second: one scenario of each sort.  Where it
# takes six, a quarter of them, and the others on the stock kernel.  With names
# as arguments it runs those, with "all" every one.
SOME = '''each pairs tun tcp6 tcp_mapped unix_path unix_seqpacket vsock mptcp4
    mptcp_tcp_client sctp dccp tipc alg tcp4_unaccepted unix_unaccepted
    vsock_unaccepted mptcp_unaccepted tcp4_accept_fails unix_accept_fails
    tcp4_reset_in_queue fastopen unix_refused shared killed tcp4_reconnect
    tcp_addrform child_addrform udp_addrform unix_killed_in_connect
    sent_and_received sent_and_dropped cycle'''.split()
SOME = [name for number, name in enumerate(SOME)
        if (number % 4 == 0) == (swlib.SCALE > 1)]


class Since:
    """The numbers and the ledger right after a load."""

    def __init__(self, client, before, ledger):
        self.now = zoo.settled(client)
        self.ledger = ledger
        self.slack = set()
        self.lines = swlib.faults_of(self.now.rows)
        got = swlib.difference(before.rows, self.now.rows)
        for kind in set(got) | set(ledger.kinds):
            self.check(kind, got.get(kind, {}))

    def check(self, kind, got):
        """The census of one kind."""
        ledger = self.ledger
        hidden = ledger.kinds[kind]['hidden']
        queued = max(ledger.queued(kind), 0)
        wanted = {'preexisting': ledger.open(kind), 'open': ledger.open(kind),
                  'kernel_open': ledger.kinds[kind]['kernel_open']}
        for name, n in wanted.items():
            if abs(got.get(name, 0) - n) > hidden:
                self.lines.append(f'census: {swlib.words(kind)}: {name}: '
                                  f'expected {n} (hidden: {hidden}), '
                                  f'found {got.get(name, 0)}')
        for name in set(got) - set(wanted) - {'cloned'}:
            self.lines.append(f'census: {swlib.words(kind)}: {name} is '
                              f'{got[name]} after a load')
        if not 0 <= got.get('cloned', 0) <= queued + hidden:
            self.lines.append(f'census: {swlib.words(kind)}: {queued} '
                              f'queued, found {got.get("cloned", 0)}')
        if hidden or got.get('cloned', 0) != queued:
            self.slack.add(kind)


def ignore_slack(rows, slack):
    """Without what a kind with slack may show otherwise."""
    return {kind: row for kind, row in rows.items() if kind not in slack}


def compare(since, now, ledger):
    """Lines that say what differs since the load."""
    wanted = zoo.less(ledger.rows(), since.ledger.rows())
    got = swlib.difference(since.now.rows, now.rows)
    lines = swlib.faults_of(now.rows)
    for kind in sorted((set(wanted) | set(got)) - since.slack):
        if wanted.get(kind) != got.get(kind):
            lines.append(f'{swlib.words(kind)}: expected '
                         f'{zoo.text(wanted.get(kind))}, measured '
                         f'{zoo.text(got.get(kind))}')
    discarded = ledger.discarded - since.ledger.discarded
    grown = {name: now.info[name] - since.now.info[name]
             for name in ('discarded', 'untracked', 'lost')}
    expected = discarded + gone(wanted, since.slack)
    measured = (grown['discarded'] + grown['untracked']
                + gone(got, since.slack))
    if expected != measured:
        lines.append(f'{expected} socks must have gone, {measured} have: '
                     f'{grown}, {got}, slack {since.slack}')
    # What would be discarded and is older than the load counts as untracked.
    if not since.slack and grown['untracked'] > discarded:
        lines.append(f'untracked: {grown["untracked"]}')
    if grown['lost'] or now.missed():
        lines.append(f'lost {grown["lost"]}, missed {now.missed()}')
    return lines


def gone(rows, kinds):
    return sum(rows.get(kind, {}).get(name, 0) for kind in kinds
               for name in GONE)


def wait_until_equal(client, since, ledger):
    lines = None

    def equal():
        nonlocal lines
        lines = compare(since, zoo.Numbers(client), ledger)
        return not lines
    swlib.wait_for(equal)
    return lines


def load_again():
    if swlib.loaded():
        swlib.unload()
    swlib.load(max_kinds=256)


class Scenario:
    """One scenario as it runs."""

    def __init__(self, tap, client, name, before):
        self.tap, self.client, self.name = tap, client, name
        self.lines, self.skipped = [], None
        self.before = before
        self.since = Since(client, zoo.settled(client), zoo.Ledger())

    def at(self, text, ledger):
        if not self.lines and not self.skipped:
            found = wait_until_equal(self.client, self.since, ledger)
            if not found and text != 'end':
                load_again()
                self.since = Since(self.client, self.before, ledger)
                found = self.since.lines
            self.lines = [f'at "{text}": {line}' for line in found]
        if text != 'end':
            return
        if self.skipped:
            self.tap.skip(self.name, self.skipped)
        else:
            self.tap.ok(not self.lines, self.name, '\n'.join(self.lines))


def main():
    tap = swlib.Tap()
    swlib.prepare()
    kinds = zoo.write_kinds()
    client = genl.Genl()
    load_again()
    before = zoo.settled(client)
    driver = zoo.Zoo(sys.argv[1:] or SOME, kinds)
    scenario = None
    try:
        for event, text, ledger in driver.steps():
            if event == 'begin':
                scenario = Scenario(tap, client, text, before)
            elif event == 'skip':
                scenario.skipped = text
            elif event == 'broken':
                scenario.lines.append(f'the zoo broke off: {text}')
            elif event == 'at':
                scenario.at(text, ledger)
    finally:
        driver.stop()
        client.close()
        swlib.unload()
    tap.equal(driver.process.returncode, 0, 'the zoo came to its end')
    tap.done()


main()
