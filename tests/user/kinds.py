#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""sockwatch kinds: against a made-up kernel, and against this one."""
import errno
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

FAKE = {"LD_PRELOAD": str(tap.OUT / "fakesocket.so")}

SMALL_KERNEL = """\
family  type       protocol  status         errno
unix    stream     0         usable         -
unix    dgram      0         usable         -
unix    seqpacket  0         usable         -
inet    stream     tcp       usable         -
inet    dgram      icmp      not-permitted  EACCES
inet    dgram      udp       usable         -
inet    raw        any       not-permitted  EPERM
"""


def small_kernel():
    """What is summed up and what is left out."""
    done = tap.run(["kinds"], env=FAKE)
    lines = done.stdout.splitlines(keepends=True)
    # Columns are as wide as the longest name of all families.
    squeezed = "".join(" ".join(line.split()) + "\n" for line in lines)
    wanted = "".join(" ".join(line.split()) + "\n"
                     for line in SMALL_KERNEL.splitlines())
    some = [line for line in squeezed.splitlines(keepends=True)
            if line.split()[0] in ("family", "unix", "inet")]
    tap.equal("".join(some), wanted, "usable and not permitted kinds")
    tap.ok("inet6 any any not-supported ESOCKTNOSUPPORT\n" in squeezed,
           "a family without any type takes one line", squeezed)
    tap.ok("packet any any not-permitted EPERM\n" in squeezed,
           "a family that is not permitted takes one line", squeezed)
    tap.ok("vsock any any not-supported EAFNOSUPPORT\n" in squeezed,
           "a family that does not exist takes one line", squeezed)
    # unix and inet take seven lines; 46 is the first without a name.
    tap.equal(len(lines), 1 + 7 + 46 - 2, "every family is there")
    done = tap.run(["-jn", "kinds", "all", "family", "unix"], env=FAKE)
    rows = json.loads(done.stdout)["kinds"]
    tap.equal([(row["sock_type"], row["errno"]) for row in rows],
              [(1, None), (2, None), (4, 94), (5, None)],
              "all: every attempt, raw as the dgram that it is")
    done = tap.run(["kinds", "-4H", "type", "dgram", "proto", "icmp"],
                   env=FAKE)
    tap.equal(done.stdout.split(),
              ["inet", "dgram", "icmp", "not-permitted", "EACCES"],
              "one kind by a filter, under its own name")


def trouble():
    """Answers that say nothing about a kind are errors."""
    for name in ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"):
        env = dict(FAKE, FAKE_ERRNO=str(getattr(errno, name)))
        done = tap.run(["kinds"], env=env)
        tap.ok(done.returncode == 2 and done.stdout == "" and
               len(done.stderr.splitlines()) == 1, "%s is an error" % name,
               done)


def attempt(row):
    """The errno of this kind, and what it resolves to."""
    try:
        with socket.socket(row["family"], row["sock_type"],
                           row["protocol"]) as made:
            return 0, tuple(made.getsockopt(socket.SOL_SOCKET, option)
                            for option in (socket.SO_DOMAIN, socket.SO_TYPE,
                                           socket.SO_PROTOCOL))
    except OSError as error:
        return error.errno, None


def this_kernel():
    """One family: trying all of them would load modules on this machine."""
    done = tap.run(["-jn", "kinds", "all", "family", "unix"])
    answer = json.loads(done.stdout)
    tap.equal(list(answer), ["schema_version", "netns", "time_ns", "kinds"],
              "the keys of the object")
    tap.equal(answer["netns"], os.stat("/proc/self/ns/net").st_ino,
              "netns is this one")
    rows = answer["kinds"]
    tap.ok(all(list(row) == ["family", "sock_type", "protocol", "status",
                             "errno", "errno_number"] for row in rows),
           "the keys of every row")
    kinds = [(row["family"], row["sock_type"], row["protocol"])
             for row in rows]
    tap.ok(kinds == sorted(set(kinds)), "sorted, and no kind twice")
    wrong = []
    for row, kind in zip(rows, kinds):
        error, resolved = attempt(row)
        status = {0: "usable", errno.EPERM: "not-permitted",
                  errno.EACCES: "not-permitted"}.get(error, "not-supported")
        if (row["errno"] or 0) != error or row["status"] != status:
            wrong.append((row, error))
        elif not error and resolved != kind:
            wrong.append((row, resolved))
    tap.ok(not wrong, "%d attempts: Python sees the same" % len(rows), wrong)
    usable = {kind for row, kind in zip(rows, kinds)
              if row["status"] == "usable"}
    tap.equal(usable, {(1, 1, 0), (1, 2, 0), (1, 5, 0)},
              "stream, dgram and seqpacket are usable")


def few_descriptors():
    """Room for one socket is enough: each is closed before the next."""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    done = tap.run(["kinds", "all"], preexec_fn=limit, env=FAKE)
    tap.ok(done.returncode == 0 and done.stdout, "with 4 descriptors", done)


def as_nobody():
    """Without privilege what is not permitted is named, not hidden."""
    name = "as nobody: not permitted"
    if os.geteuid():
        tap.skip(name, "needs root, to give it up")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        command = shutil.copy(tap.COMMAND, folder)
        done = subprocess.run([command, "kinds", "family", "packet", "-H"],
                              text=True, stdout=subprocess.PIPE, user=65534,
                              group=65534, extra_groups=[])
    tap.equal(done.stdout.split(),
              ["packet", "any", "any", "not-permitted", "EPERM"], name)


tap.build()
small_kernel()
trouble()
this_kernel()
few_descriptors()
as_nobody()
tap.finish()
