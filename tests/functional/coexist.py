#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
"""Beside other users of the same function: kprobes, kretprobes and the function
tracer on __sock_create, set before the load and after it; and unloading while
a task sleeps in a call that the module wraps."""
import os
import subprocess
import time

import calls
import swlib

TRACING = '/sys/kernel/tracing/'
PROBES = TRACING + 'kprobe_events'
EAFNOSUPPORT = 97
SLEEP_S = 3


def write(path, text, mode='w'):
    with open(path, mode, encoding='ascii') as file:
        file.write(text)


def tracing(name, text):
    """The kernel may lack a tracer, and its files."""
    if os.path.exists(TRACING + name):
        write(TRACING + name, text)


def others_on():
    write(PROBES, 'p:swtest/entry __sock_create family=%si:s32\n'
                  'r:swtest/exit __sock_create $retval\n')
    tracing('events/swtest/enable', '1')
    with open(TRACING + 'available_tracers', encoding='ascii') as file:
        if 'function' in file.read().split():
            tracing('set_ftrace_filter', '__sock_create')
            tracing('current_tracer', 'function')


def others_off():
    tracing('current_tracer', 'nop')
    tracing('set_ftrace_filter', '\n')
    tracing('events/swtest/enable', '0')
    write(PROBES, '\n')


def hits(name):
    """How often a probe fired: its own count, which no full buffer can
    spoil."""
    with open(TRACING + 'kprobe_profile', encoding='ascii') as file:
        for line in file:
            if line.split()[0] == name:
                return int(line.split()[1])
    return 0


def saw(tap, wanted, what):
    for probe in ('entry', 'exit'):
        tap.ok(hits(probe) >= wanted, f'{what}: {probe}', hits(probe))


def beside(tap, what, params):
    """The others first, and then after the module."""
    others_on()
    try:
        swlib.load(**params)
        calls.exact(tap, f'{what}, after the others')
        saw(tap, calls.CREATIONS, f'{what}: those that were there saw as many')
        others_off()
        calls.exact(tap, f'{what}, the others gone')
        others_on()
        calls.exact(tap, f'{what}, before the others')
        saw(tap, calls.CREATIONS, f'{what}: those that came later saw as many')
        swlib.unload()
        calls.make()
        saw(tap, 2 * calls.CREATIONS, f'{what}: and go on without it')
    finally:
        others_off()


class Modprobe:
    """The kernel asks for a module, by a modprobe that takes its time."""

    def __init__(self):
        self.asked = os.path.join(swlib.TMP, 'asked')
        self.path = os.path.join(swlib.TMP, 'modprobe')
        write(self.path, f'#!/bin/sh\necho "$@" >>{self.asked}\n'
                         f'sleep {SLEEP_S}\n')
        os.chmod(self.path, 0o755)

    def __enter__(self):
        if os.path.exists(self.asked):
            os.unlink(self.asked)
        self.old = swlib.set_modprobe(self.path)
        return self

    def __exit__(self, *_):
        swlib.set_modprobe(self.old)

    def runs(self):
        return os.path.exists(self.asked)


def sleeper(tap, what, params):
    """A task asleep inside socket(): a wrapper is on its stack meanwhile, so
    unloading has to wait for it."""
    swlib.load(**params)
    with Modprobe() as modprobe:
        # AF_X25: no kernel of the tests has it.
        task = subprocess.Popen([calls.PROGRAM, 'x25'], stdout=subprocess.PIPE,
                                text=True)
        swlib.wait_for(modprobe.runs)
        tap.ok(modprobe.runs(), f'{what}: a task sleeps in socket()')
        began = time.monotonic()
        swlib.unload()
        tap.say(f'unloading took {time.monotonic() - began:.1f} s')
        said = task.communicate()[0].strip()
    tap.equal((task.returncode, said), (0, str(EAFNOSUPPORT)),
              f'{what}: the task comes back whole, with EAFNOSUPPORT')
    swlib.load()
    calls.exact(tap, f'{what}, loaded again')
    swlib.unload()


def main():
    tap = swlib.Tap()
    if not os.path.exists(PROBES):
        print('1..0 # SKIP no kprobe_events')
        return
    swlib.prepare()
    ways = (('wrapper', {}), ('wrapper=0', {'wrapper': 0}))
    try:
        for what, params in ways:
            beside(tap, what, params)
        for what, params in ways:
            if os.path.exists('/proc/sys/kernel/modprobe'):
                sleeper(tap, what, params)
            else:
                tap.skip(f'{what}: unloading while a task sleeps in socket()',
                         'this kernel loads no modules by itself')
    finally:
        if swlib.loaded():
            swlib.unload()
    tap.done()


main()
