#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The command against the module: what it prints is what the kernel counted,
for every namespace, user and way of asking, while the module comes and goes.
"""
import errno
import json
import os
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import swlib  # noqa: E402
from swlib import COLUMNS, COMMAND, OTHER, Row, Rows, Tap  # noqa: E402

tap = Tap()
NOBODY = {'user': 65534, 'group': 65534, 'extra_groups': []}
TCP, UDP, UNIX = (2, 1, 6), (2, 2, 17), (1, 2, 0)
# The command's own socket.
OWN = (16, 3, 16)
FAILING = ((99, 1, 0, errno.EAFNOSUPPORT), (2, 1, 17, errno.EPROTONOSUPPORT))


def run(*words, **options):
    """Exit status, stdout and stderr."""
    done = subprocess.run((COMMAND,) + words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=swlib.PATIENCE_S * 6,
                          **options)
    return done.returncode, done.stdout, done.stderr


def ask(*words, **options):
    """The JSON object."""
    status, out, err = run('-j', '-n', *words, **options)
    if status or err:
        raise RuntimeError(f'{words}: {status} {out} {err}')
    return json.loads(out)


def kind_of(row):
    kind = row['family'], row['sock_type'], row['protocol']
    return OTHER if kind == (None, None, None) else kind


def rows_of(objects):
    return Rows((kind_of(row), Row((column, row[column])
                                   for column in COLUMNS)) for row in objects)


def refused(name, wanted, *words, **options):
    status, out, err = run(*words, **options)
    tap.ok(status == 2 and out == '' and err.count('\n') == 1
           and err.startswith('sockwatch: ') and wanted in err, name,
           f'{status} {out!r} {err!r}')


def fail_some():
    for family, sock_type, protocol, wanted in FAILING:
        for _ in range(3):
            try:
                socket.socket(family, sock_type, protocol)
            except OSError as error:
                assert error.errno == wanted, error


def same_as_proc():
    """The same rows by two ways out of the kernel, but for its own socket."""
    held = [socket.socket(*kind) for kind in (TCP, UDP, UNIX) * 5]
    fail_some()
    before = swlib.read_rows()
    answer = ask('show')
    after = swlib.read_rows()
    got = rows_of(answer['sockets_by_kind'])
    for rows in (before, after, got):
        rows.pop(OWN, None)
    tap.ok(before == after, 'nothing else happens meanwhile',
           swlib.difference(before, after))
    tap.ok(got == after, 'show has the numbers of /proc/sockwatch',
           swlib.difference(after, got))
    tap.equal(answer['netns'], swlib.netns_inode(), 'netns is the inode')
    status, out, err = run('show', '-H')
    tap.ok(not status and not err and len(out.splitlines())
           == len(answer['sockets_by_kind']), 'the table has as many rows',
           f'{status} {out} {err}')
    only = ask('show', 'family', 'inet', 'proto', 'tcp')['sockets_by_kind']
    tap.ok(only and {kind_of(row)[::2] for row in only} == {(2, 6)},
           'a filter leaves what it says', only)
    for sock in held:
        sock.close()


def failed_attempts():
    def counts():
        return {kind_of(row) + (row['errno'],): row['count']
                for row in ask('failures')['failures']}
    before = counts()
    fail_some()
    after = counts()
    delta = {key: after[key] - before.get(key, 0) for key in after
             if after[key] != before.get(key, 0)}
    tap.equal(delta, {row: 3 for row in FAILING},
              'failures grow by what failed')


def information():
    info = ask('info')['info']
    with open('/sys/module/sockwatch/version', encoding='ascii') as file:
        tap.equal(info['version'], file.read().strip(),
                  'info has the version of the module')
    tap.ok(info['hooks'] and all(hook['attached'] for hook in info['hooks']
                                 if hook['required']),
           'every required hook is attached', info['hooks'])
    numbers = [info[key] for key in ('kinds', 'max_kinds', 'lost', 'tracked',
                                     'max_sockets', 'untracked', 'discarded',
                                     'census_ns')]
    numbers += [hook[key] for hook in info['hooks']
                for key in ('hits', 'missed')]
    tap.ok(all(isinstance(number, int) for number in numbers),
           'info knows everything in the first namespace', info)


def namespaces():
    space = swlib.Namespace('command')
    try:
        in_namespace(space)
    finally:
        space.delete()


def in_namespace(space):
    program = 'import socket; s = [socket.socket(2, 2) for _ in range(7)];' \
        'print(flush=True); input()'
    with subprocess.Popen(space.command(sys.executable, '-c', program),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE
                          ) as child:
        child.stdout.readline()
        wanted = space.rows()
        for word in (space.name, space.path, str(child.pid)):
            answer = ask('-N', word)
            got = rows_of(answer['sockets_by_kind'])
            tap.ok(answer['netns'] == space.inode and got == wanted,
                   'show -N ' + word.replace(space.name, 'NAME').replace(
                       str(child.pid), 'PID'), swlib.difference(wanted, got))
        every = {one['netns']: rows_of(one['sockets_by_kind'])
                 for one in ask('-A')['namespaces']}
        tap.ok(every.get(space.inode) == wanted
               and swlib.netns_inode() in every,
               'show -A has both namespaces', every.keys())
        info = ask('-N', space.name, 'info')
        tap.ok(info['netns'] == space.inode
               and info['info']['tracked'] is not None,
               'info -N still knows what counts for the machine', info)
        refused('-N is not for everybody', 'this needs CAP_NET_ADMIN', '-N',
                str(child.pid), **NOBODY)
        refused('nor is info -N', 'this needs CAP_NET_ADMIN', 'info', '-N',
                str(child.pid), **NOBODY)
        child.communicate(b'\n')
    status, out, _ = swlib.run(*space.command(COMMAND, '-jn', 'info')) + ('',)
    info = json.loads(out)['info'] if not status else {}
    tap.ok(info and info['tracked'] is None and info['census_ns'] is None
           and all(hook['hits'] is None for hook in info['hooks']),
           'inside, info does not tell what counts for the machine', out)
    tap.ok(ask('show', **NOBODY)['sockets_by_kind'],
           'everybody may see the own namespace')
    tap.equal([one['netns'] for one in ask('-A', **NOBODY)['namespaces']],
              [swlib.netns_inode()], 'and no other with -A')


def while_it_goes_on():
    """Many readers and a writer: each answer is whole and adds up."""
    readers = [subprocess.Popen([COMMAND, '-jn', 'show', '-c', '20', '-i',
                                 '0.01'], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
               for _ in range(4)]
    for _ in range(2000 // swlib.SCALE):
        socket.socket(*TCP).close()
        for sock in socket.socketpair():
            sock.close()
    wrong, answers = [], 0
    for reader in readers:
        for line in reader.communicate()[0].splitlines():
            rows = rows_of(json.loads(line)['sockets_by_kind'])
            answers += 1
            # A row is read while it moves: only quiet ones have to add up.
            wrong += [kind for kind, row in rows.items()
                      if any(n < 0 or n >= 1 << 62 for n in row.values())]
        wrong += [reader.returncode] if reader.returncode else []
    tap.ok(not wrong and answers == 80, '80 answers under traffic are whole',
           f'{answers} {wrong[:10]}')
    runs = max(50 // swlib.SCALE, 5)
    for _ in range(runs):
        run('show')
    # Netlink frees its sockets some time after they were closed.
    tap.ok(swlib.wait_for(lambda: not swlib.read_rows()[OWN]['open']),
           f'{runs} runs leave no socket behind', swlib.read_rows()[OWN])


def many_rows():
    """More than one datagram: as many kinds as fit, and the row other."""
    for sock_type in (1, 2, 3, 5):
        for protocol in range(1, 200):
            try:
                socket.socket(2, sock_type, protocol).close()
            except OSError:
                pass
    proc = swlib.read_rows()
    got = rows_of(ask('show')['sockets_by_kind'])
    tap.ok(OTHER in got and len(got) > 100
           and got[OTHER]['created'] == proc[OTHER]['created'],
           f'{len(got)} rows and the row other', proc.keys() ^ got.keys())
    failures = ask('failures')['failures']
    tap.ok(len(failures) > 100, f'{len(failures)} failures')


def kinds():
    before = swlib.read_rows()
    rows = ask('kinds', 'all')['kinds']
    after = swlib.read_rows()
    for table in (before, after):
        table.pop(OWN, None)
    tap.equal({kind: row['open'] for kind, row in after.items()
               if row['open'] != before[kind]['open']}, {},
              'kinds leaves no socket open')
    wrong = []
    for row in rows:
        try:
            with socket.socket(*kind_of(row)) as sock:
                got = tuple(sock.getsockopt(socket.SOL_SOCKET, option)
                            for option in (socket.SO_DOMAIN, socket.SO_TYPE,
                                           socket.SO_PROTOCOL)), None
        except OSError as error:
            got = kind_of(row), error.errno
        # Some, as can, answer to another number than they were asked by.
        usable = row['status'] == 'usable'
        if got[1] != row['errno'] and not (usable and got[1]):
            wrong.append((row, got))
    tap.ok(rows and not wrong, f'{len(rows)} kinds: socket() says the same',
           wrong)


def comes_and_goes():
    """A command that runs on while the module is loaded anew, then not."""
    with subprocess.Popen([COMMAND, '-j', 'show', '-i', '0.5'], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE
                          ) as child:
        first = child.stdout.readline()
        os.kill(child.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED)
        swlib.unload()
        swlib.load()
        os.kill(child.pid, signal.SIGCONT)
        lines = [first] + [child.stdout.readline() for _ in range(5)]
        tap.ok(all(line.startswith('{') for line in lines),
               'goes on after the module was loaded anew', lines)
        swlib.unload()
        rest, err = child.communicate(timeout=swlib.PATIENCE_S)
        whole = all(json.loads(line) for line in rest.splitlines())
        tap.ok(child.returncode == 2 and whole and 'modprobe' in err
               and err.count('\n') == 1, 'ends when the module went',
               f'{child.returncode} {rest[-500:]!r} {err!r}')


def main():
    swlib.prepare()
    for command in ('show', 'failures', 'info'):
        refused(f'{command} without the module', 'modprobe sockwatch', command)
    kinds_before = ask('kinds')['kinds']
    tap.ok(kinds_before, 'kinds needs no module')
    swlib.load()
    try:
        same_as_proc()
        failed_attempts()
        information()
        namespaces()
        while_it_goes_on()
        kinds()
        tap.equal(ask('kinds')['kinds'], kinds_before,
                  'kinds says the same with the module')
        many_rows()
        comes_and_goes()
    finally:
        if swlib.loaded():
            swlib.unload()
    tap.done()


if __name__ == '__main__':
    main()
