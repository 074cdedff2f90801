# SPDX-License-Identifier: GPL-2.0
"""sock_diag dumps for the tests: what each family says of its own sockets.

One entry is (family, type, protocol, inode); inode 0 means that no socket
belongs to the sock (the kernel's own, orphans, children in a queue)."""
import socket
import struct

SOCK_DIAG = 4
BY_FAMILY = 20
ALL = 0xffffffff
LISTEN, TIME_WAIT, NEW_SYN_RECV = 10, 6, 12


def dump(request, length):
    """The fixed part of each answer; raises when the family has no diag."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       SOCK_DIAG) as client:
        client.settimeout(30)
        client.send(struct.pack('=IHHII', 16 + len(request), BY_FAMILY,
                                0x301, 1, 0) + request)
        answers = []
        while True:
            data = client.recv(1 << 18)
            while data:
                size, kind = struct.unpack_from('=IH', data)
                if kind == 2:
                    error = struct.unpack_from('=i', data, 16)[0]
                    raise OSError(-error, 'sock_diag')
                if kind == 3:
                    return answers
                answers.append(data[16:16 + length])
                data = data[(size + 3) & ~3:]


def inet(family, sock_type, protocol):
    # Protocols beyond a byte go into an attribute (INET_DIAG_REQ_PROTOCOL).
    request = struct.pack('=BBBBI48x', family, min(protocol, 255), 0, 0, ALL)
    if protocol > 255:
        request += struct.pack('=HHI', 8, 3, protocol)
    entries = []
    for answer in dump(request, 72):
        state = answer[1]
        inode = struct.unpack_from('=I', answer, 68)[0]
        if state not in (TIME_WAIT, NEW_SYN_RECV):
            entries.append((family, sock_type, protocol, inode))
    return entries


def unix():
    request = struct.pack('=BBHIIIII', 1, 0, 0, ALL, 0, 0, ALL, ALL)
    return [(1, answer[1], 0, struct.unpack_from('=I', answer, 4)[0])
            for answer in dump(request, 16)]


def netlink():
    request = struct.pack('=BBHIIII', 16, 255, 0, 0, 0, ALL, ALL)
    entries = []
    for answer in dump(request, 28):
        port, _, _, inode = struct.unpack_from('=IIII', answer, 4)
        # The kernel's have an inode as well, and never a port.
        entries.append((16, answer[1], answer[2], inode if port else 0))
    return entries


def packet():
    request = struct.pack('=BBHIIII', 17, 0, 0, 0, 0, ALL, ALL)
    return [(17, answer[1], 0, struct.unpack_from('=I', answer, 4)[0])
            for answer in dump(request, 16)]


def vsock():
    request = struct.pack('=BBHIIIII', 40, 0, 0, ALL, 0, 0, ALL, ALL)
    return [(40, answer[1], 0, struct.unpack_from('=I', answer, 20)[0])
            for answer in dump(request, 32)]


# UNIX and packet sockets are listed always, the others once they are bound.
DUMPS = {'unix': unix, 'netlink': netlink, 'packet': packet, 'vsock': vsock}
for _family in (2, 10):
    for _type, _protocol in ((1, 6), (2, 17), (2, 136), (1, 132), (6, 33),
                             (1, 262)):
        DUMPS[f'{_family} {_type} {_protocol}'] = (
            lambda f=_family, t=_type, p=_protocol: inet(f, t, p))
