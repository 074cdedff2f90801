#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
"""Who may list sockets, and of which namespaces; and that the list holds while
sockets come and go, or while nobody reads it to its end."""
import contextlib
import errno
import json
import os
import socket
import struct
import threading
import time

import genl
import people
import swlib
from people import bound, by_inode
from tcpnet import INET


AS_ROOT_INSIDE = '''
import json, os, struct, sys
sys.path.insert(0, sys.argv[1])
import genl, socket
own = os.stat("/proc/self/ns/net").st_ino
client = genl.Genl()
udp = socket.socket(type=socket.SOCK_DGRAM)
def refused(payload):
    try:
        client.sockets_by_netns(payload)
        return None
    except genl.NetlinkError as error:
        return error.errno, error.text
rows = client.sockets()
mine = [row for row in rows if row.get("inode") == os.fstat(udp.fileno()).st_ino]
print(json.dumps({
    "own": list(client.sockets_by_netns()) == [own],
    "all": list(client.sockets_by_netns(genl.attribute(genl.ALL_NETNS, b""))) == [own],
    "pid": [row["pid"] == os.getpid() for row in mine],
    "uid": [row["uid"] for row in mine],
    "by_pid": len(client.sockets(genl.filter_of(
        genl.op(genl.EQ, "pid", os.getpid())))),
    "by_hand": len([row for row in rows if row.get("pid") == os.getpid()]),
    "fd": refused(genl.attribute(genl.NETNS_FD, struct.pack("=I", int(sys.argv[2])))),
    "rows": len(rows)}))
'''


def root_inside(tap, _):
    """Root of a user namespace sees its own network namespace and no other,
    by its own numbers."""
    init = os.open('/proc/self/ns/net', os.O_RDONLY)
    for what, words in (('a user namespace', ()),
                        ('and a pid namespace', ('--pid', '--fork'))):
        status, text = swlib.run(
            'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
            'unshare', '--user', '--map-root-user', '--net', *words,
            'python3', '-B', '-c', AS_ROOT_INSIDE, swlib.HERE, str(init),
            pass_fds=[init])
        if status and 'unshare' in text:
            tap.skip(f'root in {what}', text.strip())
            continue
        if not tap.equal(status, 0, f'root in {what}'):
            tap.say(text)
            continue
        said = json.loads(text)
        tap.say(said)
        tap.equal([said[name] for name in ('own', 'all', 'pid', 'uid')],
                  [True, True, [True], [0]], 'sees its own, by its numbers')
        tap.ok(2 <= said['by_pid'] == said['by_hand'] < said['rows'],
               'can filter by them', said)
        tap.ok(said['fd'] and said['fd'][0] == errno.EPERM
               and 'CAP_NET_ADMIN' in said['fd'][1],
               'another namespace: EPERM, and why', said['fd'])
    os.close(init)


@contextlib.contextmanager
def as_nobody():
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def ordinary(tap, _):
    """Without privilege not even one's own namespace, nor one's own sockets."""
    with as_nobody():
        client = genl.Genl()
        for name, payload, want in (
                ('own', b'', errno.EPERM), ('all', people.ALL, None)):
            said = people.refused(client, payload)
            tap.ok((said and said[0]) == want
                   and (not said or 'CAP_NET_ADMIN' in said[1]),
                   f'an ordinary user: {name}', said)
        tap.equal(client.sockets_by_netns(people.ALL), {},
                  'of all namespaces he sees none')
        tap.ok(client.counters(), 'numbers are for everybody')
        client.close()


def real_root(tap, zoo):
    client = genl.Genl()
    fd = os.open(zoo.other.path, os.O_RDONLY)
    want = zoo.carl.inodes()
    by_fd = client.sockets_by_netns(genl.attribute(
        genl.NETNS_FD, struct.pack('=I', fd)))
    by_pid = client.sockets_by_netns(genl.attribute(
        genl.NETNS_PID, struct.pack('=I', zoo.carl.pid)))
    everywhere = client.sockets_by_netns(people.ALL)
    for name, found in (('fd', by_fd), ('pid', by_pid),
                        ('all', everywhere)):
        rows = found.get(zoo.other.inode, [])
        tap.ok(want <= set(by_inode(rows)) and not
               by_inode(rows).keys() & zoo.ann.inodes(),
               f'root: by {name}', rows)
        tap.ok(all(row['netns'] == netns for netns, rows in found.items()
                   for row in rows), 'each row names its namespace')
    tap.equal((list(by_fd), list(by_pid)), ([zoo.other.inode],) * 2,
              'one namespace, if one is asked for')
    tap.ok({zoo.host.inode, zoo.other.inode, swlib.netns_inode()}
           <= set(everywhere), 'all of them', list(everywhere))
    both = genl.attribute(genl.NETNS_FD, struct.pack('=I', fd)) + people.ALL
    tap.equal(people.refused(client, both)[0], errno.EINVAL, 'not one and all')
    os.close(fd)
    client.close()


def churn(stop, host):
    """Connections and pairs, as fast as it goes."""
    swlib.setns(host.path)
    listener = bound(INET, socket.SOCK_STREAM, ('127.0.0.1', 0))
    listener.listen(64)
    while not stop.is_set():
        clients = [socket.create_connection(listener.getsockname())
                   for _ in range(20)]
        children = [listener.accept()[0] for _ in range(20)]
        pairs = [socket.socketpair() for _ in range(20)]
        for sock in (*clients, *children):
            sock.close()
        for pair in pairs:
            pair[0].close()
            pair[1].close()
    listener.close()


def held(number):
    def story(socks):
        for i in range(number):
            socks[str(i)] = socket.socket(INET, socket.SOCK_DGRAM)
        yield
    return story


def come_and_go(tap, zoo):
    """What stays is seen each time, once."""
    person = people.Person('held', held(300), people.ANN, zoo.cgroups[0], zoo.host)
    staying = sorted(person.inodes())
    stop, dumps, most = threading.Event(), 0, 0
    threads = [threading.Thread(target=churn, args=(stop, zoo.host))
               for _ in range(3)]
    for thread in threads:
        thread.start()
    wrong = []

    def enough():
        """A slow machine takes longer to do something worth a look."""
        return (dumps > 3 and swlib.Rows(zoo.host.rows()).total('created')
                > 1000 / min(swlib.SCALE, 5))
    began = time.monotonic()
    while time.monotonic() - began < 6 or (
            not enough() and time.monotonic() - began < swlib.PATIENCE_S):
        rows = zoo.rows()
        dumps, most = dumps + 1, max(most, len(rows))
        seen = sorted(row['inode'] for row in rows
                      if row.get('pid') == person.pid)
        ids = [row['id'] for row in rows]
        if seen != staying:
            wrong.append(f'{len(seen)} seen, not {len(staying)}')
        if len(set(ids)) != len(ids):
            wrong.append('one twice')
    stop.set()
    for thread in threads:
        thread.join()
    tap.say(f'{dumps} lists, up to {most} sockets')
    tap.equal(wrong, [], 'whoever stays is seen each time, once')
    tap.ok(enough(), 'there was something to see')
    person.stop()


def unread(tap, zoo):
    """A list that nobody reads to its end holds up nothing but its
    namespace, and that only until its socket is closed."""
    client = genl.Genl()
    person = people.Person('held', held(900))
    client.sequence += 1
    client.socket.send(struct.pack(
        '=IHHII', 20 + len(people.ALL), client.family(), genl.REQUEST | genl.DUMP,
        client.sequence, 0)
        + struct.pack('=BBH', genl.GET_SOCKETS, 1, 0) + people.ALL)
    client.socket.recv(1 << 16)
    person.stop()
    doomed = swlib.Namespace('doomed')
    doomed.delete()
    other = genl.Genl()
    tap.ok(other.sockets(), 'another reads meanwhile')
    client.close()
    swlib.wait_for(lambda: doomed.inode not in other.counters(people.ALL))
    tap.ok(doomed.inode not in other.counters(people.ALL), 'nothing is held')
    other.close()


def main():
    people.run_parts((root_inside, ordinary, real_root, come_and_go, unread))


main()
