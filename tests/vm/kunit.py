# SPDX-License-Identifier: GPL-2.0
"""KUnit's results, out of the kernel log.

The log is the only place to trust: insmod succeeds when cases fail, and the
file in debugfs is cut off at 512 bytes on 6.1."""
import re

from tap import Case, failure

STAMP = re.compile(r'^(?:<\d+>)?\[\s*\d+\.\d+\](?:\[[^]]*\])? ?')
RESULT = re.compile(r'^( *)(ok|not ok) (\d+) ?(?:- )?(.*)$')
SUBTEST = re.compile(r'^( *)# Subtest: (.*)$')
PLAN = re.compile(r'^( *)1\.\.(\d+)$')
SKIP = re.compile(r'\s*# SKIP\s*(.*)$')


def parse(text):
    """The cases in a piece of the kernel log.  A parameterised case counts
    once for every parameter; a suite counts through its cases."""
    cases, before = [], []
    open_tests = []         # [indent, name, planned, seen]
    for line in text.splitlines():
        line = STAMP.sub('', line)
        match = SUBTEST.match(line)
        if match:
            open_tests.append([len(match.group(1)), match.group(2), None, 0])
            continue
        match = PLAN.match(line)
        if match and open_tests and not open_tests[-1][3]:
            open_tests[-1][2] = int(match.group(2))
            continue
        match = RESULT.match(line)
        if not match:
            before.append(line)
            continue
        indent, word, name = len(match[1]), match[2], match[4]
        # A result that is further out closes the test inside it.
        if open_tests and indent < open_tests[-1][0]:
            inner = open_tests.pop()
            if inner[2] is not None and inner[2] != inner[3]:
                cases.append(failure(inner[1], f'planned {inner[2]} cases, '
                                               f'reported {inner[3]}'))
            if inner[3] or word == 'ok':
                if open_tests:
                    open_tests[-1][3] += 1
                if word == 'not ok' and not failed_inside(cases, inner[1]):
                    cases.append(failure(inner[1], '\n'.join(before[-25:])))
                before = []
                continue
        if open_tests:
            open_tests[-1][3] += 1
        path = ': '.join([test[1] for test in open_tests] + [name])
        cases.append(one_case(word, path, before))
        before = []
    for test in open_tests:
        cases.append(failure(test[1], 'broke off\n' + '\n'.join(before[-25:])))
    if not cases:
        cases.append(failure('no result in the kernel log'))
    return cases


def failed_inside(cases, suite):
    return any(case.state == 'failed' and suite in case.name.split(': ')
               for case in cases)


def one_case(word, path, before):
    skip = SKIP.search(path)
    if skip:
        return Case('skipped', path[:skip.start()], skip.group(1))
    if word == 'ok':
        return Case('passed', path)
    return failure(path, '\n'.join(before[-25:]))
