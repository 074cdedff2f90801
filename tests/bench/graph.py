#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Draw what each mode adds to a TCP connection.

  tests/bench/graph.py tests/out/bench.json > Documentation/performance.svg

One panel a kernel, two bars a mode, on a scale of powers of ten."""
import json
import math
import sys
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
from modes import MODES, OPERATIONS  # noqa: E402
from tables import added  # noqa: E402

STATISTIC = 'mean'
SHOWN = {'t': '#3465a4', 'f': '#8fb8de'}
FIRST, LAST = 2, 6                      # the powers of ten
LEFT, WIDTH, RIGHT = 200, 480, 80       # text, bars, and room for a number
BAR, GAP, HEAD, FOOT = 13, 12, 56, 34
ROW = len(SHOWN) * BAR + GAP


def text(parent, left, base, words, **attributes):
    element = ET.SubElement(parent, 'text', x=str(left), y=str(base),
                            **{name.replace('_', '-'): value
                               for name, value in attributes.items()})
    element.text = words


def rectangle(parent, left, top, width, fill):
    ET.SubElement(parent, 'rect', x=str(left), y=str(top), fill=fill,
                  width=f'{width:.1f}', height=str(BAR - 1))


def length(number):
    """Of a bar; what is below the first power has none."""
    power = math.log10(max(number, 10 ** FIRST))
    return (min(power, LAST) - FIRST) / (LAST - FIRST) * WIDTH


def grid(panel, bottom):
    for power in range(FIRST, LAST + 1):
        left = str(LEFT + length(10 ** power))
        ET.SubElement(panel, 'line', x1=left, y1=str(HEAD - 6), x2=left,
                      y2=str(bottom), stroke='#dddddd')
        text(panel, left, bottom + 16, f'{10 ** power:,}',
             text_anchor='middle')


def bars(panel, result, name, top):
    text(panel, LEFT - 8, top + BAR + 4, MODES[name].text, text_anchor='end')
    if name in result['reasons']:
        text(panel, LEFT + 4, top + BAR + 4, 'not measured')
        return
    for number, (operation, fill) in enumerate(SHOWN.items()):
        more = added(result, name, operation, STATISTIC)
        rectangle(panel, LEFT, top + number * BAR, length(more), fill)
        few = abs(more) < 10 ** FIRST
        text(panel, LEFT + round(length(more)) + 4,
             top + (number + 1) * BAR - 3,
             f'below {10 ** FIRST}' if few else f'{more:+,}')


def legend(panel):
    left = LEFT
    for operation, fill in SHOWN.items():
        rectangle(panel, left, HEAD - 28, BAR, fill)
        text(panel, left + BAR + 5, HEAD - 17, OPERATIONS[operation])
        left += 200


def draw_panel(svg, result, top):
    """The place where the next one goes."""
    names = [name for name in MODES if name != 'bare' and
             not MODES[name].part and
             (name in result['figures'] or name in result['reasons'])]
    panel = ET.SubElement(svg, 'g', transform=f'translate(0 {top})')
    text(panel, LEFT, 18, 'Instructions added to a connection, '
         f'{STATISTIC}, Linux {result["release"]}', font_weight='bold')
    legend(panel)
    bottom = HEAD + len(names) * ROW
    grid(panel, bottom)
    for number, name in enumerate(names):
        bars(panel, result, name, HEAD + number * ROW)
    return top + bottom + FOOT


def draw(results):
    width = LEFT + WIDTH + RIGHT
    svg = ET.Element('svg', xmlns='http://www.w3.org/2000/svg',
                     **{'font-family': 'sans-serif', 'font-size': '12'})
    ground = ET.SubElement(svg, 'rect', width='100%', height='100%',
                           fill='white')
    ground.tail = '\n'
    height = 0
    for result in results:
        height = draw_panel(svg, result, height)
    svg.set('viewBox', f'0 0 {width} {height}')
    svg.set('width', str(width))
    svg.set('height', str(height))
    ET.indent(svg, '')
    return ET.tostring(svg, encoding='unicode')


def main():
    with open(sys.argv[1], encoding='ascii') as file:
        print(draw(json.load(file)))


if __name__ == '__main__':
    main()
