# SPDX-License-Identifier: GPL-2.0
"""TAP for the checks in Python: a case is a function that returns what it has
against the checkout, as a list of lines; an empty list is a pass."""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
VM_DIR = f'{TOP}/tests/vm'


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as file:
        return file.read()


class Checks:
    def __init__(self):
        self.number = 0
        self.failed = False

    def case(self, name, function, *args):
        self.number += 1
        try:
            findings = list(function(*args))
        except Exception as error:      # what cannot be read is no pass
            findings = [repr(error)]
        for line in findings:
            print(f'# {line}')
        self.failed |= bool(findings)
        print(f'{"not ok" if findings else "ok"} {self.number} - {name}',
              flush=True)

    def end(self):
        print(f'1..{self.number}')
        sys.exit(self.failed)
