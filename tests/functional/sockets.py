#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
"""The list of sockets: each with its addresses, times, owner and cgroup, as
/proc/PID/fd and ss say."""
import os
import re
import signal
import socket
import time

import genl
import people
import swlib
import tcpnet
from people import bound, by_inode
from tcpnet import INET, INET6

FIELDS = 'family type protocol origin state address port peer_address ' \
         'peer_port path pid comm uid cgroup'.split()


def tcp(person, label, state, port, peer_port=None, origin='socket',
        family=INET, host='127.0.0.1', **others):
    address = socket.inet_pton(family, host)
    row = dict(family=family, type=1, protocol=6, origin=origin, state=state,
               address=address, port=port)
    if peer_port:
        row |= dict(peer_address=address, peer_port=peer_port)
    return person, label, row | others


def expected(a, b, ports):
    """(person, label, what its row says)"""
    mapped = dict(family=INET6, host='::ffff:127.0.0.1')
    local = bytes((127, 0, 0, 1))
    udp = dict(type=2, protocol=17, origin='socket')
    unix = dict(family=people.UNIX, type=1, protocol=0, origin='socket')
    path = f'{swlib.TMP}/ann'.encode()
    return [
        tcp(a, 'listener', 'listen', 7001),
        tcp(a, 'mapped', 'listen', 7002, family=INET6, host='::'),
        tcp(a, 'listener.child', 'established', 7001, ports['first'],
            'accept'),
        tcp(a, 'mapped.child', 'established', 7002, ports['mapped'], 'accept',
            **mapped),
        (a, 'udp6', udp | dict(family=INET6, port=7003,
                               address=bytes(15) + b'\1')),
        (a, 'path', unix | dict(path=path)),
        (a, 'path.child', unix | dict(path=path, origin='accept')),
        (a, 'abstract', unix | dict(type=2, path=b'\0ann')),
        (a, 'plain', dict(family=INET, type=1, protocol=6, origin='socket',
                          state='close', address=bytes(4))),
        tcp(b, 'first', 'established', ports['first'], 7001),
        tcp(b, 'second', 'established', ports['second'], 7001),
        tcp(b, 'mapped', 'established', ports['mapped'], 7002, **mapped),
        (b, 'udp', udp | dict(family=INET, port=7004, address=local,
                              peer_address=local, peer_port=7005)),
        (b, 'unix', unix), (b, 'one', unix), (b, 'other', unix),
        (b, 'route', dict(family=16, type=3, protocol=0, origin='socket')),
    ]


def look(row):
    """What a row says of the fields that do not move, in words."""
    row = {name: row[name] for name in FIELDS if name in row}
    row['origin'] = genl.ORIGINS[row['origin']]
    if 'state' in row:
        row['state'] = genl.STATES[row['state']]
    return row


def all_fields(tap, zoo):
    found = by_inode(zoo.rows())
    ports = {label: found[zoo.bob.inode(label)].get('port')
             for label in ('first', 'second', 'mapped')}
    for person, label, row in expected(zoo.ann, zoo.bob, ports):
        row |= dict(pid=person.pid, comm=person.name, uid=person.uid,
                    cgroup=person.cgroup.id)
        # A child has the cgroup of its listener, or of who connected.
        if label == 'path.child':
            row |= dict(cgroup=zoo.bob.cgroup.id)
        tap.equal(look(found.get(person.inode(label), {'origin': 0})), row,
                  f'{person.name}: {label}')


def whole(tap, zoo):
    """Each descriptor's socket is there, and no other."""
    client = os.fstat(zoo.host.client.socket.fileno()).st_ino
    tap.equal(set(by_inode(zoo.rows())),
              zoo.ann.inodes() | zoo.bob.inodes() | {client},
              'every socket with a descriptor, and no more')
    far = by_inode(zoo.other.client.sockets())
    client = os.fstat(zoo.other.client.socket.fileno()).st_ino
    tap.equal(set(far), zoo.carl.inodes() | {client},
              'and in the second namespace')
    tap.equal({label: look(far[zoo.carl.inode(label)]).get('port')
               for label in zoo.carl.fds},
              {'packet': None, 'raw': None, 'udp': 7001},
              'what has no ports shows none')
    ids = [row['id'] for row in zoo.rows()]
    tap.ok(len(set(ids)) == len(ids) and 0 not in ids,
           'each has an id of its own', ids)
    tap.equal([row['id'] for row in zoo.rows()], ids, 'which stays')
    kernel = [row for row in zoo.rows()
              if row['origin'] == genl.ORIGINS.index('kernel')]
    tap.ok(kernel and not any('inode' in row for row in kernel),
           "the kernel's own have no descriptor", kernel)
    tap.equal([row['id'] for row in zoo.rows() if 'inode' not in row
               and row['origin'] != genl.ORIGINS.index('kernel')],
              [row['id'] for row in queued(zoo.rows())],
              'and but for these, only what is queued has none')


def queued(rows):
    return [row for row in rows
            if row['origin'] == genl.ORIGINS.index('queued')]


def in_queue(tap, zoo):
    """Nobody has accepted Bob's second connection."""
    rows = queued(zoo.rows())
    port = by_inode(zoo.rows())[zoo.bob.inode('second')]['port']
    tap.equal([look(row) for row in rows],
              [dict(family=INET, type=1, protocol=6, origin='queued',
                    state='established', address=bytes((127, 0, 0, 1)),
                    port=7001, peer_address=bytes((127, 0, 0, 1)),
                    peer_port=port, uid=people.ANN,
                    cgroup=zoo.ann.cgroup.id)],
              'a connection in the queue has no owner')


SS = re.compile(r'ino:(\d+) sk:([0-9a-f]+)(?: cgroup:(\S+))?')


def against_ss(tap, zoo):
    """Cookies, users and cgroups are those of ss."""
    found = by_inode(zoo.rows())
    wrong, seen = [], {}
    for line in zoo.host.run('ss', '-aenpH').splitlines():
        match = SS.search(line)
        if not match or int(match.group(1)) not in found:
            continue
        row = found[int(match.group(1))]
        uid = re.search(r' uid:(\d+)', line)
        want = [int(match.group(2), 16), int(uid.group(1)) if uid else 0]
        have = [row['id'], row['uid']]
        if match.group(3):
            path = people.CGROUPS + match.group(3)
            want.append(os.stat(path).st_ino)
            have.append(row['cgroup'])
            seen['cgroup'] = seen.get('cgroup', 0) + 1
        family = swlib.FAMILY_NAMES[row['family']]
        seen[family] = seen.get(family, 0) + 1
        if want != have:
            wrong.append(f'{line}: {want}, not {have}')
    tap.say(f'seen: {seen}')
    tap.equal(wrong, [], 'ss says the same')
    tap.ok(seen.get('inet', 0) >= 5 and seen.get('inet6', 0) >= 4,
           'of all that are inet and inet6', seen)


def ages(tap, zoo):
    """Of a socket, of its state, and of one that waited in the queue."""
    with zoo.host.inside():
        began = time.monotonic_ns()
        listener = bound(INET, socket.SOCK_STREAM, ('127.0.0.1', 7100))
        time.sleep(0.2)
        listener.listen(1)
        client = socket.create_connection(('127.0.0.1', 7100))
        connected = time.monotonic_ns()
        time.sleep(0.2)
        child = listener.accept()[0]
        waited = time.monotonic_ns() - connected
        rows = by_inode(zoo.rows())
        now = time.monotonic_ns()
    row = rows[os.fstat(listener.fileno()).st_ino]
    tap.ok(2e8 <= row['age_ns'] - row['state_age_ns'] <= now - began
           and row['age_ns'] <= now - began,
           'a listener is older than its state', (row, now - began))
    row = rows[os.fstat(child.fileno()).st_ino]
    tap.ok(2e8 <= row['state_age_ns'] <= row['age_ns'] <= now - began
           and row['age_ns'] >= waited,
           'a child is as old as its connection', (row, waited))
    row = rows[zoo.ann.inode('plain')]
    tap.ok(0 <= row['age_ns'] - row['state_age_ns'] == 0,
           'what never moved is in its state since its birth', row)
    # They grow older meanwhile.
    between = (row['age_ns'] + now - began) // 2
    found = {row['id'] for row in zoo.rows(genl.filter_of(
        genl.op(genl.GT, 'age_ns', between)))}
    young = {rows[os.fstat(sock.fileno()).st_ino]['id']
             for sock in (listener, client, child)}
    tap.equal(found & young, set(), 'age: the young are left out')
    tap.ok(row['id'] in found, 'the old are not')
    found = {row['id'] for row in zoo.rows(genl.filter_of(
        genl.op(genl.LT, 'state_age_ns', between)))}
    tap.ok(young <= found and row['id'] not in found,
           'state age: the young are there, the old are not', found)
    for sock in (listener, client, child):
        sock.close()


def inherited(tap, zoo):
    """A child of the maker, and a stranger, who hold a socket when its maker
    is gone: it stays the maker's."""
    here, there = socket.socketpair(people.UNIX, socket.SOCK_DGRAM)

    def maker(socks):
        socks['udp'] = bound(INET, socket.SOCK_DGRAM, ('127.0.0.1', 7200))
        heir = os.fork()
        if not heir:
            tcpnet.libc.prctl(15, b'heir')      # PR_SET_NAME
            signal.pause()
        socks['sent'] = bound(INET, socket.SOCK_DGRAM, ('127.0.0.1', 7201))
        socket.send_fds(there, [str(heir).encode()],
                        [socks['sent'].fileno()])
        yield

    person = people.Person('maker', maker, people.ANN, zoo.cgroups[0],
                           zoo.host)
    inodes = [person.inode(label) for label in ('udp', 'sent')]
    heir, fds, _, _ = socket.recv_fds(here, 16, 1)
    pid = person.pid
    person.stop()
    found = by_inode(zoo.rows())
    for inode, name in zip(inodes, ('inherited by fork', 'by SCM_RIGHTS')):
        row = found.get(inode, {})
        tap.equal((row.get('pid'), row.get('comm'), row.get('uid')),
                  (pid, 'maker', people.ANN), f"{name}: it is the maker's")
    tap.equal(os.fstat(fds[0]).st_ino, inodes[1], 'the one that came')
    os.close(fds[0])
    os.kill(int(heir), signal.SIGKILL)
    for inode, name in zip(inodes, ('inherited', 'sent')):
        swlib.wait_for(lambda: inode not in by_inode(zoo.rows()))
        tap.ok(inode not in by_inode(zoo.rows()), f'{name}: closed, it is gone')
    here.close()
    there.close()


def main():
    people.run_parts((all_fields, whole, in_queue, against_ss, ages,
                      inherited))


main()
