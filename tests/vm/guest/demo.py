#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Sockets that no everyday program makes, and calls that fail."""
import errno
import socket
import threading

IPPROTO_MPTCP = 262
VSOCK_LOCAL = 1         # VMADDR_CID_LOCAL
AF_ECONET = 19          # a number with no family behind it


def exchange(family, kind, protocol, address):
    """One client and one server, one message."""
    with socket.socket(family, kind, protocol) as server:
        server.bind(address)
        server.listen(1)

        def serve():
            child, _ = server.accept()
            with child:
                child.sendall(child.recv(100))

        thread = threading.Thread(target=serve)
        thread.start()
        with socket.socket(family, kind, protocol) as client:
            client.connect(server.getsockname())
            client.sendall(b'hello')
            client.recv(100)
        thread.join()


def main():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    one.send(b'hello')
    other.recv(100)

    exchange(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP,
             ('127.0.0.1', 0))
    exchange(socket.AF_VSOCK, socket.SOCK_STREAM, 0, (VSOCK_LOCAL, 1234))

    # No such family, no such type in a family, no such protocol.
    for arguments in ((AF_ECONET, socket.SOCK_STREAM, 0),
                      (AF_ECONET, socket.SOCK_STREAM, 0),
                      (socket.AF_UNIX, socket.SOCK_RDM, 0),
                      (socket.AF_INET, socket.SOCK_STREAM, 99),
                      (socket.AF_INET, socket.SOCK_DGRAM,
                       socket.IPPROTO_TCP)):
        try:
            socket.socket(*arguments).close()
        except OSError as error:
            words = ', '.join(str(int(number)) for number in arguments)
            print(f'socket({words}): {errno.errorcode[error.errno]}')


if __name__ == '__main__':
    main()
