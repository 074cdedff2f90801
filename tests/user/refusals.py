#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Answers of the kernel that are none: refusals, losses, broken dumps."""
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
    refused("the module was unloaded since", again + "error ENOENT\n\n" +
            "error ENOENT\n", "modprobe sockwatch")
    answered("info: ENOBUFS once", again + INFO + "recv ENOBUFS\n\n" + again +
             INFO + "ack\n", "0.1.0", words=["info"])


tap.build()
not_loaded()
versions()
refusals()
broken()
again()
tap.finish()
