# SPDX-License-Identifier: GPL-2.0
"""Drives the zoo (zoo.c) and holds the module's numbers against its ledger."""
import collections
import os
import subprocess
import time

import swlib

NAMES = ('created kernel accepted released kernel_open cloned unaccepted '
         'hidden').split()


class Ledger:
    """What the zoo says has happened since its scenario began."""

    def __init__(self):
        self.kinds = collections.defaultdict(
            lambda: dict.fromkeys(NAMES, 0))
        self.failures = {}
        self.discarded = 0

    def take(self, words):
        numbers = [int(word) for word in words[1:]]
        if words[0] == 'kind':
            self.kinds[tuple(numbers[:3])] = dict(zip(NAMES, numbers[3:]))
        elif words[0] == 'fail':
            self.failures[tuple(numbers[:4])] = numbers[4]
        else:
            self.discarded = numbers[0]

    def open(self, kind):
        row = self.kinds[kind]
        return (row['created'] + row['kernel'] + row['accepted']
                - row['released'])

    def queued(self, kind):
        row = self.kinds[kind]
        return row['cloned'] - row['accepted'] - row['unaccepted']

    def rows(self):
        """What each column of each row must have grown by."""
        rows = {}
        for kind, row in self.kinds.items():
            rows[kind] = {name: row[name] for name in NAMES
                          if name != 'hidden'}
            rows[kind]['open'] = self.open(kind)
        for (*kind, _), count in self.failures.items():
            row = rows.setdefault(tuple(kind), {})
            row['failures'] = row.get('failures', 0) + count
        for row in rows.values():
            row['attempts'] = sum(row.get(name, 0) for name in
                                  ('failures', 'created', 'kernel'))
        return {kind: trimmed for kind, row in rows.items()
                if (trimmed := {name: n for name, n in row.items() if n})}


class Numbers:
    """All of the module's numbers at one time."""

    def __init__(self, client):
        self.rows = swlib.read_rows()
        self.failures = client.failures()
        self.info = client.info()

    def missed(self):
        return sum(hook.get('missed', 0) for hook in self.info['hooks'])

    def __eq__(self, other):
        return (self.rows == other.rows and self.failures == other.failures
                and all(self.info[name] == other.info[name]
                        for name in ('tracked', 'untracked', 'discarded',
                                 'lost')))


def settled(client, moment_s=0.02):
    """The numbers when they have stood still for a moment."""
    last = Numbers(client)

    def still():
        nonlocal last
        time.sleep(moment_s)
        former, last = last, Numbers(client)
        return former == last
    swlib.wait_for(still)
    return last


class Zoo:
    """A running zoo; steps() yields (event, text, ledger), and goes on."""

    def __init__(self, names, kinds_file):
        self.process = subprocess.Popen(
            [os.path.join(swlib.BIN, 'zoo'), '-i', '-k', kinds_file, *names],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def steps(self):
        ledger = Ledger()
        for line in self.process.stdout:
            words = line.split()
            if words[0] in ('kind', 'fail', 'discarded'):
                ledger.take(words)
                continue
            yield words[0], line.partition(' ')[2].strip(), ledger
            if words[0] in ('begin', 'at'):
                ledger = Ledger()
                self.process.stdin.write('go\n')
                self.process.stdin.flush()
        self.process.wait()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def compare(base, now, ledger, since=None):
    """Lines that say what differs from the ledger; none is what we want.
    since is the ledger when base was read, after a load in mid-scenario."""
    wanted = ledger.rows()
    if since is not None:
        wanted = less(wanted, since.rows())
    got = swlib.difference(base.rows, now.rows)
    lines = swlib.faults_of(now.rows)
    for kind in sorted(set(wanted) | set(got)):
        if wanted.get(kind) != got.get(kind):
            lines.append(f'{swlib.words(kind)}: expected '
                         f'{text(wanted.get(kind))}, measured '
                         f'{text(got.get(kind))}')
    failures = dict(ledger.failures)
    if since is not None:
        failures = subtract(failures, since.failures)
    measured = subtract(now.failures, base.failures)
    if failures != measured:
        lines.append(f'failures: expected {failures}, measured {measured}')
    discarded = ledger.discarded - (since.discarded if since else 0)
    for name, n in (('discarded', discarded), ('untracked', 0), ('lost', 0)):
        grown = now.info[name] - base.info[name]
        if grown != n:
            lines.append(f'{name}: expected {n}, measured {grown}')
    if now.missed():
        lines.append(f'hooks missed {now.missed()}: {now.info["hooks"]}')
    return lines


def text(row):
    if not row:
        return 'nothing'
    return ' '.join(f'{name} {n:+d}' for name, n in sorted(row.items()))


def subtract(after, before):
    return {key: n for key in after
            if (n := after[key] - before.get(key, 0))}


def less(after, before):
    result = {}
    for kind in set(after) | set(before):
        row = subtract({name: after.get(kind, {}).get(name, 0)
                        for name in swlib.COLUMNS}, before.get(kind, {}))
        if row:
            result[kind] = row
    return result


def wait_until_equal(client, base, ledger, since=None):
    """Lines that still differ when patience ends.  Sockets that close on
    their own (FIN, MPTCP's worker, grace periods) take a moment."""
    lines = None

    def equal():
        nonlocal lines
        lines = compare(base, Numbers(client), ledger, since)
        return not lines
    swlib.wait_for(equal)
    return lines


def write_kinds():
    """The list of usable kinds, made while nothing is counted."""
    name = os.path.join(swlib.TMP, 'kinds')
    status, output = swlib.run(os.path.join(swlib.BIN, 'zoo'), 'kinds')
    if status:
        raise RuntimeError(output)
    with open(name, 'w', encoding='ascii') as file:
        file.write(output)
    return name


def scenario_names():
    status, output = swlib.run(os.path.join(swlib.BIN, 'zoo'), 'list')
    if status:
        raise RuntimeError(output)
    return [name for name in output.split() if name != 'kinds']
