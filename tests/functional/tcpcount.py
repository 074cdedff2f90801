#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 200
"""What TCP counts besides its states: segments sent again and resets, which
must be what the namespace's own MIBs say of the same traffic.  In the end,
that /proc and netlink say the same."""
import contextlib
import socket
import sys

import swlib
import tcpnet
from tcpnet import LOOPBACK, NOBODIES

TCP = 6
FIN_WAIT2, CLOSE = 5, 7


# Segments against the MIBs --------------------------------------------------

COLUMNS = 'retransmits synack_retransmits resets_sent resets_received'.split()


class Traffic:
    """What both hosts have counted and what their MIBs say."""

    def __init__(self, wire):
        self.hosts = wire.hosts
        self.before = [self.read(host) for host in self.hosts]

    @staticmethod
    def read(host):
        counted = {}
        for (family, scope), row in host.client.tcp().items():
            for column in COLUMNS:
                counted[family, scope, column] = row.get(column, 0)
        return counted, host.mib()

    def grown(self, host):
        """(counted, mib) since then, of one host."""
        number = self.hosts.index(host)
        now = self.read(host)
        return tuple(swlib.grown(before, after) for before, after
                     in zip(self.before[number], now))

    def differences(self, syns=(0, 0)):
        """syns: how many SYN retransmits each host had, which one MIB does
        not tell from SYN/ACKs; None for all of them."""
        lines = []
        for host, count in zip(self.hosts, syns):
            counted, mib = self.grown(host)
            sums = {column: sum(n for key, n in counted.items()
                                if key[2] == column) for column in COLUMNS}
            syn = mib.get('TcpExtTCPSynRetrans', 0)
            synacks = 0 if count is None else syn - count
            again = (mib.get('TcpRetransSegs', 0)
                     - mib.get('TcpExtTCPRetransFail', 0))
            wanted = {'retransmits': again - synacks,
                      'synack_retransmits': synacks,
                      'resets_sent': mib.get('TcpOutRsts', 0)}
            for column, value in wanted.items():
                if sums[column] != value:
                    lines.append(f'{host.name}: {column}: {sums[column]}, '
                                 f'and the MIB says {value}')
        return lines

    def check(self, tap, name, syns=(0, 0)):
        """Returns what each host counted."""
        swlib.wait_for(lambda: not self.differences(syns), 3)
        lines = self.differences(syns)
        tap.ok(not lines, name, '\n'.join(lines))
        return [self.grown(host)[0] for host in self.hosts]

    def check_resets(self, tap, name, wanted, said):
        """What a slow host has sent twice meanwhile does not matter."""
        counted = self.check(tap, name)
        got = [{key: n for key, n in host.items()
                if key[2].startswith('resets')} for host in counted]
        tap.equal(got, wanted, said)


def data_sent_again(tap, wire, kind):
    family = tcpnet.family_of(kind)
    client, child = tcpnet.connection(wire, kind)
    traffic = Traffic(wire)
    wire.c.block()
    client.send(b'x' * 100)
    swlib.wait_for(lambda: traffic.grown(wire.c)[1].get(
        'TcpRetransSegs', 0) >= 3)
    wire.c.unblock()
    child.recv(100)
    counted, _ = traffic.check(tap, f'{kind}: data sent again')
    tap.ok(counted.get((family, 'remote', 'retransmits'), 0) >= 3
           and len(counted) == 1,
           f'{kind}: only remote retransmits', counted)
    for sock in (client, child):
        tcpnet.reset(sock)


def bulk_with_loss(tap, wire, kind):
    """Segments that the device would have cut count one by one."""
    client, child = tcpnet.connection(wire, kind)
    traffic = Traffic(wire)
    wire.c.netem('loss', '8%', 'delay', '2ms')
    size = max(1000000 // swlib.SCALE, 100000)
    left = size
    client.setblocking(False)
    chunk = b'y' * 65536
    unsent = size

    def moved():
        nonlocal left, unsent
        with contextlib.suppress(BlockingIOError):
            while unsent:
                unsent -= client.send(chunk[:min(unsent, len(chunk))])
        child.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while left:
                left -= len(child.recv(65536))
        return not left
    # What is lost is left to chance: go on until there was something.
    for _ in range(20):
        done = swlib.wait_for(moved)
        again = traffic.grown(wire.c)[1].get('TcpRetransSegs', 0)
        if not done or again > 1:
            break
        left = unsent = size
    wire.c.netem()
    counted, _ = traffic.check(tap, f'{kind}: {size} bytes with loss')
    again = counted.get((tcpnet.family_of(kind), 'remote', 'retransmits'), 0)
    tap.ok(done and again > 1, f'{kind}: they came, {again} segments twice')
    for sock in (client, child):
        tcpnet.reset(sock)


def syns_sent_again(tap, wire, kind):
    """The SYN of one connection, and the SYN/ACKs of two requests."""
    family = tcpnet.family_of(kind)
    port = next(tcpnet.ports)
    with tcpnet.listen(wire.s, kind, port):
        traffic = Traffic(wire)
        sock = tcpnet.start_connect(wire.c, kind, NOBODIES[kind], port)
        for source in (3000, 3001):
            tcpnet.send_segment(wire.c, (NOBODIES[kind], source),
                                (wire.s.address(kind), port), tcpnet.SYN, 7)
        swlib.wait_for(lambda: (
            traffic.grown(wire.c)[1].get('TcpExtTCPSynRetrans', 0) >= 1
            and traffic.grown(wire.s)[1].get('TcpExtTCPSynRetrans', 0) >= 4))
        counted = traffic.check(tap, f'{kind}: SYNs and SYN/ACKs sent again',
                                (None, 0))
        sock.close()
    for got, column in zip(counted, COLUMNS):
        tap.equal(set(got), {(family, 'remote', column)},
                  f'{kind}: only {column}')
    # The requests go with their next timer.
    swlib.wait_for(lambda: not wire.s.client.states()[family, 'syn-recv'])


def handshake_lost(tap, wire, kind):
    """A first SYN/ACK that is lost: both sides send again."""
    port = next(tcpnet.ports)
    traffic = Traffic(wire)
    with tcpnet.listen(wire.s, kind, port) as listener:
        wire.s.block()
        client = tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                      port)
        swlib.wait_for(lambda: wire.s.lost() > 0)
        wire.s.unblock()
        child = listener.accept()[0]
        tcpnet.wait_connected(client)
        traffic.check(tap, f'{kind}: a lost SYN/ACK', (None, 0))
        for sock in (client, child):
            tcpnet.reset(sock)


def resets(tap, wire, kind):
    """Of connections in several states, of none, and on one host."""
    family = tcpnet.family_of(kind)
    traffic = Traffic(wire)
    closed = next(tcpnet.ports)
    for _ in range(3):
        sock = tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                    closed)
        tcpnet.wait_connected(sock)
        sock.close()
    traffic.check_resets(
        tap, f'{kind}: resets for no socket',
        [{(family, 'remote', 'resets_received'): 3},
         {(family, 'remote', 'resets_sent'): 3}],
        f'{kind}: three sent, three received')

    traffic = Traffic(wire)
    client, child = tcpnet.connection(wire, kind)
    tcpnet.reset(child)
    wait_reset(client)
    client.close()
    client, child = tcpnet.connection(wire, kind)
    client.shutdown(socket.SHUT_WR)
    child.recv(1)
    # An ACK that comes after the reset would be answered by another one.
    swlib.wait_for(lambda: state_of(client) == FIN_WAIT2)
    tcpnet.reset(client)
    wait_reset(child)
    child.close()
    traffic.check_resets(
        tap, f'{kind}: resets of connections',
        [{(family, 'remote', 'resets_received'): 1,
         (family, 'remote', 'resets_sent'): 1}] * 2,
        f'{kind}: one each way')

    # Data that nobody has read, when it is closed.
    traffic = Traffic(wire)
    client, child = tcpnet.connection(wire, kind)
    client.send(b'unread')
    child.recv(6, socket.MSG_PEEK)
    child.close()
    wait_reset(client)
    client.close()
    traffic.check_resets(
        tap, f'{kind}: closed with data unread',
        [{(family, 'remote', 'resets_received'): 1},
         {(family, 'remote', 'resets_sent'): 1}],
        f'{kind}: one reset')

    traffic = Traffic(wire)
    sock = tcpnet.start_connect(wire.c, kind, LOOPBACK[kind], closed)
    tcpnet.wait_connected(sock)
    sock.close()
    sock = tcpnet.start_connect(wire.c, kind, wire.c.address(kind), closed)
    tcpnet.wait_connected(sock)
    sock.close()
    traffic.check_resets(
        tap, f'{kind}: resets on one host',
        [{(family, 'local', 'resets_received'): 2,
         (family, 'local', 'resets_sent'): 2}, {}],
        f'{kind}: both are local')


def state_of(sock):
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    except OSError:
        return CLOSE


def wait_reset(sock):
    swlib.wait_for(lambda: state_of(sock) == CLOSE)


def resets_of_segments(tap, wire, kind):
    """RSTs that answer what belongs to no socket: an ACK to a closed port, and
    data for a connection that a time-wait sock stands for."""
    traffic = Traffic(wire)
    port = next(tcpnet.ports)
    for n in range(4):
        tcpnet.send_segment(wire.c, (wire.c.address(kind), 3000),
                            (wire.s.address(kind), port), tcpnet.ACK, n, n)
    traffic.check(tap, f'{kind}: resets for stray segments')
    counted = traffic.grown(wire.s)[0]
    tap.equal(counted, {(tcpnet.family_of(kind), 'remote', 'resets_sent'): 4},
              f'{kind}: four')
    traffic = Traffic(wire)
    client, child = tcpnet.connection(wire, kind)
    client.close()
    child.recv(1)
    child.send(b'late')
    wait_reset(child)
    child.close()
    traffic.check(tap, f'{kind}: a reset for data after the end')


# /proc ----------------------------------------------------------------------

def sections_by_netlink(client):
    """What the sections must say: {section: {tuple of text}}."""
    def family(number):
        return swlib.FAMILY_NAMES[number]

    def text(*values):
        return tuple('-' if value is None else str(value)
                     for value in values)
    states, entered = client.states(), client.entered()
    latency = {}
    for (metric, number, scope, state), found in client.latency().items():
        latency[metric, number, scope, state] = [
            found.count, found.sum_ns, found.max_ns,
            *(found.quantile(part) for part in (0.5, 0.9, 0.99, 0.999))]
    return {
        'tcp_states': {text(family(key[0]), key[1], states[key],
                            entered[key]) for key in states},
        'tcp_transitions': {
            text(family(number), was or 'new', becomes, count)
            for (number, was, becomes), count
            in client.transitions().items()},
        'tcp_counters': {
            text(family(number), scope, *(row.get(column)
                                          for column in COLUMNS))
            for (number, scope), row in client.tcp().items()},
        'latency': {text(key[0], family(key[1]), *key[2:], *numbers)
                    for key, numbers in latency.items()},
        'latency_unknown': {text(metric, family(number), count)
                            for (metric, number), count
                            in client.unknown().items()},
        'options': {
            text(family(number), 'tcp' if protocol == TCP else 'udp',
                 f'{option}:{name}' if name else option, *counts)
            for (number, protocol, option, name), counts
            in client.options().items()},
    }


def proc_sections(tap, host):
    """The same numbers by both ways."""
    def read():
        return swlib.parse_sections(host.run('cat', swlib.PROC))

    def differences():
        got = {name: {tuple(row.values()) for row in rows}
               for name, rows in read().items()}
        wanted = sections_by_netlink(host.client)
        return [f'{name}: only in /proc: {sorted(got.get(name, set()) - rows)}'
                f', only by netlink: {sorted(rows - got.get(name, set()))}'
                for name, rows in wanted.items()
                if got.get(name, set()) != rows]
    # cat itself makes no socket, but one still closing may move.
    swlib.wait_for(lambda: not differences(), 3)
    lines = differences()
    tap.ok(not lines, '/proc and netlink say the same', '\n'.join(lines))
    sections = read()
    tap.equal({name: list(rows[0]) for name, rows in sections.items()
               if rows and name in PROC_COLUMNS}, PROC_COLUMNS,
              'the columns of the sections')


PROC_COLUMNS = {name: text.split() for name, text in (
    ('tcp_states', 'family state sockets entered'),
    ('tcp_transitions', 'family from to count'),
    ('tcp_counters', 'family scope retransmits synack_retransmits '
                     'resets_sent resets_received'),
    ('latency', 'metric family scope state count sum_ns max_ns p50_ns p90_ns '
                'p99_ns p999_ns'),
    ('options', 'family protocol option count total'))}


# The matrix of one connection -----------------------------------------------

def matrix(tap, kind):
    """In new namespaces, so that there is nothing else."""
    wire = tcpnet.Wire()
    family = tcpnet.family_of(kind)
    try:
        client, child = tcpnet.connection(wire, kind)
        client.close()
        child.recv(1)
        child.close()
        swlib.wait_for(lambda: wire.s.client.states()[family, 'last-ack']
                       == 0)
        c, s = (host.client.transitions() for host in wire.hosts)
        wanted_c = {(family, 'close', 'syn-sent'): 1,
                    (family, 'syn-sent', 'established'): 1,
                    (family, 'established', 'fin-wait-1'): 1,
                    (family, 'fin-wait-1', 'fin-wait-2'): 1}
        tap.equal({key: c.get(key) for key in wanted_c}, wanted_c,
                  f'{kind}: the client')
        tap.say(f'and {sorted(set(c) - set(wanted_c), key=str)}')
        wanted_s = {(family, 'close', 'listen'): 1,
                    (family, 'listen', 'close'): 1,
                    (family, None, 'syn-recv'): 1,
                    (family, 'syn-recv', 'established'): 1,
                    (family, 'established', 'close-wait'): 1,
                    (family, 'close-wait', 'last-ack'): 1,
                    (family, 'last-ack', 'close'): 1}
        tap.equal(s, wanted_s, f'{kind}: the server, and nothing else')
        entered = wire.c.client.entered()
        tap.equal((entered[family, 'time-wait'],
                   entered[family, 'established']), (1, 1),
                  f'{kind}: how often the client entered')
    finally:
        wire.delete()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    only = sys.argv[1:]
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    parts = (data_sent_again, bulk_with_loss, syns_sent_again,
             handshake_lost, resets, resets_of_segments)
    try:
        for part in parts:
            for kind in ('4', '6'):
                if not only or part.__name__ in only:
                    tcpnet.attempt(tap, f'{part.__name__}, {kind}', part,
                                   tap, wire, kind)
                    wire.unblock()
        if not only:
            tcpnet.attempt(tap, 'proc', proc_sections, tap, wire.c)
            for kind in ('4', '6'):
                tcpnet.attempt(tap, f'matrix, {kind}', matrix, tap, kind)
        wire.delete()
    finally:
        swlib.unload()
    tap.done()


main()
