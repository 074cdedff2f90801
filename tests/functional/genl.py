# SPDX-License-Identifier: GPL-2.0
"""A small generic netlink client for the tests, without any library.

The numbers are those of include/uapi/linux/sockwatch.h.  Its one socket is of
the kind (netlink, raw, genl) in the namespace where it was opened: open it
before the numbers are read for the first time.
"""
import os
import socket
import struct

GENL = 16
CONTROL = 16                    # GENL_ID_CTRL
GET_INFO, GET_COUNTERS, GET_FAILURES = 1, 2, 3
(PAD, NETNS_FD, NETNS_PID, ALL_NETNS, NETNS, TIME_NS, ROWS, VERSION, FAMILY,
 TYPE, PROTOCOL, ATTEMPTS, FAILURES, CREATED, KERNEL, ACCEPTED, PREEXISTING,
 RELEASED, OPEN, KERNEL_OPEN, CLONED, UNACCEPTED, LOST, OPERATION, ERRNO,
 COUNT, MAX_KINDS, KINDS, MAX_SOCKETS, TRACKED, UNTRACKED, DISCARDED,
 CENSUS_NS, HOOK) = range(1, 35)
NAMES = '''pad netns_fd netns_pid all_netns netns time_ns rows version family
    type protocol attempts failures created kernel accepted preexisting
    released open kernel_open cloned unaccepted lost operation errno count
    max_kinds kinds max_sockets tracked untracked discarded census_ns
    hook'''.split()
HOOK_NAMES = 'pad name kind required attached hits missed'.split()

REQUEST, DUMP = 1, 0x300
ERROR, DONE = 2, 3
CAPPED, ACK_TLVS = 0x100, 0x200
OTHER = (-1, -1, -1)


class NetlinkError(OSError):
    """The kernel said no; text is what it said (extack) or ''."""

    def __init__(self, number, text):
        super().__init__(number, text or os.strerror(number))
        self.text = text


def attribute(kind, payload):
    data = struct.pack('=HH', 4 + len(payload), kind) + payload
    return data + bytes(-len(data) % 4)


def split(data):
    """(type, payload) of each attribute."""
    while len(data) >= 4:
        length, kind = struct.unpack_from('=HH', data)
        if length < 4 or length > len(data):
            raise ValueError('broken attribute')
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def number(payload):
    return int.from_bytes(payload, 'little')


def decode(data, names=None):
    names = names or NAMES
    result = {}
    for kind, payload in split(data):
        name = names[kind - 1] if 0 < kind <= len(names) else str(kind)
        if name == 'hook':
            result.setdefault('hooks', []).append(decode(payload, HOOK_NAMES))
        elif name == 'version' or (names is HOOK_NAMES
                                   and name in ('name', 'kind')):
            result[name] = payload.rstrip(b'\0').decode()
        elif name != 'pad':
            result[name] = number(payload) if payload else True
    return result


class Genl:
    """One socket; the family's number is looked up for each request, since
    it changes when the module is loaded again."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENL)
        self.socket.bind((0, 0))
        self.socket.setsockopt(270, 11, 1)      # NETLINK_EXT_ACK
        self.socket.settimeout(30)
        self.sequence = 0

    def close(self):
        self.socket.close()

    def family(self, name='sockwatch'):
        payload = attribute(2, name.encode() + b'\0')
        for data in self.exchange(CONTROL, 3, 0, payload):
            for kind, value in split(data):
                if kind == 1:
                    return number(value)
        raise NetlinkError(2, 'no id')

    def exchange(self, family, command, flags, payload):
        """The attributes of each message that answers."""
        self.sequence += 1
        header = struct.pack('=IHHII', 20 + len(payload), family,
                             REQUEST | flags, self.sequence, 0)
        self.socket.send(header + struct.pack('=BBH', command, 1, 0)
                         + payload)
        answers = []
        while True:
            data = self.socket.recv(1 << 18)
            while data:
                length, kind, mflags, sequence, _ = struct.unpack_from(
                    '=IHHII', data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if sequence != self.sequence:
                    continue
                if kind in (ERROR, DONE):
                    self.check(kind, body, mflags)
                    return answers
                answers.append(body[4:])
                if not flags & DUMP:
                    return answers

    @staticmethod
    def check(kind, body, flags):
        """Raise what an ERROR or the DONE of a dump says."""
        status = struct.unpack_from('=i', body)[0] if len(body) >= 4 else 0
        if not status:
            return
        start, text = 4, ''
        if kind == ERROR:       # the request follows, or its header alone
            length = struct.unpack_from('=I', body, 4)[0]
            start += 16 if flags & CAPPED else (length + 3) & ~3
        if flags & ACK_TLVS:
            said = dict(split(body[start:]))
            text = said.get(1, b'').rstrip(b'\0').decode()
        raise NetlinkError(-status, text)

    def request(self, command, flags=0, payload=b''):
        return [decode(data) for data in self.exchange(
            self.family(), command, flags, payload)]

    def info(self, payload=b''):
        return self.request(GET_INFO, 0, payload)[0]

    def counters(self, payload=b''):
        """{netns: {kind: row}}"""
        return self.by_netns(GET_COUNTERS, payload, lambda row: row)

    def failures(self, payload=b''):
        """{(family, type, protocol, errno): count} of the own namespace"""
        result = {}
        for row in self.request(GET_FAILURES, DUMP, payload):
            if 'count' in row:
                key = self.kind(row) + (row.get('errno', -1),)
                result[key] = result.get(key, 0) + row['count']
        return result

    @staticmethod
    def kind(row):
        if 'family' not in row:
            return OTHER
        return row['family'], row['type'], row['protocol']

    def by_netns(self, command, payload, value):
        result, promised = {}, {}
        for row in self.request(command, DUMP, payload):
            rows = result.setdefault(row['netns'], {})
            if 'rows' in row:
                promised[row['netns']] = row['rows']
            else:
                rows[self.kind(row)] = value(row)
        for netns, rows in result.items():
            if len(rows) != promised[netns]:
                raise ValueError(f'{promised[netns]} rows promised, '
                                 f'{len(rows)} came')
        return result
