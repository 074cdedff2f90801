# SPDX-License-Identifier: GPL-2.0
"""Boots a guest that measures, and gathers what it says.

The guest has one CPU and a clock that counts instructions, so the figures do
not depend on the machine or on what else it does."""
import hashlib
import json
import os
import subprocess
import sys

from modes import STATISTICS

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CACHE = os.environ.get('SOCKWATCH_CACHE', '/var/cache/sockwatch')


class Failed(Exception):
    """Nothing was measured."""


def build(source, name, *flags):
    """A program or a plugin of this folder's."""
    folder = f'{CACHE}/helpers/' + hashlib.sha256(
        TOP.encode()).hexdigest()[:8]
    program = f'{folder}/{name}'
    os.makedirs(folder, exist_ok=True)
    subprocess.run(['gcc', '-O2', '-Wall', '-Wextra', '-Werror', *flags,
                    '-o', program, f'{TOP}/tests/bench/{source}'], check=True)
    return program


def module_of(kernel):
    """Its module, built."""
    done = subprocess.run([f'{TOP}/tests/vm/module.sh', kernel],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failed(f'{kernel}: the kernel or the module was not built')
    return f'{done.stdout.strip()}/sockwatch.ko'


class Result(dict):
    """What one kernel gave, as it goes into JSON: the release; by mode,
    operation and statistic the figure of each round; by mode the events that
    were lost in all, or the reason why there is nothing."""

    def __init__(self, kernel, rounds):
        super().__init__(kernel=kernel, rounds=rounds, release='', figures={},
                         lost={}, reasons={})

    def take(self, facts):
        if 'release' in facts:
            self['release'] = facts['release']
            return
        mode = facts['mode']
        if 'reason' in facts:
            self['reasons'][mode] = facts['reason']
        elif 'lost' in facts:
            self['lost'][mode] = facts['lost']
        else:
            place = self['figures'].setdefault(mode, {}).setdefault(
                facts['operation'], {name: [] for name in STATISTICS})
            for name in STATISTICS:
                place[name].append(facts[name])


def say(text):
    print(f'bench: {text}', file=sys.stderr, flush=True)


def measure(kernel, rounds, **settings):
    """Boot a kernel; the settings are guest.py's, in capitals."""
    env = {'OPS': build('ops.c', 'bench-ops', '-static'),
           'SOCKWATCH_KO': module_of(kernel), 'ROUNDS': rounds,
           'SOCKWATCH': f'{TOP}/user/sockwatch', **settings}
    command = [f'{TOP}/tests/vm/boot.py', '--icount', '--boot-timeout', '600',
               '--timeout', '7200']
    for name, value in env.items():
        command += ['--env', f'{name}={value}']
    command += [kernel, '--', f'{TOP}/tests/bench/guest.py']
    say(f'{kernel}: booting; counting instructions is slow')
    result, last = Result(kernel, rounds), ''
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          text=True) as process:
        for line in process.stdout:
            try:
                facts = json.loads(line)
            except ValueError:
                print(line, end='', file=sys.stderr)
                continue
            result.take(facts)
            if facts.get('mode', last) != last:
                last = facts['mode']
                say(f'{kernel}: {last}')
    if process.returncode:
        raise Failed(f'{kernel}: the guest ended with {process.returncode}')
    return result
