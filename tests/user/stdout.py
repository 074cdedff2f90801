#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A stdout that is closed, full, or that nobody reads any more."""
import fcntl
import json
import os
import pathlib
import resource
import select
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

SHOW = tap.description("show")
COMMANDS = [["show"], ["show", "-j"], ["-h"], ["-V"], ["kinds", "family", "unix"]]


def fails(words, why, **how):
    done = tap.run(words, dump=SHOW, **how)
    lines = done.stderr.splitlines()
    tap.ok(done.returncode == 2 and len(lines) == 1 and
           lines[0].startswith("sockwatch: cannot write the output: ") and
           why in lines[0], "%s: %s" % (why, " ".join(words)), done)


def quiet(words, name, **how):
    done = tap.run(words, dump=SHOW, **how)
    tap.ok(done.returncode == 0 and not done.stderr,
           "%s: %s" % (name, " ".join(words)), done)


def closed(*fds):
    """For preexec_fn: these are closed when the command starts."""
    def close():
        for fd in fds:
            os.close(fd)
    return close


def no_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def stuck(child):
    """Whether it sleeps, or has ended: the pipe is full by then."""
    try:
        with open("/proc/%d/stat" % child.pid) as file:
            return file.read().rpartition(") ")[2][0] in "SZ"
    except FileNotFoundError:
        return True


def slow_reader():
    """More than a pipe holds, into a pipe that does not block."""
    rows = 2000
    row = "row netns=7 family=2 protocol=%d attempts=1\n"
    dump = ("family id=31 version=1\n\nack\n\nhead netns=7 rows=%d\n" % rows +
            "\n".join(row % n for n in range(rows)) + "done\n")
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    recording = tap.OUT / ("recording.%d" % os.getpid())
    recording.write_bytes(tap.mkdump.make(dump))
    child = subprocess.Popen([tap.REPLAY, "show", "-H"], stdout=writer,
                             stderr=subprocess.PIPE,
                             env=dict(os.environ,
                                      SOCKWATCH_REPLAY=str(recording)))
    os.close(writer)
    deadline = time.monotonic() + 10
    while not (select.select([reader], [], [], 0)[0] and stuck(child)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    with os.fdopen(reader) as file:
        lines = file.read().splitlines()
    errors = child.communicate(timeout=20)[1]
    recording.unlink()
    tap.ok(child.returncode == 0 and len(lines) == rows and not errors and
           len(set(map(len, lines))) == 1,
           "a pipe that does not block gets every line",
           len(lines), child.returncode, errors)


def many_sockets(count, end="done\n"):
    """A recording of so many sockets, longer than what is held back."""
    make = tap.mkdump.make
    head = make("family id=31 version=1\n\nack\n\n"
                "head netns=7 time_ns=1\n")
    row = make("row netns=7 family=2 type=1 protocol=6 origin=1 state=1 "
               "address:ip=10.0.0.1 port=80 peer_address:ip=10.0.0.2 "
               "peer_port=8080 age_ns=1 state_age_ns=1 pid=1 comm=x uid=0 "
               "cgroup=%d id=3 inode=4\n" % 2 ** 60)[4:]
    many = tap.mkdump.record(row * 100)
    return head + many * (count // 100) + make(end)


def long_answer():
    """It comes piece by piece, in step and whole, and is not kept."""
    count = 100000
    dump = many_sockets(count)
    for words in ["sockets"], ["sockets", "-j"]:
        done = tap.run(words, dump=dump)
        title, *lines = done.stdout.splitlines()
        rows = len(json.loads(title)["sockets"]) if "-j" in words else \
            len(lines)
        tap.ok(done.returncode == 0 and not done.stderr and rows == count and
               len(set(lines)) <= 1,
               "a long answer: " + " ".join(words), rows, done.stderr)
        writer = no_reader()
        done = tap.run(words, dump=dump, stdout=writer)
        os.close(writer)
        tap.ok(done.returncode == 0 and not done.stderr,
               "a long answer that nobody reads: " + " ".join(words), done)
        with open("/dev/full", "w") as full:
            done = tap.run(words, dump=dump, stdout=full)
        tap.ok(done.returncode == 2 and "No space left" in done.stderr and
               len(done.stderr.splitlines()) == 1,
               "a long answer, no space: " + " ".join(words), done)
        done = tap.run(words, dump=many_sockets(count, "recv ENOBUFS\n"))
        tap.ok(done.returncode == 2 and "half way" in done.stderr and
               len(done.stderr.splitlines()) == 1 and done.stdout,
               "a long answer that breaks off: " + " ".join(words),
               done.returncode, done.stderr)
    for words in ["sockets", "-H"], ["sockets", "-j"], ["sockets", "--group",
                                                        "pid"]:
        done = tap.run(words, dump=dump, preexec_fn=little_memory,
                       stdout=subprocess.DEVNULL)
        tap.equal(done.returncode, 0, "it is not kept: " + " ".join(words))
    done = tap.run(["sockets", "--sort", "age"], dump=dump,
                   preexec_fn=little_memory)
    tap.ok(done.returncode == 2 and "out of memory" in done.stderr and
           not done.stdout, "it is kept to be sorted", done.returncode,
           done.stderr)


def little_memory():
    """For preexec_fn: the recording, which is 64 MiB at most, and some more."""
    most = (64 + 12) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


tap.build()
for words in COMMANDS:
    with open("/dev/full", "w") as full:
        fails(words, "No space left", stdout=full)
    fails(words, "stdout is closed", preexec_fn=closed(1))
    writer = no_reader()
    quiet(words, "nobody reads", stdout=writer)
    os.close(writer)
    quiet(words, "stdin is closed", preexec_fn=closed(0))
    done = tap.run(words, dump=SHOW, preexec_fn=closed(0, 2))
    tap.ok(done.returncode == 0 and done.stdout,
           "stdin and stderr are closed: %s" % " ".join(words), done)
    done = tap.run(words, dump=SHOW, preexec_fn=closed(0, 1, 2))
    tap.equal(done.returncode, 2, "all are closed: %s" % " ".join(words))
slow_reader()
long_answer()
tap.finish()
