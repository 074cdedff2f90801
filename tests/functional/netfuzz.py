#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# timeout: 240
"""A hundred thousand random netlink messages (see netfuzz.c): from root, from
an ordinary user and from root of a user namespace, all at once.  Whoever wants
an answer has exactly one, nobody sees what is not for him, and afterwards the
module counts as before and holds no namespace.

  netfuzz.py [SEED [COUNT]]

A debug kernel may not get through: it ends after SECONDS, with LEAST done, but
not where COUNT is given: then all are done."""
import os
import socket
import subprocess
import sys
import threading

import genl
import people
import swlib

COUNT = 100000
SECONDS = 300 if swlib.KERNEL == 'stock' else 15
LEAST = COUNT if swlib.KERNEL == 'stock' else 1000


def as_user(uid):
    return 'setpriv', f'--reuid={uid}', f'--regid={uid}', '--clear-groups'


# How they start, and their shares of COUNT.  Another user than the one whose
# container it is, for he would be its master.
ROLES = {
    'root': ((), 0.6),
    'an ordinary user': (as_user(people.ANN), 0.2),
    'root of a container': (as_user(people.BOB) + (
        'unshare', '--user', '--map-root-user', '--net'), 0.2),
}
# What an ordinary user must never have a message of.
PRIVATE = ('GET_LISTENERS', 'GET_SOCKETS', 'MONITOR', 'EVENT', 'GET_SAMPLES')


def commands():
    """{name: number} of the header, as this tree has it."""
    with open(swlib.HERE + '/../../include/uapi/linux/sockwatch.h',
              encoding='ascii') as file:
        text = file.read().split('enum sockwatch_cmd {')[1].split('}')[0]
    names = [line.strip().rstrip(',') for line in text.splitlines()
             if line.strip().startswith('SOCKWATCH_CMD_')]
    return {name.removeprefix('SOCKWATCH_CMD_'): number
            for number, name in enumerate(names) if '=' not in name}


class Family:
    """What the controller says of it."""

    def __init__(self, client):
        (data,) = client.exchange(genl.CONTROL, 3, 0,
                                  genl.attribute(2, b'sockwatch\0'))
        said = dict(genl.split(data))
        self.number = genl.number(said[1])
        self.commands = {genl.number(op[1]) for op in nests(said[6])}
        self.events = next((genl.number(group[2])
                            for group in nests(said.get(7, b''))
                            if group[1] == b'events\0'), 0)


def nests(data):
    """Each attribute's attributes."""
    return [dict(genl.split(nest)) for _, nest in genl.split(data)]


class Fuzz:
    """A running netfuzz, and what it has said at its end."""

    def __init__(self, role, options, fds):
        self.role = role
        words, share = ROLES[role]
        options = options | {'-n': int(options['-n'] * share),
                             '-m': int(options['-m'] * share)}
        self.process = subprocess.Popen(
            [*words, swlib.BIN + '/netfuzz',
             *(str(word) for pair in options.items() for word in pair),
             *map(str, fds)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, pass_fds=fds)
        self.numbers, self.tables, self.faults = {}, {}, []
        self.text = ''

    def finish(self):
        self.text = self.process.communicate()[0]
        for line in self.text.splitlines():
            word, *rest = line.split()
            if word == 'fault':
                self.faults.append(line)
            elif len(rest) == 1 and word != 'netns':
                self.numbers[word] = int(rest[0])
            elif rest[-1].isdigit():
                self.tables.setdefault(word, {})[int(rest[0])] = int(rest[-1])
        return self.process.returncode

    def refused_by_shell(self):
        """Why it did not even start, or ''."""
        return self.text if 'unshare' in self.text else ''

    def rows(self, *names):
        """How many messages came of these commands."""
        known = commands()
        return {name: self.tables['rows'].get(known[name], 0)
                for name in names or known if name != 'UNSPEC'}


def look(tap, fuzz):
    """What holds for each of them."""
    numbers, errors = fuzz.numbers, fuzz.tables.get('errno', {})
    tap.say(f'{fuzz.role}: {numbers}')
    tap.say(f'errno: {errors}; messages: {fuzz.rows()}')
    tap.equal(fuzz.faults, [],
              f'{fuzz.role}: {numbers["sent"]} messages, and exactly one '
              'answer to each that wants one')
    tap.ok(numbers['answered'] > numbers['sent'] / 50
           and numbers['refused'] > numbers['sent'] / 5
           and numbers['texts'] > numbers['sent'] / 20,
           'some were right, some were wrong, and told why', numbers)
    missing = {'EINVAL': 22, 'EOPNOTSUPP': 95, 'EBUSY': 16, 'ESRCH': 3,
               'EBADF': 9}
    tap.equal([name for name, number in missing.items()
               if not errors.get(number)], [], 'they were wrong in many ways')


def look_root(tap, fuzz, offered):
    unseen = [name for name, count in fuzz.rows().items()
              if not count and name in offered]
    tap.equal(unseen, [], 'root: every command has answered')
    tap.ok(len(fuzz.tables['netns']) > 2, 'root: of several namespaces',
           fuzz.tables['netns'])


def look_user(tap, fuzz):
    tap.equal(set(fuzz.rows(*PRIVATE).values()), {0},
              'an ordinary user: no address, no owner, no event')
    tap.equal(set(fuzz.tables['netns']), {swlib.netns_inode()},
              'an ordinary user: only his own namespace')
    tap.ok(fuzz.tables['errno'].get(1), 'an ordinary user: EPERM')


def look_contained(tap, fuzz, others):
    seen = set(fuzz.tables['netns'])
    tap.ok(len(seen) == 1 and not seen & others,
           'root of a container: only its own namespace', seen)
    tap.ok(fuzz.rows()['GET_SOCKETS'], 'root of a container: its sockets')


def fuzz_all(tap, client, options, spare):
    """The three of them at once, with descriptors of all sorts."""
    here, there = os.open('/proc/self/ns/net', 0), os.open(spare.path, 0)
    end, other = socket.socketpair()
    pid_ns, file = os.open('/proc/self/ns/pid', 0), os.open('/dev/null', 0)
    fds = [here, there, end.fileno(), client.socket.fileno(), pid_ns, file]
    for fd in fds:
        os.set_inheritable(fd, True)
    fuzzes = [Fuzz(role, options | {'-s': options['-s'] + number}, fds)
              for number, role in enumerate(ROLES)]
    # Each must be read, or it may wait for that.
    threads = [threading.Thread(target=fuzz.finish) for fuzz in fuzzes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for fd in (here, there, pid_ns, file):
        os.close(fd)
    end.close()
    other.close()
    return fuzzes


def judge(tap, family, fuzzes, spare):
    # Those that answer with rows.
    offered = set(commands()) - {'UNSPEC', 'MONITOR', 'RESET'}
    for name in sorted(offered - {'EVENT'}):
        if commands()[name] not in family.commands:
            tap.skip(name, 'this module does not offer it')
            offered.remove(name)
    if not family.events:
        offered.remove('EVENT')
    root, user, contained = fuzzes
    for fuzz in fuzzes:
        if fuzz is contained and fuzz.refused_by_shell():
            tap.skip(fuzz.role, fuzz.text.strip())
        elif tap.equal(fuzz.process.returncode, 0, f'{fuzz.role}: it ended'):
            look(tap, fuzz)
        else:
            tap.say(fuzz.text)
            return
    look_root(tap, root, offered)
    look_user(tap, user)
    if not contained.refused_by_shell():
        look_contained(tap, contained, {swlib.netns_inode(), spare.inode})


def afterwards(tap, client, before, spare):
    """The module is what it was, and has let go of what it was shown."""
    inode = spare.inode
    spare.delete()
    swlib.wait_for(lambda: inode not in client.counters(people.ALL))
    tap.ok(inode not in client.counters(people.ALL),
           'no namespace is held any more')
    rows = swlib.Rows({kind: swlib.Row(row) for kind, row in
                       client.counters()[swlib.netns_inode()].items()})
    tap.ok(rows, 'the counters answer')
    tap.equal(swlib.faults_of(rows), [], 'the identities hold')
    info = client.info()
    tap.equal((info['version'], info['lost'],
               sum(hook['missed'] for hook in info['hooks'])),
              (before['version'], 0, 0), 'nothing was lost or missed')
    swlib.wait_for(lambda: client.info()['tracked'] == before['tracked'])
    tap.equal(client.info()['tracked'], before['tracked'],
              'as many sockets are tracked as before')


def main():
    tap = swlib.Tap()
    swlib.prepare()
    seed = int(sys.argv[1]) if sys.argv[1:] else os.getpid()
    count, least, seconds = COUNT, LEAST, SECONDS
    if sys.argv[2:]:
        count = least = int(sys.argv[2])
    tap.say(f'seed {seed}; {count} messages, or as many as there are after '
            f'{seconds} s, but at least {least}')
    swlib.load(max_kinds=256)
    client = genl.Genl()
    try:
        before = client.info()
        spare = swlib.Namespace('fuzz')
        family = Family(client)
        options = {'-f': family.number, '-g': family.events, '-s': seed,
                   '-n': count, '-m': least, '-t': seconds}
        fuzzes = fuzz_all(tap, client, options, spare)
        judge(tap, family, fuzzes, spare)
        afterwards(tap, client, before, spare)
    finally:
        client.close()
        swlib.unload()
    tap.done()


main()
