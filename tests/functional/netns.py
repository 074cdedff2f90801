#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
"""Network namespaces: each sees its own numbers and nobody else's, from its
making to its end, and who may ask about which."""
import errno
import json
import os
import socket
import struct
import subprocess
import tempfile
import time

import genl
import swlib
import truth
import zoo

TCP4, UDP4, UNIX_STREAM = (2, 1, 6), (2, 2, 17), (1, 1, 0)
# A namespace goes in the background, in steps that take a moment each.
QUIET_S = 0.5


def start_zoo(namespace, *names):
    return subprocess.Popen(
        namespace.command(os.path.join(swlib.BIN, 'zoo'), '-i', *names),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def checkpoint(process):
    """To the next quiet moment: its name and the ledger."""
    ledger = zoo.Ledger()
    for line in process.stdout:
        words = line.split()
        if words[0] in ('kind', 'fail', 'discarded'):
            ledger.take(words)
        elif words[0] == 'begin':
            go(process)
        else:
            return line.split(maxsplit=1)[1].strip(), ledger
    return None, ledger


def go(process):
    process.stdin.write('go\n')
    process.stdin.flush()


def stop(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def two_at_once(tap):
    """Different traffic in two namespaces, and none here."""
    first, second = swlib.Namespace('a'), swlib.Namespace('b')
    here = swlib.read_rows()
    base = first.rows(), second.rows()
    one = start_zoo(first, 'tcp4')
    two = start_zoo(second, 'unix_seqpacket', 'failing')
    (_, ledger1), (_, ledger2) = checkpoint(one), checkpoint(two)
    swlib.wait_for(lambda: swlib.difference(base[0], first.rows())
                   == ledger1.rows())
    tap.equal(swlib.difference(base[0], first.rows()), ledger1.rows(),
              'the first namespace has its own numbers')
    tap.equal(swlib.difference(base[1], second.rows()), ledger2.rows(),
              'the second has its own')
    tap.equal(swlib.difference(here, swlib.read_rows()), {},
              'nothing has moved here')
    by_command(tap, first, second)
    tap.equal(truth.disagreement(first.rows(), first.inode), [],
              'open is what the descriptors say, in the first')
    tap.equal(truth.disagreement(second.rows(), second.inode), [],
              'and in the second')
    stop(one)
    stop(two)
    for namespace in (first, second):
        swlib.wait_for(lambda: not opened(namespace.rows()))
        tap.equal(opened(namespace.rows()), {}, 'its sockets are gone')
        tap.equal(swlib.faults_of(namespace.rows()), [], 'identities hold')
    first.delete()
    second.delete()


def opened(rows):
    """What processes hold."""
    return {kind: row['open'] - row['kernel_open']
            for kind, row in rows.items()
            if row['open'] != row['kernel_open']}


def show(*words):
    """{(family, type, protocol): row} of `sockwatch -j show`"""
    status, text = swlib.run(swlib.COMMAND, '-j', *words, 'show')
    if status:
        raise RuntimeError(text)
    data = json.loads(text)
    return data


def by_command(tap, first, second):
    if not os.path.exists(swlib.COMMAND):
        tap.skip('the command in namespaces', 'there is no command')
        return
    data = show('-N', first.name)
    tap.equal(data['netns'], first.inode, '-N NAME: the right namespace')
    tap.equal(swlib.rows_of_json(data), first.rows(), '-N NAME: its numbers')
    status, text = swlib.run(swlib.COMMAND, '-A', '-j', 'show')
    tap.equal(status, 0, '-A: status')
    found = all_namespaces(text)
    for name, namespace in (('first', first), ('second', second)):
        tap.equal(found.get(namespace.inode), namespace.rows(),
                  f'-A: the {name} is there with its numbers')


def all_namespaces(text):
    """{inode: rows}; one object a namespace, or rows that name theirs."""
    found, decoder, text = {}, json.JSONDecoder(), text.strip()
    while text:
        data, end = decoder.raw_decode(text)
        text = text[end:].strip()
        for item in data if isinstance(data, list) else [data]:
            for part in item.get('namespaces', [item]):
                found[part['netns']] = swlib.rows_of_json(part)
    return found


def new_namespace(tap):
    """What the kernel makes for a namespace counts as its own."""
    namespace = swlib.Namespace('new')
    rows = namespace.rows()
    tap.ok(rows.total('kernel') > 3
           and rows.total('kernel') == rows.total('kernel_open')
           == rows.total('open'),
           "a new namespace: the kernel's sockets are counted, and no other",
           rows)
    tap.equal(rows.total('lost') + rows.total('preexisting'), 0,
              'none was lost or preexisting')
    tap.equal(swlib.faults_of(rows), [], 'identities hold')
    namespace.delete()


def moved_socket(tap):
    """A socket stays where it was made, whoever holds it; with its namespace
    nameless and empty, the socket alone keeps it alive."""
    namespace = swlib.Namespace('kept')
    ends = socket.socketpair(socket.AF_UNIX)
    maker = subprocess.Popen(
        namespace.command('python3', '-c', SEND_SOCKETS, str(ends[1].fileno())),
        pass_fds=[ends[1].fileno()])
    maker.wait()
    message, fds, _, _ = socket.recv_fds(ends[0], 16, 4)
    for end in ends:
        end.close()
    tap.equal((message, len(fds)), (b'sockets', 2), 'two sockets arrived')
    # The process is gone; a view through the namespace's file stays open.
    view = os.open(namespace.path, os.O_RDONLY)
    namespace.delete()
    client = genl.Genl()
    try:
        rows = rows_of(client, view)
        tap.equal(opened(rows), {TCP4: 1, UDP4: 1},
                  'they are open in the namespace without a name')
        os.close(view)
        view = -1
        found = client.counters(genl.attribute(genl.ALL_NETNS, b''))
        tap.equal(opened(found.get(namespace.inode, {})),
                  {TCP4: 1, UDP4: 1}, 'which the sockets alone keep')
        before = client.info()
        for fd in fds:
            os.close(fd)
        fds = []
        swlib.wait_for(lambda: namespace.inode not in client.counters(
            genl.attribute(genl.ALL_NETNS, b'')))
        after = client.info()
        tap.equal(after['untracked'], before['untracked'],
                  'it goes with them, and nothing was untracked')
    finally:
        if view >= 0:
            os.close(view)
        for fd in fds:
            os.close(fd)
        client.close()


SEND_SOCKETS = '''
import socket, sys
through = socket.socket(fileno=int(sys.argv[1]))
tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
socket.send_fds(through, [b'sockets'], [tcp.fileno(), udp.fileno()])
'''


def rows_of(client, namespace_fd):
    found = client.counters(genl.attribute(
        genl.NETNS_FD, struct.pack('=I', namespace_fd)))
    (rows,) = found.values()
    return {kind: swlib.Row(row) for kind, row in rows.items()}


def across(tap):
    """A UNIX path reaches from one namespace into another.  The child that
    accept() hands out belongs to the client's (unix_stream_connect() makes it
    there), and so does a socket that a process takes elsewhere."""
    namespace = swlib.Namespace('unix')
    path = tempfile.mktemp(dir=swlib.TMP)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(4)
    # A client before this closed its netlink socket, which goes after a grace
    # period.
    swlib.wait_for(lambda: not truth.disagreement(swlib.read_rows()))
    here, there = swlib.read_rows(), namespace.rows()
    client = subprocess.Popen(
        namespace.command('python3', '-c', CONNECT, path),
        stdin=subprocess.PIPE)
    child = listener.accept()[0]
    moved = swlib.difference(here, swlib.read_rows())
    tap.equal(moved, {},
              'accept() of a client of another namespace: nothing here')
    tap.equal(swlib.difference(there, namespace.rows()),
              {UNIX_STREAM: {'attempts': 1, 'created': 1, 'accepted': 1,
                             'cloned': 1, 'open': 2}},
              'both ends are counted in the namespace of the client')
    tap.equal(truth.disagreement(namespace.rows(), namespace.inode), [],
              'and the kernel says so too (SIOCGSKNS)')
    client.stdin.close()
    client.wait()
    child.close()
    swlib.wait_for(lambda: not opened(namespace.rows()))
    tap.equal(opened(namespace.rows()), {}, 'both are released there')
    listener.close()
    os.unlink(path)
    namespace.delete()


CONNECT = '''
import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
sys.stdin.read()
'''


def killed_inside(tap):
    """A namespace that goes with all its sockets, by SIGKILL."""
    client = genl.Genl()
    base = zoo.settled(client, QUIET_S)
    namespace = swlib.Namespace('killed')
    process = start_zoo(namespace, 'tcp4')
    name, _ = checkpoint(process)
    tap.equal(name, 'queued', 'a listener with a full queue')
    namespace.delete()
    stop(process)
    inode = namespace.inode
    swlib.wait_for(lambda: inode not in client.counters(
        genl.attribute(genl.ALL_NETNS, b'')))
    tap.ok(inode not in client.counters(genl.attribute(genl.ALL_NETNS, b'')),
           'a namespace that died with its sockets is gone')
    swlib.wait_for(lambda: client.info()['tracked']
                   == base.info['tracked'], 30)
    info = client.info()
    tap.equal(info['tracked'], base.info['tracked'],
              'and nothing of it is tracked any more')
    tap.equal(info['untracked'], base.info['untracked'],
              'nothing was untracked')
    tap.equal(moved(base), {}, 'nothing has moved here')
    client.close()


def moved(base):
    """What has, but for the sockets of `ip` itself: it asks rtnetlink."""
    delta = swlib.difference(base.rows, swlib.read_rows())
    delta.pop((16, 3, 0), None)
    return delta


# Every fifth with TCP connections, the others with pairs.
COME_AND_GO = '''
for i in $(seq "$1"); do
    if [ $((i % 5)) = 0 ]; then
        unshare -n sh -c 'ip link set lo up; "$0" tcp4' "$0" || exit 1
    else
        unshare -n "$0" pairs || exit 1
    fi
done
'''


def many(tap):
    """Namespaces come and go, two at a time, with a socket each."""
    count = max(50 // min(swlib.SCALE, 5), 5)
    client = genl.Genl()
    base = zoo.settled(client, QUIET_S)
    began = time.monotonic()
    jobs = [subprocess.Popen(
        ['sh', '-c', COME_AND_GO, swlib.BIN + '/zoo', str(count // 2)],
        stdout=subprocess.DEVNULL) for _ in range(2)]
    tap.equal([job.wait() for job in jobs], [0, 0],
              f'{count // 2 * 2} namespaces came and went')
    swlib.wait_for(lambda: client.info()['tracked']
                   == base.info['tracked'], 60)
    info = client.info()
    tap.say(f'{time.monotonic() - began:.0f} s')
    for name in ('tracked', 'untracked', 'lost'):
        tap.equal(info[name], base.info[name], f'{name} is what it was')
    tap.equal(moved(base), {}, 'nothing has moved here')
    client.close()


AS_NOBODY = '''
import os, struct, sys
sys.path.insert(0, sys.argv[1])
import genl, swlib
own = os.stat("/proc/self/ns/net").st_ino
client = genl.Genl()
print("own", own in client.counters(), len(client.counters()))
print("rows", len(swlib.read_rows()))
print("all", sorted(client.counters(genl.attribute(genl.ALL_NETNS, b""))) == [own])
info = client.info()
print("info", "tracked" in info, "untracked" in info,
      any("hits" in hook for hook in info["hooks"]))
init = os.open("/proc/1/ns/net", os.O_RDONLY) if os.access(
    "/proc/1/ns/net", os.R_OK) else int(sys.argv[2])
for what, payload in (("fd", genl.attribute(genl.NETNS_FD, struct.pack("=I", init))),):
    for call in (client.info, client.counters, client.failures):
        try:
            call(payload)
            print(what, "allowed")
        except genl.NetlinkError as error:
            print(what, error.errno, error.text)
'''


def privileges(tap):
    """In a user namespace of his own a user sees his own numbers."""
    init = os.open('/proc/self/ns/net', os.O_RDONLY)
    os.set_inheritable(init, True)
    status, text = swlib.run(
        'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
        'unshare', '--user', '--map-root-user', '--net',
        'python3', '-B', '-c', AS_NOBODY, swlib.HERE, str(init),
        pass_fds=[init])
    os.close(init)
    lines = text.splitlines()
    tap.say(text)
    if status and 'unshare' in text:
        tap.skip('a user namespace of one\'s own', text.strip())
        return
    tap.equal(status, 0, 'a user namespace of one\'s own')
    tap.ok('own True 1' in lines, 'he sees his own namespace, and one only')
    tap.ok('all True' in lines, 'all namespaces are his own one')
    tap.ok('info False False False' in lines,
           "info leaves out what counts for the whole machine")
    refused = [line for line in lines if line.startswith('fd ')]
    tap.ok(len(refused) == 3 and all(
        line.startswith(f'fd {errno.EPERM} ') and 'CAP_NET_ADMIN' in line
        for line in refused),
        'another namespace: EPERM, and extack says what it takes', refused)


def plain_user(tap):
    """Without any privilege: the own namespace, by both ways."""
    status, text = swlib.run('setpriv', '--reuid=65534', '--regid=65534',
                             '--clear-groups', 'cat', swlib.PROC)
    tap.equal((status, text.splitlines()[:1]), (0, ['sockwatch 1']),
              'anybody may read /proc/sockwatch')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load()
    try:
        for part in (new_namespace, two_at_once, moved_socket, across,
                     killed_inside, many, privileges, plain_user):
            try:
                part(tap)
            except Exception as error:      # the other parts still tell
                tap.ok(False, part.__name__, repr(error))
    finally:
        swlib.unload()
    tap.done()


main()
