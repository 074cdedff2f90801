# SPDX-License-Identifier: GPL-2.0
"""What a test file said, in TAP, and how it counts."""
import re

RESULT = re.compile(r'^(ok|not ok)\b\s*(\d+)?\s*-?\s*(.*)$')
PLAN = re.compile(r'^1\.\.(\d+)\s*(?:#\s*(.*))?$')
SKIP = re.compile(r'#\s*skip\S*\s*(.*)$', re.IGNORECASE)
TODO = re.compile(r'#\s*todo\b', re.IGNORECASE)


class Case:
    """One result: state is 'passed', 'failed' or 'skipped'; detail is the
    reason of a skip or what was printed before a failure."""

    def __init__(self, state, name, detail=''):
        self.state = state
        self.name = name
        self.detail = detail


def failure(name, detail=''):
    return Case('failed', name, detail)


def parse(text, status, context=25):
    """The cases in a file's output, given the file's exit status.  A file
    that breaks off, or that says nothing, has failed."""
    cases, before, plan, bailed = [], [], None, False
    for line in text.splitlines():
        match = RESULT.match(line)
        if match:
            cases.append(one_case(match, before[-context:]))
            before = []
            continue
        before.append(line)
        match = PLAN.match(line)
        if match:
            plan = int(match.group(1))
            if plan == 0:
                cases.append(Case('skipped', 'the whole file',
                                  skip_reason(match.group(2) or '')))
        elif line.startswith('Bail out!'):
            bailed = True
    # What follows a "not ok" often explains it.
    if before and cases and cases[-1].state == 'failed':
        cases[-1].detail += '\n' + '\n'.join(before[:context])
    cases += faults(cases, plan, status, bailed, before[-context:])
    return cases


def skip_reason(text):
    return re.sub(r'^skip\S*\s*', '', text.strip(), flags=re.IGNORECASE)


def one_case(match, before):
    word, _, name = match.groups()
    skip = SKIP.search(name)
    if skip and word == 'ok':
        return Case('skipped', name[:skip.start()].strip(), skip.group(1))
    if word == 'ok' or TODO.search(name):
        return Case('passed', name)
    return failure(name, '\n'.join(before))


def faults(cases, plan, status, bailed, tail):
    """What is wrong with the file as a whole."""
    tail = '\n'.join(tail)
    if bailed:
        return [failure('the file bailed out', tail)]
    seen = len(cases) - (plan == 0)
    if plan is None:
        return [failure(f'no plan: the file ended early, status {status}',
                        tail)]
    if plan != seen:
        return [failure(f'planned {plan} cases and reported {seen}, '
                        f'status {status}', tail)]
    if status and not any(case.state == 'failed' for case in cases):
        return [failure(f'no case failed, yet the status is {status}', tail)]
    return []
