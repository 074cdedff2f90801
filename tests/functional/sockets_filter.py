#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
"""The filter of the list of sockets: the kernel lets through what the same
filter lets through here, and says what is wrong with a wrong one."""
import errno

import genl
import people
from tcpnet import INET


def value_of(row, field):
    """What a test of the field looks at; None: the test is false."""
    return row.get(field)


def matches(row, code, field, value, prefix=0):
    have = value_of(row, field)
    if have is None:
        return False
    if field in genl.RAW:
        if len(value) == 4 and have[:12] == bytes(10) + b'\xff\xff':
            have = have[12:]
        shift = 8 * len(value) - prefix
        return len(have) == len(value) and (
            int.from_bytes(have, 'big') >> shift
            == int.from_bytes(value, 'big') >> shift)
    if field == 'comm':
        return have == value
    return {genl.EQ: have == value, genl.LT: have < value,
            genl.GT: have > value,
            genl.IN: bool(value >> have & 1)}[code]


def tests_of(rows):
    """Each field by each code, with what there is and what there is not."""
    for field in genl.FIELDS:
        values = {row[field] for row in rows if field in row}
        if field in genl.RAW:
            for value in values | {bytes(4), bytes((127, 0, 0, 1))}:
                for prefix in (0, 8, len(value) * 8 - 1, len(value) * 8):
                    yield genl.EQ, field, value, prefix
        elif field == 'comm':
            for value in values | {'nobody', 'an', 'annie'}:
                yield genl.EQ, field, value
        elif not field.endswith('age_ns'):
            for value in values | {0, max(values) + 1}:
                for code in (genl.EQ, genl.LT, genl.GT):
                    yield code, field, value
            if field in genl.SMALL:
                for bits in (0, sum(1 << value for value in values), 1 << 2):
                    yield genl.IN, field, bits


def step(code, field, value, *prefix):
    if isinstance(value, str):
        value = value.encode()
    return genl.op(code, field, value, *prefix)


def every_field(tap, zoo):
    rows = zoo.rows()
    wrong, count, hits = [], {}, {}
    for test in tests_of(rows):
        found = zoo.rows(genl.filter_of(step(*test)))
        want = {row['id'] for row in rows if matches(row, *test)}
        count[test[1]] = count.get(test[1], 0) + 1
        hits[test[1]] = hits.get(test[1], 0) + bool(want)
        if {row['id'] for row in found} != want or len(found) != len(want):
            wrong.append(f'{test}: {len(found)} rows, not {len(want)}')
    tap.say(f'tests: {count}')
    tap.equal(wrong, [], 'each field: the same rows as by hand')
    left = set(genl.FIELDS) - {'age_ns', 'state_age_ns'} - \
        {field for field, n in hits.items() if n}
    tap.equal(left, set(), 'each field has been true once')


def programs(tap, zoo):
    """Joined tests, the shortest and the longest."""
    rows = zoo.rows()
    inet, ann_, low = ((genl.EQ, 'family', INET), (genl.EQ, 'uid', people.ANN),
                       (genl.LT, 'port', 7003))

    def true(test):
        return {row['id'] for row in rows if matches(row, *test)}

    everything = {row['id'] for row in rows}
    a, b, c = true(inet), true(ann_), true(low)
    one, two, three = step(*inet), step(*ann_), step(*low)
    both, either, no = (genl.op(code) for code in (genl.AND, genl.OR,
                                                   genl.NOT))
    yes, never = genl.op(genl.TRUE), genl.op(genl.FALSE)
    for name, ops, want in (
            ('true', [yes], everything), ('false', [never], set()),
            ('not', [one, no], everything - a),
            ('and', [one, two, both], a & b),
            ('or', [one, two, either], a | b),
            ('a and (b or not c)', [one, two, three, no, either, both],
             a & (b | (everything - c))),
            ('64 steps', [one] + [no] * 62 + [no], everything - a),
            ('32 values', [yes] * 31 + [one] + [both] * 31, a)):
        found = {row['id'] for row in zoo.rows(genl.filter_of(*ops))}
        tap.equal(found, want, f'filter: {name}')


def wrong_filters(tap, zoo):
    yes = genl.op(genl.TRUE)
    good = genl.op(genl.EQ, 'port', 1)
    for name, data, step_, why in (
            ('an odd length', yes + b'\0', None, 'multiple'),
            ('no step', b'', None, 'empty'),
            ('65 steps', yes + genl.op(genl.NOT) * 64, 65, '64 steps'),
            ('two values', yes + yes, 2, 'more than one'),
            ('AND of one', yes + genl.op(genl.AND), 2, 'two values'),
            ('NOT of none', genl.op(genl.NOT), 1, 'a value before'),
            ('33 values', yes * 33 + genl.op(genl.AND) * 31, 33, '32'),
            ('code 0', yes + genl.op(0), 2, 'no such code'),
            ('code 10', genl.op(10), 1, 'no such code'),
            ('a test without a field', genl.op(genl.EQ), 1, 'needs a field'),
            ('field 17', bytes((genl.EQ, 17)) + bytes(22), 1,
             'no such field'),
            ('IN of a port', genl.op(genl.IN, 'port', 1), 1, 'IN takes'),
            ('LT of a name', genl.op(genl.LT, 'comm', b'a'), 1, 'only be'),
            ('a name of 16', genl.op(genl.EQ, 'comm', b'a' * 16), 1,
             '15 bytes'),
            ('33 bits of 32', genl.op(genl.EQ, 'address', bytes(4), 33), 1,
             'prefix'),
            ('an address of 5', genl.op(genl.EQ, 'address', bytes(5), 1), 1,
             'len must'),
            ('unused', good[:4] + b'\1' + good[5:], 1, 'unused'),
            ('bytes behind', good[:-1] + b'\1', 1, 'leave them 0')):
        said = people.refused(zoo.host.client, genl.attribute(genl.FILTER, data))
        tap.ok(said and said[0] == errno.EINVAL and why in said[1]
               and (step_ is None or f'step {step_}:' in said[1]),
               f'a wrong filter: {name}', said)


def main():
    people.run_parts((every_field, programs, wrong_filters))


main()
