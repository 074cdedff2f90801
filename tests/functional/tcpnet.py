# SPDX-License-Identifier: GPL-2.0
"""Two hosts on one wire for the tests of TCP, and what may happen to them.

A host is a network namespace; the wire is a veth pair.  Neighbours are
written down, so that nothing but TCP is lost when a direction is blocked, and
some of them do not exist: what is sent to those is never answered.  No packet
filter is needed: netem loses what shall be lost, and a raw socket sends what
no connection of this kernel would.
"""
import collections
import contextlib
import ctypes
import itertools
import select
import socket
import struct
import subprocess
import time

import diag
import genl
import swlib
from swlib import libc

INET, INET6 = 2, 10
IPPROTO_MPTCP = 262
FIN, SYN, RST, ACK = 1, 2, 4, 16
# What exists nowhere, but has a neighbour entry on both sides.
NOBODY4, NOBODY6 = '10.77.0.99', 'fd77::99'
# By kind of connection.
NOBODIES = {'4': NOBODY4, '6': NOBODY6, 'mapped': '::ffff:' + NOBODY4}
LOOPBACK = {'4': '127.0.0.1', '6': '::1', 'mapped': '::ffff:127.0.0.1'}
SS_STATES = {'ESTAB': 'established', 'UNCONN': 'close'}
ports = itertools.count(20000)
wires = itertools.count(1)


class Host(swlib.Namespace):
    """A namespace, a netlink socket in it, and its end of the wire."""

    def __init__(self, name, number):
        super().__init__(name)
        self.number = number
        self.device = None
        self.blocked = False
        with self.inside():
            self.client = genl.Genl()

    def run(self, *command):
        with self.inside():
            status, text = swlib.run(*command)
        if status:
            raise RuntimeError(f'{" ".join(command)}: {text}')
        return text

    def socket(self, family, kind=socket.SOCK_STREAM, protocol=0):
        with self.inside():
            return socket.socket(family, kind, protocol)

    def sysctl(self, name, value):
        path = '/proc/sys/net/' + name.replace('.', '/')
        with self.inside(), open(path, 'w', encoding='ascii') as file:
            file.write(f'{value}\n')

    def mib(self):
        """Every counter of /proc/net/snmp, netstat and snmp6."""
        values = {}
        with self.inside():
            for name in ('snmp', 'netstat'):
                with open(f'/proc/thread-self/net/{name}',
                          encoding='ascii') as file:
                    lines = file.read().splitlines()
                for names, numbers in zip(lines[::2], lines[1::2]):
                    prefix, *names = names.split()
                    for key, number in zip(names, numbers.split()[1:]):
                        values[prefix[:-1] + key] = int(number)
        return values

    def address(self, kind):
        """Where others reach it by a kind of connection."""
        return {'4': f'10.77.0.{self.number}', '6': f'fd77::{self.number}',
                'mapped': f'::ffff:10.77.0.{self.number}'}[kind]

    def ss(self):
        """[(family, state, local port, peer port)] as ss lists them."""
        with self.inside():
            status, text = swlib.run('ss', '-tanH')
        if status:
            raise RuntimeError(text)
        return [ss_row(line.split()) for line in text.splitlines()]

    def dump(self):
        """The same by sock_diag, where ss has it from, and many times
        quicker."""
        rows = []
        with self.inside():
            for family in (INET, INET6):
                request = struct.pack('=BBBBI48x', family,
                                      socket.IPPROTO_TCP, 0, 0, diag.ALL)
                rows += [(family, genl.STATES[answer[1]],
                          *struct.unpack_from('!HH', answer, 4))
                         for answer in diag.dump(request, 72)]
        return rows

    def netem(self, *words):
        """What the wire does to what this host sends; nothing without."""
        if words:
            self.run('tc', 'qdisc', 'replace', 'dev', self.device, 'root',
                     'netem', *words)
        else:
            with self.inside():
                swlib.run('tc', 'qdisc', 'del', 'dev', self.device, 'root')

    def block(self):
        """Lose whatever this host sends, without telling it."""
        if not self.blocked:
            self.netem('loss', '100%')
        self.blocked = True

    def unblock(self):
        if self.blocked:
            self.netem()
        self.blocked = False

    def lost(self):
        """Packets that netem has dropped since it is there."""
        text = self.run('tc', '-s', 'qdisc', 'show', 'dev', self.device)
        return int(text.split('dropped ')[1].split(',')[0])

    def delete(self):
        self.client.close()
        super().delete()


def ss_row(words):
    state = SS_STATES.get(words[0], words[0].lower())
    local, peer = words[3], words[4]
    # An any address that takes IPv4 too is a star.
    family = INET6 if local[0] in '[*' else INET
    return (family, state) + tuple(
        int(port) if (port := name.rpartition(':')[2]).isdigit() else 0
        for name in (local, peer))


class Wire:
    """The two hosts, c for the client and s for the server."""

    def __init__(self):
        number = next(wires)
        self.c, self.s = Host(f'c{number}.', 1), Host(f's{number}.', 2)
        self.hosts = self.c, self.s
        names = self.c.name, self.s.name
        macs = '02:00:00:00:77:01', '02:00:00:00:77:02'
        self.c.run('ip', 'link', 'add', names[0], 'address', macs[0], 'type',
                   'veth', 'peer', 'name', names[1], 'address', macs[1],
                   'netns', self.s.name)
        for host, name, mac in zip(self.hosts, names, reversed(macs)):
            host.device = name
            other = 3 - host.number
            lines = [f'addr add 10.77.0.{host.number}/24 dev {name}',
                     f'addr add fd77::{host.number}/64 dev {name} nodad',
                     f'link set {name} up']
            for address, lladdr in ((f'10.77.0.{other}', mac),
                                    (f'fd77::{other}', mac),
                                    (NOBODY4, '02:00:00:00:77:99'),
                                    (NOBODY6, '02:00:00:00:77:99')):
                lines.append(f'neigh replace {address} lladdr {lladdr} dev '
                             f'{name} nud permanent')
            batch(host, lines)

    def unblock(self):
        for host in self.hosts:
            host.unblock()

    def delete(self):
        for host in self.hosts:
            host.delete()


def batch(host, lines):
    with host.inside():
        done = subprocess.run(['ip', '-batch', '-'], text=True, check=False,
                              input='\n'.join(lines) + '\n',
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(done.stdout)


# Sockets --------------------------------------------------------------------

def family_of(kind):
    return INET if kind == '4' else INET6


def listen(host, kind, port, backlog=64, protocol=0):
    sock = host.socket(family_of(kind), protocol=protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if kind != '4':
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY,
                        int(kind == '6'))
    sock.bind(('::' if kind != '4' else '0.0.0.0', port))
    sock.listen(backlog)
    sock.settimeout(swlib.PATIENCE_S)
    return sock


def start_connect(host, kind, address, port, bind=0, protocol=0):
    """A socket whose connect() is under way."""
    sock = host.socket(family_of(kind), protocol=protocol)
    sock.setblocking(False)
    if bind:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(('::' if kind != '4' else '0.0.0.0', bind))
    with contextlib.suppress(BlockingIOError):
        sock.connect((address, port))
    return sock


def wait_connected(sock):
    """Returns the errno with which connect() ended."""
    select.select([], [sock], [], swlib.PATIENCE_S)
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def reset(sock):
    """Close so that the peer gets a RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack('ii', 1, 0))
    sock.close()


def disconnect(sock):
    """connect() to AF_UNSPEC."""
    if libc.connect(sock.fileno(), bytes(16), 16):
        raise OSError(ctypes.get_errno(), 'connect to AF_UNSPEC')


def connection(wire, kind):
    """The two ends of one over the wire, the listener closed."""
    port = next(ports)
    with listen(wire.s, kind, port) as listener:
        client = start_connect(wire.c, kind, wire.s.address(kind),
                                      port)
        child = listener.accept()[0]
        wait_connected(client)
    client.setblocking(True)
    client.settimeout(swlib.PATIENCE_S)
    child.settimeout(swlib.PATIENCE_S)
    return client, child


# Segments -------------------------------------------------------------------

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def send_segment(host, source, target, flags, seq, ack=0):
    """A segment with nothing in it, from (address, port) to another: the
    host need not have that address."""
    family = INET6 if ':' in target[0] else INET
    ends = (socket.inet_pton(family, source[0])
            + socket.inet_pton(family, target[0]))
    head = struct.pack('!HHIIBBHHH', source[1], target[1], seq & 0xffffffff,
                       ack & 0xffffffff, 5 << 4, flags, 65535, 0, 0)
    pseudo = ends + struct.pack('!IHH', len(head), 0, socket.IPPROTO_TCP)
    total = struct.pack('!H', checksum(pseudo + head))
    head = head[:16] + total + head[18:]
    if family == INET:
        packet = struct.pack('!BBHHHBBH', 0x45, 0, 40, 0, 0, 64,
                             socket.IPPROTO_TCP, 0) + ends + head
    else:
        packet = struct.pack('!IHBB', 6 << 28, len(head),
                             socket.IPPROTO_TCP, 64) + ends + head
    with host.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.sendto(packet, (target[0], 0))


Segment = collections.namedtuple('Segment',
                                 'source target seq ack flags length')


class Sniffer:
    """What a host's end of the wire sees."""

    def __init__(self, host):
        self.socket = host.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                  socket.htons(3))
        self.socket.bind((host.device, 3))
        self.socket.setblocking(False)
        self.seen = []

    def segments(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                found = parse_segment(self.socket.recv(2048))
                if found:
                    self.seen.append(found)
        return self.seen

    def last(self, source, flags):
        """The last one from a port with these flags, or None."""
        found = [segment for segment in self.segments()
                 if segment.source[1] == source
                 and segment.flags & flags == flags]
        return found[-1] if found else None

    def close(self):
        self.socket.close()


def parse_segment(data):
    if data[0] >> 4 == 4 and data[9] == socket.IPPROTO_TCP:
        family, ends, end = INET, data[12:20], struct.unpack('!H',
                                                             data[2:4])[0]
        head = data[(data[0] & 15) * 4:end]
    elif data[0] >> 4 == 6 and data[6] == socket.IPPROTO_TCP:
        family, ends = INET6, data[8:40]
        head = data[40:40 + struct.unpack('!H', data[4:6])[0]]
    else:
        return None
    half = len(ends) // 2
    sport, dport, seq, ack, offset, flags = struct.unpack_from('!HHIIBB',
                                                               head)
    return Segment((socket.inet_ntop(family, ends[:half]), sport),
                   (socket.inet_ntop(family, ends[half:]), dport),
                   seq, ack, flags, len(head) - (offset >> 4) * 4)


# The truth ------------------------------------------------------------------

def states_of(rows, port):
    """The states of the sockets with this port at either end."""
    return sorted(state for _, state, *ends in rows if port in ends)


class Look:
    """What sock_diag lists on a host, and what sockwatch counts meanwhile.
    That ss lists the same is a case of states_census.py: to start it here
    would be half of the time of the tests that look."""

    def __init__(self, host):
        self.name = host.name
        before = host.client.states()
        self.rows = host.dump()
        self.counted = host.client.states()
        self.moving = before != self.counted

    def shown(self, port):
        """The states in which the sockets of a port are listed."""
        return states_of(self.rows, port)

    def differences(self, by_family=True):
        """Lines for what the two do not agree on; none is what we want.
        Nothing is listed that is closed."""
        if self.moving:
            return [f'{self.name}: the numbers still move']
        truth = collections.Counter(row[:2] for row in self.rows)
        counted = self.counted
        if not by_family:
            counted, truth = both_families(counted), both_families(truth)
        lines = []
        for family, state in sorted(set(counted) | set(truth), key=str):
            count, wanted = counted.get((family, state)), truth[family, state]
            if state == 'close':
                if count is None or count < 0 or count > 1 << 32:
                    lines.append(f'{self.name}: {family} close is {count}')
            elif count != wanted:
                lines.append(f'{self.name}: {family} {state}: {count}, and '
                             f'sock_diag lists {wanted}')
        return lines


def both_families(counts):
    total = collections.Counter()
    for (_, state), count in counts.items():
        total['both', state] += count or 0
    return total


def wait_agreement(hosts, by_family=True, patience_s=None):
    """Lines that still differ at the end of patience."""
    lines = None

    def agree():
        nonlocal lines
        lines = [line for host in hosts
                 for line in Look(host).differences(by_family)]
        return not lines
    swlib.wait_for(agree, patience_s or swlib.PATIENCE_S / 2)
    return lines


def hold(seconds):
    """A time that is part of what is measured, never one to wait for
    something."""
    time.sleep(seconds)


def attempt(tap, name, function, *args):
    """A part of a test: what breaks off is a failed case, and the rest goes
    on."""
    try:
        function(*args)
    except (OSError, ValueError, TypeError, KeyError) as error:
        tap.ok(False, f'{name}: broke off', repr(error))


def run_parts(tap, parts, only=()):
    """Each part with each kind of connection on one wire, with the module
    loaded."""
    swlib.load(max_kinds=256)
    wire = Wire()
    try:
        for part in parts:
            for kind in ('4', '6'):
                if not only or part.__name__ in only:
                    attempt(tap, f'{part.__name__}, {kind}', part, tap, wire,
                            kind)
                    wire.unblock()
        wire.delete()
    finally:
        swlib.unload()
