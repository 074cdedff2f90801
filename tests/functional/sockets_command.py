#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""`sockwatch sockets` against the module: the sockets of a process by their
inodes, joined with ss by their cookies, filtered, counted and refused."""
import json
import os
import re
import socket
import subprocess

import swlib
from swlib import COMMAND

FIN_WAIT2 = 5
NOBODY = {'user': 65534, 'group': 65534, 'extra_groups': []}
MINE = ('pid', '=', str(os.getpid()))


def run(*words, **options):
    """Exit status, stdout and stderr."""
    done = subprocess.run((COMMAND,) + words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def ask(*words, key='sockets'):
    """The list of the JSON object."""
    status, out, err = run('-j', 'sockets', *words)
    if status or err:
        raise RuntimeError(f'{words}: {status} {out} {err}')
    return json.loads(out)[key]


def inode(sock):
    return os.fstat(sock.fileno()).st_ino


def state_of(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def name(address):
    return f'{address[0]}:{address[1]}'


class Zoo:
    """A listener with three connections that their peer has closed, and one
    that is open; UDP; UNIX with a path."""

    def __init__(self):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.address = self.listener.getsockname()
        self.open = socket.create_connection(self.address)
        self.child = self.listener.accept()[0]
        self.left = [self.close_wait() for _ in range(3)]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(('127.0.0.1', 0))
        self.path = os.path.join(swlib.TMP, 'list')
        self.unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.unix.bind(self.path)

    def close_wait(self):
        client = socket.create_connection(self.address)
        child = self.listener.accept()[0]
        client.shutdown(socket.SHUT_WR)
        # Closed before its FIN is acknowledged it would stay a full sock.
        swlib.wait_for(lambda: state_of(client) == FIN_WAIT2)
        client.close()
        return child

    def all(self):
        return [self.listener, self.open, self.child, *self.left, self.udp,
                self.unix]


def as_held(tap, zoo):
    """What the command says of each, by inode."""
    rows = {row['inode']: row for row in ask(*MINE)}
    tap.equal(set(rows), {inode(sock) for sock in zoo.all()},
              'all sockets of this process, and no other')
    wanted = [
        (zoo.listener, 'tcp', 'listen', 'socket', name(zoo.address)),
        (zoo.open, 'tcp', 'established', 'socket',
         name(zoo.open.getsockname())),
        (zoo.child, 'tcp', 'established', 'accept', name(zoo.address)),
        (zoo.left[0], 'tcp', 'close-wait', 'accept', name(zoo.address)),
        (zoo.udp, 'udp', None, 'socket', name(zoo.udp.getsockname())),
        (zoo.unix, 0, None, 'socket', zoo.path),
    ]
    for sock, protocol, state, origin, local in wanted:
        row = rows[inode(sock)]
        tap.equal((str(row['protocol']), row['state'], row['origin'],
                   row['local'], row['pid'], row['uid']),
                  (str(protocol), state, origin, local, os.getpid(), 0),
                  f'{protocol}, {state}, {origin}')
    with open('/proc/self/comm', encoding='ascii') as file:
        comm = file.read().strip()
    tap.equal({row['comm'] for row in rows.values()}, {comm}, 'its name')
    tap.ok(all(0 < row['age_ns'] < 600e9 for row in rows.values()),
           'ages of this test', rows)


def as_ss(tap, zoo):
    """The cookies join with those of ss."""
    _, text = swlib.run('ss', '-tuaenpH')
    theirs = {int(inode_): int(cookie, 16) for inode_, cookie
              in re.findall(r'\bino:(\d+) sk:([0-9a-f]+)', text)}
    ours = {row['inode']: row['id'] for row in ask(*MINE)}
    known = [inode(sock) for sock in zoo.all() if sock is not zoo.unix]
    tap.equal({n: ours[n] for n in known}, {n: theirs.get(n) for n in known},
              'the cookies of ss')


def filtered(tap, zoo):
    port = zoo.address[1]
    for words, count in (
            (f'sport = :{port}', 5), (f'dport = :{port}', 1),
            (f'sport = :{port} and state close-wait', 3),
            (f'sport = :{port} and not state close-wait', 2),
            (f'( sport = :{port} or dport = :{port} ) state established', 2),
            (f'src {zoo.path}', 1), ('src 127.0.0.0/8 proto udp', 1),
            ('family unix', 1), ('origin accept', 4), ('age > 1h', 0),
            ('age < 1h', 8), ('uid = 0', 8), ('comm nothing', 0)):
        tap.equal(len(ask(*MINE, 'and', '(', *words.split(), ')')), count,
                  f'filter: {words}')


def leak(tap, zoo):
    """Who leaves connections in CLOSE_WAIT."""
    groups = ask('state', 'close-wait', '--group', 'pid', key='groups')
    tap.equal([(group['pid'], group['sockets']) for group in groups],
              [(os.getpid(), 3)], 'three of this process')
    tap.ok(0 < groups[0]['oldest_state_age_ns'] <= groups[0]['oldest_age_ns'],
           'since when', groups)
    rows = ask(*MINE, '--sort', 'age')
    ages = [row['age_ns'] for row in rows]
    tap.equal(ages, sorted(ages, reverse=True), 'the oldest first')
    status, out, err = run('sockets', *MINE)
    tap.ok(not status and not err and out.count('\n') == 9
           and out.split()[:4] == ['family', 'type', 'protocol', 'state'],
           'a table', out + err)
    del zoo


def refusals(tap):
    for words, wanted, options in (
            (('sockets',), 2, NOBODY), (('sockets', 'sport', '=', 'x:'), 1, {}),
            (('sockets', 'state', 'open'), 1, {}),
            (('sockets', '('), 1, {})):
        status, out, err = run(*words, **options)
        tap.ok(status == wanted and not out and err.startswith('sockwatch: '),
               f'refused: {" ".join(words)}', f'{status} {out!r} {err!r}')
    tap.ok('CAP_NET_ADMIN' in run('sockets', **NOBODY)[2],
           'it says what is needed')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load()
    try:
        zoo = Zoo()
        as_held(tap, zoo)
        as_ss(tap, zoo)
        filtered(tap, zoo)
        leak(tap, zoo)
        refusals(tap)
    finally:
        swlib.unload()
    tap.done()


main()
