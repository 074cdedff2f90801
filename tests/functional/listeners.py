#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
"""Sockets that listen: where, how long their queues are and may be, whose they
are, how long connections waited there, and who may know."""
import contextlib
import errno
import os
import socket
import sys

import genl
import swlib
import tcpnet
from tcpnet import INET, INET6

NOBODY = 65534


def comm():
    with open('/proc/self/comm', encoding='ascii') as file:
        return file.read().strip()


def find(host, port):
    rows = [row for row in host.client.listeners() if row['port'] == port]
    return rows[0] if len(rows) == 1 else {'rows': len(rows)}


def listeners(tap, wire, kind):
    host, family = wire.s, tcpnet.family_of(kind)
    port = next(tcpnet.ports)
    os.seteuid(NOBODY)
    try:
        with unprivileged_inside(host):
            sock = socket.socket(family)
    finally:
        os.seteuid(0)
    sock.bind((host.address(kind), port))
    tap.equal(find(host, port), {'rows': 0}, f'{kind}: bound, not listening')
    sock.listen(7)
    row = find(host, port)
    expected = {
        'family': family, 'port': port, 'backlog': 7, 'queue': 0, 'drops': 0,
        'address': socket.inet_pton(family, host.address(kind)),
        'pid': os.getpid(), 'comm': comm(), 'uid': NOBODY, 'count': 0}
    tap.equal({key: row.get(key) for key in expected}, expected,
              f'{kind}: a listener')
    clients = [tcpnet.start_connect(wire.c, kind, host.address(kind), port)
               for _ in range(3)]
    for client in clients:
        tcpnet.wait_connected(client)
    swlib.wait_for(lambda: find(host, port).get('queue') == 3)
    tap.equal(find(host, port).get('queue'), 3, f'{kind}: three in its queue')
    tcpnet.hold(0.3)
    children = [sock.accept()[0] for _ in range(2)]
    row = find(host, port)
    tap.equal((row.get('queue'), row.get('count')), (1, 2),
              f'{kind}: two of them accepted')
    waits = genl.Histogram(row)
    tap.ok(waits.max_ns > 300e6 and waits.sum_ns > 600e6
           and not waits.faults(), f'{kind}: how long they waited',
           f'{row} {waits.faults()}')
    sock.listen(10 ** 6)
    most = int(host.run('cat', '/proc/sys/net/core/somaxconn'))
    tap.equal(find(host, port).get('backlog'), most,
              f'{kind}: the backlog is no more than somaxconn')
    tap.equal([row for row in wire.c.client.listeners()
               if row['port'] == port], [],
              f'{kind}: the other host has no such listener')
    for one in clients + children:
        tcpnet.reset(one)
    sock.close()
    swlib.wait_for(lambda: find(host, port) == {'rows': 0}, 3)
    tap.equal(find(host, port), {'rows': 0}, f'{kind}: it is gone')


@contextlib.contextmanager
def unprivileged_inside(host):
    """setns() needs root's rights, what is done inside shall not."""
    os.seteuid(0)
    with host.inside():
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)


def any_address(tap, wire, _):
    """All of a wildcard's bytes are there; shared ports are two rows."""
    host = wire.s
    port = next(tcpnet.ports)
    socks = []
    for family, address in ((INET, '0.0.0.0'), (INET6, '::')):
        sock = host.socket(family)
        if family == INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(1)
        socks.append(sock)
    found = sorted((row['family'], row['address'])
                   for row in host.client.listeners() if row['port'] == port)
    tap.equal(found, [(INET, bytes(4)), (INET6, bytes(16))],
              'one port, both families')
    os.seteuid(NOBODY)
    try:
        with unprivileged_inside(host):
            client = genl.Genl()
            try:
                client.listeners()
                refused = None
            except genl.NetlinkError as error:
                refused = error.errno
            states = client.states()
            client.close()
    finally:
        os.seteuid(0)
    tap.equal(refused, errno.EPERM, 'listeners are not for everybody')
    tap.equal(states[INET, 'listen'], host.client.states()[INET, 'listen'],
              'numbers are')
    for sock in socks:
        sock.close()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    tcpnet.run_parts(tap, (listeners, any_address), sys.argv[1:])
    tap.done()


main()
