#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside the guest: run KUnit and test files one after the other.

usage: guest-run.py FOLDER [--kunit] FILE...

FOLDER holds the modules.  Each line of output is one JSON object: "begin" and
a file's name; then the name, its output, its exit status, the seconds it took
and what the harness itself has to say against it."""
import ctypes
import importlib
import json
import multiprocessing
import os
import re
import runpy
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SLOW = {'stock': 1, 'test': 2, 'debug': 5}
TIMEOUT_S = 180
# Of klogctl(), include/linux/syslog.h.
SYSLOG_ACTION_READ_ALL, SYSLOG_ACTION_SIZE_BUFFER = 3, 10
# What most files in Python import.
COMMON = '''contextlib errno fcntl random resource select socket struct
    threading'''.split()


def kernel_log():
    """As dmesg has it, but it takes a slow kernel half a second to start."""
    libc = ctypes.CDLL(None)
    size = libc.klogctl(SYSLOG_ACTION_SIZE_BUFFER, None, 0)
    text = ctypes.create_string_buffer(size)
    size = libc.klogctl(SYSLOG_ACTION_READ_ALL, text, size)
    return re.sub('^<[0-9]+>', '', text.raw[:size].decode('utf-8', 'replace'),
                  flags=re.MULTILINE)


class KernelLog:
    """What the kernel has logged since the last look."""

    def __init__(self):
        with open(os.path.join(HERE, 'guest/patterns'),
                  encoding='ascii') as file:
            patterns = file.read().split('\n')
        self.bad = re.compile('|'.join(filter(None, patterns)))
        self.mark()

    def mark(self):
        self.marker = f'sockwatch-test: mark {time.monotonic_ns()}'
        with open('/dev/kmsg', 'w', encoding='ascii') as file:
            file.write(self.marker + '\n')

    def since(self):
        _, _, text = kernel_log().rpartition(self.marker)
        return text

    def complaint(self):
        """The part of the new text that speaks against the test, or ''."""
        lines = self.since().splitlines()
        for number, line in enumerate(lines):
            if self.bad.search(line):
                return '\n'.join(lines[max(0, number - 2):number + 40])
        return ''


def loaded(module='sockwatch'):
    return os.path.exists(f'/sys/module/{module}/refcnt')


def timeout_of(path):
    """A file may ask for more with a line "# timeout: SECONDS"."""
    seconds = TIMEOUT_S
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in file.readlines()[:20]:
            match = re.match(r'#\s*timeout:\s*(\d+)', line)
            if match:
                seconds = int(match.group(1))
    return seconds * SLOW[os.environ['SW_KERNEL']]


def stacks(process):
    """Where a file and what it started stand, for one that does not end."""
    lines = []
    for pid in sorted(filter(str.isdigit, os.listdir('/proc')), key=int):
        try:
            if os.getsid(int(pid)) != process.pid:
                continue
            with open(f'/proc/{pid}/cmdline', encoding='utf-8',
                      errors='replace') as file:
                command = file.read().replace('\0', ' ')
            with open(f'/proc/{pid}/stack', encoding='ascii') as file:
                lines += [f'{pid} {command}', file.read().rstrip()]
        except OSError:
            pass            # gone meanwhile
    return '\n'.join(lines)


def end_group(process):
    """Whatever the file left running."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Program:
    """A command in a process group of its own."""

    def __init__(self, command, output, env):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True, env=env)
        self.pid = self.process.pid

    def wait(self, seconds):
        """Its status, or None: it has not ended."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class Script:
    """The same for a file in Python: a copy of this process, since a slow
    kernel takes two seconds to start another; see prepare()."""

    def __init__(self, path, output, env):
        self.process = multiprocessing.Process(
            target=self.run, args=(path, output.fileno(), env))
        self.process.start()
        self.pid = self.process.pid

    @staticmethod
    def run(path, output, env):
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ.update(env)
        sys.argv, sys.path[0] = [path], os.path.dirname(path)
        runpy.run_path(path, run_name='__main__')

    def wait(self, seconds):
        """Not by join(), which waits for what it has forked as well."""
        end = time.monotonic() + seconds
        while self.process.exitcode is None and time.monotonic() < end:
            time.sleep(0.05)
        return self.process.exitcode


def run(start, command, seconds, env=None):
    """Output and status of a Program or a Script, and, if it did not end,
    where it stood.  The output is a file: a pipe would wait for what the
    command left behind."""
    with tempfile.TemporaryFile() as output:
        process = start(command, output, env)
        status, late = process.wait(seconds), ''
        if status is None:
            late = stacks(process) or 'nothing of it is left'
        end_group(process)
        if status is None:
            # Or stuck in the kernel; the next files may tell more.
            status = process.wait(30)
        output.seek(0)
        text = output.read().decode('utf-8', 'replace')
    return text, status, late


def unload(faults):
    """The module does not outlive the file that loaded it."""
    if not loaded():
        return
    faults.append('the module was left loaded')
    done = subprocess.run(['rmmod', 'sockwatch'], capture_output=True,
                          text=True, timeout=120, check=False)
    if done.returncode:
        faults.append('and cannot be unloaded: ' + done.stderr.strip())


def clean_namespaces():
    if not os.path.isdir('/run/netns'):
        return
    for name in os.listdir('/run/netns'):
        subprocess.run(['ip', 'netns', 'delete', name], check=False,
                       stderr=subprocess.DEVNULL)


def run_file(path, log):
    """A file that does not end is run once more, since emulated machines have
    been seen to stand still; where it stood is told, and counted as a skip."""
    *result, late = run_file_once(path, log)
    if late and not log.complaint():
        *result, _ = run_file_once(path, log)
    return *result, late


def run_file_once(path, log):
    log.mark()
    faults = []
    seconds = timeout_of(path)
    with tempfile.TemporaryDirectory(prefix='sockwatch-test-') as scratch:
        text, status, late = run(
            Script if path.endswith('.py') else Program, path, seconds,
            dict(os.environ, SW_TMP=scratch))
    if late:
        late = f'not done after {seconds} s:\n{late}'
        faults.append(late)
    unload(faults)
    clean_namespaces()
    complaint = log.complaint()
    if complaint:
        faults.append('the kernel log speaks against it:\n' + complaint)
    return text, status, faults, late


def run_kunit(module, log):
    log.mark()
    faults = []
    text, status, late = run(Program, ['insmod', module],
                             TIMEOUT_S * SLOW[os.environ['SW_KERNEL']])
    if late or status:
        faults.append(f'insmod ended with {status}: {text.strip()}')
    results = log.since()
    subprocess.run(['rmmod', 'sockwatch_kunit'], capture_output=True,
                   check=False)
    if loaded('sockwatch_kunit'):
        faults.append('the module with the suites cannot be unloaded')
    return results, status, faults, ''


def prepare():
    """Let no file do again what another one has done: a folder for the
    bytecode of what they share, as theirs is read-only, and what most import
    is there."""
    sys.pycache_prefix = tempfile.mkdtemp(prefix='sockwatch-bytecode-')
    for name in COMMON:
        importlib.import_module(name)


def main():
    folder, *files = sys.argv[1:]
    prepare()
    log = KernelLog()
    for name in files:
        print(json.dumps({'begin': name}), flush=True)
        began = time.monotonic()
        if name == '--kunit':
            result = run_kunit(f'{folder}/sockwatch_kunit.ko', log)
        else:
            result = run_file(os.path.abspath(name), log)
        text, status, faults, late = result
        print(json.dumps({
            'file': name, 'text': text, 'status': status, 'faults': faults,
            'late': late, 'seconds': time.monotonic() - began}), flush=True)


if __name__ == '__main__':
    main()
