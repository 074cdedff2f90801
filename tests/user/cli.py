#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Command lines, good and bad: the exit status, and one clear line."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

SHOW = tap.description("show")
COMMANDS = ("show", "failures", "states", "latency", "options", "samples",
            "listeners", "sockets", "monitor", "info", "reset", "kinds")


def refused(words, *wanted, **more):
    """Exit status 1 and one line that says what is good."""
    done = tap.run(words, dump=SHOW, **more)
    lines = done.stderr.splitlines()
    tap.ok(done.returncode == 1 and done.stdout == "" and len(lines) == 1 and
           lines[0].startswith("sockwatch: ") and
           all(word in lines[0] for word in wanted),
           "refused: %s" % " ".join(words or ["(nothing)"])[:60],
           "status %d" % done.returncode, done.stdout, done.stderr)


def same(a, b, dump=SHOW):
    """Two command lines that mean the same."""
    first, second = (tap.run(words.split(), dump=dump) for words in (a, b))
    tap.ok(first.returncode == second.returncode == 0 and first.stdout and
           first.stdout == second.stdout, "'%s' is '%s'" % (a, b),
           first, second)


def helps(words, *wanted):
    done = tap.run(words)
    tap.ok(done.returncode == 0 and done.stderr == "" and
           all(word in done.stdout for word in wanted) and
           max(map(len, done.stdout.splitlines())) <= 80,
           "help: %s" % " ".join(words), done.stdout, done.stderr)


def usage():
    refused(["nonsense"], "unknown command 'nonsense'", *COMMANDS)
    refused(["status"], "unknown command 'status'")
    refused(["s"], "unknown command 's'")
    refused(["shows"], "unknown command")
    refused([""], "unknown command ''")
    refused(["-x", "show"], "'-x'", "not known")
    refused(["-jx", "show"], "'-x'", "not known")
    refused(["--nonsense", "show"], "'--nonsense'", "not known")
    refused(["--json=yes", "show"], "'--json=yes'")
    refused(["show", "-N"], "'-N'", "needs an argument")
    refused(["show", "--netns"], "'--netns'", "needs an argument")
    refused(["show", "nonsense", "x"], "unknown filter 'nonsense'", "family",
            "type", "proto")
    refused(["show", "family"], "'family' needs")
    refused(["show", "family", "inet", "family", "unix"], "twice")
    refused(["show", "family", "ipv4"], "unknown family 'ipv4'", "inet6",
            "unix", "vsock")
    refused(["show", "type", "tcp"], "unknown type 'tcp'", "stream",
            "seqpacket")
    refused(["show", "proto", "stream"], "unknown protocol 'stream'", "tcp",
            "mptcp")
    refused(["show", "family", "65536"], "unknown family")
    refused(["show", "family", "-1"], "'-1'")
    refused(["failures", "nonsense"], "unknown filter")
    refused(["info", "family", "inet"], "takes none")
    refused(["info", "-A"], "--all-netns")
    refused(["kinds", "-A"], "--all-netns")
    refused(["kinds", "everything"], "unknown filter 'everything'")
    refused(["show", "-A", "-N", "1"], "exclude each other")
    refused(["show", "--color=blue"], "unknown color 'blue'", "never")
    for bad in ("0", "-1", "nan", "inf", "1e99", "x", "", "1s", "0x"):
        refused(["show", "-i", bad], "not an interval")
    for bad in ("0", "-1", "1.5", "x", "", "1000000000"):
        refused(["show", "-c", bad], "not a count")
    refused(["show"] + ["family"] * 2000, "too many words")
    refused(["x" * 5000], "unknown command")
    refused(["show", "proto", "x" * 5000], "unknown protocol")


def tcp():
    """What show's grammar does not have."""
    states = ("established", "syn-recv", "listen", "closing")
    metrics = ("socket_create", "tcp_rtt", "time_in_state")
    for command in ("states", "latency"):
        refused([command, "state", "open"], "unknown state 'open'", *states)
        refused([command, "state", "LISTEN"], "unknown state", *states)
        for number in ("0", "12", "65536"):
            refused([command, "state", number], "unknown state", *states)
        refused([command, "family", "ipv4"], "unknown family 'ipv4'", "inet6")
        refused([command, "state"], "'state' needs")
        refused([command, "state", "1", "state", "2"], "twice")
    refused(["states", "scope", "local"], "unknown filter 'scope'",
            "use family or state")
    refused(["states", "type", "stream"], "unknown filter 'type'")
    refused(["states", "listen"], "unknown filter 'listen'")
    for command in ("latency", "samples"):
        for bad in ("tcp", "tcp_", "0", "9", "", "x" * 5000):
            refused([command, bad], "unknown metric '", *metrics)
        refused([command, "tcp_rtt", "tcp_rtt"], "unknown filter 'tcp_rtt'",
                "family, scope or state")
        refused([command, "scope", "global"], "unknown scope 'global'",
                "local remote")
        refused([command, "scope", "3"], "unknown scope '3'")
        refused([command, "tcp_rtt", "type", "stream"],
                "unknown filter 'type'")
    refused(["options", "nodelay"], "unknown word 'nodelay'")
    refused(["listeners", "family", "inet"], "unknown word 'family'")
    for command in COMMANDS:
        if command != "states":
            refused([command, "-s"], command + " cannot take --stats")
        if command != "latency":
            refused([command, "--hist"], command + " cannot take --hist")
        if command != "sockets":
            refused([command, "--sort", "age"],
                    command + " cannot take --sort")
            refused([command, "--group", "pid"],
                    command + " cannot take --group")


def sockets():
    """The filter has a file of its own: filter.py."""
    refused(["sockets", "--sort"], "'--sort'", "needs an argument")
    refused(["sockets", "--sort", "size"], "unknown order 'size'",
            "age or state-age")
    refused(["sockets", "--sort="], "unknown order ''")
    refused(["sockets", "--group"], "'--group'", "needs an argument")
    refused(["sockets", "--group", "family"], "unknown group 'family'",
            "pid, comm, cgroup, uid or state")
    refused(["sockets", "--group", "x" * 5000], "unknown group")
    refused(["sockets", "--sort", "age", "--group", "pid"],
            "--sort and --group exclude each other")
    refused(["sockets", "-s"], "sockets cannot take --stats")
    dump = tap.description("sockets")
    same("so", "sockets", dump)
    same("sockets -4", "sockets family inet", dump)
    same("sockets -4 -6", "sockets family inet or family inet6", dump)
    same("sockets -6 state established or uid 101",
         "sockets family inet6 and (state established or uid 101)", dump)
    same("sockets --sort=age", "--sort age sockets", dump)
    same("sockets -- state listen", "sockets state 10", dump)
    events = tap.description("monitor")
    same("m", "monitor", events)
    same("mon -4 -H", "-H monitor family inet", events)
    answer = dump[dump.index("head"):]
    for words in (["sockets"], ["sockets", "-j"], ["sockets", "--group=pid"],
                  ["sockets", "--sort", "age", "-j"]):
        once = tap.run(words, dump=dump).stdout
        twice = tap.run(words + ["-c", "2", "-i", "0.01"],
                        dump=dump + "\n" + answer)
        tap.equal(twice.stdout, once + ("" if "-j" in words else "\n") + once,
                  "two rounds of " + " ".join(words))


def namespaces():
    refused(["show", "-N", "no-such-namespace"],
            "/run/netns/no-such-namespace", "No such file")
    refused(["show", "-N", "/dev/null"], "/dev/null is not a network")
    refused(["show", "-N", "/proc/self/ns/mnt"], "is not a network namespace")
    refused(["show", "-N", ""], "empty")
    refused(["show", "-N", "0"], "no process 0")
    refused(["show", "-N", "4294967297"], "no process 4294967297")
    refused(["show", "-N", "9" * 30], "no process 9999")
    refused(["show", "-N", "x" * 5000], "too long")
    child = subprocess.Popen(["true"])
    child.wait()
    refused(["show", "-N", str(child.pid)], "no process %d" % child.pid)
    for good in ("/proc/self/ns/net", str(os.getpid())):
        done = tap.run(["show", "-N", good], dump=SHOW)
        tap.ok(not done.returncode and "tcp" in done.stdout,
               "-N %s is a namespace" % re.sub("[0-9]+", "PID", good), done)


def forms():
    same("show", "")
    same("-j show", "show -j")
    same("show -j", "show --json")
    same("-n -H show", "show --no-header --numeric")
    same("sh", "show")
    same("sho", "show")
    same("show -4", "show family inet")
    same("show -6", "show family 10")
    same("show -- type raw", "show type 3")
    same("show proto tcp", "show proto 6")
    same("show --color=never", "show")
    same("show --color", "--color=always show")
    same("show --color=auto", "show")
    states = tap.description("states")
    same("st -s", "states --stats", states)
    same("states -4", "states family inet", states)
    same("states state listen", "states state 10", states)
    latency = tap.description("latency")
    same("la tcp_rtt", "latency 6", latency)
    same("latency -6", "latency family inet6", latency)
    same("latency -4 -6 scope 2", "--hist latency scope remote -4 -6 --hist",
         "family id=31 version=1\n\nack\n\nhead netns=1 rows=0\ndone\n")
    same("latency scope remote", "latency scope 2", latency)
    samples = tap.description("samples")
    same("sa tcp_connect", "samples 2", samples)
    same("samples -4 -6 scope local", "samples scope 1 -6 -4", samples)
    same("o", "options", tap.description("options"))
    same("li", "listeners", tap.description("listeners"))
    done = tap.run(["show", "-j"], dump=SHOW, env={"POSIXLY_CORRECT": "1"})
    tap.ok(done.stdout.startswith("{"),
           "options after the command with POSIXLY_CORRECT too", done)


def texts():
    helps(["--help"], "COMMAND", *COMMANDS, "--json", "--netns", "Exit status")
    helps(["-h"], "COMMAND")
    for command in COMMANDS:
        helps([command, "--help"], "sockwatch [OPTIONS] " + command)
    helps(["--help", "kinds"], "sockwatch [OPTIONS] kinds")
    done = tap.run(["-V"])
    module = (tap.TOP / "module/main.c").read_text()
    version = re.search(r'MODULE_VERSION\("(.*)"\)', module)
    tap.equal(done.stdout, "sockwatch %s\n" % version.group(1),
              "-V is the version of the module")
    man = (tap.TOP / "Documentation/man/sockwatch.8").read_text()
    man = man.replace("\\-", "-")
    tap.equal([word for word in re.findall(r"--[a-z-]+",
                                           tap.run(["-h"]).stdout)
               if word not in man], [], "every option is in the man page")
    tap.ok('"sockwatch %s"' % version.group(1) in man,
           "the man page is of the same version")


def rounds():
    done = tap.run(["show", "-c", "1"], dump=SHOW)
    tap.equal(done.stdout, tap.run(["show"], dump=SHOW).stdout,
              "-c 1 is one round")
    # The second round's answer comes over the same socket.
    answer = SHOW[SHOW.index("head"):]
    twice = SHOW + "\n" + answer
    table = tap.run(["show"], dump=SHOW).stdout
    done = tap.run(["show", "-c", "2", "-i", "0.01"], dump=twice)
    tap.equal(done.stdout, table + "\n" + table,
              "an empty line between two tables")
    line = tap.run(["-j", "show"], dump=SHOW).stdout
    done = tap.run(["-j", "show", "-c", "2", "-i", "0.01"], dump=twice)
    tap.equal(done.stdout, line + line, "one JSON object a line")
    done = tap.run(["show", "-i", "0.01"], dump=twice)
    tap.ok(done.returncode == 2 and done.stdout == table + "\n" + table and
           len(done.stderr.splitlines()) == 1,
           "the third answer fails: two whole tables and a line", done)


def interrupted():
    """Ctrl-C between two rounds."""
    import signal
    for number in (signal.SIGINT, signal.SIGTERM):
        with tempfile.NamedTemporaryFile() as file:
            file.write(tap.mkdump.make(SHOW))
            file.flush()
            child = subprocess.Popen(
                [tap.REPLAY, "show", "-j", "-i", "1000"], text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=dict(os.environ, SOCKWATCH_REPLAY=file.name))
            first = child.stdout.readline()
            child.send_signal(number)
            rest, errors = child.communicate(timeout=20)
        tap.ok(first.startswith("{") and rest == "" and errors == "" and
               child.returncode == 0,
               "%s between two rounds ends them with status 0" % number.name,
               child.returncode, first, rest, errors)


tap.build()
usage()
tcp()
sockets()
namespaces()
forms()
texts()
rounds()
interrupted()
tap.finish()
