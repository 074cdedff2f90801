#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 120
"""Options of TCP connections and UDP sockets, as they were when these closed:
set on a known number of them, and agreed on as sysctls allow."""
import socket
import sys

import genl
import swlib
import tcpnet

TCP, UDP = 6, 17
FASTOPEN = 0x20000000
SETTINGS = (
    ('sack', 'ipv4.tcp_sack', 0, 1),
    ('timestamps', 'ipv4.tcp_timestamps', 0, 1),
    ('wscale', 'ipv4.tcp_window_scaling', 0, 1),
    ('ecn', 'ipv4.tcp_ecn', 1, 2),
)


def finish(pairs):
    """Closed from both sides, to the end of both."""
    for client, child in pairs:
        client.close()
        child.recv(1)
        child.close()


def options_grown(host, before):
    now = host.client.options()
    totals = {key[:2]: total for key, (_, total) in before.items()}
    result = {}
    for key, (count, total) in now.items():
        # A name that was new has the total of all that closed before it.
        old = before.get(key, (0, totals.get(key[:2], 0)))
        if (count, total) != old:
            result[key] = count - old[0], total - old[1]
    return result


def wait_options(tap, hosts, befores, wanteds, name):
    """Of each host: {(option, name): (count, total)}, exactly these."""
    def got(number):
        return options_grown(hosts[number], befores[number])

    def equal():
        return all(got(n) == wanteds[n] for n in range(len(hosts)))
    swlib.wait_for(equal, 5)
    for number, host in enumerate(hosts):
        lines = [f'{key}: {got(number).get(key)}, not '
                 f'{wanteds[number].get(key)}'
                 for key in sorted(set(got(number)) | set(wanteds[number]),
                                   key=str)
                 if got(number).get(key) != wanteds[number].get(key)]
        tap.ok(not lines, f'{name}: {host.name[0]}', '\n'.join(lines))


def expected_options(family, total, congestion, **counts):
    wanted = {(family, TCP, option, None): (counts.get(option, 0), total)
              for option in genl.OPTIONS[1:9]}
    for name, count in congestion.items():
        wanted[family, TCP, 'congestion', name] = (count, total)
    return wanted


def options(tap, wire, kind):
    family = tcpnet.family_of(kind)
    default = wire.c.run('cat', '/proc/sys/net/ipv4/'
                         'tcp_congestion_control').strip()
    other = 'reno' if default != 'reno' else 'cubic'
    agreed = {'sack': 5, 'timestamps': 5, 'wscale': 5}
    befores = [host.client.options() for host in wire.hosts]
    pairs = [tcpnet.connection(wire, kind) for _ in range(5)]
    for number, (client, child) in enumerate(pairs):
        tcp = socket.IPPROTO_TCP
        client.setsockopt(tcp, socket.TCP_NODELAY, int(number < 2))
        client.setsockopt(tcp, socket.TCP_CORK, int(number == 4))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE,
                          int(number < 3))
        if number < 4:
            child.setsockopt(tcp, socket.TCP_NODELAY, 1)
        if number < 2:
            client.setsockopt(tcp, socket.TCP_CONGESTION, other.encode())
    finish(pairs)
    wait_options(tap, wire.hosts, befores, (
        expected_options(family, 5, {default: 3, other: 2}, nodelay=2,
                         cork=1, keepalive=3, **agreed),
        expected_options(family, 5, {default: 5, other: 0} if any(
            key[3] == other for key in befores[1]) else {default: 5},
            nodelay=4, **agreed)), f'{kind}: options set')
    for option, sysctl, value, normal in SETTINGS:
        befores = [host.client.options() for host in wire.hosts]
        wire.c.sysctl(sysctl, value)
        pairs = [tcpnet.connection(wire, kind) for _ in range(2)]
        wire.c.sysctl(sysctl, normal)
        finish(pairs)
        counts = {'sack': 2, 'timestamps': 2, 'wscale': 2,
                  option: 2 if value else 0}
        got = {default: 2}
        client = dict(got)
        if any(key[3] == other and key[0] == family
               for key in befores[0]):
            client[other] = 0
        wait_options(tap, wire.hosts, befores, (
            expected_options(family, 2, client, **counts),
            expected_options(family, 2, got, **counts)),
            f'{kind}: {option} {value}')


def never_established(tap, wire, kind):
    """A connect that failed was no connection."""
    before = wire.c.client.options()
    sock = tcpnet.start_connect(wire.c, kind, wire.s.address(kind),
                                next(tcpnet.ports))
    tcpnet.wait_connected(sock)
    sock.close()
    tap.equal(options_grown(wire.c, before), {},
              f'{kind}: a connect that failed has no options')


def fast_open(tap, wire, kind):
    """Two with data in the SYN, and one without."""
    family = tcpnet.family_of(kind)
    for host in wire.hosts:
        host.sysctl('ipv4.tcp_fastopen', 0x607)
    befores = [host.client.options() for host in wire.hosts]
    port = next(tcpnet.ports)
    pairs = [tcpnet.connection(wire, kind)]
    with tcpnet.listen(wire.s, kind, port) as listener:
        for _ in range(2):
            client = wire.c.socket(family)
            client.settimeout(swlib.PATIENCE_S)
            client.sendto(b'x', FASTOPEN, (wire.s.address(kind), port))
            child = listener.accept()[0]
            child.settimeout(swlib.PATIENCE_S)
            child.recv(1)
            pairs.append((client, child))
    finish(pairs)
    wanted = (2, 3)

    def got():
        return [options_grown(host, before).get(
            (family, TCP, 'fastopen', None))
            for host, before in zip(wire.hosts, befores)]
    swlib.wait_for(lambda: got() == [wanted, wanted], 5)
    tap.equal(got(), [wanted, wanted], f'{kind}: two of three by Fast Open')
    for host in wire.hosts:
        host.sysctl('ipv4.tcp_fastopen', 1)


def udp(tap, wire, kind):
    family = tcpnet.family_of(kind)
    before = wire.c.client.options()
    for number in range(4):
        with wire.c.socket(family, socket.SOCK_DGRAM) as sock:
            if number:
                sock.connect((wire.s.address(kind), 9))
            if number == 3:
                tcpnet.disconnect(sock)
    wanted = {(family, UDP, 'connected', None): (2, 4)}
    swlib.wait_for(lambda: options_grown(wire.c, before) == wanted, 5)
    tap.equal(options_grown(wire.c, before), wanted,
              f'{kind}: two of four UDP sockets had a peer')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    tcpnet.run_parts(tap, (options, never_established, fast_open, udp),
                     sys.argv[1:])
    tap.done()


main()
