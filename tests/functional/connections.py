#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
"""Ten thousand TCP connections with mixed fates (fewer on a slow kernel), in
steps, drawn from a seed that is printed: after each step sockwatch and
ss agree on every state of both hosts.  Then the module is loaded and unloaded
while connections come and go, and they agree again."""
import os
import random
import resource
import socket
import sys
import threading

import swlib
import tcpnet

STEPS = 50 if swlib.KERNEL == 'stock' else 8
COUNT = max(200 // swlib.SCALE, 20)
LOADS = 3
KINDS = ('4', '6', 'mapped')
# More than these and the oldest go.
KEPT = COUNT


class Crowd:
    """Connections between the two hosts; what is kept open goes later."""

    def __init__(self, wire, seed):
        self.wire = wire
        self.random = random.Random(seed)
        self.listeners = {}
        for kind in KINDS:
            port = next(tcpnet.ports)
            self.listeners[kind] = (port, tcpnet.listen(wire.s, kind, port,
                                                        4 * COUNT))
        self.closed_port = next(tcpnet.ports)
        self.kept = []
        self.waiting = {kind: [] for kind in KINDS}
        self.made = 0

    def connect(self, kind):
        """A client, its connect() done."""
        port, _ = self.listeners[kind]
        client = tcpnet.start_connect(self.wire.c, kind,
                                      self.wire.s.address(kind), port)
        error = tcpnet.wait_connected(client)
        if error:
            raise OSError(error, 'connect')
        return client

    def accept(self, kind):
        return self.listeners[kind][1].accept()[0]

    def one(self):
        """A connection with some fate."""
        kind = self.random.choice(KINDS)
        fate = self.random.choice(self.FATES)
        self.made += 1
        if fate == 'refused':
            client = tcpnet.start_connect(
                self.wire.c, kind, self.wire.s.address(kind),
                self.closed_port)
            tcpnet.wait_connected(client)
            client.close()
        elif fate == 'unanswered':
            self.kept.append([tcpnet.start_connect(
                self.wire.c, kind, tcpnet.NOBODIES[kind], self.closed_port)])
        else:
            client = self.connect(kind)
            if fate == 'queued':
                self.waiting[kind].append(client)
            else:
                self.pair(fate, client, self.oldest(kind, client))

    def oldest(self, kind, client):
        """The child of this client: those who came before are in the queue
        in front of it."""
        for other in self.waiting[kind]:
            self.kept.append([other, self.accept(kind)])
        self.waiting[kind] = []
        return self.accept(kind)

    def pair(self, fate, client, child):
        pair = [client, child]
        if self.random.random() < 0.5:
            client.send(b'x' * self.random.randrange(1, 3000))
        if self.random.random() < 0.1:
            pair.reverse()
        first, second = pair
        if fate in ('closed', 'orphan'):
            first.close()
        elif fate == 'reset':
            tcpnet.reset(first)
        elif fate == 'half':
            first.shutdown(socket.SHUT_WR)
        elif fate == 'reconnect':
            tcpnet.disconnect(first)
        if fate in ('closed', 'reset'):
            second.close()
        else:
            self.kept.append(pair)

    FATES = ('closed',) * 4 + ('reset',) * 3 + ('open',) * 2 + (
        'orphan', 'half', 'reconnect', 'refused', 'unanswered', 'queued')

    def thin_out(self, most):
        """Some of those that were kept end, in one way or another."""
        self.random.shuffle(self.kept)
        while len(self.kept) > most:
            for sock in self.kept.pop():
                if sock.fileno() < 0:
                    continue
                if self.random.random() < 0.5:
                    tcpnet.reset(sock)
                else:
                    sock.close()

    def end(self):
        self.thin_out(0)
        for clients in self.waiting.values():
            for client in clients:
                client.close()
        for _, listener in self.listeners.values():
            listener.close()


def steps(tap, wire, crowd):
    for step in range(STEPS):
        for _ in range(COUNT):
            crowd.one()
        crowd.thin_out(crowd.random.randrange(KEPT))
        lines = tcpnet.wait_agreement(wire.hosts)
        tap.ok(not lines, f'step {step + 1} of {STEPS}: '
               f'{crowd.made} connections', '\n'.join(lines))
    # That the steps had something to compare.
    entered = [host.client.entered() for host in wire.hosts]
    few = [(family, state) for family in (tcpnet.INET, tcpnet.INET6)
           for state in ('established', 'syn-sent', 'syn-recv', 'fin-wait-1',
                         'fin-wait-2', 'time-wait', 'close-wait', 'last-ack')
           if sum(numbers[family, state] for numbers in entered) < 2]
    tap.equal(few, [], 'every state was entered more than once')


def under_traffic(tap, wire, crowd):
    """Connections that begin before a load, and end after it."""
    stop, broken = threading.Event(), []

    def traffic():
        try:
            while not stop.is_set():
                crowd.one()
                if len(crowd.kept) > KEPT:
                    crowd.thin_out(KEPT // 2)
        except OSError as error:
            broken.append(repr(error))
    for turn in range(LOADS):
        stop.clear()
        thread = threading.Thread(target=traffic)
        thread.start()
        before = crowd.made

        def goes_on(least=before + 20):
            return crowd.made > least or broken
        swlib.wait_for(goes_on)
        swlib.unload()
        swlib.load(max_kinds=256)
        loaded = crowd.made
        swlib.wait_for(lambda least=loaded + 20: crowd.made > least
                       or broken)
        stop.set()
        thread.join()
        lines = broken + tcpnet.wait_agreement(wire.hosts)
        tap.ok(not lines, f'load {turn + 1} of {LOADS} under traffic: '
               f'{crowd.made - before} connections', '\n'.join(lines))


def main():
    tap = swlib.Tap()
    swlib.prepare()
    seed = int(sys.argv[1]) if sys.argv[1:] else os.getpid()
    tap.say(f'seed {seed}')
    limit = 1 << 16
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    for host in wire.hosts:
        # So few that some connections find no room for their TIME-WAIT.
        host.sysctl('ipv4.tcp_max_tw_buckets', COUNT)
    crowd = Crowd(wire, seed)
    try:
        steps(tap, wire, crowd)
        under_traffic(tap, wire, crowd)
        crowd.end()
        lines = tcpnet.wait_agreement(wire.hosts)
        tap.ok(not lines, 'everything is closed', '\n'.join(lines))
        wire.delete()
    finally:
        swlib.unload()
    tap.done()


main()
