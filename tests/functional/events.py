#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 500
"""`sockwatch monitor`: of many connections nothing is lost, each socket's
events come in the order in which they happened, and each end has its
beginning; a reader that stops for two seconds knows how many he missed; and
an event says what is so."""
import collections
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import swlib
from swlib import COMMAND

COUNT = max(20000 // swlib.SCALE, 500)
# What a program that reads all of them needs; the keys come in this order.
LINE = re.compile(
    r'"event":"(\w+)","netns":\d+,"seq":(\d+),"time_ns":(\d+),"id":(\w+)'
    r'.*?"origin":"?(\w+)"?,"state":"?([\w-]+)"?,"from":"?([\w-]+)"?')
LOST = re.compile(r'"event":"lost".*?"count":(\d+)')
# A family that no kernel has: socket() fails, which is an event.
MARK = 200
# Protocols from here on have no names.
NAMELESS = 1000

Event = collections.namedtuple('Event',
                               'event seq time_ns id origin state from_')


def info():
    done = subprocess.run([COMMAND, '-j', 'info'], check=True,
                          stdout=subprocess.PIPE)
    return {key: value for key, value in
            json.loads(done.stdout)['info'].items()
            if key.startswith('events_')}


class Monitor:
    """A reader, and a thread that keeps what it prints."""

    def __init__(self, *words, prefix=(), flags='-j', **options):
        self.process = subprocess.Popen(
            [*prefix, COMMAND, flags, 'monitor', *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        self.text = bytearray()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        fd = self.process.stdout.fileno()
        while True:
            data = os.read(fd, 1 << 16)
            if not data:
                return
            self.text += data

    def mark(self, number):
        try:
            socket.socket(MARK, socket.SOCK_STREAM, NAMELESS + number)
        except OSError:
            pass
        return self.marked(number)

    def marked(self, number):
        return b'"protocol":"%d",' % (NAMELESS + number) in \
            self.text[-4096:]

    def begin(self):
        """Until events come; then from here on."""
        swlib.wait_for(lambda: self.mark(3))
        self.end_of_queue(4)
        self.text.clear()

    def end_of_queue(self, number):
        """All that happened before has come."""
        self.mark(number)
        return swlib.wait_for(lambda: self.marked(number), 120)

    def stop(self):
        """Status and stderr."""
        self.process.send_signal(signal.SIGTERM)
        self.thread.join()
        error = self.process.stderr.read().decode()
        return self.process.wait(), error

    def objects(self):
        return [json.loads(line) for line in
                bytes(self.text).decode().splitlines()]

    def events(self):
        """Event of each line, and how many were lost."""
        text = self.text.decode()
        lost = sum(int(count) for count in LOST.findall(text))
        return [Event(event, int(seq), int(time_ns), *words)
                for event, seq, time_ns, *words in LINE.findall(text)], lost


def connections(count):
    """The odd ones end with a RST."""
    status, text = swlib.run(os.path.join(swlib.BIN, 'connects'), str(count),
                             timeout=swlib.PATIENCE_S * 15)
    if status:
        raise RuntimeError(text)


def gaps(events):
    return sum(after.seq - before.seq - 1 for before, after in
               zip(events, events[1:]))


def story(events):
    """What happened to one socket, a word each."""
    return ' '.join(event.event if event.event != 'state' else event.state
                    for event in events)


def life_of(events):
    """What it is, if each event follows from those before; else its story.

    How a connection ends depends on who is faster: both ends may close at
    once, and with more than tcp_max_tw_buckets in TIME_WAIT a RST answers the
    last FIN.  But each move begins in the state in which the last one ended,
    and there is one beginning and one end."""
    kind = {'create': 'listener', 'established': 'passive'}.get(
        events[0].event, 'nothing')
    state = 'close' if kind == 'listener' else 'syn-recv'
    seen = collections.Counter(event.event for event in events)
    for before, event in zip(events, events[1:]):
        if event.time_ns < before.time_ns:
            return 'back in time: ' + story(events)
    for event in events:
        if event.event == 'connect':
            kind = 'active'
        if event.event in ('connect', 'established', 'state'):
            if event.from_ != state:
                return f'{event.event} from {event.from_}: ' + story(events)
            state = event.state
    whole = seen['close'] == 1 and events[-1].event == 'close'
    if kind == 'listener':
        # It is freed after a grace period.
        whole = state in ('listen', 'close')
    elif kind == 'passive':
        whole = whole and seen['accept'] == 1 and seen['create'] == 0
    else:
        whole = whole and seen['create'] == seen['established'] == 1
    return kind if whole and state in ('close', 'listen') else story(events)


def lives(tap, events):
    """Each socket's events make a life, and there are as many as there were."""
    by_id = collections.defaultdict(list)
    for event in events:
        if event.id != 'null':
            by_id[event.id].append(event)
    found = collections.Counter(life_of(life) for life in by_id.values())
    tap.equal(found, {'active': COUNT, 'passive': COUNT, 'listener': 1},
              f'{COUNT} connections: each socket has a life, in order, and '
              'there are as many of both ends')


def keeps_up(tap):
    monitor = Monitor('family', 'inet', 'or', 'event', 'fail')
    monitor.begin()
    before = info()
    start = time.monotonic()
    connections(COUNT)
    took = time.monotonic() - start
    tap.ok(monitor.end_of_queue(5), 'all that was sent has come')
    status, error = monitor.stop()
    after = info()
    events, lost = monitor.events()
    tap.say(f'{COUNT} connections in {took:.1f} s, {len(events)} events')
    tap.equal((status, error), (0, ''), 'SIGTERM ends it, and all is well')
    tap.equal(lost, 0, 'nothing was lost')
    tap.equal(after['events_lost'] - before['events_lost'], 0,
              'nor does the module say so')
    lives(tap, events)


def stopped(tap):
    """Room for a reader who stops is there; but not in a container, whose root
    gets no more than everybody."""
    stop_and_count(tap, Monitor())
    limit = '/proc/sys/net/core/rmem_max'
    with open(limit, encoding='ascii') as file:
        before = file.read()
    with open(limit, 'w', encoding='ascii') as file:
        file.write('20000')
    monitor = Monitor(prefix=(
        'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
        'unshare', '--user', '--map-root-user', '--net'))
    inside = f'/proc/{monitor.process.pid}/ns/net'
    swlib.wait_for(lambda: swlib.netns_inode(inside) != swlib.netns_inode())
    try:
        with swlib.elsewhere():
            swlib.setns(inside)
            swlib.loopback_up()
            lost = stop_and_count(tap, monitor)
    finally:
        with open(limit, 'w', encoding='ascii') as file:
            file.write(before)
    tap.ok(lost > 100, 'in a container many were lost', lost)


def stop_and_count(tap, monitor):
    """The sequence tells the same as the module, and as what came.  Returns
    how many were lost."""
    monitor.begin()
    before = info()
    first = monitor.events()[0]
    monitor.process.send_signal(signal.SIGSTOP)
    until = time.monotonic() + 2
    connections(max(COUNT // 8, 80))
    time.sleep(max(until - time.monotonic(), 0))
    monitor.process.send_signal(signal.SIGCONT)
    # One of these may be lost too, as long as there is no room.
    tap.ok(swlib.wait_for(lambda: monitor.mark(6), 120), 'it goes on')
    monitor.stop()
    after = info()
    events, lost = monitor.events()
    happened = sum(after[key] - before[key] for key in
                   ('events_sent', 'events_lost'))
    tap.say(f'{happened} events: {len(events)} came, {lost} lost; {before} '
            f'{after}, first {first}')
    tap.equal(gaps(events), lost, 'the lost are the gaps in the sequence')
    # What info itself does is not in both.
    numbers = events[-1].seq - events[0].seq + 1
    tap.equal(len(events) + lost, numbers, 'received + lost = numbered')
    tap.ok(0 <= happened - numbers <= 200 or 0 <= numbers - happened <= 200,
           'and that is what the module counted, but for a few at both ends',
           f'{happened} and {numbers}')
    return lost


def find(objects, **wanted):
    return [item for item in objects if
            all(item.get(key) == value for key, value in wanted.items())]


def facts(tap):
    monitor = Monitor()
    monitor.begin()
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(('127.0.0.1', port)) as client:
            client.sendall(b'x' * 100)
            time.sleep(0.3)
            with listener.accept()[0] as child:
                child.recv(100)
                child.sendall(b'y' * 7)
                client.recv(7)
            cookie = struct.unpack('=Q', client.getsockopt(
                socket.SOL_SOCKET, 57, 8))[0]      # SO_COOKIE
    with socket.socket() as refused:
        refused.connect_ex(('127.0.0.1', port))
    one, other = socket.socketpair()
    one.close()
    other.close()
    tap.ok(monitor.end_of_queue(7), 'facts: all has come')
    monitor.stop()
    objects = monitor.objects()
    mine = {'pid': os.getpid(), 'uid': 0, 'comm': swlib_comm()}
    tap.equal(len(find(objects, event='fail', errno='EAFNOSUPPORT',
                       operation='create', protocol=str(NAMELESS + 7),
                       **mine)), 1,
              'a socket() that failed, and who asked')
    tap.equal(len(find(objects, event='fail', errno='ECONNREFUSED',
                       operation='connect', family='inet',
                       remote=f'127.0.0.1:{port}')), 1,
              'a connect() that was refused')
    life = find(objects, id=cookie)
    close = find(life, event='close')
    # As in ss the FIN counts as a byte (tcp_data_queue(), tcp_input.c).
    tap.equal([(item['bytes_sent'], item['bytes_received']) for item in close],
              [(100, 8)], 'the cookie is the id; bytes at the end')
    opened = find(life, event='established')
    tap.ok(len(opened) == 1 and opened[0]['scope'] == 'local' and
           0 < opened[0]['connect_ns'] < 10 ** 9, 'how long a connect took',
           opened)
    accepts = find(objects, event='accept', local=f'127.0.0.1:{port}', **mine)
    tap.ok(len(accepts) == 1 and
           0.3 <= accepts[0]['accept_wait_ns'] / 1e9 < 0.3 + swlib.SCALE,
           'how long it waited for accept()', accepts)
    tap.equal(len(find(objects, event='create', family='unix', **mine)), 2,
              'socketpair() makes two')
    tap.equal(len(find(objects, event='close', family='unix', **mine)), 2,
              'and both go')


def swlib_comm():
    with open('/proc/self/comm', encoding='ascii') as file:
        return file.read().strip()


def nobody_listens(tap):
    sent = info()['events_sent']
    connections(5)
    tap.equal(info()['events_sent'], sent, 'with no reader nothing is sent')


def people(tap):
    """Who may, and what comes of which namespace."""
    status, text = swlib.run('setpriv', '--reuid=65534', '--regid=65534',
                             '--clear-groups', COMMAND, 'monitor')
    tap.ok(status == 2 and 'CAP_NET_ADMIN' in text,
           'an ordinary user is refused', text)
    other = swlib.Namespace('events')
    here = Monitor()
    there = Monitor('event', 'fail', prefix=other.command())
    everywhere = Monitor(flags='-jA')
    here.begin()
    fail = other.command('python3', '-c', 'import socket\ntry:\n'
                         ' socket.socket(200, 1, 1077)\nexcept OSError: pass')
    inode = b'"netns":%d,' % other.inode
    swlib.wait_for(lambda: swlib.run(*fail)[0] == 0 and there.text and
                   inode in everywhere.text)
    here.end_of_queue(8)
    everywhere.end_of_queue(9)
    for monitor in here, there, everywhere:
        monitor.stop()
    tap.equal({item['netns'] for item in here.objects()},
              {swlib.netns_inode()}, 'events of this namespace only')
    tap.equal({item['netns'] for item in there.objects()}, {other.inode},
              'and of the other only')
    tap.equal({item['netns'] for item in
               find(everywhere.objects(), event='fail')},
              {swlib.netns_inode(), other.inode}, '-A: of both')
    other.delete()


def main():
    tap = swlib.Tap()
    swlib.prepare()
    swlib.load()
    for part in keeps_up, stopped, facts, nobody_listens, people:
        part(tap)
    monitor = Monitor()
    monitor.begin()
    swlib.unload()
    monitor.thread.join(swlib.PATIENCE_S)
    tap.ok(not monitor.thread.is_alive(), 'it ends when the module goes')
    status, error = monitor.stop()
    tap.ok(status == 2 and 'unload' in error, 'and says why', error)
    tap.done()


if __name__ == '__main__':
    main()
