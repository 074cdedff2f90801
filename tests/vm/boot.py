#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Boot a prepared kernel in QEMU and run one command inside.

The guest's root is the host's root file system, read-only over 9p, with a
tmpfs on top: every program and the checkout are at their usual paths, and
whatever the guest writes is gone afterwards.  The command's output comes over
a port of its own; the kernel's console goes to a file.

The exit status is the command's, or one of these:
  120  the guest did not boot (in time)
  121  the command did not end in time
  122  the kernel panicked, or the machine ended
  123  the kernel log, lockdep or kmemleak speaks against the run
"""
import argparse
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import initramfs  # noqa: E402
import tsc  # noqa: E402

NO_BOOT, TIMED_OUT, PANIC, REPORT = 120, 121, 122, 123
VERDICT_TIMEOUT_S = 300
# Without what an emulator is slow at: strings that are copied byte by byte, a
# larger state to switch, a check around each copy from user space, and a fifth
# level of page tables.  Guests take a quarter less time.
QUICK_CPU = 'max,-erms,-xsave,-smap,-la57'
VM_DIR = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get('SOCKWATCH_CACHE', '/var/cache/sockwatch')


def parse_args():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('--smp', type=int, default=2, metavar='N')
    parser.add_argument('--mem', type=int, default=1024, metavar='MB')
    parser.add_argument('--icount', action='store_true',
                        help='one nanosecond an instruction, one CPU')
    parser.add_argument('--plugin', metavar='FILE[,NAME=VALUE...]',
                        help='of the emulator')
    parser.add_argument('--boot-timeout', type=int, default=240, metavar='S')
    parser.add_argument('--timeout', type=int, default=600, metavar='S',
                        help='for the command')
    parser.add_argument('--append', default='', metavar='ARGS',
                        help='more words for the kernel command line')
    parser.add_argument('--console', metavar='FILE',
                        help='where the kernel console goes')
    parser.add_argument('--env', action='append', default=[],
                        metavar='NAME=VALUE', help='for the command')
    parser.add_argument('--no-verdict', action='store_true',
                        help='do not look at the kernel log afterwards')
    parser.add_argument('--quiet', action='store_true',
                        help='no progress lines')
    parser.add_argument('kernel', help='stock, stock-6.12, test, debug, or a folder')
    parser.add_argument('command', nargs=argparse.REMAINDER)
    args = parser.parse_args()
    if args.command and args.command[0] == '--':
        args.command.pop(0)
    if not args.command:
        parser.error('no command')
    return args


def kernel_folder(name):
    if '/' in name:
        return os.path.abspath(name)
    done = subprocess.run([os.path.join(VM_DIR, 'kernel.sh'), name],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(NO_BOOT)
    return done.stdout.strip()


def ancestors(path):
    while path != '/':
        yield path
        path = os.path.dirname(path)


def job_script(args, folder, release):
    """The shell text that tells the guest what to do."""
    needed = [os.getcwd(), folder, os.path.abspath(CACHE), VM_DIR]
    hide = [top for top in ('/run', '/tmp')
            if not any((path + '/').startswith(top + '/') for path in needed)]
    # A test that gives up its rights must still reach the checkout, which
    # may lie below a folder that is root's alone.  This is the guest's copy.
    parents = sorted({parent for path in needed for parent in ancestors(path)})
    # QEMU looks up extended attributes below /proc/self/fd.  In a chroot
    # without /proc every one fails and the overlay can change nothing; the
    # older protocol has none.
    share = '9p2000.L' if os.path.exists('/proc/self/fd') else '9p2000.u'
    quote = shlex.quote
    lines = [
        f'SHARE={share}',
        f'MODULES={quote(os.path.join(folder, "modules"))}',
        f'RELEASE={quote(release)}',
        f'HIDE={quote(" ".join(hide))}',
        f'VERDICT={"" if args.no_verdict else "yes"}',
        f'OPEN={quote(" ".join(parents))}',
        'job_run() {',
        f'cd {quote(os.getcwd())} || exit 127',
        f'export SOCKWATCH_CACHE={quote(CACHE)}',
    ]
    for item in args.env:
        name, _, value = item.partition('=')
        lines.append(f'export {name}={quote(value)}')
    # By its path: the shell here is busybox's and would run its own applets.
    lines += ['exec /usr/bin/env -- ' + ' '.join(map(quote, args.command)),
              '}', '']
    return '\n'.join(lines)


def qemu_command(args, folder, initrd, fds):
    accel = os.environ.get('ACCEL', 'tcg')
    append = ['console=ttyS0', 'panic=-1', 'oops=panic', 'log_buf_len=4M',
              'mitigations=off', 'audit=0', 'quiet', 'loglevel=4']
    # The machine must not outlive this process, however that ends.
    command = ['setpriv', '--pdeathsig', 'KILL',
               'qemu-system-x86_64', '-nodefaults', '-no-user-config',
               '-display', 'none', '-no-reboot', '-m', str(args.mem)]
    if accel == 'tcg':
        cpu = os.environ.get('CPU', 'max' if args.icount else QUICK_CPU)
        command += ['-cpu', cpu]
        if args.icount:
            command += ['-accel', 'tcg', '-icount', 'shift=0']
            args.smp, rate_khz = 1, 1000000
            append += ['nokaslr']
        else:
            # One thread for all CPUs: with a thread each, a CPU can go on
            # to execute the breakpoint of a patched call for ever after it
            # was taken away, and loading and unloading is patching.
            command += ['-accel', 'tcg,thread=single']
            rate_khz = tsc.rate_khz()
        if rate_khz:
            append += [f'tsc_early_khz={rate_khz}', 'tsc=reliable']
    else:
        command += ['-accel', accel, '-cpu', 'host']
    if args.plugin:
        command += ['-plugin', args.plugin]
    # Sockets, as the table for kernels without ACPI has one CPU of each.
    command += ['-smp', f'{args.smp},sockets={args.smp}']
    append.append(args.append)
    command += [
        '-kernel', os.path.join(folder, 'vmlinuz'), '-initrd', initrd,
        '-append', ' '.join(append),
        '-chardev', f'file,id=console,path={args.console}',
        '-serial', 'chardev:console',
        '-device', 'virtio-rng-pci',
        '-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,'
                  'multidevs=remap',
        '-device', 'virtio-9p-pci,fsdev=host,mount_tag=host',
        '-device', 'virtio-serial-pci',
    ]
    for name, fd in fds.items():
        command += ['-chardev', f'socket,id={name},fd={fd}',
                    '-device', f'virtserialport,chardev={name},'
                               f'name=sockwatch.{name}']
    return command


class Guest:
    """One run: the machine, its two ports, and what came out of them."""

    def __init__(self, args, folder):
        self.args = args
        self.began = time.monotonic()
        self.booted = self.ended = None
        self.status = None
        self.done = False
        self.reports = []
        self.control = b''
        with open(os.path.join(folder, 'release'), encoding='ascii') as file:
            release = file.read().strip()
        self.initrd = tempfile.NamedTemporaryFile(prefix='sockwatch-initrd-')
        initramfs.write(self.initrd, os.path.join(folder, 'modules'), release,
                        job_script(args, folder, release))
        self.initrd.flush()
        self.ports, theirs = {}, {}
        for name in ('control', 'output'):
            self.ports[name], theirs[name] = socket.socketpair()
        fds = {name: end.fileno() for name, end in theirs.items()}
        self.qemu = subprocess.Popen(
            qemu_command(args, folder, self.initrd.name, fds),
            pass_fds=list(fds.values()), stdin=subprocess.DEVNULL,
            stdout=sys.stderr)
        for end in theirs.values():
            end.close()

    def progress(self, text):
        if self.args.quiet:
            return
        if sys.stderr.isatty() or os.environ.get('DEMO'):
            print(f'boot: {text}', file=sys.stderr, flush=True)

    def take_control(self, data):
        self.control += data
        *lines, self.control = self.control.split(b'\n')
        for line in lines:
            word, _, rest = line.decode('utf-8', 'replace').partition(' ')
            if word == 'booted':
                self.booted = time.monotonic()
                self.progress(f'up after {self.booted - self.began:.0f} s')
            elif word == 'exit':
                self.ended = time.monotonic()
                self.status = int(rest)
            elif word == 'report':
                self.reports.append(rest)
            elif word == 'done':
                self.done = True

    def take(self, name, data):
        if name == 'control':
            self.take_control(data)
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def overdue(self):
        now = time.monotonic()
        if self.booted is None:
            return now - self.began > self.args.boot_timeout
        if self.ended is None:
            return now - self.booted > self.args.timeout
        return now - self.ended > VERDICT_TIMEOUT_S

    def run(self):
        """Until the guest says done, ends by itself, or is overdue."""
        ports = {port: name for name, port in self.ports.items()}
        beat = self.began
        while ports and not self.done:
            ready, _, _ = select.select(list(ports), [], [], 1)
            for port in ready:
                data = port.recv(65536)
                if data:
                    self.take(ports[port], data)
                else:
                    del ports[port]
            if self.overdue():
                return TIMED_OUT if self.booted else NO_BOOT
            if self.booted is None and time.monotonic() - beat >= 5:
                beat = time.monotonic()
                self.progress(f'booting for {beat - self.began:.0f} s')
        if self.done:
            self.drain()
            return REPORT if self.reports else self.status
        return PANIC if self.booted else NO_BOOT

    def drain(self):
        """Output that was on its way when the guest said done."""
        port = self.ports['output']
        while select.select([port], [], [], 0.2)[0]:
            data = port.recv(65536)
            if not data:
                break
            self.take('output', data)

    def stop(self):
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.qemu.wait()
        self.initrd.close()


def console_tail(path, lines):
    with open(path, errors='replace', encoding='utf-8') as file:
        return ''.join(file.readlines()[-lines:])


def explain(guest, status, args):
    texts = {
        NO_BOOT: 'the guest did not boot',
        TIMED_OUT: f'the command did not end within {args.timeout} s'
                   if guest.ended is None else
                   'the look at the kernel log did not end',
        PANIC: 'the kernel panicked or the machine ended',
    }
    if status == REPORT and guest.reports:
        print('boot: the kernel speaks against this run:', file=sys.stderr)
        for line in guest.reports:
            print(f'  {line}', file=sys.stderr)
        if guest.status:
            print(f'boot: the command ended with {guest.status}',
                  file=sys.stderr)
    elif not guest.done:
        print(f'boot: {texts[status]}; the end of the console:\n'
              + console_tail(args.console, 80), file=sys.stderr)


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TIMED_OUT))
    folder = kernel_folder(args.kernel)
    scratch = None
    if args.console is None:
        scratch = tempfile.NamedTemporaryFile(prefix='sockwatch-console-')
        args.console = scratch.name
    guest = Guest(args, folder)
    try:
        status = guest.run()
    finally:
        guest.stop()
    explain(guest, status, args)
    guest.progress(f'{time.monotonic() - guest.began:.0f} s in all')
    return status


if __name__ == '__main__':
    sys.exit(main())
