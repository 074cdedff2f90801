#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""BPF's fentry and the module: where BPF has a function the module's hook goes
another way and counts the same; where the module has one BPF is refused, unless
wrapper=0; and both may have tcp_v4_connect."""
import contextlib
import ctypes
import errno
import os
import socket
import struct

import calls
import genl
import swlib

PROG_TYPE_TRACING, TRACE_FENTRY = 26, 24        # include/uapi/linux/bpf.h
# r0 = 0; exit
PROGRAM = struct.pack('=BBhiBBhi', 0xb7, 0, 0, 0, 0x95, 0, 0, 0)
bpf = ctypes.CDLL('libbpf.so.1', use_errno=True)


class LoadOptions(ctypes.Structure):
    """struct bpf_prog_load_opts, as far as it is needed."""
    _fields_ = [('sz', ctypes.c_size_t), ('attempts', ctypes.c_int),
                ('expected_attach_type', ctypes.c_int),
                *((name, ctypes.c_uint32) for name in
                  ('prog_btf_fd', 'prog_flags', 'prog_ifindex',
                   'kern_version', 'attach_btf_id'))]


def checked(result, what):
    if result < 0:
        raise OSError(-result, f'{what}: {os.strerror(-result)}')
    return result


@contextlib.contextmanager
def fentry(function):
    """A program that does nothing where a function begins."""
    options = LoadOptions(
        ctypes.sizeof(LoadOptions), 0, TRACE_FENTRY,
        attach_btf_id=checked(bpf.libbpf_find_vmlinux_btf_id(
            function.encode(), TRACE_FENTRY), function))
    program = checked(bpf.bpf_prog_load(
        PROG_TYPE_TRACING, b'nothing', b'GPL', PROGRAM,
        ctypes.c_size_t(len(PROGRAM) // 8), ctypes.byref(options)), function)
    try:
        link = checked(bpf.bpf_raw_tracepoint_open(None, program), function)
        yield
        os.close(link)
    finally:
        os.close(program)


def refusal(function):
    """The errno with which BPF is refused, or 0."""
    try:
        with fentry(function):
            return 0
    except OSError as error:
        return error.errno


def kinds_of_hooks(*names):
    client = genl.Genl()
    hooks = {hook['name']: hook['kind'] for hook in client.info()['hooks']}
    client.close()
    return [hooks[name] for name in names]


def bpf_was_there(tap):
    with fentry('__sock_create'), fentry('security_sk_free'):
        swlib.load()
        tap.equal(kinds_of_hooks('__sock_create', 'security_sk_free',
                                 'security_sk_alloc'),
                  ['wrapper', 'ftrace', 'direct'],
                  'the hooks of what BPF has go another way')
        calls.exact(tap, 'with BPF')
    calls.exact(tap, 'BPF gone')
    swlib.unload()


def connected():
    """How often the hook of tcp_v4_connect fired for one connection."""
    client = genl.Genl()

    def hits():
        return next(hook['hits'] for hook in client.info()['hooks']
                    if hook['name'] == 'tcp_v4_connect')
    before = hits()
    with socket.create_server(('127.0.0.1', 0)) as listener:
        socket.create_connection(listener.getsockname()).close()
    after = hits()
    client.close()
    return after - before


def bpf_comes_later(tap):
    swlib.load()
    tap.equal(kinds_of_hooks('__sock_create', 'security_sk_free'),
              ['direct', 'direct'], 'without BPF the hooks are direct')
    for function in '__sock_create', 'security_sk_free':
        tap.equal(refusal(function), errno.EBUSY, f'{function}: BPF is refused')
    calls.exact(tap, 'BPF refused')
    with fentry('tcp_v4_connect'):
        tap.equal(connected(), 1, 'tcp_v4_connect: both have it')
    swlib.unload()


def no_wrapper(tap):
    swlib.load(wrapper=0)
    with fentry('__sock_create'), fentry('security_sk_free'):
        calls.exact(tap, 'wrapper=0, with BPF')
    swlib.unload()


def main():
    tap = swlib.Tap()
    if not os.path.exists('/sys/kernel/btf/vmlinux'):
        tap.skip('fentry', 'this kernel has no BTF')
        tap.done()
    swlib.prepare()
    for part in bpf_was_there, bpf_comes_later, no_wrapper:
        part(tap)
    tap.done()


main()
