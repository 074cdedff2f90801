# SPDX-License-Identifier: GPL-2.0
"""What the tests of TCP's states play on one port between two hosts, and what
ss and sockwatch must agree on at a quiet moment."""
import collections

import swlib
import tcpnet

# A port in TIME-WAIT is not used again but where it is what is looked at.
NORMAL = (('ipv4.tcp_fastopen', 0x607), ('ipv4.tcp_max_tw_buckets', 20000),
          ('ipv4.tcp_tw_reuse', 0), ('ipv4.tcp_syncookies', 1),
          ('ipv4.tcp_synack_retries', 5),
          ('ipv4.ip_local_port_range', '32768 60999'))


class Play:
    """One scenario with one kind of connection: its port and its sockets."""

    def __init__(self, wire, kind):
        self.wire, self.kind = wire, kind
        self.c, self.s = wire.c, wire.s
        self.port = next(tcpnet.ports)
        self.sockets, self.lines = [], []
        self.by_family = True

    def keep(self, sock):
        self.sockets.append(sock)
        return sock

    def listen(self, **options):
        return self.keep(tcpnet.listen(self.s, self.kind, self.port,
                                       **options))

    def connect(self, address=None, bind=0, protocol=0):
        return self.keep(tcpnet.start_connect(
            self.c, self.kind, address or self.s.address(self.kind),
            self.port, bind, protocol))

    def pair(self, **options):
        """The two ends of a connection."""
        listener = self.listen(**options)
        client = self.connect(**options)
        child = self.keep(listener.accept()[0])
        self.expect(0, tcpnet.wait_connected(client), 'connect')
        return client, child

    def expect(self, wanted, got, what):
        if wanted != got:
            self.lines.append(f'{what}: {got!r}, not {wanted!r}')

    def shown(self):
        """What there is of the port on each host."""
        return [tcpnet.states_of(host.dump(), self.port)
                for host in self.wire.hosts]

    def at(self, moment, c=None, s=None):
        """A quiet moment: ss shows these states, and sockwatch what ss
        shows of everything."""
        wanted = [sorted((words or '').split()) for words in (c, s)]
        looks = []

        def quiet():
            looks[:] = map(tcpnet.Look, self.wire.hosts)
            return ([look.shown(self.port) for look in looks] == wanted
                    and not any(look.differences(self.by_family)
                                for look in looks))
        swlib.wait_for(lambda: self.shown() == wanted,
                       swlib.PATIENCE_S / 2)
        if swlib.wait_for(quiet, swlib.PATIENCE_S / 2):
            return
        for look, words in zip(looks, wanted):
            shown = collections.Counter(look.shown(self.port))
            if shown != collections.Counter(words):
                self.lines.append(f'{moment}: ss shows {shown}, '
                                  f'not {collections.Counter(words)}')
        self.lines += [f'{moment}: {line}' for look in looks
                       for line in look.differences(self.by_family)]

    def agree(self, moment):
        self.lines += [f'{moment}: {line}' for line in tcpnet.wait_agreement(
            self.wire.hosts, self.by_family)]

    def end(self):
        self.wire.unblock()
        for name, value in NORMAL:
            for host in self.wire.hosts:
                host.sysctl(name, value)
        for sock in self.sockets:
            if sock.fileno() >= 0:
                tcpnet.reset(sock)
