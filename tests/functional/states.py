#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
"""Sockets in each TCP state are what ss counts, by family and state, at every
quiet moment of every way through TCP's states that can be had with two hosts:
opening, closing and resetting in each state, from both sides.

Each scenario also says what ss must show of its own port, so that a moment
that was never reached is no agreement."""
import resource
import socket
import sys
import time

import swlib
import tcpnet
from play import Play
from tcpnet import ACK, LOOPBACK, NOBODIES, NOBODY4, NOBODY6, RST, SYN

LINGER2 = socket.TCP_LINGER2
MSG_FASTOPEN = 0x20000000
IPV6_ADDRFORM = 1
# On a slow kernel each scenario is played once, by 4, 6 and mapped in turn.
ALL = swlib.SCALE == 1
scenarios = {}
times = []


def scenario(*kinds):
    """Registers a function; it gets a Play."""
    def register(function):
        scenarios[function.__name__] = (function, kinds or ('4', '6'))
        return function
    return register


# Opening --------------------------------------------------------------------

@scenario('4', '6', 'mapped')
def listening(play):
    sock = play.listen()
    play.at('it listens', s='listen')
    sock.close()
    play.at('it is closed')
    again = play.listen()
    tcpnet.disconnect(again)
    play.at('it was disconnected')
    again.listen(5)
    play.at('it listens again', s='listen')
    again.shutdown(socket.SHUT_RD)
    play.at('it was shut down')


@scenario('4', '6', 'mapped')
def syn_sent(play):
    sock = play.connect(NOBODIES[play.kind])
    play.at('nobody answers', c='syn-sent')
    tcpnet.disconnect(sock)
    play.at('it was disconnected')
    play.connect(NOBODIES[play.kind])
    play.at('another', c='syn-sent')
    play.sockets.pop().close()
    play.at('it was closed')


@scenario('4', '6', 'mapped')
def refused(play):
    sock = play.connect()
    play.expect(111, tcpnet.wait_connected(sock), 'connect')
    play.at('it was refused')


@scenario('4', '6', 'mapped')
def requests(play):
    """SYN/ACKs that nobody answers; one is reset, and two outlive the
    listener until their timer ends them."""
    listener = play.listen()
    address = NOBODY6 if play.kind == '6' else NOBODY4
    target = (play.s.address('6' if play.kind == '6' else '4'), play.port)
    for n in range(3):
        tcpnet.send_segment(play.c, (address, 3000 + n), target, SYN,
                            1000 * n)
    play.at('three requests', s='listen' + ' syn-recv' * 3)
    tcpnet.send_segment(play.c, (address, 3000), target, RST, 1)
    play.at('one is reset', s='listen' + ' syn-recv' * 2)
    listener.close()
    play.at('the listener is gone and they are')


@scenario('4', '6')
def request_expires(play):
    # It is there for three seconds, or for seven where a look takes longer.
    play.s.sysctl('ipv4.tcp_synack_retries',
                  1 if swlib.KERNEL == 'stock' else 2)
    play.listen()
    address = NOBODY6 if play.kind == '6' else NOBODY4
    tcpnet.send_segment(play.c, (address, 3000),
                        (play.s.address(play.kind), play.port), SYN, 1)
    play.at('a request', s='listen syn-recv')
    play.at('it has expired', s='listen')


@scenario('4', '6')
def syn_cookie(play):
    play.s.sysctl('ipv4.tcp_syncookies', 2)
    play.listen()
    address = NOBODY6 if play.kind == '6' else NOBODY4
    tcpnet.send_segment(play.c, (address, 3000),
                        (play.s.address(play.kind), play.port), SYN, 1)
    play.at('a cookie leaves no request', s='listen')
    play.connect()
    play.at('it came back', c='established', s='listen established')


@scenario('4', '6', 'mapped')
def established(play):
    listener = play.listen()
    sock = play.connect()
    play.at('in the queue', c='established', s='listen established')
    child = play.keep(listener.accept()[0])
    play.at('accepted', c='established', s='listen established')
    tcpnet.reset(child)
    play.at('reset by the server', s='listen')
    play.expect(104, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
                'error')


@scenario('4', '6')
def reset_by_client(play):
    client, _ = play.pair()
    tcpnet.reset(client)
    play.at('reset by the client', s='listen')


@scenario('4', '6')
def listener_gone(play):
    """Children in the queue are reset with it."""
    listener = play.listen()
    play.connect()
    play.connect()
    play.at('two in the queue', c='established ' * 2,
            s='listen' + ' established' * 2)
    listener.close()
    play.at('the listener was closed')


@scenario('4', '6', 'mapped')
def simultaneous_open(play):
    address = play.c.address(play.kind)
    for host in play.wire.hosts:
        host.block()
    one = play.connect(bind=play.port)
    other = play.keep(tcpnet.start_connect(play.s, play.kind, address,
                                           play.port, play.port))
    play.at('two SYNs are lost', c='syn-sent', s='syn-sent')
    play.c.unblock()
    play.at('one came through', c='syn-sent', s='syn-recv')
    play.s.unblock()
    play.at('both are open', c='established', s='established')
    other.close()
    play.at('one closes', c='close-wait', s='fin-wait-2')
    one.close()
    play.at('both have', s='time-wait')


@scenario('4', '6')
def reset_in_syn_recv(play):
    """A whole socket in SYN-RECV, by a simultaneous open."""
    sniffer = tcpnet.Sniffer(play.s)
    for host in play.wire.hosts:
        host.block()
    play.connect(bind=play.port)
    play.keep(tcpnet.start_connect(
        play.s, play.kind, play.c.address(play.kind), play.port, play.port))
    play.c.unblock()
    play.at('one SYN came through', c='syn-sent', s='syn-recv')
    play.c.block()
    syn = sniffer.last(play.port, SYN)
    sniffer.close()
    play.c.unblock()
    tcpnet.send_segment(play.c, syn.source, syn.target, RST | ACK,
                        syn.seq + 1)
    swlib.wait_for(lambda: not play.shown()[1])
    play.sockets[0].close()
    play.at('it was reset')


@scenario('4', '6', 'mapped')
def connected_to_itself(play):
    sock = play.keep(play.c.socket(tcpnet.family_of(play.kind)))
    sock.bind((LOOPBACK[play.kind], play.port))
    sock.connect((LOOPBACK[play.kind], play.port))
    play.at('a connection of one', c='established')
    sock.close()
    swlib.wait_for(lambda: 'established' not in play.shown()[0])
    play.agree('it is closed')


@scenario('4', '6')
def fast_open(play):
    listener = play.listen()
    play.s.block()
    play.keep(fast_client(play))
    play.at('data in the SYN', c='syn-sent', s='listen syn-recv')
    child = play.keep(listener.accept()[0])
    play.expect(b'early', child.recv(10), 'what is read before the ACK')
    play.at('accepted before the ACK', c='syn-sent', s='listen syn-recv')
    play.s.unblock()
    play.at('the SYN/ACK came', c='established', s='listen established')


def fast_client(play):
    sock = play.c.socket(tcpnet.family_of(play.kind))
    sock.setblocking(False)
    try:
        sock.sendto(b'early', MSG_FASTOPEN,
                    (play.s.address(play.kind), play.port))
    except BlockingIOError:
        pass
    return sock


@scenario('4')
def fast_open_closed(play):
    """SYN-RECV to FIN-WAIT-1: closed before the ACK."""
    listener = play.listen()
    play.s.block()
    play.keep(fast_client(play))
    child = play.keep(listener.accept()[0])
    play.expect(b'early', child.recv(10), 'what is read before the ACK')
    child.close()
    play.at('closed before the ACK', c='syn-sent', s='listen fin-wait-1')
    play.s.unblock()
    play.at('the SYN/ACK came', c='close-wait', s='listen fin-wait-2')


@scenario('4')
def fast_open_reset(play):
    """A child in SYN-RECV goes with its listener."""
    listener = play.listen()
    play.s.block()
    play.keep(fast_client(play))
    play.at('data in the SYN', c='syn-sent', s='listen syn-recv')
    play.s.unblock()
    listener.close()
    play.at('the listener was closed')


@scenario('4', '6')
def mptcp(play):
    client, child = play.pair(protocol=tcpnet.IPPROTO_MPTCP)
    play.at('a subflow', c='established', s='listen established')
    client.close()
    child.close()
    for sock in play.sockets:
        sock.close()
    swlib.wait_for(lambda: 'listen' not in play.shown()[1])
    play.agree('closed')


@scenario('4')
def mptcp_to_tcp(play):
    listener = play.listen()
    client = play.connect(protocol=tcpnet.IPPROTO_MPTCP)
    play.at('it fell back', c='established', s='listen established')
    child = play.keep(listener.accept()[0])
    client.close()
    child.close()
    play.at('closed', c='time-wait', s='listen')


# Closing --------------------------------------------------------------------

@scenario('4', '6', 'mapped')
def half_close(play):
    client, child = play.pair()
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    tcpnet.hold(1)
    play.at('a second later', c='fin-wait-2', s='listen close-wait')
    child.close()
    play.at('the other half', c='time-wait', s='listen')
    client.close()
    play.at('and the socket', c='time-wait', s='listen')


@scenario('4', '6', 'mapped')
def orphan(play):
    """FIN-WAIT-2 of a time-wait sock, which turns into TIME-WAIT."""
    client, child = play.pair()
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    child.close()
    play.at('the other side', c='time-wait', s='listen')


@scenario('4', '6')
def orphan_that_waits_longer(play):
    """FIN-WAIT-2 of a sock without a socket."""
    client, child = play.pair()
    client.setsockopt(socket.IPPROTO_TCP, LINGER2, 120)
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    child.close()
    play.at('the other side', c='time-wait', s='listen')


@scenario('4', '6')
def orphan_that_expires(play):
    client, _ = play.pair()
    client.setsockopt(socket.IPPROTO_TCP, LINGER2, 1)
    client.close()
    play.at('it has expired', s='listen close-wait')


@scenario('4')
def orphan_that_does_not_wait(play):
    client, _ = play.pair()
    client.setsockopt(socket.IPPROTO_TCP, LINGER2, -1)
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    client.close()
    play.at('it went at once, with a RST', s='listen')


@scenario('4', '6')
def orphan_reset(play):
    client, child = play.pair()
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    tcpnet.reset(child)
    play.at('reset', s='listen')


@scenario('4', '6')
def orphan_gets_data(play):
    client, child = play.pair()
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    child.send(b'late')
    play.at('a RST for data', s='listen')


@scenario('4', '6')
def last_ack(play):
    client, child = play.pair()
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    play.c.block()
    child.close()
    play.at('the last ACK is lost', c='time-wait', s='listen last-ack')
    play.c.unblock()
    play.at('another one', c='time-wait', s='listen')


@scenario('4', '6')
def reset_in_last_ack(play):
    client, child = play.pair()
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    play.s.block()
    child.close()
    play.at('the FIN is lost', c='fin-wait-2', s='listen last-ack')
    tcpnet.reset(client)
    play.at('reset', s='listen')


def to_closing(play):
    """Both FINs under way, and of one the ACK is lost."""
    client, child = play.pair()
    for host in play.wire.hosts:
        host.block()
    client.shutdown(socket.SHUT_WR)
    child.shutdown(socket.SHUT_WR)
    play.at('both FINs are lost', c='fin-wait-1', s='listen fin-wait-1')
    play.s.unblock()
    play.at('one comes through', c='closing', s='listen fin-wait-1')
    return client, child


@scenario('4', '6', 'mapped')
def closing(play):
    to_closing(play)
    play.c.unblock()
    play.at('and the other', c='time-wait', s='listen time-wait')


@scenario('4', '6')
def reset_in_closing(play):
    _, child = to_closing(play)
    tcpnet.reset(child)
    play.at('reset', s='listen')


@scenario('4', '6')
def reset_in_fin_wait_1(play):
    client, child = play.pair()
    play.c.block()
    client.shutdown(socket.SHUT_WR)
    play.at('the FIN is lost', c='fin-wait-1', s='listen established')
    tcpnet.reset(child)
    play.at('reset', s='listen')


@scenario('4', '6')
def reset_in_fin_wait_2(play):
    client, child = play.pair()
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    tcpnet.reset(child)
    play.at('reset', s='listen')


@scenario('4', '6')
def reset_in_close_wait(play):
    client, _ = play.pair()
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    tcpnet.reset(client)
    play.at('reset', s='listen')


@scenario('4', '6')
def reset_in_time_wait(play):
    sniffer = tcpnet.Sniffer(play.c)
    client, child = play.pair()
    client.close()
    play.at('orphaned', c='fin-wait-2', s='listen close-wait')
    child.close()
    play.at('closed', c='time-wait', s='listen')
    fin = sniffer.last(play.port, tcpnet.FIN)
    sniffer.close()
    tcpnet.send_segment(play.s, fin.source, fin.target, RST,
                        fin.seq + fin.length + 1)
    play.at('reset', s='listen')


# One socket twice -----------------------------------------------------------

@scenario('4', '6', 'mapped')
def reconnect(play):
    """connect() to AF_UNSPEC from one state after the other."""
    listener = play.listen()
    client = play.connect()
    for half in (False, True):
        child = play.keep(listener.accept()[0])
        play.at('connected', c='established', s='listen established')
        if half:
            child.shutdown(socket.SHUT_WR)
            play.at('half closed', c='close-wait', s='listen fin-wait-2')
        tcpnet.disconnect(client)
        play.at('disconnected', s='listen')
        client.connect_ex((play.s.address(play.kind), play.port))
    play.at('connected for the last time', c='established',
            s='listen established')


@scenario('mapped')
def addrform(play):
    """An inet6 sock becomes an inet one in mid-life.  It may be counted on
    the wrong side until it changes its state."""
    client, child = play.pair()
    play.at('mapped', c='established', s='listen established')
    play.by_family = False
    for sock in (client, child):
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_ADDRFORM, socket.AF_INET)
    play.at('of the other family', c='established', s='listen established')
    play.by_family = True
    client.shutdown(socket.SHUT_WR)
    play.at('half closed', c='fin-wait-2', s='listen close-wait')
    child.close()
    client.close()
    play.at('closed', c='time-wait', s='listen')


@scenario('4', '6')
def port_used_again(play):
    """A connect takes the place of a time-wait sock of its own."""
    play.c.sysctl('ipv4.ip_local_port_range', '41000 41001')
    listener = play.listen()
    for _ in range(2):
        client = play.connect()
        play.keep(listener.accept()[0])
        play.expect(0, tcpnet.wait_connected(client), 'connect')
        client.close()
        play.sockets[-1].close()
    play.at('no port is left', c='time-wait ' * 2, s='listen')
    play.c.sysctl('ipv4.tcp_tw_reuse', 1)

    def connected():
        # Not before the time in its timestamps has moved on by a second.
        try:
            return not tcpnet.wait_connected(play.connect())
        except OSError:
            return False
    swlib.wait_for(connected)
    play.at('one is used again', c='established time-wait',
            s='listen established')


@scenario('4', '6')
def syn_to_time_wait(play):
    """A SYN from the port whose time-wait sock is on the server."""
    listener = play.listen()
    port = next(tcpnet.ports)

    def connect():
        client = play.connect(bind=port)
        child = play.keep(listener.accept()[0])
        play.expect(0, tcpnet.wait_connected(client), 'connect')
        return client, child
    client, child = connect()
    child.close()
    play.at('half closed', c='close-wait', s='listen fin-wait-2')
    client.close()
    play.at('closed', s='listen time-wait')
    connect()
    play.at('connected again', c='established', s='listen established')


# Many -----------------------------------------------------------------------

@scenario('4', '6')
def many_in_time_wait(play):
    """Three thousand on one host, connected to itself.  The client closes
    once it has the FIN: before, both sides would wait."""
    count = max(3000 // swlib.SCALE, 100)
    listener = play.keep(tcpnet.listen(play.c, play.kind, play.port))
    family = tcpnet.family_of(play.kind)
    before = play.c.client.entered()[family, 'time-wait']
    with play.c.inside():
        for _ in range(count):
            with socket.socket(family) as sock:
                sock.connect((LOOPBACK[play.kind], play.port))
                listener.accept()[0].close()
                sock.recv(1)
    play.agree(f'{count} closed')
    # On a slow machine the first have gone before the last have come.
    there = play.shown()[0].count('time-wait')
    if not count / 3 < there <= count:
        play.lines.append(f'{there} of {count} are in TIME_WAIT')
    after = play.c.client.entered()[family, 'time-wait']
    play.expect(count, after - before, 'times that TIME-WAIT was entered')


def run_scenario(tap, wire, name, kind):
    play = Play(wire, kind)
    began = time.monotonic()
    try:
        scenarios[name][0](play)
    except (OSError, ValueError, AttributeError) as error:
        play.lines.append(f'broken off: {error!r}')
    finally:
        play.end()
    times.append((time.monotonic() - began, f'{name}, {kind}'))
    tap.ok(not play.lines, f'{name}, {kind}', '\n'.join(play.lines))


def main():
    tap = swlib.Tap()
    swlib.prepare()
    only = sys.argv[1:]
    limit = 1 << 16
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    Play(wire, '4').end()
    try:
        for number, (name, (_, kinds)) in enumerate(scenarios.items()):
            if only and name not in only:
                continue
            for kind in kinds if ALL else (kinds[number % len(kinds)],):
                run_scenario(tap, wire, name, kind)
        if not only or 'addrform' in only:
            wire.delete()
            # Where there has been no inet socket before.
            wire = tcpnet.Wire()
            Play(wire, '4').end()
            run_scenario(tap, wire, 'addrform', 'mapped')
    finally:
        wire.delete()
        swlib.unload()
    times.sort(reverse=True)
    tap.say('slowest: ' + '; '.join(f'{name}: {seconds:.1f} s'
                                    for seconds, name in times[:8]))
    tap.done()


main()
