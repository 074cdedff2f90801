#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 200
"""Latencies are what was set: two hosts on a wire that delays and loses, and
applications that let their peers wait.  A table at the end says what was set
and what was measured.

A bucket's width allows an error of 12.5%; SLACK is what the machine itself
takes for the packets and the calls around what is measured.  The debug kernel
is some thirty times slower, so there everything waits longer."""
import os
import socket
import sys
import time

import genl
import swlib
import tcpnet

SLOW = swlib.KERNEL != 'stock'
DELAY_MS = 200 if SLOW else 20
ACCEPT_S = 1.5 if SLOW else 0.3
HELD_S = 4 if SLOW else 2
SLACK_NS = 60e6 if SLOW else 2e6
ROUND_TRIP_NS = 2 * DELAY_MS * 1e6
# When a SYN without an answer is sent again (TCP_TIMEOUT_INIT).
RETRY_NS = 1e9
COUNT = 5
# How often a part may be tried.
TRIES = 4
DEFER_ACCEPT = 9
UNIX = 1
table = []


class Meter:
    """What a host's histograms grow by."""

    def __init__(self, host):
        self.host = host
        self.before = host.client.latency()
        self.unknown_before = host.client.unknown()

    def grown(self, metric, family, scope='remote', state=None):
        key = metric, family, scope, state
        now = self.host.client.latency().get(key, genl.Histogram())
        old = self.before.get(key, genl.Histogram())
        counts = dict(old.buckets)
        delta = genl.Histogram()
        delta.count = now.count - old.count
        delta.sum_ns = now.sum_ns - old.sum_ns
        delta.max_ns = now.max_ns
        delta.buckets = [(bound, count - counts.get(bound, 0))
                         for bound, count in now.buckets
                         if count > counts.get(bound, 0)]
        return delta

    def unknown(self, metric, family):
        now = self.host.client.unknown()
        return (now.get((metric, family), 0)
                - self.unknown_before.get((metric, family), 0))


def ms(ns):
    return 'none' if ns is None else f'{ns / 1e6:.3f} ms'


def measure(tap, meter, key, count, set_ns, what, over=0.125, most_ns=0):
    """So many samples, and their median is what was set, or up to @most_ns;
    where there are too few for a median to leave out a busy machine, up to
    @over more."""
    swlib.wait_for(lambda: meter.grown(*key).count >= count, 5)
    found = meter.grown(*key)
    median = found.quantile(0.5)
    mean = found.sum_ns / found.count if found.count else None
    table.append((what, ' '.join(map(str, filter(None, key))), ms(set_ns),
                  ms(median), ms(mean)))
    good = (found.count == count and set_ns * 0.875 <= median
            <= max(set_ns, most_ns) * (1 + over) + SLACK_NS
            and set_ns * 0.95 <= mean)
    return tap.ok(good, f'{what}: {" ".join(map(str, filter(None, key)))}',
                  f'{found.count} samples, not {count}; set {ms(set_ns)}, '
                  f'median {ms(median)}, mean {ms(mean)}: {found.buckets}')


def nothing(tap, meter, key, what):
    tap.equal(meter.grown(*key).count, 0,
              f'{what}: no {" ".join(map(str, filter(None, key)))}')


def connect_all(wire, kind, listener, count=COUNT):
    """[(client, child)], their handshakes at the same time."""
    port = listener.getsockname()[1]
    clients = [tcpnet.start_connect(wire.c, kind, wire.s.address(kind), port)
               for _ in range(count)]
    pairs = []
    for client in clients:
        child = listener.accept()[0]
        pairs.append((client, child))
    for client in clients:
        error = tcpnet.wait_connected(client)
        if error:
            raise OSError(error, 'connect')
        client.settimeout(swlib.PATIENCE_S)
    return pairs


def reset_all(pairs):
    for pair in pairs:
        for sock in pair:
            tcpnet.reset(sock)


def listener_of(wire, kind, backlog=64):
    return tcpnet.listen(wire.s, kind, next(tcpnet.ports), backlog)


def handshakes(tap, wire, kind):
    family = tcpnet.family_of(kind)
    meters = [Meter(host) for host in wire.hosts]
    with listener_of(wire, kind) as listener:
        pairs = connect_all(wire, kind, listener)
    measure(tap, meters[0], ('tcp_connect', family, 'remote'), COUNT,
            ROUND_TRIP_NS, f'{kind}: delay {DELAY_MS} ms each way')
    measure(tap, meters[1], ('tcp_handshake', family, 'remote'), COUNT,
            ROUND_TRIP_NS, f'{kind}: delay {DELAY_MS} ms each way')
    for meter in meters:
        for metric in ('tcp_connect', 'tcp_handshake'):
            nothing(tap, meter, (metric, family, 'local'), f'{kind}: remote')
            tap.equal(meter.unknown(metric, family), 0,
                      f'{kind}: {metric}: none unknown')
    reset_all(pairs)


def local_handshakes(tap, wire, kind):
    """To itself at ::1 or 127.0.0.1, and at its address on the wire.  The
    sums are exact, and a handshake lies within the calls around it: however
    slow a busy machine is with them, it is not longer than they are."""
    family = tcpnet.family_of(kind)
    for address in (tcpnet.LOOPBACK[kind], wire.c.address(kind)):
        meter = Meter(wire.c)
        port = next(tcpnet.ports)
        with tcpnet.listen(wire.c, kind, port) as listener:
            pairs = []
            calls_ns = 0
            for _ in range(COUNT):
                client = wire.c.socket(family)
                start_ns = time.monotonic_ns()
                client.connect((address, port))
                child = listener.accept()[0]
                calls_ns += time.monotonic_ns() - start_ns
                pairs.append((client, child))
        for metric in ('tcp_connect', 'tcp_handshake'):
            found = meter.grown(metric, family, 'local')
            table.append((f'{kind}: to {address}', f'{metric} {family} local',
                          f'at most {ms(calls_ns / COUNT)}',
                          ms(found.quantile(0.5)), ms(found.sum_ns / COUNT)))
            tap.ok(found.count == COUNT and 0 < found.sum_ns <= calls_ns,
                   f'{kind}: {metric} to {address} is within its calls',
                   f'{found.count} samples, {ms(found.sum_ns)} in all; '
                   f'connect() and accept() took {ms(calls_ns)}')
            nothing(tap, meter, (metric, family, 'remote'),
                    f'{kind}: {address}')
        reset_all(pairs)


def lossy(wire, kind, host):
    """A connection whose first packet from a host is lost, or the first few
    on a slow machine, and how long the client waited at the most: a second
    or, where a busy machine was late with the next, more."""
    delay = 'delay', f'{DELAY_MS}ms'
    with listener_of(wire, kind) as listener:
        before = host.lost()
        host.netem(*delay, 'loss', '100%')
        start_ns = time.monotonic_ns()
        client = tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                      listener.getsockname()[1])
        swlib.wait_for(lambda: host.lost() > before)
        host.netem(*delay)
        child = listener.accept()[0]
        tcpnet.wait_connected(client)
    return [(client, child)], time.monotonic_ns() - start_ns


def lost_packets(tap, wire, kind):
    """The handshake is right or unknown, never what only the last packet
    took; without timestamps it cannot be known which SYN/ACK was meant."""
    family = tcpnet.family_of(kind)
    for host, stamps, what in ((wire.c, 1, 'SYN'), (wire.s, 1, 'SYN/ACK'),
                               (wire.s, 0, 'SYN/ACK, no timestamps')):
        wire.s.sysctl('ipv4.tcp_timestamps', stamps)
        meters = [Meter(host) for host in wire.hosts]
        pairs, most_ns = lossy(wire, kind, host)
        measure(tap, meters[0], ('tcp_connect', family, 'remote'), 1,
                RETRY_NS + ROUND_TRIP_NS, f'{kind}: lost {what}',
                most_ns=most_ns)
        key = 'tcp_handshake', family, 'remote'
        if stamps:
            measure(tap, meters[1], key, 1, ROUND_TRIP_NS,
                    f'{kind}: lost {what}')
        else:
            tap.equal(meters[1].unknown('tcp_handshake', family), 1,
                      f'{kind}: lost {what}: the handshake is unknown')
            nothing(tap, meters[1], key, f'{kind}: lost {what}')
        reset_all(pairs)
    wire.s.sysctl('ipv4.tcp_timestamps', 1)


def slow_accept(tap, wire, kind):
    family = tcpnet.family_of(kind)
    with listener_of(wire, kind) as listener:
        meter = Meter(wire.s)
        port = listener.getsockname()[1]
        clients = [tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                        port) for _ in range(COUNT)]
        for client in clients:
            tcpnet.wait_connected(client)
        # The server is connected half a round trip after the client.
        tcpnet.hold(ACCEPT_S + DELAY_MS / 1000)
        pairs = list(zip(clients, (listener.accept()[0] for _ in clients)))
        what = f'{kind}: accepted after {ACCEPT_S} s'
        measure(tap, meter, ('tcp_accept_queue', family, 'remote'), COUNT,
                ACCEPT_S * 1e9, what)
        measure(tap, meter, ('tcp_handshake', family, 'remote'), COUNT,
                ROUND_TRIP_NS, what)
        rows = [row for row in wire.s.client.listeners()
                if row['port'] == port]
        wait = genl.Histogram(rows[0]) if len(rows) == 1 else genl.Histogram()
        tap.ok(wait.count == COUNT and not wait.faults()
               and ACCEPT_S * 875e6 <= wait.quantile(0.5)
               <= ACCEPT_S * 1125e6 + SLACK_NS,
               f'{what}: so says the listener', f'{rows}')
    reset_all(pairs)


def unknown_handshakes(tap, wire, kind):
    """Where the child is not made by the ACK of the SYN/ACK."""
    family = tcpnet.family_of(kind)
    meters = [Meter(host) for host in wire.hosts]
    with listener_of(wire, kind) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, DEFER_ACCEPT, 10)
        client = tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                      listener.getsockname()[1])
        tcpnet.wait_connected(client)
        tcpnet.hold(0.1)
        client.send(b'x')
        pairs = [(client, listener.accept()[0])]
        what = f'{kind}: TCP_DEFER_ACCEPT'
        measure(tap, meters[0], ('tcp_connect', family, 'remote'), 1,
                ROUND_TRIP_NS, what)
        tap.equal(meters[1].unknown('tcp_handshake', family), 1,
                  f'{what}: the handshake is unknown')
        nothing(tap, meters[1], ('tcp_handshake', family, 'remote'), what)
        tap.equal(meters[1].grown('tcp_accept_queue', family).count, 1,
                  f'{what}: and it waited to be accepted')
    reset_all(pairs)
    wire.s.sysctl('ipv4.tcp_syncookies', 2)
    meter = Meter(wire.s)
    with listener_of(wire, kind) as listener:
        pairs = connect_all(wire, kind, listener, 2)
    wire.s.sysctl('ipv4.tcp_syncookies', 1)
    tap.equal(meter.unknown('tcp_handshake', family), 2,
              f'{kind}: syncookies: the handshakes are unknown')
    nothing(tap, meter, ('tcp_handshake', family, 'remote'),
            f'{kind}: syncookies')
    reset_all(pairs)


def held(tap, wire, kind):
    """CLOSE-WAIT for a while, the connection's life and its round trip."""
    family = tcpnet.family_of(kind)
    meters = [Meter(host) for host in wire.hosts]
    with listener_of(wire, kind) as listener:
        pairs = connect_all(wire, kind, listener, 2)
    began = time.monotonic()
    for client, child in pairs:
        child.settimeout(swlib.PATIENCE_S)
        for _ in range(3):
            client.send(b'x')
            child.send(child.recv(1))
            client.recv(1)
    for client, _ in pairs:
        client.shutdown(socket.SHUT_WR)
    for _, child in pairs:
        child.recv(1)
    tcpnet.hold(HELD_S)
    for _, child in pairs:
        child.close()
    for client, _ in pairs:
        client.recv(1)
        client.close()
    lived_ns = (time.monotonic() - began) * 1e9
    what = f'{kind}: held for {HELD_S} s'
    measure(tap, meters[1], ('time_in_state', family, 'remote', 'close-wait'),
            2, HELD_S * 1e9, what)
    measure(tap, meters[0], ('time_in_state', family, 'remote', 'fin-wait-2'),
            2, HELD_S * 1e9, what)
    measure(tap, meters[1], ('time_in_state', family, 'remote', 'last-ack'),
            2, ROUND_TRIP_NS, what, over=0.5)
    measure(tap, meters[0], ('time_in_state', family, 'remote', 'syn-sent'),
            2, ROUND_TRIP_NS, what, over=0.5)
    for meter in meters:
        measure(tap, meter, ('tcp_lifetime', family, 'remote'), 2, lived_ns,
                what)
    measure(tap, meters[0], ('tcp_rtt', family, 'remote'), 2, ROUND_TRIP_NS,
            what, over=0.5)


def unix_queue(tap, host):
    """On a path and on an abstract name, stream and seqpacket."""
    path = os.path.join(swlib.TMP, 'queue')
    for name in (path, f'\0sockwatch{os.getpid()}'):
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            meter = Meter(host)
            with host.socket(UNIX, kind) as listener:
                listener.bind(name)
                listener.listen(8)
                clients = [host.socket(UNIX, kind) for _ in range(3)]
                for client in clients:
                    client.connect(name)
                tcpnet.hold(ACCEPT_S)
                for client in clients:
                    listener.accept()[0].close()
                    client.close()
            what = 'a path' if name[0] != '\0' else 'an abstract name'
            measure(tap, meter, ('unix_accept_queue', UNIX, None), 3,
                    ACCEPT_S * 1e9, f'{what}, type {kind}')
            if name == path:
                os.unlink(path)


def creations(tap, host):
    """Successes only."""
    meter = Meter(host)
    for _ in range(20):
        host.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    for _ in range(5):
        try:
            host.socket(socket.AF_INET, socket.SOCK_STREAM, 99)
        except OSError:
            pass
    found = meter.grown('socket_create', socket.AF_INET, None)
    tap.equal(found.count, 20, 'socket_create: twenty that were made')
    median = found.quantile(0.5)
    table.append(('socket()', 'socket_create 2', '', ms(median), ''))
    tap.ok(median and median < 100e6, 'socket_create: it took a time',
           ms(median))


def overflow(tap, wire, kind):
    """The listener's drops are the namespace's ListenDrops."""
    before = wire.s.mib()['TcpExtListenDrops']
    with listener_of(wire, kind, 1) as listener:
        port = listener.getsockname()[1]
        clients = [tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                        port) for _ in range(8)]
        drops = mib = None

        def equal():
            nonlocal drops, mib
            mib = wire.s.mib()['TcpExtListenDrops'] - before
            drops = [row['drops'] for row in wire.s.client.listeners()
                     if row['port'] == port]
            # Some of the eight fit in; the last ones were dropped.
            return mib >= 6 and drops == [mib]
        swlib.wait_for(equal)
        tap.ok(equal(), f'{kind}: drops of a listener with too short a queue',
               f'{drops}, and ListenDrops grew by {mib}')
        table.append((f'{kind}: eight connects, backlog 1', 'drops',
                      f'{mib} (ListenDrops)', str(drops), ''))
        rows = [row for row in wire.s.client.listeners()
                if row['port'] == port]
        tap.equal([(row['queue'], row['backlog']) for row in rows], [(2, 1)],
                  f'{kind}: the queue holds one more than the backlog')
    for client in clients:
        client.close()


def sane(tap, wire):
    """Every histogram is right in itself."""
    for host in wire.hosts:
        lines = [f'{key}: {fault}'
                 for key, found in host.client.latency().items()
                 for fault in found.faults()]
        tap.ok(not lines, f'histograms of {host.name[0]}', '\n'.join(lines))


class Trial(swlib.Tap):
    """Keeps what is said, until it is known whether it counts."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def say(self, text):
        self.kept.append(('say', text))

    def ok(self, good, name, detail=''):
        self.failed += not good
        self.kept.append(('ok', good, name, detail))
        return bool(good)

    def replay(self, tap):
        for what, *args in self.kept:
            getattr(tap, what)(*args)


def steady(tap, name, part, *args):
    """A busy host stretches the guest's time.  What is measured wrong comes
    out wrong each time, so the last of a few tries counts, or a good one."""
    for left in reversed(range(TRIES)):
        rows = len(table)
        trial = Trial()
        tcpnet.attempt(trial, name, part, trial, *args)
        if not trial.failed or not left:
            trial.replay(tap)
            return
        del table[rows:]
        tap.say(f'{name}: {trial.failed} out of bounds, once more')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    only = sys.argv[1:]
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    for host in wire.hosts:
        host.netem('delay', f'{DELAY_MS}ms')
    try:
        for part in (handshakes, local_handshakes, lost_packets, slow_accept,
                     unknown_handshakes, held, overflow):
            for kind in ('4', '6'):
                if not only or part.__name__ in only:
                    steady(tap, f'{part.__name__}, {kind}', part, wire, kind)
        if not only:
            steady(tap, 'unix', unix_queue, wire.c)
            steady(tap, 'creations', creations, wire.c)
            tcpnet.attempt(tap, 'sane', sane, tap, wire)
        wire.delete()
    finally:
        swlib.unload()
    widths = [max(len(row[n]) for row in table) for n in range(5)]
    for row in [('what', 'number', 'set', 'median', 'mean')] + table:
        tap.say('  '.join(word.ljust(width)
                          for word, width in zip(row, widths)))
    tap.done()


main()
