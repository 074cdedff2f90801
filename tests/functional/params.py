#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
"""Module parameters: nonsense is refused with a clear message and nothing is
left behind; small tables lose what they must and say so; without ftrace the
module does not load."""
import os
import resource
import socket
import subprocess

import genl
import swlib

UDP4, UNIX_STREAM = (2, 2, 17), (1, 1, 0)
MANY, FEW, SLOTS = 3000, 500, 1024
TRACED = '/sys/kernel/tracing/enabled_functions'
FTRACE = '/proc/sys/kernel/ftrace_enabled'

# What is refused, and what the kernel log says of it.
REFUSED = (
    ('max_sockets=1023', 'max_sockets', '1023', '1024'),
    ('max_kinds=many', 'max_kinds'),
    ('max_events=1048577', 'max_events', '1048576'),
    # Each takes seconds on a slow kernel, which would refuse no others.
    ('max_sockets=0', 'max_sockets', '1024'),
    ('max_sockets=4294967295', 'max_sockets'),
    ('max_sockets=16777217', 'max_sockets', '16777216'),
    ('max_sockets=-1', 'max_sockets'),
    ('max_kinds=0', 'max_kinds', '16'),
    ('max_kinds=15', 'max_kinds', '15'),
    ('max_kinds=257', 'max_kinds', '257', '256'),
    ('max_events=255', 'max_events', '255', '256'),
    ('time_hits=15', 'time_hits', '15', '16'),
    ('wrapper=maybe', 'wrapper'),
    ('hooks=tcp_retransmit', 'hooks', 'tcp_retransmit', 'required'),
    ('hooks=required,', 'hooks', 'required'),
    ('hooks=all,none', 'hooks', 'all'),
)


class Log:
    """What the kernel says from here on."""

    def __init__(self):
        self.fd = os.open('/dev/kmsg', os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)

    def said(self):
        text = ''
        try:
            while True:
                text += os.read(self.fd, 8192).decode(errors='replace')
        except BlockingIOError:
            return text
        finally:
            os.close(self.fd)


class Sockets:
    """Sockets of UDP, which are closed when they are no longer wanted."""

    def __init__(self, count):
        self.sockets = [socket.socket(type=socket.SOCK_DGRAM)
                        for _ in range(count)]

    def close(self):
        for sock in self.sockets:
            sock.close()


def left():
    """What is left of a module that is not there."""
    found = [path for path in ('/sys/module/sockwatch', swlib.PROC)
             if os.path.exists(path)]
    if os.path.exists(TRACED):
        # None of its functions may still be patched in.
        with open(TRACED, encoding='ascii') as file:
            found += [line for line in file if 'sockwatch' in line]
    return found


def refused(tap, words, *says, what=None):
    what = what or words
    log = Log()
    tap.ok(swlib.try_load(words), f'{what} is refused')
    text = log.said()
    tap.ok(all(word in text for word in ('sockwatch', *says)),
           f'{what}: the kernel log says why', text)
    tap.equal(left(), [], f'{what}: nothing is left')
    if swlib.loaded():
        swlib.unload()


def unload(tap, what):
    swlib.unload()
    tap.equal(left(), [], f'{what}: nothing is left')


def identities(tap, what):
    tap.equal(swlib.faults_of(swlib.read_rows()), [],
              f'{what}: the identities hold')


def zoo(*words):
    return subprocess.run([os.path.join(swlib.BIN, 'zoo'), *words],
                          stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def nonsense(tap):
    some = REFUSED if swlib.SCALE == 1 else REFUSED[:3]
    for words, *says in some:
        refused(tap, words, *says)
    # A parameter that nobody knows is the loader's to report.
    log = Log()
    tap.equal(swlib.try_load('no_such_parameter=1'), 0,
              'an unknown parameter does no harm')
    tap.ok('no_such_parameter' in log.said(), 'and is reported')
    swlib.unload()


def taken(tap):
    for name, value in (('max_sockets', 1025), ('max_kinds', 256)):
        what = f'{name}={value}'
        tap.equal(swlib.try_load(what), 0, f'{what} is taken')
        with open(f'/sys/module/sockwatch/parameters/{name}',
                  encoding='ascii') as file:
            tap.equal(file.read().strip(), str(value),
                      f'{what} can be read back')
        identities(tap, what)
        unload(tap, what)


def attached():
    """{hook: whether it is required}, of those that are"""
    client = genl.Genl()
    hooks = client.info()['hooks']
    client.close()
    return {hook['name']: 'required' in hook for hook in hooks
            if 'attached' in hook}


def hooks(tap):
    """hooks=0 attaches nothing, so nothing is counted; `required` those that
    are required, and no other unless it is named."""
    swlib.load(hooks=0)
    zoo('pairs')
    tap.equal(swlib.read_rows(), {}, 'hooks=0: nothing is counted')
    swlib.unload()

    swlib.load(hooks='required')
    required = attached()
    tap.ok({'security_sk_free', '__sock_create'} <= set(required),
           'hooks=required: some are', required)
    tap.ok(all(required.values()), 'hooks=required: and no other', required)
    created = swlib.read_rows()[UNIX_STREAM]['created']
    zoo('pairs')
    tap.ok(swlib.read_rows()[UNIX_STREAM]['created'] > created,
           'hooks=required: sockets are counted')
    identities(tap, 'hooks=required')
    swlib.unload()

    swlib.load(hooks='tcp_retransmit_skb,required')
    tap.equal(set(attached()), {*required, 'tcp_retransmit_skb'},
              'hooks=NAME: it comes with them, alone')
    swlib.unload()


def held(kind=UDP4):
    """Those that the kernel does not have for itself."""
    row = swlib.read_rows()[kind]
    return row['open'] - row['kernel_open']


def full(tap):
    """More sockets than the table can hold: each that does not fit is lost,
    which is to be released from the start; open never goes below zero."""
    swlib.load(max_sockets=SLOTS)
    sockets = Sockets(MANY)
    row = swlib.read_rows()[UDP4]
    lost = row['lost']
    tap.say(f'{MANY} sockets in a table of {SLOTS}: open {held()}, '
            f'lost {lost}')
    tap.equal(row['created'], MANY, 'created counts them all')
    tap.ok(lost >= MANY - SLOTS, 'some are lost', lost)
    tap.equal(held() + lost, MANY, 'the others are open')
    identities(tap, 'a full table')
    sockets.close()
    swlib.wait_for(lambda: not held())
    tap.equal(held(), 0, 'closed: open is back at 0')
    tap.equal(swlib.read_rows()[UDP4]['released'], MANY,
              'closed: every one is released')
    identities(tap, 'closed')
    sockets = Sockets(FEW)
    tap.equal((held(), swlib.read_rows()[UDP4]['lost']), (FEW, lost),
              f'room again: {FEW} more, none lost')
    sockets.close()
    unload(tap, 'a full table')


def census(tap):
    """One that finds more than fits: the same."""
    sockets = Sockets(MANY)
    swlib.load(max_sockets=SLOTS)
    tap.ok(swlib.read_rows()[UDP4]['preexisting'] >= MANY,
           'census: preexisting counts them all')
    identities(tap, 'census')
    sockets.close()
    swlib.wait_for(lambda: not held())
    tap.equal(held(), 0, 'census: open is back at 0')
    identities(tap, 'census, closed')
    swlib.unload()


def kinds(tap):
    """More kinds than the table has rows: the rest goes to the row `other`."""
    swlib.load(max_kinds=16)
    name = os.path.join(swlib.TMP, 'kinds')
    with open(name, 'w', encoding='ascii') as file:
        file.write(zoo('kinds'))
    zoo('-k', name, 'each')
    rows = swlib.read_rows()
    # Failed calls have rows of their own beside these.
    used = [kind for kind, row in rows.items()
            if kind != swlib.OTHER and row['created'] + row['kernel']
            + row['accepted'] + row['preexisting']]
    tap.ok(len(used) <= 16, 'no more rows of sockets than max_kinds', used)
    tap.ok(rows[swlib.OTHER]['created'] > 0, 'the row other has the rest',
           rows[swlib.OTHER])
    identities(tap, 'other')
    swlib.wait_for(lambda: not held(swlib.OTHER))
    tap.equal(held(swlib.OTHER), 0, 'other: all of it is released again')
    swlib.unload()


def set_ftrace(value):
    """Whether it could be set."""
    try:
        with open(FTRACE, 'w', encoding='ascii') as file:
            file.write(value)
    except OSError:
        return False
    return True


def ftrace(tap):
    """Switched off, the hooks cannot be, and the module says so; while it is
    loaded, nobody can take ftrace away from under it."""
    if not os.path.exists(FTRACE):
        tap.skip('ftrace_enabled=0', 'no such sysctl')
        return
    try:
        set_ftrace('0')
        for words in ('', 'wrapper=0'):
            refused(tap, words, 'ftrace_enabled',
                    what=f'ftrace_enabled=0 {words}'.strip())
    finally:
        set_ftrace('1')
    tap.equal(swlib.try_load(''), 0, 'ftrace_enabled=1: it loads again')
    tap.ok(not set_ftrace('0'),
           'and ftrace cannot be switched off meanwhile')
    created = swlib.read_rows()[UNIX_STREAM]['created']
    zoo('pairs')
    tap.ok(swlib.read_rows()[UNIX_STREAM]['created'] > created,
           'so it still counts')
    swlib.unload()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * MANY,) * 2)
    try:
        for part in (nonsense, taken, hooks, full, census, kinds, ftrace):
            part(tap)
    finally:
        if swlib.loaded():
            swlib.unload()
    tap.done()


main()
