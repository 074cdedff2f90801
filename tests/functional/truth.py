# SPDX-License-Identifier: GPL-2.0
"""Ground truth: the sockets that processes hold, found without the module.

Every socket inode in /proc/PID/fd of every process is looked at once: its
descriptor is copied (pidfd_getfd()) and asked for its kind and namespace."""
import collections
import ctypes
import fcntl
import os

import swlib
from swlib import libc

SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438
SOL_SOCKET, SO_TYPE, SO_PROTOCOL, SO_DOMAIN = 1, 3, 38, 39
SIOCGSKNS = 0x894c


def copy_of(pid, fd):
    """A copy of another process's descriptor, or -1 when it is gone."""
    if pid == os.getpid():
        return os.dup(fd)
    pidfd = libc.syscall(SYS_PIDFD_OPEN, pid, 0)
    if pidfd < 0:
        return -1
    try:
        return libc.syscall(SYS_PIDFD_GETFD, pidfd, fd, 0)
    finally:
        os.close(pidfd)


def option(fd, name):
    value, length = ctypes.c_int(-1), ctypes.c_uint(4)
    if libc.getsockopt(fd, SOL_SOCKET, name, ctypes.byref(value),
                       ctypes.byref(length)):
        raise OSError(ctypes.get_errno(), 'getsockopt')
    return value.value


def look(fd):
    """(kind, namespace) of a copied descriptor, which is closed.  Not by a
    socket object: making one asks for the name, which some families have not
    before they are connected."""
    try:
        kind = tuple(option(fd, name)
                     for name in (SO_DOMAIN, SO_TYPE, SO_PROTOCOL))
        netns = fcntl.ioctl(fd, SIOCGSKNS)
        try:
            return kind, os.fstat(netns).st_ino
        finally:
            os.close(netns)
    finally:
        os.close(fd)


def descriptors():
    """{inode: (pid, fd)} of every socket in a file table."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            for fd in os.listdir(f'/proc/{pid}/fd'):
                target = os.readlink(f'/proc/{pid}/fd/{fd}')
                if target.startswith('socket:['):
                    found.setdefault(int(target[8:-1]), (int(pid), int(fd)))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def sockets():
    """{namespace: {inode: kind}}"""
    result = collections.defaultdict(dict)
    for inode, (pid, fd) in descriptors().items():
        copy = copy_of(pid, fd)
        if copy >= 0:
            kind, netns = look(copy)
            result[netns][inode] = kind
    return result


def counts(netns=None):
    """{kind: sockets held by processes} of a namespace."""
    netns = netns or swlib.netns_inode()
    return collections.Counter(sockets()[netns].values())


def disagreement(rows, netns=None, hidden=None, held=None):
    """Lines for kinds where open - kernel_open is not what processes hold.
    hidden: {kind: n}, sockets that are open and in no file table; held: what
    counts() has just said."""
    held = held or counts(netns)
    lines = []
    for kind in sorted(set(rows) | set(held)):
        row = rows[kind]
        counted = row['open'] - row['kernel_open']
        extra = (hidden or {}).get(kind, 0)
        if not held[kind] <= counted <= held[kind] + extra:
            lines.append(f'{swlib.words(kind)}: open {row["open"]} - '
                         f'kernel_open {row["kernel_open"]} = {counted}, and '
                         f'processes hold {held[kind]}')
    return lines
