#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
"""`open` against two independent truths.

Descriptors: for every kind, open - kernel_open is the number of socket inodes
in all of /proc/PID/fd.  Measured in an empty system, with one socket of every
usable kind, at every quiet moment of some scenarios, and when the module is
loaded while all that is open.

sock_diag: for a set of sockets which the families list (bound, listening,
connected), open - kernel_open is the number of entries that have an inode,
and the inodes are those of the descriptors.  In a namespace made while the
module is loaded, kernel_open of netlink is the number of entries without."""
import collections
import socket
import sys

import diag
import swlib
import truth
import zoo

SCENARIOS = '''each pairs tcp4 tcp_mapped unix_path unix_seqpacket vsock mptcp4
    mptcp_tcp_client sctp sctp_peeloff dccp alg tcp4_unaccepted
    unix_unaccepted tcp4_accept_fails unix_accept_fails fastopen shared
    killed tcp4_reconnect sent_and_received uring'''.split()
# The family of a socket that IPV6_ADDRFORM turned is no longer the one it is
# counted under, so the *_addrform scenarios are not among them.  A slow kernel
# has a third of them here; exact.py has all of them there too.
if swlib.SCALE > 1:
    SCENARIOS = SCENARIOS[::3]


def measured(rows, held):
    """The difference in words, for the record."""
    counted = {kind: row['open'] - row['kernel_open']
               for kind, row in rows.items()}
    kinds = [kind for kind in counted if counted[kind] or held[kind]]
    off = sum(abs(counted[kind] - held[kind]) for kind in kinds)
    return (f'{sum(held.values())} sockets of {len(kinds)} kinds held by '
            f'processes, difference {off}; held by the kernel: '
            f'{rows.total("kernel_open")}')


def agree(tap, name, hidden=None):
    rows = held = lines = None

    def same():
        nonlocal rows, held, lines
        rows, held = swlib.read_rows(), truth.counts()
        lines = truth.disagreement(rows, hidden=hidden, held=held)
        return not lines
    swlib.wait_for(same)
    tap.say(measured(rows, held))
    return tap.ok(not lines, name, '\n'.join(lines))


def hidden_of(ledger):
    return {kind: row['hidden'] for kind, row in ledger.kinds.items()
            if row['hidden']}


def with_zoo(tap, names, kinds, reload):
    """Each quiet moment of the zoo; reload: load the module there."""
    driver = zoo.Zoo(names, kinds)
    name, skipped = '', False
    try:
        for event, text, ledger in driver.steps():
            if event == 'begin':
                name, skipped = text, False
            elif event in ('skip', 'broken'):
                tap.say(f'{name}: {text}')
                skipped = True
            elif event == 'at' and not skipped and text != 'end':
                if reload:
                    swlib.unload()
                    swlib.load(max_kinds=256)
                agree(tap, f'{name}, at "{text}"'
                      + (', found by the census' if reload else ''),
                      hidden_of(ledger))
    finally:
        driver.stop()
    tap.equal(driver.process.returncode, 0, 'the zoo came to its end')


class Show:
    """Sockets that sock_diag lists: bound, listening or connected."""

    def __init__(self):
        self.open = []
        for family, host in ((socket.AF_INET, '127.0.0.1'),
                             (socket.AF_INET6, '::1')):
            self.streams(family, host, 0)
            self.streams(family, host, 262)
            for protocol in (17, 136):
                self.add(family, socket.SOCK_DGRAM, protocol, (host, 0))
        for sock_type in (1, 2, 5):
            self.add(socket.AF_UNIX, sock_type, 0, None)
            self.open += socket.socketpair(socket.AF_UNIX, sock_type)
        for protocol in (0, 16, 15):
            self.add(socket.AF_NETLINK, socket.SOCK_RAW, protocol, (0, 0))
        self.add(socket.AF_PACKET, socket.SOCK_RAW, 0, None)
        self.add(socket.AF_PACKET, socket.SOCK_DGRAM, 0, None)

    def add(self, family, sock_type, protocol, address):
        try:
            sock = socket.socket(family, sock_type, protocol)
        except OSError:
            return None         # this kernel has none: nothing to compare
        self.open.append(sock)
        if address is not None:
            sock.bind(address)
        return sock

    def streams(self, family, host, protocol):
        """A listener and two connections of it."""
        listener = self.add(family, socket.SOCK_STREAM, protocol, (host, 0))
        if listener is None:
            return
        listener.listen(4)
        for _ in range(2):
            client = self.add(family, socket.SOCK_STREAM, protocol, None)
            client.connect(listener.getsockname())
            self.open.append(listener.accept()[0])

    def close(self):
        for sock in self.open:
            sock.close()


def quiet_rows(held, known):
    """The rows when what was there before is gone: an MPTCP socket is closed
    by a worker, some time after its descriptor."""
    wanted = collections.Counter(held.values())

    def quiet():
        rows = swlib.read_rows()
        return rows if all(
            rows[kind]['open'] - rows[kind]['kernel_open'] == wanted[kind]
            for kind in known if kind[2] == 262) else None

    return swlib.wait_for(quiet, 20) or swlib.read_rows()


def against_diag(tap):
    show = Show()
    held = truth.sockets()[swlib.netns_inode()]
    known = collections.Counter(
        sock_kind(sock) for sock in show.open)
    rows = quiet_rows(held, known)
    for name, dump in sorted(diag.DUMPS.items()):
        try:
            entries = dump()
        except OSError as error:
            tap.skip(f'sock_diag: {name}', f'not here: {error}')
            continue
        check_dump(tap, name, entries, rows, held, known)
    show.close()


def sock_kind(sock):
    return tuple(sock.getsockopt(socket.SOL_SOCKET, name)
                 for name in (39, 3, 38))


def check_dump(tap, name, entries, rows, held, known):
    """Entries with an inode are exactly the descriptors of their kinds."""
    with_inode = collections.Counter(
        (family, sock_type, protocol)
        for family, sock_type, protocol, inode in entries
        # An MPTCP subflow has the inode of the socket above it.
        if held.get(inode) == (family, sock_type, protocol))
    lines = []
    for kind, count in known.items():
        if not covers(name, kind):
            continue
        row = rows[kind]
        counted = row['open'] - row['kernel_open']
        if counted != with_inode[kind] or counted < count:
            lines.append(f'{swlib.words(kind)}: open {row["open"]} - '
                         f'kernel_open {row["kernel_open"]}, sock_diag '
                         f'{with_inode[kind]}, made {count}')
    total = sum(with_inode.values())
    tap.ok(not lines, f'sock_diag: {name}: {total} sockets',
           '\n'.join(lines))


def covers(name, kind):
    family, sock_type, protocol = kind
    if name in ('unix', 'netlink', 'packet', 'vsock'):
        return family == swlib.FAMILIES[name]
    return name == f'{family} {sock_type} {protocol}'


def kernel_netlink(tap):
    """The kernel's netlink sockets of a namespace, one by one."""
    namespace = swlib.Namespace('truth')
    with namespace.inside():
        entries = diag.netlink()
        rows = swlib.read_rows()
    namespace.delete()
    listed = collections.Counter(
        protocol for _, _, protocol, inode in entries if not inode)
    counted = collections.Counter()
    for (family, _, protocol), row in rows.items():
        if family == 16 and row['kernel_open']:
            counted[protocol] += row['kernel_open']
    tap.ok(listed and counted == listed,
           'a new namespace: kernel_open of netlink is what sock_diag lists',
           f'sock_diag {dict(listed)}, counted {dict(counted)}')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    kinds = zoo.write_kinds()
    names = sys.argv[1:] or SCENARIOS
    swlib.load(max_kinds=256)
    try:
        agree(tap, 'nothing but the system')
        with_zoo(tap, names, kinds, False)
        with_zoo(tap, ['each', 'pairs', 'mptcp4', 'tcp_mapped',
                       'unix_path'], kinds, True)
        try:
            against_diag(tap)
        except OSError as error:
            tap.ok(False, 'sock_diag', repr(error))
        kernel_netlink(tap)
    finally:
        swlib.unload()
    tap.done()


main()
