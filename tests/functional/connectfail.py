#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Failed connects by errno: of TCP for every reason that two hosts can give,
and of unix sockets; and what is no failed connection."""
import errno
import os
import select
import socket

import swlib
import tcpnet
from tcpnet import LOOPBACK, NOBODIES

UNIX = 1
USER_TIMEOUT = 18
UNKNOWN = -1
# On the wire's network, with two digits more, and no neighbour entry.
SILENT = {'4': '10.77.0.1', '6': 'fd77::1'}


class Failures:
    """Holds what connect() failed with against what is counted."""

    def __init__(self, tap, host):
        self.tap, self.host = tap, host
        self.before = host.client.connect_failures()
        self.wanted = {}

    def add(self, kind, number, family=None, count=1):
        key = (family or tcpnet.family_of(kind), socket.SOCK_STREAM,
               0 if family == UNIX else socket.IPPROTO_TCP, number)
        self.wanted[key] = self.wanted.get(key, 0) + count

    def got(self):
        return swlib.grown(self.before, self.host.client.connect_failures())

    def check(self, name):
        swlib.wait_for(lambda: self.got() == self.wanted, 3)
        self.tap.equal(self.got(), self.wanted, name)


def expect_error(sock, number):
    got = tcpnet.wait_connected(sock)
    if got != number:
        raise OSError(got, f'connect ended with {got}, not {number}')
    sock.close()


def connect_at_once(host, kind, address, port):
    """The errno of a connect() that does not wait."""
    with host.socket(tcpnet.family_of(kind)) as sock:
        sock.setblocking(False)
        return sock.connect_ex((address, port))


def no_neighbour(tap, host, kind):
    """The owner, on another CPU, can take the error away before the state
    changes.  An ICMP error is in the error queue besides, and by that it wakes
    the owner so early that there may be no error yet.  One of ICMPv6 is nowhere
    else: there, ask when it has been counted."""
    failures = Failures(tap, host)
    port = next(tcpnet.ports)
    poll = select.poll()
    socks = {}
    for number in range(20):
        sock = host.socket(tcpnet.family_of(kind))
        sock.setblocking(False)
        sock.connect_ex((f'{SILENT[kind]}{number:02}', port))
        poll.register(sock, select.POLLOUT)
        socks[sock.fileno()] = sock
        failures.add(kind, errno.EHOSTUNREACH)
    if kind == '6':
        swlib.wait_for(lambda: failures.got() == failures.wanted,
                       swlib.PATIENCE_S)
    while socks:
        ready = poll.poll(swlib.PATIENCE_S * 1000)
        if not ready:
            break
        for number, _ in ready:
            poll.unregister(number)
            sock = socks.pop(number)
            error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            sock.close()
            if error not in (0, errno.EHOSTUNREACH):
                raise OSError(error, f'connect ended with {error}')
    tap.equal(len(socks), 0, f'{kind}: no neighbour: connect() ends')
    failures.check(f'{kind}: no neighbour')


def failed_connects(tap, wire, kind):
    host, other = wire.c, wire.s.address(kind)
    port = next(tcpnet.ports)

    failures = Failures(tap, host)
    for count in range(3):
        sock = tcpnet.start_connect(host, kind, other, port)
        expect_error(sock, errno.ECONNREFUSED)
        failures.add(kind, errno.ECONNREFUSED)
    failures.check(f'{kind}: refused over the wire')

    failures = Failures(tap, host)
    sock = tcpnet.start_connect(host, kind, LOOPBACK[kind], port)
    expect_error(sock, errno.ECONNREFUSED)
    failures.add(kind, errno.ECONNREFUSED)
    failures.check(f'{kind}: refused on the same host')

    failures = Failures(tap, host)
    sock = tcpnet.start_connect(host, kind, NOBODIES[kind], port)
    sock.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, 500)
    expect_error(sock, errno.ETIMEDOUT)
    failures.add(kind, errno.ETIMEDOUT)
    failures.check(f'{kind}: timed out')
    no_neighbour(tap, host, kind)

    for number, address in ((errno.ENETUNREACH, nowhere(kind)),
                            (errno.EHOSTUNREACH, unreachable(host, kind))):
        failures = Failures(tap, host)
        tap.equal(connect_at_once(host, kind, address, port), number,
                  f'{kind}: connect says {errno.errorcode[number]}')
        failures.add(kind, number)
        failures.check(f'{kind}: {errno.errorcode[number]} at once')

    given_up(tap, host, kind, port)
    no_ports(tap, wire, kind)


def nowhere(kind):
    """An address that no route leads to."""
    return '192.0.2.1' if kind == '4' else '2001:db8::1'


def unreachable(host, kind):
    """An address that a route says is unreachable."""
    net = '10.78.0.0/24' if kind == '4' else 'fd78::/64'
    host.run('ip', '-6' if kind == '6' else '-4', 'route', 'replace',
             'unreachable', net)
    return '10.78.0.1' if kind == '4' else 'fd78::1'


def given_up(tap, host, kind, port):
    """Closed before there was an answer: nobody knows an errno."""
    failures = Failures(tap, host)
    sock = tcpnet.start_connect(host, kind, NOBODIES[kind], port)
    sock.close()
    failures.add(kind, UNKNOWN)
    failures.check(f'{kind}: given up')


def no_ports(tap, wire, kind):
    """More connections to one place than there are ports."""
    host = wire.c
    host.sysctl('ipv4.ip_local_port_range', '40000 40003')
    port = next(tcpnet.ports)
    failures = Failures(tap, host)
    errors, socks = [], []
    with tcpnet.listen(wire.s, kind, port):
        for _ in range(7):
            sock = host.socket(tcpnet.family_of(kind))
            sock.settimeout(swlib.PATIENCE_S)
            socks.append(sock)
            errors.append(sock.connect_ex((wire.s.address(kind), port)))
        for sock in socks:
            tcpnet.reset(sock)
    host.sysctl('ipv4.ip_local_port_range', '32768 60999')
    tap.equal(set(errors) - {0}, {errno.EADDRNOTAVAIL},
              f'{kind}: connect finds no port')
    failures.add(kind, errno.EADDRNOTAVAIL,
                 count=errors.count(errno.EADDRNOTAVAIL))
    failures.check(f'{kind}: no port')


def no_failures(tap, wire):
    """connect() that fails, and no connection that failed."""
    failures = Failures(tap, wire.c)
    port = next(tcpnet.ports)
    with tcpnet.listen(wire.s, '4', port) as listener:
        sock = tcpnet.start_connect(wire.c, '4', wire.s.address('4'), port)
        tcpnet.wait_connected(sock)
        # The first one only says how the one under way has ended.
        for _ in range(2):
            again = sock.connect_ex((wire.s.address('4'), port))
        listener.accept()[0].close()
        sock.close()
    tap.equal(again, errno.EISCONN, 'a second connect')
    sock = tcpnet.start_connect(wire.c, '4', tcpnet.NOBODY4, port)
    again = sock.connect_ex((tcpnet.NOBODY4, port))
    tap.equal(again, errno.EALREADY, 'one while the first is under way')
    sock.close()
    failures.add('4', UNKNOWN)
    failures.check('neither is a failed connection')


def unix_failures(tap, host):
    """The errno may be unknown; how often is not."""
    path = os.path.join(swlib.TMP, 'listener')
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        before = host.client.connect_failures()
        with host.socket(UNIX, kind) as sock:
            missing = sock.connect_ex(path + '.missing')
        tap.equal(missing, errno.ENOENT, f'unix {kind}: no such path')
        tap.equal(unix_errors(before, host, kind), ({errno.ENOENT}, 1),
                  f'unix {kind}: one failure')
        before = host.client.connect_failures()
        errors, socks = [], []
        with host.socket(UNIX, kind) as listener:
            listener.bind(path)
            listener.listen(0)
            for _ in range(4):
                sock = host.socket(UNIX, kind)
                sock.setblocking(False)
                errors.append(sock.connect_ex(path))
                socks.append(sock)
        for sock in socks:
            sock.close()
        os.unlink(path)
        tap.ok(errno.EAGAIN in errors, f'unix {kind}: the queue is full',
               errors)
        tap.equal(unix_errors(before, host, kind),
                  ({errno.EAGAIN}, errors.count(errno.EAGAIN)),
                  f'unix {kind}: a failure for each')


def unix_errors(before, host, kind):
    """What was counted: (errnos, how many); an unknown one is taken for what
    it was."""
    got = swlib.grown(before, host.client.connect_failures())
    numbers = {key[3] for key in got if key[:3] == (UNIX, kind, 0)}
    known = numbers - {UNKNOWN}
    if not known and numbers:
        known = {errno.ENOENT} if sum(got.values()) == 1 else {errno.EAGAIN}
    return known, sum(got.values())


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    try:
        for kind in ('4', '6'):
            tcpnet.attempt(tap, f'failed_connects, {kind}', failed_connects,
                           tap, wire, kind)
        tcpnet.attempt(tap, 'no_failures', no_failures, tap, wire)
        tcpnet.attempt(tap, 'unix', unix_failures, tap, wire.c)
        wire.delete()
    finally:
        swlib.unload()
    tap.done()


main()
