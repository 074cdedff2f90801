#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Events as they come: which are taken, what is said about lost ones, and how
it ends."""
import errno
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

FAMILY = "family id=31 version=1 events=5\n\nack\n\n"
OWN, OTHER = 7, 8
START = FAMILY + "sync netns=7 seq=101\nack\n\n"
FIRST = 101
DUMP = tap.description("monitor")
# By their numbers in dumps/monitor.txt.
CREATE, CONNECT, ACTIVE, PASSIVE, ACCEPT, FIN, GONE, RETRANSMIT, IN, OUT, \
    REFUSED, TYPE, UNIX, GENL, MPTCP, ODD, NOTHING = ALL = \
    list(range(FIRST, FIRST + 17))

# A filter, and the events that it takes.
TAKES = [
    ("event create", [CREATE]),
    ("event = create", [CREATE]),
    ("event != create family inet state close", [GONE, REFUSED]),
    ("not event create uid 1000", [CONNECT, ACTIVE, FIN, GONE, RETRANSMIT,
                                   IN]),
    ("event 5", [ACTIVE, PASSIVE]),
    ("event established or event reset", [ACTIVE, PASSIVE, IN, OUT]),
    ("event fail", [REFUSED, TYPE, UNIX]),
    ("event state and state close", [GONE]),
    ("event retransmit", [RETRANSMIT]),
    ("event close", [GENL, MPTCP]),
    ("event accept or origin queued", [PASSIVE, ACCEPT]),
    ("state established", [ACTIVE, PASSIVE, ACCEPT, RETRANSMIT, IN]),
    ("dport = :443", [RETRANSMIT, IN, MPTCP]),
    ("src 127.0.0.1:50000", [CONNECT, ACTIVE, FIN, GONE]),
    ("dst 127.0.0.0/8", [CONNECT, ACTIVE, PASSIVE, ACCEPT, FIN, GONE]),
    ("src 2001:db8::/32", [MPTCP]),
    ("family unix", [TYPE, UNIX]),
    ("type rdm", [TYPE]),
    ("proto genl", [GENL]),
    ("pid > 4711 and pid < 4714", [RETRANSMIT, IN, REFUSED]),
    ("comm nginx", [ACCEPT]),
    ("uid 33", [PASSIVE, ACCEPT]),
    ("cgroup 9007199254740993", [ACCEPT]),
    ("id sk:5004", [PASSIVE, ACCEPT]),
    ("not uid >= 0", [OUT, GENL, ODD, NOTHING]),
]


def batch(seq, count=1, netns=OWN, **more):
    """A datagram with so many events, whose ids are their numbers."""
    words = "".join(" %s=%s" % pair for pair in more.items())
    return "batch netns=%d seq=%d\n" % (netns, seq) + "".join(
        "event create time_ns=%d family=2 sock_type=1 protocol=6 id=%d%s\n" %
        (1790000000 * 10 ** 9 + n % 1000, n, words)
        for n in range(seq, seq + count)) + "\n"


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def summary(done):
    """Numbers, and [lost, how many] of what was lost, with other namespaces
    behind."""
    result = []
    for line in lines(done):
        item = line["seq"] if "seq" in line else ["lost", line["count"]]
        result.append(item if line["netns"] == OWN else
                      (line["netns"], item))
    return result


def good(done):
    return done.returncode == 0 and not done.stderr


def prints(name, dump, wanted, *words, **more):
    done = tap.run(["-j", "monitor", *words], dump=dump, **more)
    got = summary(done)
    tap.ok(got == wanted and good(done), name, got, wanted, done)


def filters():
    for text, wanted in TAKES:
        done = tap.run(["-j", "monitor", text], dump=DUMP)
        got = [line["seq"] for line in lines(done)]
        tap.ok(got == wanted and good(done), "takes: " + text, got, wanted,
               done.stderr)
    done = tap.run(["-j", "monitor", "-4"], dump=DUMP)
    tap.equal({line["family"] for line in lines(done)}, {"inet"}, "-4")
    done = tap.run(["monitor", "-6", "-H", "state", "established"], dump=DUMP)
    tap.equal(len(done.stdout.splitlines()), 2, "-6 and a filter")


def refused(text, column, *wanted):
    """As in filter.py."""
    done = tap.run(["monitor", text], dump="")
    tap.ok(done.returncode == 1 and not done.stdout and
           done.stderr.startswith("sockwatch: filter, column %d: expected " %
                                  (column + 1)) and
           all(word in done.stderr.splitlines()[0] for word in wanted),
           "refused: " + text, done)


def refusals():
    refused("age > 1h", 0, "what an event knows", "ages")
    refused("event create and state-age > 1h", 17, "ages")
    refused("src unix:/run/*", 4, "an address", ":80")
    refused("src @x", 4, "an address")
    refused("event opened", 6, "an event:", "established", "retransmit",
            "close")
    refused("event lost", 6, "an event:")
    refused("event 0", 6, "an event:")
    refused("event 10", 6, "an event:")
    refused("event > create", 6, "= or !=")
    refused("nonsense", 0, "one of event state src dst", "origin")
    for words, why in ((["-i", "1"], "monitor cannot take --interval"),
                       (["-i", "1", "-c", "1"], "cannot take --interval"),
                       (["-p", "-j"], "monitor cannot take --pretty"),
                       (["-s"], "cannot take --stats"),
                       (["--sort", "age"], "cannot take --sort")):
        done = tap.run(["monitor"] + words, dump="")
        tap.ok(done.returncode == 1 and why in done.stderr and
               len(done.stderr.splitlines()) == 1 and not done.stdout,
               "refused: monitor " + " ".join(words), done)


def json_lines():
    """The table's lines have the same events, and nothing is 0 that is not
    known."""
    done = tap.run(["monitor", "-H"], dump=DUMP)
    tap.equal(len(done.stdout.splitlines()), len(ALL), "a line for each event")
    tap.equal([line for line in done.stdout.splitlines()
               if line != line.rstrip()], [], "no spaces at the end of a line")
    for line in lines(tap.run(["monitor", "-j"], dump=DUMP)):
        zeros = [key for key, value in line.items() if value == 0]
        wanted = {"uid"} if line["uid"] == 0 else set()
        wanted |= {"retransmits"} if line["seq"] == GONE else set()
        wanted |= {"time_ns"} if line["seq"] == NOTHING else set()
        tap.equal(set(zeros), wanted, "event %d has no zeros but real ones" %
                  line["seq"])
    dump = START + batch(FIRST, comm="'\033[2J\"\\'", pid=1)
    line, = lines(tap.run(["-j", "monitor"], dump=dump))
    tap.equal(line["comm"], "?[2J\"\\", "a name is made safe, and escaped")
    done = tap.run(["monitor"], dump=dump)
    tap.ok("?[2J\"\\ " in done.stdout and "\033" not in done.stdout,
           "a name is made safe for a terminal", done)


def counts():
    dump = START + batch(101, 5) + batch(106, 5)
    for count in 1, 4, 5, 6, 10:
        prints("-c %d ends it" % count, dump,
               list(range(101, 101 + count)), "-c", str(count))
    prints("-c more than there are", dump, list(range(101, 111)), "-c", "99")
    prints("-c counts what the filter takes", dump, [103], "-c", "1", "id",
           "103")
    prints("-c does not count what was lost", START + batch(104, 2),
           [["lost", 3], 104], "-c", "1")
    done = tap.run(["monitor", "-c", "1"], dump=dump)
    tap.equal(len(done.stdout.splitlines()), 2, "-c 1: the titles and a line")


def losses():
    prints("nothing was lost", START + batch(101, 3) + batch(104), [
        101, 102, 103, 104])
    prints("before the first", START + batch(103), [["lost", 2], 103])
    prints("between two", START + batch(101, 2) + batch(110), [
        101, 102, ["lost", 7], 110])
    prints("is told whatever the filter", START + batch(101) + batch(103), [
        101, ["lost", 1]], "id", "101")
    prints("a lower number begins anew", START + batch(101) + batch(1) +
           batch(2), [101, 1, 2])
    prints("a lower number, but not the first", START + batch(101) + batch(4),
           [101, ["lost", 3], 4])
    prints("without an event behind it", START + batch(101) +
           "sync netns=7 seq=105\n", [101, ["lost", 3]])
    long = "".join(batch(seq, 400).rstrip("\n") + "\n"
                   for seq in (101, 501, 901))
    prints("a datagram that is too long is lost", START + long + "\n" +
           batch(1301), [["lost", 1200], 1301])
    prints("numbers of 64 bits", FAMILY + "sync netns=7 seq=1\nack\n\n" +
           batch(2 ** 64 - 1), [["lost", 2 ** 64 - 2], 2 ** 64 - 1])
    dump = START + batch(101) + batch(104)
    table = tap.run(["monitor", "-H"], dump=dump).stdout.splitlines()
    tap.ok(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{6}  lost 2 events", table[1]),
           "lost in a table", table)
    done = tap.run(["monitor", "-j"], dump=dump)
    line = lines(done)[1]
    tap.ok(list(line) == ["event", "netns", "count", "time_ns"] and
           line["event"] == "lost" and line["time_ns"] > 10 ** 18,
           "lost in JSON", done)
    tap.ok("\033[31mlost 2 events\033[0m\n" in
           tap.run(["monitor", "--color"], dump=dump).stdout, "lost in color")


def overruns():
    """ENOBUFS: what is there is read, and then the kernel is asked again."""
    lost = START + batch(101) + "recv ENOBUFS\n\n" + batch(102)
    dump = lost + "recv EAGAIN\n\nsync netns=7 seq=200\n\nack\n\n" + batch(200)
    prints("ENOBUFS: the answer says what was lost", dump,
           [101, 102, ["lost", 97], 200])
    tap.equal(asked(["monitor"], dump), 2, "ENOBUFS: the kernel is asked again")
    tap.equal(asked(["monitor"], START + batch(101)), 1,
              "else it is asked once")
    twice = lost + "recv EAGAIN\n\nrecv ENOBUFS\n\nsync netns=7 seq=200\n\n" + \
        "recv EAGAIN\n\nsync netns=7 seq=300\nack\n\n" + batch(300)
    prints("ENOBUFS while the answer comes", twice,
           [101, 102, ["lost", 97], ["lost", 100], 300])
    tap.equal(asked(["monitor"], twice), 3, "so it is asked a third time")
    prints("ENOBUFS and nothing lost", lost +
           "recv EAGAIN\n\nsync netns=7 seq=103\n\nack\n\n" + batch(103),
           [101, 102, 103])
    prints("ENOBUFS of other namespaces", lost +
           "recv EAGAIN\n\nsync netns=7 seq=103\n\nsync netns=8 seq=5\n\n"
           "sync netns=9 seq=1\n\nack\n\n" + batch(5, netns=8),
           [101, 102, (8, ["lost", 4]), (8, 5)], "-A")


def asked(words, dump, attribute=None):
    """How often MONITOR was sent, or how often with this attribute."""
    sent = tap.OUT / ("sent.%d" % os.getpid())
    sent.write_bytes(b"")
    tap.run(words, dump=dump, env={"SOCKWATCH_SENT": str(sent)})
    data, count, at = sent.read_bytes(), 0, 0
    sent.unlink()
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], sys.byteorder)
        kind = int.from_bytes(data[at + 4:at + 6], sys.byteorder)
        message = data[at:at + length]
        count += kind == 31 and (attribute is None or attribute in message)
        at += -(-length // 4) * 4
    return count


def namespaces():
    flag = tap.mkdump.nla(tap.mkdump.ATTRS["all_netns"][0], b"")
    tap.equal(asked(["monitor"], START, flag), 0, "one namespace is asked for")
    tap.equal(asked(["monitor", "-A"], START, flag), 1, "-A: all of them")
    both = batch(101) + batch(50, netns=OTHER) + batch(102)
    prints("events of another namespace are not for us", START + both,
           [101, 102])
    prints("-A: one that is seen later began with 1", START + both,
           [101, (OTHER, ["lost", 49]), (OTHER, 50), 102], "-A")
    prints("-A: each has its numbers", FAMILY + "sync netns=7 seq=101\n\n"
           "sync netns=8 seq=50\nack\n\n" + both, [101, (OTHER, 50), 102],
           "-A")
    prints("what comes before the answer is older",
           FAMILY + batch(99, 2) + batch(7, netns=OTHER) +
           "sync netns=7 seq=101\n\nack\n\n" + batch(101), [101])
    prints("and so with -A", FAMILY + batch(99, 2) + batch(7, netns=OTHER) +
           "sync netns=7 seq=101\n\n" + batch(8, netns=OTHER) +
           "sync netns=8 seq=9\n\nack\n\n" + batch(101) +
           batch(9, netns=OTHER), [101, (OTHER, 9)], "-A")
    prints("-A without any", FAMILY + "ack\n", [], "-A")
    many = "".join(batch(1, netns=n) for n in range(1000, 0, -1))
    done = tap.run(["-jA", "monitor"], dump=START + many)
    tap.equal(len({line["netns"] for line in lines(done)}), 1000,
              "-A: a thousand of them")
    table = tap.run(["-AH", "monitor"], dump=START + batch(103)).stdout
    tap.ok(re.match(r"\S+ +7  lost 2 events\n\S+ +7  create ", table),
           "-A: a column for the namespace", table)


def endings():
    done = tap.run(["-j", "monitor"], dump=START + batch(101, 2) +
                   "gone id=31 version=1\n\n" + batch(103))
    tap.ok(summary(done) == [101, 102] and done.returncode == 2 and
           done.stderr == "sockwatch: the module was unloaded\n",
           "the module was unloaded", done)
    prints("another family has gone", START + "gone id=32 version=1\n\n" +
           "family id=31 version=1\n\n" + batch(101), [101])
    done = tap.run(["monitor"], dump=START + batch(101) + "recv ENOBUFS\n\n"
                   "recv EAGAIN\n\nerror ENOENT\n")
    tap.ok(done.returncode == 2 and "unloaded" in done.stderr and
           len(done.stdout.splitlines()) == 2,
           "the module was unloaded before it was asked again", done)


def fails(name, dump, *wanted, out=0, words=(), **more):
    """Status 2, one line, and so many lines before it."""
    for form in ["-H"], ["-j"]:
        done = tap.run(["monitor", *form, *words], dump=dump, **more)
        errors = done.stderr.splitlines()
        tap.ok(done.returncode == 2 and len(errors) == 1 and
               errors[0].startswith("sockwatch: ") and
               all(word in errors[0] for word in wanted) and
               len(done.stdout.splitlines()) == out,
               "%s %s" % (name, form[0]), done)


def failures():
    fails("not loaded", "error ENOENT\n", "modprobe sockwatch")
    fails("a module without events", "family id=31 version=1\n\nack\n",
          "older than this command", "no events")
    fails("a module without the command", FAMILY + "error EOPNOTSUPP\n",
          "older")
    fails("EPERM with text", FAMILY + "error EPERM 'events need a lot'\n",
          "events need a lot", "not permitted")
    fails("EPERM without text", FAMILY + "error EPERM\n",
          "CAP_NET_ADMIN over the namespace")
    fails("the group may not be joined", FAMILY, "not permitted",
          "events need CAP_NET_ADMIN",
          env={"SOCKWATCH_LISTEN_ERRNO": str(errno.EPERM)})
    fails("an answer without a namespace", FAMILY + "ack\n", "empty")
    fails("receiving fails", START + batch(101) + "recv EIO\n",
          "Input/output error", out=1)
    for what, text in (("no number", "batch netns=7\nevent create\n"),
                       ("no namespace", "batch seq=101\nevent create\n"),
                       ("an odd number",
                        "batch netns=7 seq:hex=010203\nevent create\n")):
        fails(what, START + batch(101) + text, "without a number", out=1)
    for size in 1, 143, 145:
        fails("events of %d bytes" % size, START + "batch netns=7 seq=101 "
              "events:hex=%s\n" % (size * "00"), "events of an odd size")
    done = tap.run(["monitor"], dump=FAMILY + "error EPERM\n")
    tap.equal(done.stdout, "", "no titles before the kernel has said yes")


def start(words, dump, **more):
    """A monitor that waits for more when the recording has ended."""
    recording = tap.OUT / ("recording.%d" % os.getpid())
    recording.write_bytes(tap.mkdump.make(dump))
    child = subprocess.Popen(
        [tap.REPLAY, "monitor", *words], text=True, stderr=subprocess.PIPE,
        env=dict(os.environ, SOCKWATCH_REPLAY=str(recording),
                 SOCKWATCH_HOLD="1"),
        **{"stdout": subprocess.PIPE, **more})
    return child, recording


def read_lines(file, count):
    """So many, or what has come when nothing comes any more."""
    text = ""
    while text.count("\n") < count and select.select([file], [], [], 20)[0]:
        more = os.read(file.fileno(), 65536).decode()
        if not more:
            break
        text += more
    return text.splitlines()


def signals():
    """What has come is printed at once, and Ctrl-C is no error."""
    for number in (signal.SIGINT, signal.SIGTERM):
        child, recording = start(["-H"], START + batch(101, 3))
        got = read_lines(child.stdout, 3)
        child.send_signal(number)
        rest, errors = child.communicate(timeout=20)
        recording.unlink()
        tap.ok(len(got) == 3 and all("create" in line for line in got) and
               not rest and not errors and child.returncode == 0,
               "lines are printed at once; %s ends it" % number.name, got,
               rest, errors, child.returncode)
    child, recording = start([], START)
    tap.ok("details" in read_lines(child.stdout, 1)[0],
           "the titles say that it has begun")
    child.terminate()
    child.communicate(timeout=20)
    recording.unlink()


def closed():
    """Nobody reads: at the next line, and while nothing happens."""
    reader, writer = os.pipe()
    os.close(reader)
    done = tap.run(["monitor"], dump=START + batch(101), stdout=writer)
    tap.ok(good(done), "nobody reads the events", done)
    os.close(writer)
    reader, writer = os.pipe()
    child, recording = start([], START + batch(101), stdout=writer)
    os.close(writer)
    with os.fdopen(reader) as file:
        file.readline()
        file.readline()
    errors = child.communicate(timeout=20)[1]
    recording.unlink()
    tap.ok(child.returncode == 0 and not errors,
           "the reader goes while nothing happens", child.returncode, errors)
    with open("/dev/full", "w") as full:
        done = tap.run(["monitor"], dump=START + batch(101), stdout=full)
    tap.ok(done.returncode == 2 and "No space left" in done.stderr and
           len(done.stderr.splitlines()) == 1, "no space left", done)


def long_output():
    """More than is held back, and than a pipe takes."""
    dump = tap.mkdump.make(START)
    for seq in range(101, 20101, 200):
        dump += tap.mkdump.make(batch(seq, 200))
    for form in ["-H"], ["-j"]:
        done = tap.run(["monitor"] + form, dump=dump)
        tap.ok(good(done) and len(done.stdout.splitlines()) == 20000,
               "20000 events " + form[0], done.stderr)


def entering():
    """-N: the kernel tells the events of the namespace that it was asked in."""
    child = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; read x"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    name = "-N enters the namespace"
    if not child.stdout.readline():
        tap.skip(name, "no network namespace can be made here")
        return
    prints(name, START + batch(101), [101], "-N", str(child.pid))
    done = tap.run(["monitor", "-N", str(child.pid)], dump=START,
                   preexec_fn=lambda: os.setresuid(65534, 65534, 65534))
    tap.ok(done.returncode == 2 and not done.stdout and
           "cannot enter the network namespace" in done.stderr and
           "CAP_SYS_ADMIN" in done.stderr,
           "-N where that is not permitted", done)
    child.communicate(b"\n")


tap.build()
filters()
refusals()
json_lines()
counts()
losses()
overruns()
namespaces()
endings()
failures()
signals()
closed()
long_output()
entering()
tap.finish()
