# SPDX-License-Identifier: GPL-2.0
"""The rate of the host's time stamp counter.

QEMU's own CPU emulation hands the host's counter to the guest.  A guest that
measures its rate while the host is busy gets it wrong, or gives up and keeps
time in steps of 4 ms; so it is told the rate instead."""
import ctypes
import mmap
import platform
import time

# rdtsc; shl $32, %rdx; or %rdx, %rax; ret
CODE = bytes.fromhex('0f31' '48c1e220' '4809d0' 'c3')


def constant():
    """Whether the counter's rate is the same at all times."""
    if platform.machine() != 'x86_64':
        return False
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as file:
            return any(line.startswith('flags') and 'constant_tsc' in line
                       for line in file)
    except OSError:
        return True     # a chroot without /proc; it is on all but old ones


def rate_khz():
    """The rate in kHz, or None where it is not known."""
    try:
        if not constant():
            return None
        page = mmap.mmap(-1, mmap.PAGESIZE,
                         prot=mmap.PROT_READ | mmap.PROT_WRITE
                         | mmap.PROT_EXEC)
    except OSError:
        return None
    page.write(CODE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(address)

    def sample():
        # The tightest of several: another process may cut in between.
        best = None
        for _ in range(20):
            before = time.monotonic_ns()
            ticks = read()
            after = time.monotonic_ns()
            if best is None or after - before < best[0]:
                best = (after - before, before, ticks)
        return best[1:]

    then_ns, then = sample()
    time.sleep(0.1)
    now_ns, now = sample()
    return round((now - then) * 1e6 / (now_ns - then_ns))
