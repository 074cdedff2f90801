# SPDX-License-Identifier: GPL-2.0
"""The stages of a test run: tests on the host, and one boot a kernel."""
import glob
import hashlib
import json
import os
import subprocess
import threading
import time

import kunit
import tap

VM_DIR = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(VM_DIR)
TOP = os.path.dirname(TESTS)
CACHE = os.environ.get('SOCKWATCH_CACHE', '/var/cache/sockwatch')
HOST_TIMEOUT_S = 600
BUILDING = threading.Lock()
# How much smaller a load must be on a kernel to take about as long.
SCALE = {'stock': 1, 'test': 2, 'debug': 40}
# How far a kernel's guests give way to the others: tests that measure time
# run on both kernels, and take more of it on the slow one.
NICE = {'stock': 0, 'test': 0, 'debug': 1}
# Whole boots, in seconds.
GUEST_TIMEOUT_S = {'stock': 2400, 'test': 300, 'debug': 3600}


def find(folder, only):
    """The executable test files of a folder below tests/."""
    paths = sorted(glob.glob(f'{TESTS}/{folder}/*.sh')
                   + glob.glob(f'{TESTS}/{folder}/*.py'))
    names = [os.path.relpath(path, TOP) for path in paths
             if os.access(path, os.X_OK)]
    return [name for name in names
            if not only or any(word in name for word in only)]


class Stage:
    """A named part of the run; work() fills in its cases."""

    def __init__(self, name, report):
        self.name = name
        self.report = report
        self.cases = []         # (file, case)
        self.seconds = 0
        self.doing = None       # (file, when it began), for a sign of life

    def run(self):
        began = time.monotonic()
        self.doing = ('preparing', began)
        try:
            self.work()
        except Exception as error:      # a bug here must not look like a pass
            self.add('the harness', [tap.failure(repr(error))], 0)
        self.doing = None
        self.seconds = time.monotonic() - began

    def add(self, file, cases, seconds):
        self.cases += [(file, case) for case in cases]
        self.report(self.name, file, cases, seconds)

    def work(self):
        raise NotImplementedError


class HostStage(Stage):
    """Test files that need no guest."""

    def __init__(self, name, report, files):
        super().__init__(name, report)
        self.files = files

    def work(self):
        env = dict(os.environ, SOCKWATCH=f'{TOP}/user/sockwatch',
                   SOCKWATCH_CACHE=CACHE)
        for name in self.files:
            began = time.monotonic()
            self.doing = (name, began)
            try:
                done = subprocess.run(
                    [os.path.join(TOP, name)], cwd=TOP, env=env,
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, timeout=HOST_TIMEOUT_S,
                    check=False)
                text, status = done.stdout, done.returncode
            except subprocess.TimeoutExpired as error:
                text = (error.stdout or b'') + b'\n# timed out\n'
                status = 124
            except OSError as error:
                text, status = str(error).encode(), 126
            cases = tap.parse(text.decode('utf-8', 'replace'), status)
            self.add(name, cases, time.monotonic() - began)


class GuestStage(Stage):
    """What runs in one boot of a kernel."""

    def __init__(self, name, kernel, report, files, want_kunit, verbose):
        super().__init__(name, report)
        self.kernel = kernel
        self.files = files
        self.want_kunit = want_kunit
        self.verbose = verbose
        self.console = f'{TESTS}/out/console-{name}.log'

    def work(self):
        folder = prepared(f'{VM_DIR}/module.sh', self.kernel)
        if folder is None:
            self.add('build', [tap.failure(f'{self.kernel}: the kernel or the '
                                           'module was not built')], 0)
            return
        jobs = list(self.files)
        if self.want_kunit and os.path.exists(f'{folder}/sockwatch_kunit.ko'):
            jobs.insert(0, '--kunit')
        if not jobs:
            return
        helpers = build_helpers()
        os.makedirs(os.path.dirname(self.console), exist_ok=True)
        env = {
            'SOCKWATCH_KO': f'{folder}/sockwatch.ko',
            'SOCKWATCH': f'{TOP}/user/sockwatch',
            'SW_KERNEL': self.kernel,
            'SW_SCALE': str(SCALE[self.kernel]),
            'SW_TESTS': helpers,
        }
        command = ['nice', '-n', str(NICE[self.kernel]), f'{VM_DIR}/boot.py',
                   '--quiet', '--console', self.console, '--timeout',
                   str(GUEST_TIMEOUT_S[self.kernel])]
        for name, value in env.items():
            command += ['--env', f'{name}={value}']
        command += [self.kernel, '--', f'{VM_DIR}/guest-run.py', folder, *jobs]
        self.boot(command, jobs)

    def boot(self, command, jobs):
        began = time.monotonic()
        self.doing = ('booting', began)
        with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True,
                              errors='replace') as process:
            for line in process.stdout:
                try:
                    self.take(json.loads(line), jobs)
                except ValueError:
                    print(line, end='')
            said = process.stderr.read()
        # Files that never reported are failures, and so is what boot.py says.
        for name in jobs:
            self.add(name, [tap.failure('did not run to its end')], 0)
        verdict = []
        if process.returncode:
            verdict.append(tap.failure(
                f'boot.py ended with {process.returncode}', said))
        else:
            verdict.append(tap.Case('passed', 'the kernel log is clean'))
        self.add('verdict', verdict, time.monotonic() - began)

    def take(self, result, jobs):
        if 'begin' in result:
            self.doing = (result['begin'].lstrip('-'), time.monotonic())
            return
        name = result['file']
        jobs.remove(name)
        if name == '--kunit':
            name = 'kunit'
            cases = kunit.parse(result['text'])
        else:
            cases = tap.parse(result['text'], result['status'])
        cases += [tap.failure(fault.partition('\n')[0], fault)
                  for fault in result['faults']]
        if result['late']:
            cases.append(tap.Case('skipped', 'the first try',
                                  result['late']))
        if self.verbose:
            print(result['text'])
        self.doing = ('looking at the kernel log', time.monotonic())
        self.add(name, cases, result['seconds'])


def prepared(script, *args):
    done = subprocess.run([script, *args], stdout=subprocess.PIPE, text=True,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def build_helpers():
    """Build the programs of tests/functional into the cache."""
    folder = f'{CACHE}/helpers/' + hashlib.sha256(
        TOP.encode()).hexdigest()[:8]
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(f'{TESTS}/functional/Makefile'):
        with BUILDING:      # two stages may want them at once
            subprocess.run(['make', '-s', '-C', f'{TESTS}/functional',
                            f'OUT={folder}'], check=True)
    return folder
