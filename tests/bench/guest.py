#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside the guest: measure the modes, ROUNDS times each so that the spread
shows.  Each line of output is one JSON object: the release; a mode, an
operation and its figures; a mode and what its readers lost; or a mode and why
there is nothing of it."""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import modes  # noqa: E402

BATCHES = int(os.environ.get('BATCHES', '150'))
ROUNDS = int(os.environ.get('ROUNDS', '5'))
OPERATIONS = os.environ.get('OPERATIONS', ''.join(modes.OPERATIONS))
TRIES = 100             # to see a reader work


def tell(**facts):
    print(json.dumps(facts), flush=True)


def operate(operation, batches, seconds=0):
    """Its figures."""
    done = subprocess.run([os.environ['OPS'], operation, str(batches),
                           str(seconds)], stdout=subprocess.PIPE, text=True,
                          check=True)
    return list(map(int, done.stdout.split()[1:]))


def attempts():
    """What the module has counted."""
    with open('/proc/sockwatch', encoding='ascii') as file:
        lines = file.read().partition('\n\n')[0].splitlines()
    column = lines[1].split().index('attempts')
    return sum(int(line.split()[column]) for line in lines[2:])


def events():
    """What the module says of events: sent, and lost."""
    done = subprocess.run((os.environ['SOCKWATCH'], '-j', 'info'),
                          stdout=subprocess.PIPE, check=True)
    info = json.loads(done.stdout)['info']
    return (info['events_sent'],
            info['events_lost'] + info['events_overrun'])


class Program:
    """A running reader and what it has printed, where that is kept."""

    def __init__(self, reader):
        self.name, self.reader = reader.command[0], reader
        path = os.environ['SOCKWATCH'] if self.name == 'sockwatch' else \
            self.name
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            (path, *reader.command[1:]), stdin=subprocess.DEVNULL,
            stdout=self.output if reader.seen else subprocess.DEVNULL,
            stderr=self.output)

    def text(self):
        return os.pread(self.output.fileno(), 1 << 26, 0).decode(
            'utf-8', 'replace')

    def programs_run(self):
        """How many of its BPF programs have run, where the kernel counts."""
        runs = 0
        for path in glob.glob(f'/proc/{self.process.pid}/fdinfo/*'):
            with open(path, encoding='ascii') as file:
                runs += bool(re.search(r'^run_cnt:\t[1-9]', file.read(),
                                       re.MULTILINE))
        return runs

    def works(self):
        if self.process.poll() is not None:
            return False
        if self.reader.seen:
            return re.search(self.reader.seen, self.text())
        if self.reader.programs:
            return self.programs_run() >= self.reader.programs
        return events()[0]

    def why_not(self):
        lines = self.text().split('\n')
        error = next((line for line in lines if 'rror' in line
                      or 'ailed' in line), '')
        return f'{self.name}: {error.strip() or "it does nothing"}'

    def end(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def lost(self):
        """What it says, or the module of it."""
        lost = sum(map(int, re.findall(r'[Ll]ost +(\d+)', self.text())))
        return lost or (events()[1] if self.name == 'sockwatch' else 0)


def count_runs(on):
    """The kernel counts how often each BPF program runs, or does not."""
    subprocess.run(['sysctl', '-qw', f'kernel.bpf_stats_enabled={on:d}'],
                   check=True)


def wait_for(programs):
    """Until each is seen to work, while there is something to see; what keeps
    one from it."""
    count_runs(True)
    reason = why_idle(programs)
    count_runs(False)
    return reason


def why_idle(programs):
    for _ in range(TRIES):
        if all(program.works() for program in programs):
            return ''
        if any(program.process.poll() is not None for program in programs):
            break
        operate('t', 10)
        time.sleep(0.1)
    return next(program.why_not() for program in programs
                if not program.works())


def measure(mode):
    operations = ''.join(filter(OPERATIONS.__contains__, mode.operations))
    # What tracers add is far above what is noise.
    batches = max(BATCHES // 3, 10) if mode.traces else BATCHES
    before = attempts() if mode.params is not None else 0
    for operation in operations:
        figures = operate(operation, batches, mode.seconds_of(operation))
        tell(mode=mode.name, operation=operation,
             **dict(zip(modes.STATISTICS, figures)))
    moved = mode.params is not None and attempts() > before
    if moved != mode.counts:
        sys.exit(f'{mode.name}: what the module counts '
                 f'{"moved" if moved else "did not move"}')


def with_readers(mode, rounds):
    """A reader takes longer to start than to be measured: once is enough."""
    programs = []
    try:
        for reader in mode.readers:
            programs.append(Program(reader))
        reason = wait_for(programs)
    except OSError as error:
        reason = str(error)
    if reason:
        tell(mode=mode.name, reason=reason)
    else:
        for _ in range(rounds):
            measure(mode)
        time.sleep(0.5)         # for what is still on its way
    for program in programs:
        program.end()
    if programs and not reason:
        tell(mode=mode.name, lost=sum(program.lost() for program in programs))


def run(mode, rounds):
    if mode.params is not None:
        subprocess.run(['insmod', os.environ['SOCKWATCH_KO'], *mode.params],
                       check=True)
    with_readers(mode, rounds)
    if mode.params is not None:
        subprocess.run(['rmmod', 'sockwatch'], check=True)


def main():
    names = os.environ.get('MODES', '').split() or modes.MODES
    wanted = [modes.MODES[name] for name in names]
    tell(release=os.uname().release)
    # The TIME_WAIT population would otherwise move the results.
    subprocess.run(['sysctl', '-qw', 'net.ipv4.tcp_max_tw_buckets=0'],
                   check=True)
    # The first run after boot is not like the others.
    for operation in OPERATIONS:
        operate(operation, 50)
    quiet = [mode for mode in wanted if not mode.readers]
    for _ in range(ROUNDS):
        for mode in quiet:
            run(mode, 1)
    # After a reader nothing is as it was: slabs have other neighbours.
    for mode in wanted:
        if mode.readers:
            run(mode, ROUNDS)


if __name__ == '__main__':
    main()
