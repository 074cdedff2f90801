#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Answers of the kernel that are none: refusals, losses, broken dumps."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

FAMILY = "family id=31 version=1\n\nack\n\n"
HEAD = "head netns=7 time_ns=1 rows=%d\n"
ROW = "row netns=7 family=2 type=1 protocol=6 attempts=%d\n"
GOOD = HEAD % 1 + ROW % 5 + "done\n\n"
INFO = "info version=0.1.0 netns=7 time_ns=1 max_kinds=9\n\n"
TRIES = 5


def refused(name, dump, *wanted, words=("show",)):
    """Status 2, one line, and nothing on stdout, as table and as JSON."""
    for form in ([], ["-j"]):
        done = tap.run(list(words) + form, dump=dump)
        lines = done.stderr.splitlines()
        tap.ok(done.returncode == 2 and done.stdout == "" and
               len(lines) == 1 and lines[0].startswith("sockwatch: ") and
               all(word in lines[0] for word in wanted),
               " ".join([name] + form), "status %d" % done.returncode,
               done.stdout, done.stderr)


def answered(name, dump, *wanted, words=("show",)):
    done = tap.run(words, dump=dump)
    tap.ok(done.returncode == 0 and done.stderr == "" and
           all(word in done.stdout for word in wanted), name,
           "status %d" % done.returncode, done.stdout, done.stderr)


def not_loaded():
    refused("the module is not loaded", "error ENOENT\n", "not loaded",
            "modprobe sockwatch")
    refused("the same from info", "error ENOENT\n", "modprobe sockwatch",
            words=["info"])
    name = "the same from the real kernel"
    try:
        loaded = "sockwatch " in open("/proc/modules").read()
    except FileNotFoundError:
        loaded = False
    if loaded:
        tap.skip(name, "the module is loaded here")
        return
    done = tap.run(["show"])
    tap.ok(done.returncode == 2 and "modprobe sockwatch" in done.stderr and
           done.stdout == "", name, done)


def versions():
    for version, word in ((0, "older"), (2, "newer")):
        refused("a module of version %d" % version,
                "family id=31 version=%d\n\nack\n" % version, word,
                "version %d" % version)
    refused("an older module without the command", FAMILY +
            "error EOPNOTSUPP\n", "older")
    refused("a family without a number", "family version=1\n\nack\n",
            "without a number")


def refusals():
    refused("EPERM with text", FAMILY +
            "error EPERM 'needs CAP_NET_ADMIN over the namespace'\n",
            "needs CAP_NET_ADMIN over the namespace", "not permitted")
    refused("EPERM without text", FAMILY + "error EPERM\n", "not permitted")
    refused("EPERM without text, about another namespace", FAMILY +
            "error EPERM\n", "not permitted", "CAP_NET_ADMIN",
            words=["show", "-N", "1"])
    refused("a refusal at the end of a dump", FAMILY + HEAD % 1 + ROW % 5 +
            "done ENOMEM 'no room'\n", "no room", "allocate memory")
    refused("text is made safe for a terminal", FAMILY +
            "error EPERM '\033[2Jred\rnext'\n", "?[2Jred?next")
    refused("long text is cut", FAMILY + "error EPERM '%s'\n" % ("x" * 900),
            "x" * 190)
    refused("info: EPERM", FAMILY + "error EPERM 'no'\n", "no",
            words=["info"])


def broken():
    refused("no answer about the family", "")
    refused("no answer", FAMILY, "broke off")
    refused("no end", FAMILY + HEAD % 1 + ROW % 5, "broke off")
    refused("an end without a beginning", FAMILY + "done\n", "empty")
    refused("fewer rows than announced", FAMILY + HEAD % 3 + 2 * (ROW % 5) +
            "done\n", "broke off", "2 of 3 rows")
    refused("fewer rows before the next namespace", FAMILY + HEAD % 2 +
            ROW % 5 + HEAD % 1 + ROW % 6 + "done\n", "1 of 2 rows",
            words=["show", "-A"])
    refused("more rows than announced", FAMILY + HEAD % 1 + 2 * (ROW % 5) +
            "done\n", "more rows")
    refused("a row before its namespace", FAMILY + ROW % 5 + "done\n",
            "before its namespace")
    refused("a row of another namespace", FAMILY + HEAD % 1 +
            "row netns=8 attempts=1\n" + "done\n", "before its namespace")
    refused("a row without a namespace", FAMILY + HEAD % 1 +
            "row attempts=1\n" + "done\n", "without a namespace")
    refused("a number of three bytes", FAMILY + HEAD % 1 +
            "row netns=7 attempts:hex=010203\n" + "done\n", "odd size")
    refused("two namespaces where one was asked for", FAMILY + 2 * (HEAD % 0) +
            "done\n", "more than was asked")
    refused("info without a namespace", FAMILY + "info kinds=1\n\nack\n",
            "no namespace", words=["info"])
    refused("info twice", FAMILY + INFO + INFO + "ack\n", "more than one",
            words=["info"])
    refused("info without the end", FAMILY + INFO, "broke off",
            words=["info"])
    refused("info without a reply", FAMILY + "ack\n", "empty",
            words=["info"])


def tcp():
    """Rows of the lists of TCP that cannot be."""
    def row(name, words, rest, *wanted):
        refused(name, FAMILY + HEAD % 1 + "row netns=7 " + rest + "\ndone\n",
                *wanted, words=words)

    for state in ("0", "12", "255"):
        row("a state %s" % state, ["states"], "family=2 state=" + state,
            "TCP state")
        row("a time in state %s" % state, ["latency"],
            "metric=8 family=2 state=" + state, "TCP state")
    row("a state of three bytes", ["states"], "state:hex=010203", "odd size")
    empty = HEAD % 0 + "done\n\n"
    for key in ("from", "to"):
        refused("a transition with a state out of range: " + key, FAMILY +
                empty + HEAD % 1 + "row netns=7 %s=13\ndone\n" % key,
                "TCP state", words=["states", "-s"])
    refused("the second list is refused", FAMILY + empty +
            "error EOPNOTSUPP\n", "older", words=["states", "-s"])
    refused("the last list broke off", FAMILY + 3 * empty + HEAD % 2 +
            "row netns=7 family=2 scope=1\ndone\n", "1 of 2 rows",
            words=["states", "-s"])
    row("half a bucket", ["latency"], "count=1 buckets:hex=" + 8 * "00",
        "odd size")
    row("a bucket and a half", ["latency"],
        "count=1 buckets:hex=" + 24 * "00", "odd")
    row("a bound that is none", ["latency"], "count=1 buckets:hist=513*1",
        "odd bound")
    row("bounds out of order", ["latency"],
        "count=2 buckets:hist=1024*1,512*1", "out of order")
    row("a bound twice", ["latency"], "count=2 buckets:hist=512*1,512*1",
        "out of order")
    row("buckets behind the open end", ["latency"],
        "count=2 buckets:hist=inf*1,512*1", "out of order")
    row("buckets with more than the count", ["latency"],
        "count=1 buckets:hist=512*2", "add up")
    row("buckets with less than the count", ["latency"],
        "count=2 buckets:hist=512*1", "add up")
    row("buckets that 64 bits do not hold", ["latency"],
        "count=0 buckets:hist=512*%d,1024*1" % (2 ** 64 - 1), "add up")
    row("a listener with such buckets", ["listeners"],
        "count=3 buckets:hist=512*1", "add up")
    for size in (0, 3, 5, 17):
        row("an address of %d bytes" % size, ["listeners"],
            "address:hex=" + size * "7f", "an address of an odd size")
    for command in ("states", "latency", "samples", "options", "listeners"):
        refused("%s: fewer rows than announced" % command, FAMILY + HEAD % 2 +
                "row netns=7 family=2\ndone\n", "1 of 2 rows",
                words=[command])
        refused("%s: an older module" % command, FAMILY +
                "error EOPNOTSUPP\n", "older", words=[command])
        refused("%s: EINVAL" % command, FAMILY + "error EINVAL\n",
                "Invalid argument", words=[command])
    for size in (0, 143, 145, 288):
        row("a sample of %d bytes" % size, ["samples"],
            "metric=2 events:hex=" + size * "00", "a sample of an odd size")
    refused("samples: EPERM without text", FAMILY + "error EPERM\n",
            "CAP_NET_ADMIN over the namespace", words=["samples"])
    refused("reset: EPERM without text", FAMILY + "error EPERM\n",
            "CAP_NET_ADMIN over the namespace", words=["reset"])
    refused("reset: an older module", FAMILY + "error EOPNOTSUPP\n", "older",
            words=["reset"])
    refused("reset: no answer", FAMILY, "broke off", words=["reset"])
    for form in ([], ["-j"], ["-A"]):
        done = tap.run(["reset"] + form, dump=FAMILY + "ack\n")
        tap.ok((done.returncode, done.stdout, done.stderr) == (0, "", ""),
               " ".join(["reset"] + form) + ": prints nothing", done)
    needs = "listening sockets need CAP_NET_ADMIN"
    refused("listeners: EPERM with text", FAMILY + "error EPERM '%s'\n" %
            needs, needs, words=["listeners"])
    refused("listeners: EPERM without text", FAMILY + "error EPERM\n",
            "CAP_NET_ADMIN over the namespace", words=["listeners"])


def sockets():
    """A list without a number of rows."""
    head = "head netns=7 time_ns=1\n"
    row = "row netns=7 family=2 id=5\n"

    def bad(name, dump, *wanted, words=("sockets",)):
        for more in ([], ["--sort", "age"], ["--group", "pid"]):
            refused(" ".join(["sockets:", name] + more), FAMILY + dump,
                    *wanted, words=list(words) + more)

    bad("an older module", "error EOPNOTSUPP\n", "older")
    bad("EPERM with text", "error EPERM 'sockets need CAP_NET_ADMIN'\n",
        "sockets need CAP_NET_ADMIN")
    bad("EPERM without text", "error EPERM\n",
        "CAP_NET_ADMIN over the namespace")
    bad("a filter that the kernel does not take",
        "error EINVAL 'step 1 is wrong'\n", "step 1 is wrong")
    bad("no answer", "", "broke off")
    bad("no end", head + row, "broke off")
    bad("an end without a beginning", "done\n", "empty")
    bad("a refusal at the end", head + row + "done ENOMEM 'no room'\n",
        "no room")
    bad("a row before its namespace", row + "done\n",
        "before its namespace")
    bad("a row of another namespace", head + "row netns=8 family=2\ndone\n",
        "before its namespace")
    bad("a row without a namespace", head + "row family=2\ndone\n",
        "without a namespace")
    bad("two namespaces where one was asked for", 2 * head + "done\n",
        "more than was asked")
    for text, why in (("state=0", "TCP state"), ("state=12", "TCP state"),
                      ("age_ns:hex=010203", "odd size"),
                      ("address:hex=7f", "an address of an odd size"),
                      ("peer_address:hex=7f", "an address of an odd size"),
                      ("path:path=" + 109 * "x", "a path that is too long")):
        bad(text[:20], head + "row netns=7 family=2 %s\ndone\n" % text, why)
    bad("a time of three bytes", "head netns=7 time_ns:hex=010203\ndone\n",
        "odd size")
    for number, words in (("EINTR", "interrupted"), ("ENOBUFS", "buffer")):
        lost = head + row + "\nrecv %s\n\n" % number
        bad(number + " always", lost + (TRIES - 1) * (FAMILY + lost), words,
            "gave up")
    lost = head + row + "\nrecv ENOBUFS\n\n"
    for more in ([], ["-j"], ["--sort", "age"], ["-j", "--group", "pid"]):
        words = ["sockets"] + more
        whole = tap.run(words, dump=FAMILY + head + row + "done\n")
        again = tap.run(words, dump=FAMILY + lost + FAMILY + head + row +
                        "done\n")
        tap.ok(again.stdout and again.stdout == whole.stdout and
               again.returncode == 0,
               "ENOBUFS once, half way: " + " ".join(words), again, whole)


def asked():
    """What is asked of the kernel."""
    sent = tap.OUT / ("sent.%d" % os.getpid())
    number = tap.mkdump.ATTRS["metric"][0]
    for words, metric in ((["latency"], None), (["latency", "tcp_rtt"], 6),
                          (["samples"], None), (["samples", "tcp_rtt"], 6),
                          (["states"], None), (["states", "-s"], 8)):
        sent.write_bytes(b"")
        tap.run(words, dump=FAMILY + 4 * (HEAD % 0 + "done\n\n"),
                env={"SOCKWATCH_SENT": str(sent)})
        wanted = tap.mkdump.nla(number, bytes([metric or 0]))
        tap.equal(wanted in sent.read_bytes(), metric is not None,
                  "%s asks for metric %s" % (" ".join(words), metric))
    sent.unlink()


def again():
    """What got lost is asked for again, but not without end."""
    again = FAMILY
    interrupted = again + (HEAD % 1 + ROW % 3).replace(
        "rows=1", "rows=1 intr") + "done\n\n"
    answered("the dump was interrupted once", interrupted + again + GOOD,
             " 5 ")
    refused("the dump was interrupted always", TRIES * interrupted,
            "changed", "gave up")
    for error, words in (("EINTR", "interrupted"), ("ENOBUFS", "buffer")):
        lost = again + HEAD % 1 + "\nrecv %s\n\n" % error
        answered("%s once, half way" % error, lost + again + GOOD, " 5 ")
        answered("%s once, about the family" % error,
                 "recv %s\n\n" % error + again + GOOD, " 5 ")
        answered("%s but for the last try" % error,
                 (TRIES - 1) * lost + again + GOOD, " 5 ")
        refused("%s always" % error, TRIES * lost, words, "gave up")
        refused("%s always, about the family" % error,
                TRIES * ("recv %s\n\n" % error), words, "gave up")
    refused("silence", FAMILY + "recv EAGAIN\n\n", "does not answer")
    answered("the module was loaded anew since", again + "error ENOENT\n\n" +
             again + GOOD, " 5 ")
    going = again + "error EPROTONOSUPPORT\n\n"
    answered("the module is going, and then anew", going + again + GOOD, " 5 ")
    refused("the module is going", TRIES * going, "being unloaded")
    refused("the module was unloaded since", again + "error ENOENT\n\n" +
            "error ENOENT\n", "modprobe sockwatch")
    answered("info: ENOBUFS once", again + INFO + "recv ENOBUFS\n\n" + again +
             INFO + "ack\n", "0.1.0", words=["info"])


tap.build()
not_loaded()
versions()
refusals()
broken()
tcp()
sockets()
asked()
again()
tap.finish()
