#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A load with sockets in every state of TCP: the census finds what ss lists,
and all of it goes on as if sockwatch had been there from its beginning."""
import socket

import genl
import swlib
import tcpnet
from play import Play
from tcpnet import NOBODIES, NOBODY4, NOBODY6, SYN


def placed(play):
    """One socket or more in each state, on the server's side of the wire if
    it has a choice; returns what to do with them afterwards."""
    address = NOBODY6 if play.kind == '6' else NOBODY4
    target = (play.s.address(play.kind), play.port)
    listener = play.listen()
    steps = {}

    def pair():
        client = play.connect()
        child = play.keep(listener.accept()[0])
        return client, child

    steps['established'] = pair()
    steps['close-wait'] = pair()
    steps['close-wait'][0].shutdown(socket.SHUT_WR)
    steps['orphan'] = pair()
    steps['orphan'][0].close()
    steps['time-wait'] = pair()
    steps['time-wait'][0].close()
    steps['time-wait'][1].close()
    steps['last-ack'] = pair()
    steps['last-ack'][0].shutdown(socket.SHUT_WR)
    steps['closing'] = pair()
    steps['fin-wait-1'] = pair()
    steps['queued'] = (play.connect(),)
    swlib.wait_for(lambda: play.shown()[1].count('close-wait') == 3
                   and play.shown()[1].count('established') == 4)
    for host in play.wire.hosts:
        host.block()
    steps['last-ack'][1].close()
    steps['closing'][0].shutdown(socket.SHUT_WR)
    steps['closing'][1].shutdown(socket.SHUT_WR)
    steps['fin-wait-1'][0].shutdown(socket.SHUT_WR)
    steps['syn-sent'] = (play.connect(NOBODIES[play.kind]),)
    # CLOSING on the server: the client's FIN comes through, not its ACK.
    play.c.unblock()
    swlib.wait_for(lambda: 'closing' in play.shown()[1])
    for n in range(2):
        tcpnet.send_segment(play.c, (address, 3000 + n), target, SYN, n)
    return steps


def census(tap, wire, kind):
    """Load with sockets in every state, then let them go on."""
    swlib.unload()
    play = Play(wire, kind)
    try:
        steps = placed(play)
        wanted = play.shown()
        tap.say(f'placed: {wanted}')
        missing = (set(genl.STATES[1:]) - {'close'}
                   - set(wanted[0]) - set(wanted[1]))
        play.expect(set(), missing, 'states with nothing in them')
        # Every other look of these tests is at sock_diag alone.
        for host in wire.hosts:
            play.expect(sorted(host.ss()), sorted(host.dump()),
                        'what sock_diag lists, by ss')
        swlib.load(max_kinds=256)
        play.agree('found by the census')
        moves(play, steps)
    except (OSError, ValueError) as error:
        play.lines.append(f'broken off: {error!r}')
    finally:
        play.end()
        if not swlib.loaded():
            swlib.load(max_kinds=256)
    tap.ok(not play.lines, f'a load with sockets in every state, {kind}',
           '\n'.join(play.lines))


def moves(play, steps):
    """What the census found goes on, one after the other."""
    play.s.unblock()
    swlib.wait_for(lambda: not {'closing', 'last-ack', 'fin-wait-1'}
                   & set(sum(play.shown(), [])))
    play.agree('what was lost came')
    for name in ('orphan', 'close-wait', 'fin-wait-1'):
        steps[name][1].close()
        play.agree(f'{name}: the server closes')
    tcpnet.reset(steps['established'][1])
    play.agree('a connection is reset')
    tcpnet.disconnect(steps['syn-sent'][0])
    play.agree('a connect is given up')
    play.keep(play.sockets[0].accept()[0])
    play.agree('one in the queue is accepted')
    steps['queued'][0].close()
    play.agree('and its client closes')
    play.sockets[0].close()
    swlib.wait_for(lambda: not {'listen', 'syn-recv'}
                   & set(play.shown()[1]))
    play.agree('the listener closes')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load(max_kinds=256)
    wire = tcpnet.Wire()
    Play(wire, '4').end()
    try:
        for kind in ('4', '6'):
            census(tap, wire, kind)
    finally:
        wire.delete()
        swlib.unload()
    tap.done()


main()
