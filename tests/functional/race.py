#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 400
"""Everything at once: connections, lists, monitors, samples and resets, while
the module is unloaded and loaded again under them.  Each reader gets an answer
or a clear refusal, and afterwards the numbers are right.  (That the kernel has
nothing to say is the harness' to see.)"""
import collections
import errno
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import genl
import swlib
import truth
from swlib import COMMAND

SECONDS = 15 if swlib.KERNEL == 'stock' else 20
LINGER = struct.pack('=ii', 1, 0)
ALL = genl.attribute(genl.ALL_NETNS, b'')
# What a request may get while the module goes: the family is not there any
# more, or a dump cannot have a module that is on its way out
# (__netlink_dump_start(), af_netlink.c).
GOING = (errno.ENOENT, errno.EPROTONOSUPPORT)


def one_life(listener, number):
    """A connection and some others."""
    with socket.create_connection(listener.getsockname()) as client:
        with listener.accept()[0] as child:
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
            client.send(b'x')
            child.recv(1)
    one, other = socket.socketpair()
    one.close()
    other.close()
    socket.socket(type=socket.SOCK_DGRAM).close()
    with socket.socket() as refused:
        refused.connect_ex(('127.0.0.1', 1))
    try:
        socket.socket(200)
    except OSError:
        pass


def traffic():
    """In a child, until it is killed."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        for number in range(1 << 40):
            one_life(listener, number)
            # Without a moment of rest unloading takes three times as long.
            time.sleep(0.002)


class Work(threading.Thread):
    """Does something again and again; counts the answers by what they were,
    and keeps what is none."""

    def __init__(self, name, work):
        super().__init__()
        self.name, self.work = name, work
        self.seen = collections.Counter()
        self.wrong = []

    def run(self):
        while not stop.is_set():
            said = None
            try:
                said = self.work()
                self.seen[said] += 1
            except Exception as error:      # it is told at the end
                self.wrong.append(repr(error))
            stop.wait(random.uniform(0, 0.5 if said == 'not there' else 0.1))


stop = threading.Event()


def ask(question):
    """With a netlink socket of its own, as a command asks."""
    client = genl.Genl()
    try:
        return question(client)
    except genl.NetlinkError as error:
        if error.errno not in GOING:
            raise
        return 'not there'
    finally:
        client.close()


def request(command, flags, payload=b''):
    def question(client):
        client.exchange(client.family(), command, flags, payload)
        return 'answered'
    return lambda: ask(question)


def unread():
    """A list that is begun, and its socket closed."""
    def question(client):
        header = struct.pack('=IHHII', 20, client.family(),
                             genl.REQUEST | genl.DUMP, 1, 0)
        client.socket.send(header + struct.pack('=BBH', genl.GET_SOCKETS, 1,
                                                0))
        client.socket.recv(1 << 16)
        return 'begun'
    return ask(question)


def proc():
    try:
        return 'faulty' if swlib.faults_of(swlib.read_rows()) else 'answered'
    except OSError as error:
        # The latter of one that was opened before (proc_reg_read()).
        if error.errno not in (errno.ENOENT, errno.EIO):
            raise
        return 'not there'


# How a command may end while the module comes and goes: a line that says so.
PLAIN = re.compile(r'sockwatch: .*(modprobe sockwatch|unloaded).*\n')


def command(*words):
    """Runs for a while and is killed, or ends by itself."""
    def work():
        with subprocess.Popen([COMMAND, *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as child:
            try:
                error = child.communicate(timeout=random.uniform(0.5, 3))[1]
            except subprocess.TimeoutExpired:
                child.send_signal(random.choice((signal.SIGTERM,
                                                 signal.SIGKILL)))
                error = child.communicate(timeout=swlib.PATIENCE_S)[1]
                if not error:
                    return 'answered'
        if child.returncode == 0 and not error:
            return 'answered'
        # The signal may come when it has said so, and is about to end.
        if child.returncode in (2, -signal.SIGTERM, -signal.SIGKILL) and \
                PLAIN.fullmatch(error):
            return 'not there'
        raise RuntimeError(f'{words}: {child.returncode} {error!r}')
    return work


def reload():
    """Once; the module is there again afterwards.  Both take seconds."""
    stop.wait(random.uniform(1, 5))
    swlib.unload()
    swlib.load(max_events=random.choice((256, 65536)))
    return 'reloaded'


WORKERS = {
    'list': request(genl.GET_SOCKETS, genl.DUMP),
    'list of all': request(genl.GET_SOCKETS, genl.DUMP, ALL),
    'list, unread': unread,
    'samples': request(genl.GET_SAMPLES, genl.DUMP),
    'reset': request(genl.RESET, genl.ACK),
    'reset of all': request(genl.RESET, genl.ACK, ALL),
    'latency': request(genl.GET_LATENCY, genl.DUMP),
    'info': request(genl.GET_INFO, 0),
    '/proc': proc,
    'monitor': command('monitor'),
    'monitor of all': command('-jA', 'monitor'),
    'sockets': command('-j', 'sockets'),
}


def everything(tap):
    workers = [Work(name, work) for name, work in WORKERS.items()]
    unloader = Work('reload', reload)
    for worker in (*workers, unloader):
        worker.start()
    time.sleep(SECONDS)
    stop.set()
    for worker in (*workers, unloader):
        worker.join(4 * swlib.PATIENCE_S)
    for worker in (*workers, unloader):
        tap.say(f'{worker.name}: {dict(worker.seen)}')
        tap.ok(not worker.is_alive() and not worker.wrong
               and worker.seen['answered'] + worker.seen['begun']
               + worker.seen['reloaded'] and not worker.seen['faulty'],
               f'{worker.name}: each answer is one', worker.wrong[:5])


def afterwards(tap):
    """Nobody is there any more; a load finds what is so."""
    swlib.unload()
    tap.ok(not os.path.exists(swlib.PROC), 'nothing is left of it')
    swlib.load()
    found = truth.disagreement(swlib.read_rows())
    tap.equal(found, [], 'and a new one agrees with the descriptors')
    tap.equal(swlib.faults_of(swlib.read_rows()), [], 'and with itself')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load()
    children = []
    try:
        for _ in range(2):
            pid = os.fork()
            if not pid:
                traffic()
            children.append(pid)
        everything(tap)
        for pid in children:
            tap.equal(os.waitpid(pid, os.WNOHANG)[0], 0,
                      'the traffic went on')
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        time.sleep(1)
    afterwards(tap)
    swlib.unload()
    tap.done()


if __name__ == '__main__':
    main()
