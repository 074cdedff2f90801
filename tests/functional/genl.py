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
(GET_INFO, GET_COUNTERS, GET_FAILURES, GET_STATES, GET_TRANSITIONS,
 GET_LATENCY, GET_TCP, GET_OPTIONS, GET_LISTENERS, GET_SOCKETS, MONITOR,
 EVENT, GET_SAMPLES, RESET) = range(1, 15)
(PAD, NETNS_FD, NETNS_PID, ALL_NETNS, NETNS, TIME_NS, ROWS, VERSION, FAMILY,
 TYPE, PROTOCOL, ATTEMPTS, FAILURES, CREATED, KERNEL, ACCEPTED, PREEXISTING,
 RELEASED, OPEN, KERNEL_OPEN, CLONED, UNACCEPTED, LOST, OPERATION, ERRNO,
 COUNT, MAX_KINDS, KINDS, MAX_SOCKETS, TRACKED, UNTRACKED, DISCARDED,
 CENSUS_NS, HOOK, STATE, SOCKETS, ENTERED, FROM, TO, METRIC, SCOPE, SUM_NS,
 MAX_NS, BUCKETS, UNKNOWN, RETRANSMITS, SYNACK_RETRANSMITS, RESETS_SENT,
 RESETS_RECEIVED, OPTION, NAME, TOTAL, ADDRESS, PORT, BACKLOG, QUEUE, DROPS,
 PID, COMM, UID, MAX_LISTENERS, LISTENERS_LOST, NO_MEMORY, FILTER, ORIGIN,
 PEER_ADDRESS, PEER_PORT, PATH, AGE_NS, STATE_AGE_NS, CGROUP, ID,
 INODE, SEQ, EVENTS, EVENTS_SENT, EVENTS_LOST, EVENTS_OVERRUN, SLOWEST,
 MEMORY_BYTES, MEMORY_MAX_BYTES, TABLE_BYTES) = range(1, 83)
NAMES = '''pad netns_fd netns_pid all_netns netns time_ns rows version family
    type protocol attempts failures created kernel accepted preexisting
    released open kernel_open cloned unaccepted lost operation errno count
    max_kinds kinds max_sockets tracked untracked discarded census_ns hook
    state sockets entered from to metric scope sum_ns max_ns buckets unknown
    retransmits synack_retransmits resets_sent resets_received option name
    total address port backlog queue drops pid comm uid max_listeners
    listeners_lost no_memory filter origin peer_address peer_port path age_ns
    state_age_ns cgroup id inode seq events events_sent events_lost
    events_overrun slowest memory_bytes memory_max_bytes
    table_bytes'''.split()
HOOK_NAMES = 'pad name kind required attached hits missed timed time_ns'.split()

CREATE, CONNECT = 1, 2          # operations
METRICS = ('', 'socket_create', 'tcp_connect', 'tcp_handshake',
           'tcp_accept_queue', 'tcp_lifetime', 'tcp_rtt', 'unix_accept_queue',
           'time_in_state')
SCOPES = (None, 'local', 'remote')
STATES = ('', 'established', 'syn-sent', 'syn-recv', 'fin-wait-1',
          'fin-wait-2', 'time-wait', 'close', 'close-wait', 'last-ack',
          'listen', 'closing')
OPTIONS = ('', 'nodelay', 'cork', 'sack', 'timestamps', 'wscale', 'ecn',
           'keepalive', 'fastopen', 'congestion', 'connected')
OPEN_END = (1 << 64) - 1
ORIGINS = (None, 'socket', 'kernel', 'accept', 'preexisting', 'queued')
# The codes and the fields of a filter, and the fields by their sorts.
AND, OR, NOT, TRUE, FALSE, EQ, LT, GT, IN = range(1, 10)
FIELDS = '''family type protocol state origin port peer_port address
    peer_address pid uid comm cgroup age_ns state_age_ns id'''.split()
SMALL = ('family', 'type', 'state', 'origin')
RAW = ('address', 'peer_address', 'path')

TEXTS = ('version', 'name', 'comm')
REQUEST, ACK, DUMP = 1, 4, 0x300
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
        elif name in TEXTS or (names is HOOK_NAMES and name == 'kind'):
            result[name] = payload.rstrip(b'\0').decode('utf-8', 'replace')
        elif name in RAW:
            result[name] = payload
        elif name == 'buckets':
            result[name] = list(struct.iter_unpack('=QQ', payload))
        elif name != 'pad':
            result[name] = number(payload) if payload else True
    return result


def op(code, field=0, value=0, prefix=0):
    """A step of a filter; field is a name, value a number or bytes."""
    field = FIELDS.index(field) + 1 if field else 0
    length = len(value) if field and FIELDS[field - 1] in RAW else 0
    if isinstance(value, int):
        value = value.to_bytes(8, 'little')
    return struct.pack('=BBBBI16s', code, field, length, prefix, 0, value)


def filter_of(*ops):
    return attribute(FILTER, b''.join(ops))


class Histogram:
    """One histogram; values are the middles of buckets."""

    def __init__(self, row=None):
        row = row or {'count': 0, 'sum_ns': 0, 'max_ns': 0}
        self.count, self.sum_ns = row['count'], row['sum_ns']
        self.max_ns = row['max_ns']
        self.buckets = row.get('buckets', [])

    def faults(self):
        """What is wrong with it in itself."""
        bounds = [bound for bound, _ in self.buckets]
        known = {((4 + n % 4) << n // 4) * 128 for n in range(113)}
        lines = []
        if bounds != sorted(set(bounds)):
            lines.append(f'bounds do not rise: {bounds}')
        if set(bounds) - known - {OPEN_END}:
            lines.append(f'no such bounds: {bounds}')
        if sum(count for _, count in self.buckets) != self.count:
            lines.append(f'buckets are not count {self.count}: '
                         f'{self.buckets}')
        if self.count and not (self.max_ns <= self.sum_ns
                               <= self.max_ns * self.count):
            lines.append(f'sum {self.sum_ns}, max {self.max_ns}, count '
                         f'{self.count}')
        return lines

    def quantile(self, part):
        """In nanoseconds; None without samples."""
        left = max(1, -int(-self.count * part // 1))
        for bound, count in self.buckets:
            left -= count
            if left <= 0:
                if bound == OPEN_END:
                    return self.max_ns
                return min((lower(bound) + bound) // 2, self.max_ns)
        return None


def lower(bound):
    """The bound below."""
    bounds = [0] + [((4 + n % 4) << n // 4) * 128 for n in range(113)]
    return bounds[bounds.index(bound) - 1]


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
        """{(family, type, protocol, errno): count} of the own namespace, of
        attempts to make a socket"""
        return self.failed(CREATE, payload)

    def connect_failures(self, payload=b''):
        """The same of connect(); errno is -1 where it is not known."""
        return self.failed(CONNECT, payload)

    def failed(self, operation, payload):
        result = {}
        for row in self.request(GET_FAILURES, DUMP, payload):
            if 'count' in row and row['operation'] == operation:
                key = self.kind(row) + (row.get('errno', -1),)
                result[key] = result.get(key, 0) + row['count']
        return result

    def rows(self, command, payload=b''):
        """The rows of the own namespace, which must be as many as the head
        promises."""
        head, *rows = self.request(command, DUMP, payload)
        if len(rows) != head['rows']:
            raise ValueError(f'{head["rows"]} rows promised, '
                             f'{len(rows)} came')
        return rows

    def states(self):
        """{(family, state): sockets}, None where that is not known"""
        return {(row['family'], STATES[row['state']]): row.get('sockets')
                for row in self.rows(GET_STATES)}

    def entered(self):
        """{(family, state): how often a socket came into it}"""
        return {(row['family'], STATES[row['state']]): row.get('entered')
                for row in self.rows(GET_STATES)}

    def transitions(self):
        """{(family, from, to): count}; from is None for a child"""
        return {(row['family'],
                 STATES[row['from']] if 'from' in row else None,
                 STATES[row['to']]): row['count']
                for row in self.rows(GET_TRANSITIONS)}

    def latency(self, payload=b''):
        """{(metric, family, scope, state): Histogram}"""
        result = {}
        for row in self.rows(GET_LATENCY, payload):
            if 'unknown' not in row:
                key = (METRICS[row['metric']], row['family'],
                       SCOPES[row.get('scope', 0)],
                       STATES[row.get('state', 0)] or None)
                if key in result:
                    raise ValueError(f'a second row: {key}')
                result[key] = Histogram(row)
        return result

    def unknown(self):
        """{(metric, family): times that could not be known}"""
        return {(METRICS[row['metric']], row['family']): row['unknown']
                for row in self.rows(GET_LATENCY) if 'unknown' in row}

    def tcp(self):
        """{(family, scope): row} of retransmits and resets"""
        return {(row['family'], SCOPES[row['scope']]): row
                for row in self.rows(GET_TCP)}

    def options(self):
        """{(family, protocol, option, name): (count, total)}"""
        return {(row['family'], row['protocol'], OPTIONS[row['option']],
                 row.get('name')): (row['count'], row['total'])
                for row in self.rows(GET_OPTIONS)}

    def listeners(self):
        return self.rows(GET_LISTENERS)

    def sockets(self, payload=b''):
        """[row] of one namespace, with its head before them"""
        (found,) = self.sockets_by_netns(payload).values()
        return found

    def sockets_by_netns(self, payload=b''):
        """{netns: [row]}; each namespace has one head, before its rows"""
        result = {}
        for row in self.request(GET_SOCKETS, DUMP, payload):
            if 'time_ns' in row:
                if row['netns'] in result or 'family' in row:
                    raise ValueError(f'a second head: {row}')
                result[row['netns']] = []
            else:
                result[row['netns']].append(row)
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
