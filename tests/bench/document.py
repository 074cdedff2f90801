#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Write the tables of Documentation/performance.rst anew.

  tests/bench/document.py tests/out/bench.json

They stand between two comments; what is around them stays."""
import json
import os
import sys

sys.dont_write_bytecode = True
from measure import TOP  # noqa: E402
from modes import MODES, OPERATIONS  # noqa: E402
from tables import added, compare, median, rounds_of  # noqa: E402

PATH = f'{TOP}/Documentation/performance.rst'
BEGIN, END = '.. tables begin\n', '.. tables end\n'


def table(title, head, rows):
    """A simple table of reStructuredText, its first column to the left."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines)
              for column in range(len(head))]
    rule = ' '.join('=' * width for width in widths)
    text = [' '.join([line[0].ljust(widths[0])]
                     + [cell.rjust(width) for cell, width
                        in zip(line[1:], widths[1:])]).rstrip()
            for line in lines]
    return f'{title}\n\n' + '\n'.join([rule, text[0], rule, *text[1:], rule])


def figure(result, mode, operation, statistic):
    values = rounds_of(result, mode, operation, statistic)
    if not values:
        return ''
    if mode == 'bare':
        return f'{median(values):,}'
    more = added(result, mode, operation, statistic)
    return f'{more:+,} {more / (median(values) - more):.1%}'


def spread(result, operation):
    """The widest of any mode without a reader."""
    return max(max(values) - min(values) for values in
               (rounds_of(result, mode, operation, 'p10')
                for mode in ('bare', 'on')))


def without_reader(result):
    rows = [(text, figure(result, 'bare', letter, 'p10'),
             figure(result, 'no-hooks', letter, 'p10'),
             figure(result, 'on', letter, 'p10'),
             str(spread(result, letter)))
            for letter, text in OPERATIONS.items()]
    return table('Nobody reads, 10th percentile:',
                 ('operation', 'bare', 'hooks=0', 'everything on', 'spread'),
                 rows)


def parts(result):
    """Those that can be had alone; a mean is too coarse for them."""
    rows = [(mode.text, *(figure(result, name, letter, 'p10')
                          for letter in 'tfu'))
            for name, mode in MODES.items()
            if (mode.part or name == 'on') and name in result['figures']]
    return table('With some of the hooks only, 10th percentile:',
                 ('mode', 't', 'f', 'u'), rows)


def with_reader(result):
    rows = []
    for name, mode in MODES.items():
        if name in result['figures'] and not mode.part:
            rows.append((mode.text, *(figure(result, name, letter, 'mean')
                                      for letter in 'tfu'),
                         str(result['lost'].get(name, ''))))
    text = table('The mean, which has what a reader does itself, and the '
                 'events it lost:',
                 ('mode', 't', 'f', 'u', 'lost'), rows)
    for name, reason in result['reasons'].items():
        text += f'\n\nNot measured: {MODES[name].text}: {reason}'
    return text


def comparison(result):
    rows = [(f'{MODES[mode].text}, than {MODES[other].text}', operation,
             f'{times:.1f}')
            for mode, other, operation, _, times in compare(result)
            if times is not None]
    return table('How many times cheaper, mean:',
                 ('who, than whom', 'operation', 'times'), rows)


def section(result):
    title = f'Linux {result["release"]}, {result["rounds"]} rounds'
    return '\n\n'.join([title + '\n' + '-' * len(title),
                        without_reader(result), parts(result),
                        with_reader(result), comparison(result)])


def main():
    with open(sys.argv[1], encoding='ascii') as file:
        results = json.load(file)
    with open(PATH, encoding='utf-8') as file:
        before, rest = file.read().split(BEGIN)
    _, after = rest.split(END)
    with open(PATH + '.new', 'w', encoding='utf-8') as file:
        file.write(before + BEGIN + '\n' + '\n\n'.join(map(section, results))
                   + '\n\n' + END + after)
    os.rename(PATH + '.new', PATH)


if __name__ == '__main__':
    main()
