# SPDX-License-Identifier: GPL-2.0
"""Processes that have sockets: each of a user, in a cgroup and a namespace.
And a zoo of three of them, for the tests of the list of sockets.

What a person does is a story, a generator that fills a dictionary of sockets
and yields whenever the test shall look."""
import json
import os
import signal
import socket
import traceback

import genl
import swlib
import tcpnet
from tcpnet import INET, INET6

CGROUPS = '/sys/fs/cgroup'
UNIX = 1
ANN, BOB = 1001, 1002           # users
ALL = genl.attribute(genl.ALL_NETNS, b'')


class Cgroup:
    """A folder of the version 2 hierarchy."""

    def __init__(self, name):
        self.path = f'{CGROUPS}/{name}.{os.getpid()}'
        os.mkdir(self.path)
        self.id = os.stat(self.path).st_ino

    def enter(self):
        with open(f'{self.path}/cgroup.procs', 'w', encoding='ascii') as file:
            file.write('0\n')

    def delete(self):
        os.rmdir(self.path)


class Person:
    """A child process that lives a story up to its next yield."""

    def __init__(self, name, story, uid=0, cgroup=None, namespace=None):
        self.name, self.uid, self.cgroup = name, uid, cgroup
        up, down = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            self.live(story, namespace, up[1], down[0])
        os.close(up[1])
        os.close(down[0])
        self.said, self.wish = os.fdopen(up[0]), down[1]
        self.fds = self.listen()

    def live(self, story, namespace, up, down):
        """In the child; does not return."""
        try:
            if self.cgroup:
                self.cgroup.enter()
            if namespace:
                swlib.setns(namespace.path)
            with open('/proc/self/comm', 'w', encoding='ascii') as file:
                file.write(self.name)
            if self.uid:
                os.setgroups([])
                os.setresgid(self.uid, self.uid, self.uid)
                os.setresuid(self.uid, self.uid, self.uid)
            socks = {}
            for _ in story(socks):
                fds = {label: sock.fileno() for label, sock in socks.items()}
                os.write(up, (json.dumps(fds) + '\n').encode())
                os.read(down, 1)
        except BaseException:       # whatever it is, it ends here
            traceback.print_exc()
        finally:
            os._exit(1)

    def listen(self):
        line = self.said.readline()
        if not line:
            raise RuntimeError(f'{self.name} did not live to tell')
        return json.loads(line)

    def go_on(self):
        """To the next yield."""
        os.write(self.wish, b'.')
        self.fds = self.listen()

    def inode(self, label):
        return os.stat(f'/proc/{self.pid}/fd/{self.fds[label]}').st_ino

    def inodes(self):
        return {self.inode(label) for label in self.fds}

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.said.close()
        os.close(self.wish)


def by_inode(rows):
    return {row['inode']: row for row in rows if 'inode' in row}


def bound(family, kind, address, protocol=0):
    sock = socket.socket(family, kind, protocol)
    sock.bind(address)
    return sock


def ann(folder):
    """Has what is bound and listens; then accepts two of three."""
    def story(socks):
        socks['listener'] = bound(INET, socket.SOCK_STREAM,
                                  ('127.0.0.1', 7001))
        socks['listener'].listen(8)
        socks['mapped'] = socket.socket(INET6, socket.SOCK_STREAM)
        socks['mapped'].bind(('::', 7002))
        socks['mapped'].listen(8)
        socks['udp6'] = bound(INET6, socket.SOCK_DGRAM, ('::1', 7003))
        socks['path'] = bound(UNIX, socket.SOCK_STREAM, f'{folder}/ann')
        socks['path'].listen(8)
        os.chmod(f'{folder}/ann', 0o777)
        socks['abstract'] = bound(UNIX, socket.SOCK_DGRAM, '\0ann')
        socks['plain'] = socket.socket(INET, socket.SOCK_STREAM)
        yield
        for name in ('listener', 'mapped', 'path'):
            socks[f'{name}.child'] = socks[name].accept()[0]
        yield
    return story


def bob(folder):
    """Connects to Ann."""
    def story(socks):
        for name in ('first', 'second'):
            socks[name] = socket.socket(INET, socket.SOCK_STREAM)
            socks[name].bind(('127.0.0.1', 0))
            socks[name].connect(('127.0.0.1', 7001))
        socks['mapped'] = socket.socket(INET6, socket.SOCK_STREAM)
        socks['mapped'].connect(('::ffff:127.0.0.1', 7002))
        socks['unix'] = socket.socket(UNIX, socket.SOCK_STREAM)
        socks['unix'].connect(f'{folder}/ann')
        socks['udp'] = bound(INET, socket.SOCK_DGRAM, ('127.0.0.1', 7004))
        socks['udp'].connect(('127.0.0.1', 7005))
        socks['one'], socks['other'] = socket.socketpair()
        socks['route'] = socket.socket(16, socket.SOCK_RAW, 0)
        yield
    return story


def carl(socks):
    """Root, in the second namespace."""
    socks['packet'] = socket.socket(17, socket.SOCK_RAW, 0)
    socks['raw'] = socket.socket(INET, socket.SOCK_RAW, 1)
    socks['udp'] = bound(INET, socket.SOCK_DGRAM, ('127.0.0.1', 7001))
    yield


class Zoo:
    """Three processes, two users, two cgroups, two namespaces."""

    def __init__(self):
        self.host, self.other = tcpnet.Host('zoo', 1), tcpnet.Host('far', 2)
        self.cgroups = [Cgroup(name) for name in ('ann', 'bob')]
        os.chmod(swlib.TMP, 0o777)
        self.ann = Person('ann', ann(swlib.TMP), ANN, self.cgroups[0],
                          self.host)
        self.bob = Person('bob', bob(swlib.TMP), BOB, self.cgroups[1],
                          self.host)
        self.ann.go_on()
        self.carl = Person('carl', carl, namespace=self.other)
        self.people = self.ann, self.bob, self.carl

    def rows(self, payload=b''):
        return self.host.client.sockets(payload)

    def delete(self):
        for person in self.people:
            person.stop()
        for thing in (*self.cgroups, self.host, self.other):
            thing.delete()


def refused(client, payload):
    """errno and text of the error, or None."""
    try:
        client.sockets_by_netns(payload)
        return None
    except genl.NetlinkError as error:
        return error.errno, error.text


def run_parts(parts):
    """Each with the module and the zoo there."""
    tap, zoo = swlib.Tap(), None
    swlib.prepare()
    swlib.load()
    try:
        zoo = Zoo()
        for part in parts:
            try:
                part(tap, zoo)
            except Exception as error:      # the other parts still tell
                tap.ok(False, part.__name__, repr(error))
    finally:
        if zoo:
            zoo.delete()
        swlib.unload()
    tap.done()
