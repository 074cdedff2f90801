# SPDX-License-Identifier: GPL-2.0
"""What the functional tests share: TAP, the module, its numbers, the zoo.

A test reads /proc/sockwatch, which makes no socket, and generic netlink by
genl.py's own small client, so that the numbers are held against something
that shares no code with the command.
"""
import contextlib
import ctypes
import errno
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROC = '/proc/sockwatch'
KO = os.environ.get('SOCKWATCH_KO', 'sockwatch.ko')
COMMAND = os.environ.get('SOCKWATCH', 'sockwatch')
KERNEL = os.environ.get('SW_KERNEL', 'stock')
SCALE = int(os.environ.get('SW_SCALE', '1'))
BIN = os.environ.get('SW_TESTS', HERE + '/../out/functional')
TMP = os.environ.get('SW_TMP', '/tmp')
# Longer than anything takes; a test waits for a condition, not for a time.
PATIENCE_S = 20 if KERNEL == 'stock' else 90
libc = ctypes.CDLL(None, use_errno=True)
DELETE_MODULE, FINIT_MODULE = 176, 313      # system calls of x86-64

COLUMNS = ('attempts failures created kernel accepted preexisting released '
           'open kernel_open cloned unaccepted lost').split()
OTHER = (-1, -1, -1)

# Everything that brings socket families, diag modules or a wire; a kernel
# without modules has them built in or has them not.
MODULES = '''af_alg algif_hash algif_skcipher algif_rng algif_aead sha1_generic
    sctp sctp_diag tipc vsock vsock_loopback vsock_diag af_key can can-raw
    can-bcm can-isotp can-j1939 llc2 pppoe pptp l2tp_ppp l2tp_ip l2tp_ip6 rds
    smc smc_diag kcm qrtr phonet nfc bluetooth bnep rfcomm hidp rxrpc
    ieee802154_socket atm mISDN_core dccp_ipv4 dccp_ipv6 nfnetlink xfrm_user
    inet_diag tcp_diag udp_diag raw_diag unix_diag netlink_diag packet_diag
    mptcp_diag tun xsk_diag tipc_diag veth sch_netem tcp_dctcp'''.split()


class Tap:
    """Results as they come, the plan at the end."""

    def __init__(self):
        self.count = self.failed = 0

    def say(self, text):
        for line in str(text).splitlines():
            print('# ' + line, flush=True)

    def ok(self, good, name, detail=''):
        self.count += 1
        if not good:
            self.failed += 1
            self.say(detail)
        print(f'{"ok" if good else "not ok"} {self.count} - {name}',
              flush=True)
        return bool(good)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f'got {got!r}, not {wanted!r}')

    def skip(self, name, reason):
        self.count += 1
        print(f'ok {self.count} - {name} # SKIP {reason}', flush=True)

    def done(self):
        print(f'1..{self.count}', flush=True)
        sys.exit(1 if self.failed else 0)


def run(*command, **options):
    """Status and what the command printed."""
    options.setdefault('stdin', subprocess.DEVNULL)
    options.setdefault('timeout', PATIENCE_S * 6)
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          errors='replace', **options)
    return done.returncode, done.stdout


def wait_for(condition, patience_s=None):
    """What condition() says as soon as it is true, or the last time."""
    deadline = time.monotonic() + (patience_s or PATIENCE_S)
    pause = 0.01
    while True:
        result = condition()
        if result or time.monotonic() > deadline:
            return result
        time.sleep(pause)
        pause = min(pause * 2, 0.2)


# The module -----------------------------------------------------------------

def loaded():
    return os.path.exists('/sys/module/sockwatch/refcnt')


def module_call(number, *args):
    """An errno, or 0.  insmod and rmmod take a slow kernel a second to start."""
    return ctypes.get_errno() if libc.syscall(number, *args) else 0


def try_load(words):
    """With parameters as one writes them; an errno, or 0."""
    with open(KO, 'rb') as file:
        return module_call(FINIT_MODULE, file.fileno(), words.encode(), 0)


def load(**params):
    error = try_load(' '.join(f'{name}={value}'
                              for name, value in params.items()))
    if error:
        raise RuntimeError(f'cannot load: {os.strerror(error)}\n'
                           f'{kernel_log()[-2000:]}')


def unload():
    """A dump on its way holds the module: then again, so soon that the moment
    in which none is under way is found."""
    deadline = time.monotonic() + PATIENCE_S
    while error := module_call(DELETE_MODULE, b'sockwatch', os.O_NONBLOCK):
        if error != errno.EAGAIN or time.monotonic() > deadline:
            raise RuntimeError(f'cannot unload: {os.strerror(error)}')
        time.sleep(0.001)


def kernel_log():
    return run('dmesg')[1]


def prepare():
    """Have every family there, and no module loaded behind our back: a
    request for one would run modprobe for each failing socket().  Once in a
    boot is enough."""
    mark = '/run/sockwatch-prepared'
    if not os.path.exists(mark):
        run('modprobe', '-a', '-q', *MODULES)
        with open(mark, 'w', encoding='ascii'):
            pass
    set_modprobe('')


def set_modprobe(path):
    """Returns the former path; None where the kernel has no modules."""
    name = '/proc/sys/kernel/modprobe'
    if not os.path.exists(name):
        return None
    with open(name, encoding='ascii') as file:
        old = file.read().strip()
    with open(name, 'w', encoding='ascii') as file:
        file.write(path + '\n')
    return old


# Names ----------------------------------------------------------------------

def read_names():
    with open(HERE + '/../../include/sockwatch_names.h',
              encoding='ascii') as file:
        text = file.read()
    families, types, protocols = {}, {}, {}
    for part, table in (('FAMILIES', families), ('TYPES', types)):
        body = text.split(f'SOCKWATCH_{part}(X)')[1].split('\n\n')[0]
        for number, name in re.findall(r'X\((\d+), "(.*?)"\)', body):
            table[name] = int(number)
    body = text.split('SOCKWATCH_IP_PROTOCOLS(X, f)')[1].split('\n\n')[0]
    for number, name in re.findall(r'X\(f, (\d+), "(.*?)"\)', body):
        protocols[2, name] = protocols[10, name] = int(number)
    for family, number, name in re.findall(
            r'X\((\d+), (\d+), "(.*?)"\)', text):
        protocols[int(family), name] = int(number)
    return families, types, protocols


FAMILIES, TYPES, PROTOCOLS = read_names()
FAMILY_NAMES = {number: name for name, number in FAMILIES.items()}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
PROTOCOL_NAMES = {(family, number): name
                  for (family, name), number in PROTOCOLS.items()}


def kind_of_words(family, sock_type, protocol):
    if family == 'other':
        return OTHER
    family = FAMILIES[family] if family in FAMILIES else int(family)
    sock_type = TYPES[sock_type] if sock_type in TYPES else int(sock_type)
    if (family, protocol) in PROTOCOLS:
        return family, sock_type, PROTOCOLS[family, protocol]
    return family, sock_type, int(protocol)


def rows_of_json(data):
    """Rows of `sockwatch -j show`; the row other has no kind."""
    rows = Rows()
    for row in data['sockets_by_kind']:
        parts = [row[name] for name in ('family', 'sock_type', 'protocol')]
        kind = OTHER if None in parts else kind_of_words(*map(str, parts))
        rows[kind] = Row({name: row[name] for name in COLUMNS})
    return rows


def words(kind):
    if kind == OTHER:
        return 'other'
    family, sock_type, protocol = kind
    return ','.join((FAMILY_NAMES.get(family, str(family)),
                     TYPE_NAMES.get(sock_type, str(sock_type)),
                     PROTOCOL_NAMES.get((family, protocol), str(protocol))))


# The numbers ----------------------------------------------------------------

class Row(dict):
    """The columns of one kind; zero where there is no row."""

    def __missing__(self, column):
        if column not in COLUMNS:
            raise KeyError(column)
        return 0


class Rows(dict):
    """Rows by (family, type, protocol)."""

    def __missing__(self, kind):
        return Row()

    def total(self, column):
        return sum(row[column] for row in self.values())


def parse_proc(text):
    lines = text.splitlines()
    if lines[0] != 'sockwatch 1':
        raise ValueError(f'version line: {lines[0]!r}')
    header = lines[1].split()
    if header[:15] != ['family', 'type', 'protocol'] + COLUMNS:
        raise ValueError(f'header line: {lines[1]!r}')
    rows = Rows()
    for line in lines[2:]:
        fields = line.split()
        if not fields:
            break               # sections follow
        if len(fields) != len(header):
            raise ValueError(f'row: {line!r}')
        kind = kind_of_words(*fields[:3])
        if kind in rows:
            raise ValueError(f'a second row: {line!r}')
        rows[kind] = Row(zip(COLUMNS, map(int, fields[3:15])))
    return rows


def read_rows(path=PROC):
    with open(path, encoding='ascii') as file:
        return parse_proc(file.read())


def parse_sections(text):
    """{section: [{column: text}]} of what follows the rows."""
    sections = {}
    for part in text.split('\n\n')[1:]:
        name, header, *lines = part.strip('\n').split('\n')
        columns = header.split()
        if name in sections:
            raise ValueError(f'a second section: {name!r}')
        sections[name] = []
        for line in lines:
            fields = line.split()
            if len(fields) != len(columns):
                raise ValueError(f'{name}: row: {line!r}')
            sections[name].append(dict(zip(columns, fields)))
    return sections


def faults_of(rows):
    """What breaks an identity in any row, or is negative."""
    faults = []
    for kind, row in rows.items():
        opened = (row['created'] + row['kernel'] + row['accepted']
                  + row['preexisting'] - row['released'])
        if opened != row['open']:
            faults.append(f'{words(kind)}: open is not the sum: {row}')
        if row['attempts'] != (row['failures'] + row['created']
                               + row['kernel']):
            faults.append(f'{words(kind)}: attempts is not the sum: {row}')
        if any(value < 0 or value >= 1 << 62 for value in row.values()):
            faults.append(f'{words(kind)}: negative: {row}')
        if row['kernel_open'] > row['open']:
            faults.append(f'{words(kind)}: kernel_open > open: {row}')
        if row['accepted'] + row['unaccepted'] > row['cloned']:
            faults.append(f'{words(kind)}: more than were cloned: {row}')
    return faults


def difference(before, after):
    """Rows of what changed, without the columns that did not."""
    result = {}
    for kind in set(before) | set(after):
        delta = {column: after[kind][column] - before[kind][column]
                 for column in COLUMNS}
        delta = {column: n for column, n in delta.items() if n}
        if delta:
            result[kind] = delta
    return result


def grown(before, after):
    """{key: by how much} of the counters that are not what they were."""
    return {key: n for key in after
            if (n := after[key] - before.get(key, 0))}


# Namespaces -----------------------------------------------------------------

CLONE_NEWNET = 0x40000000
MS_BIND, MS_REC, MS_SHARED, MNT_DETACH = 0x1000, 0x4000, 1 << 20, 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
OWN_NETNS = '/proc/thread-self/ns/net'
NAMED = '/run/netns'        # where ip netns has them: Namespace.path


def netns_inode(path='/proc/self/ns/net'):
    return os.stat(path).st_ino


def checked(result, what):
    """Of a call of libc."""
    if result:
        error = ctypes.get_errno()
        raise OSError(error, f'{what}: {os.strerror(error)}')


def mount(source, target, flags):
    checked(libc.mount(source.encode(), target.encode(), None,
                       ctypes.c_ulong(flags), None), f'mount {target}')


def setns(path):
    """This thread goes to a network namespace."""
    fd = os.open(path, os.O_RDONLY)
    try:
        checked(libc.setns(fd, CLONE_NEWNET), f'setns {path}')
    finally:
        os.close(fd)


@contextlib.contextmanager
def elsewhere():
    """This thread may change its network namespace, and comes back."""
    home = os.open(OWN_NETNS, os.O_RDONLY)
    try:
        yield
    finally:
        checked(libc.setns(home, CLONE_NEWNET), 'setns')
        os.close(home)


def loopback_up():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack('16sH22x', b'lo', IFF_UP))


def share_names():
    """As ip netns does, once: what goes here goes for whoever has a copy."""
    with open('/proc/self/mounts', encoding='ascii') as file:
        if NAMED in (line.split()[1] for line in file):
            return
    os.makedirs(NAMED, exist_ok=True)
    mount(NAMED, NAMED, MS_BIND | MS_REC)
    mount('', NAMED, MS_SHARED | MS_REC)


class Namespace:
    """A named network namespace with its loopback up.  The program ip takes a
    slow kernel half a second to start, so it is not asked."""

    def __init__(self, name):
        self.name = f'{name}{os.getpid()}'
        self.path = f'{NAMED}/{self.name}'
        share_names()
        with open(self.path, 'x', encoding='ascii'):
            pass
        with elsewhere():
            checked(libc.unshare(CLONE_NEWNET), 'unshare')
            mount(OWN_NETNS, self.path, MS_BIND)
            loopback_up()
        self.inode = netns_inode(self.path)

    @contextlib.contextmanager
    def inside(self):
        """What this thread makes, reads and runs is in the namespace."""
        with elsewhere():
            setns(self.path)
            yield self

    def command(self, *words_):
        """To run something inside without a new /sys."""
        return ('nsenter', '--net=' + self.path, *words_)

    def rows(self):
        with self.inside():
            return read_rows()

    def delete(self):
        checked(libc.umount2(self.path.encode(), MNT_DETACH), 'umount2')
        os.unlink(self.path)
