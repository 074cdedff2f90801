#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The filter of sockets: which ones it takes, what it asks of the kernel, and
where it points when it does not parse."""
import fnmatch
import ipaddress
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

DUMP = tap.description("sockets")
CASES = 25000
IDS = [20480, 20481, 20482, 20483, 20484, 20485, 20486, 1, 20487, 20488, 2,
       None]
LISTEN, LEAKS, SSH, QUEUED, MPTCP, UDP = IDS[0], IDS[1:3], *IDS[3:7]
DBUS, ABSTRACT, UNBOUND, GENL, ODD = IDS[7:]
TCP = [LISTEN, *LEAKS, SSH, QUEUED]

# A filter, and the sockets of dumps/sockets.txt that it takes.
TAKES = [
    ("", IDS),
    ("state close-wait", LEAKS),
    ("state = close-wait", LEAKS),
    ("state 8", LEAKS),
    ("state all", IDS),
    ("state connected", [*LEAKS, SSH, QUEUED]),
    ("state synchronized", [*LEAKS, SSH, QUEUED]),
    ("state bucket", []),
    ("state big", TCP),
    ("state listening", [LISTEN]),
    ("state listen state established", [LISTEN, SSH, QUEUED]),
    ("state listen and state established", []),
    ("state listen or state established", [LISTEN, SSH, QUEUED]),
    ("state != close-wait family inet", [LISTEN, SSH]),
    ("state closed", []),
    ("sport = :443", [LISTEN, *LEAKS]),
    ("sport == 443", [LISTEN, *LEAKS]),
    ("sport eq https", [LISTEN, *LEAKS]),
    ("sport 443", [LISTEN, *LEAKS]),
    ("sport=:443", [LISTEN, *LEAKS]),
    ("sport != :443 family inet", [SSH]),
    ("sport ne :443 family inet", [SSH]),
    ("not sport neq :443", [LISTEN, *LEAKS]),
    ("sport > 8080", [SSH, MPTCP]),
    ("sport gt 8080", [SSH, MPTCP]),
    ("sport >= 8080", [SSH, QUEUED, MPTCP]),
    ("sport ge 8080 sport geq 50001", [MPTCP]),
    ("sport < 5353", [LISTEN, *LEAKS]),
    ("sport lt 443", []),
    ("sport <= 5353", [LISTEN, *LEAKS, UDP]),
    ("sport le 5353 and sport leq 443", [LISTEN, *LEAKS]),
    ("dport = :ssh", [SSH]),
    ("dport >= 0", [*TCP, MPTCP]),
    ("dport <= 65535", [*TCP, MPTCP]),
    ("src 10.0.0.1", [*LEAKS, SSH, QUEUED]),
    ("src 10.0.0.0/8", [*LEAKS, SSH, QUEUED]),
    ("src 10.0.0.0/31", [*LEAKS, SSH, QUEUED]),
    ("src 10.0.0.0/32", []),
    ("src 0.0.0.0/0", TCP),
    ("src ::/0", [QUEUED, MPTCP, UDP]),
    ("src ::ffff:10.0.0.0/104", [QUEUED]),
    ("src ::", [UDP]),
    ("src 2001:db8::/33", [MPTCP]),
    ("src [2001:db8::1]:50001", [MPTCP]),
    ("src [2001:db8::]/64:50001", [MPTCP]),
    ("src [2001:db8::1]:50002", []),
    ("src 10.0.0.1:443", LEAKS),
    ("src 10.0.0.1:*", [*LEAKS, SSH, QUEUED]),
    ("src != 10.0.0.1 and family inet", [LISTEN]),
    ("src :443", [LISTEN, *LEAKS]),
    ("src *:https", [LISTEN, *LEAKS]),
    ("src = *", IDS),
    ("dst 192.0.2.0/24", [*LEAKS, QUEUED]),
    ("dst 192.0.2.8/31", [QUEUED]),
    ("dst 192.0.2.7:50123", LEAKS[:1]),
    ("src unix:/run/*", [DBUS]),
    ("src /run/dbus/system_bus_socket", [DBUS]),
    ("src @/org/x@y", [ABSTRACT]),
    ("src unix:*", [DBUS, ABSTRACT]),
    ("src unix:[!@]*", [DBUS]),
    ("not src unix:* family unix", [UNBOUND]),
    ("family inet", IDS[:4]),
    ("family 99", [ODD]),
    ("family != inet and family != inet6", [DBUS, ABSTRACT, UNBOUND, GENL,
                                            ODD]),
    ("type dgram", [UDP, UNBOUND]),
    ("type raw", [GENL]),
    ("proto tcp", TCP),
    ("proto mptcp", [MPTCP]),
    ("proto genl", [GENL]),
    ("proto 0", [DBUS, ABSTRACT, UNBOUND]),
    ("proto != tcp family inet6", [MPTCP, UDP]),
    ("pid 4711", [SSH, ABSTRACT, UNBOUND]),
    ("pid >= 4712", [MPTCP]),
    ("comm nginx", [LISTEN, *LEAKS]),
    ("comm a\\ b", [UDP]),
    ("comm ngin", []),
    ("uid 33", [LISTEN, *LEAKS]),
    ("uid root", [QUEUED, DBUS]),
    ("uid > 33 uid < 1000", [UDP]),
    ("cgroup 9007199254740995", [QUEUED]),
    ("cgroup /*", []),
    ("id sk:5001", LEAKS[:1]),
    ("id 0x5001 or id 20482", LEAKS),
    ("age > 1h", [LISTEN, LEAKS[0], SSH, UDP, GENL]),
    ("age >= 1h", [LISTEN, *LEAKS, SSH, UDP, GENL]),
    ("age>=1.5d", [SSH]),
    ("age < 1s", [QUEUED, UNBOUND]),
    ("age <= 1000ms", [QUEUED, ABSTRACT, UNBOUND]),
    ("age = 1000000us", [ABSTRACT]),
    ("age < 1000000ns", [UNBOUND]),
    ("age > 60m and age < 2h", LEAKS[:1]),
    ("not age >= 0s", [DBUS, ODD]),
    ("state-age > 61s", [LISTEN, LEAKS[0], SSH]),
    ("origin accept", LEAKS),
    ("origin queued or origin kernel", [QUEUED, GENL]),
    ("origin 4", [DBUS]),
    ("state close-wait and age > 1h or uid 101", [LEAKS[0], UDP]),
    ("state close-wait and (age > 1h or uid 101)", LEAKS[:1]),
    ("uid 101 | state close-wait & age > 1h", [LEAKS[0], UDP]),
    ("uid 101||state close-wait&&age>1h", [LEAKS[0], UDP]),
    ("not state listen family inet", [*LEAKS, SSH]),
    ("not (state listen or family inet)", IDS[4:]),
    ("! state listen ! comm ssh family inet", LEAKS),
    ("not not state listen", [LISTEN]),
    ("not src unix:/run/*", [i for i in IDS if i != DBUS]),
    ("not (not src unix:/run/* or uid 1)", [DBUS]),
    (" or ".join("id %d" % n for n in range(1, 40)), [DBUS, GENL]),
    ("family unix (" + " or ".join("id %d" % n for n in range(1, 40)) + ")",
     [DBUS]),
]


# What the kernel is asked, worked out without a line of the command.

OP = struct.Struct("=BBBBI16s")
FIELDS = [None, "family", "type", "protocol", "state", "origin", "port",
          "peer_port", "address", "peer_address", "pid", "uid", "comm",
          "cgroup", "age_ns", "state_age_ns", "id"]
AND, OR, NOT, TRUE, FALSE, EQ, LT, GT, IN = range(1, 10)


def rows():
    """The rows of the description: {attribute: text}."""
    return [dict(word.split("=", 1) for word in words[1:])
            for words in tap.mkdump.parse(DUMP) if words and
            words[0] == "row"]


def test_address(text, bits, data):
    address = ipaddress.ip_address(text)
    wanted = ipaddress.ip_network((data, bits), strict=False)
    if wanted.version == 4 and address.version == 6:
        address = address.ipv4_mapped
    return address is not None and address.version == wanted.version and \
        address in wanted


def test(row, code, field, length, bits, data):
    name = FIELDS[field]
    if name in ("address", "peer_address"):
        return name + ":ip" in row and test_address(row[name + ":ip"], bits,
                                                    data[:length])
    if name not in row:
        return False
    if name == "comm":
        return row[name].encode() == data.rstrip(b"\0")
    value, = struct.unpack_from("=Q", data)
    number = int(row[name])
    return {EQ: number == value, LT: number < value, GT: number > value,
            IN: number < 64 and bool(value >> number & 1)}[code]


def run(program, row):
    stack = []
    for code, field, length, bits, unused, data in OP.iter_unpack(program):
        if code in (AND, OR):
            right, left = stack.pop(), stack.pop()
            stack.append(left and right if code == AND else left or right)
        elif code == NOT:
            stack.append(not stack.pop())
        elif code in (TRUE, FALSE):
            stack.append(code == TRUE)
        else:
            assert unused == 0
            stack.append(test(row, code, field, length, bits, data))
    result, = stack or [True]
    return result


def sent_program(text):
    """The value of the attribute in the last message; b"" without one."""
    number = tap.mkdump.ATTRS["filter"][0]
    at = 0
    while at < len(text):
        length, = struct.unpack_from("=I", text, at)
        message = text[at + 20:at + length]
        at += -(-length // 4) * 4
    while message:
        length, kind = struct.unpack_from("=HH", message)
        if kind == number:
            return message[4:length]
        message = message[-(-length // 4) * 4:]
    return b""


def takes(text, wanted):
    sent = tap.OUT / ("sent.%d" % os.getpid())
    sent.write_bytes(b"")
    done = tap.run(["-j", "sockets", text], dump=DUMP,
                   env={"SOCKWATCH_SENT": str(sent)})
    got = [row["id"] for row in json.loads(done.stdout)["sockets"]] \
        if done.stdout else done
    name = text if len(text) < 60 else text[:57] + "..."
    tap.equal(got, wanted, "takes: " + name)
    program = sent_program(sent.read_bytes())
    sent.unlink()
    passed = [int(row["id"]) if "id" in row else None
              for row in rows() if run(program, row)]
    exact = not any(word in text for word in ("unix:", "src /", "src @",
                                              "cgroup /")) and len(text) < 300
    good = passed == wanted if exact else set(wanted) <= set(passed)
    tap.ok(good and len(program) <= 64 * OP.size,
           "the kernel is asked for %s: %s" %
           ("no more" if exact else "enough", name), passed, wanted)


def words():
    """One argument or many."""
    for text in ("state close-wait and ( age > 1h or uid 101 )",
                 "sport = :443 not state listen"):
        outputs = [tap.run(["sockets"] + args, dump=DUMP).stdout
                   for args in ([text], text.split(), text.split(" ", 3))]
        tap.ok(outputs[0] and len(set(outputs)) == 1,
               "one argument or many: " + text, outputs)
    done = tap.run(["sockets", "-4", "-j", "comm ssh or comm curl"], dump=DUMP)
    tap.equal([row["id"] for row in json.loads(done.stdout)["sockets"]],
              [SSH], "-4 is for the whole of an or")


def refused(text, column, *wanted):
    """One line, the filter, and ^ below a column, or below what @@ marks."""
    column = text.index("@@") if column is None else column
    text = text.replace("@@", "", 1)
    done = tap.run(["sockets", text], dump="")
    lines = done.stderr.splitlines()
    start = "sockwatch: filter, column %d: expected " % (column + 1)
    good = done.returncode == 1 and not done.stdout and len(lines) == 3 and \
        lines[0].startswith(start) and \
        all(word in lines[0] for word in wanted) and \
        lines[2].strip() == "^"
    if good and len(text) < 70:
        shown = re.sub("[^ -~]", "?", text)
        good = lines[1] == "  " + shown and lines[2].index("^") == column + 2
    tap.ok(good, "refused: " + (text if len(text) < 60 else text[:57] + "..."),
           column, done.returncode, done.stdout, done.stderr)


def refusals():
    refused("@@nonsense", None, "one of state src dst", "origin")
    refused("state listen @@nonsense x", None, "one of state")
    refused("@@event connect", None, "a test of sockets", "monitor")
    refused("state listen or @@event = reset", None, "monitor")
    refused("state @@open", None, "a state:", "bucket", "close-wait")
    refused("state @@LISTEN", None, "a state:")
    refused("state @@0", None, "a state:")
    refused("state@@", None, "a state:")
    refused("state @@and", None, "a state:")
    refused("state @@> listen", None, "= or !=")
    refused("sport > @@:70000", None, "a port")
    refused("sport = @@no-such-service", None, "a port")
    refused("sport > > @@80", 8, "a port")
    for bad in ("10.0.0.256", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "[::1",
                "[]", "[::1]80", "1.2.3.4:x", "localhost", "10", "*/8",
                "x" * 500):
        refused("src @@" + bad, None, "an address")
    refused("dst @@unix:/run/x", None, "an address")
    refused("family @@ipv4", None, "a family", "inet6")
    refused("type @@tcp", None, "a type", "stream")
    refused("proto @@stream", None, "a protocol", "mptcp")
    refused("origin @@socketpair", None, "an origin", "queued")
    refused("origin @@6", None, "an origin")
    for bad in ("-1", "x", "1.5", "18446744073709551616", "0x"):
        refused("pid @@" + bad, None, "the number of a process")
    refused("uid @@no-such-user", None, "a user")
    refused("comm @@" + 16 * "x", None, "15 characters")
    refused("id @@sk:", None, "an id")
    refused("id @@sk:xyz", None, "an id")
    refused("cgroup @@/no/such/cgroup", None, "a cgroup")
    for bad in ("10", "m", "10M", "-1s", "1e3s", "1..5s", "inf", "99999999d",
                "1h30m", "0x10s"):
        refused("age > @@" + bad, None, "a duration")
    refused("age >@@", None, "a duration")
    refused("(state listen@@", None, ")")
    refused("(@@", None, "a test")
    refused("()", 1, "a test")
    refused("state listen @@)", None, "the end")
    refused("state listen or@@", None, "a test")
    refused("and state listen", 0, "a test")
    refused("not", 3, "a test")
    refused("uid 0 or @@or uid 1", None, "a test")
    refused("state listen \033[2J", 13, "one of")
    refused(500 * "(", 100, "inside each other")
    refused(500 * "not " + "uid 0", 400, "inside each other")
    refused("uid 0 " * 500 + "@@nonsense", None, "one of")
    done = tap.run(["sockets", "uid 0 or " * 2000 + "uid 1"], dump="")
    tap.ok(done.returncode == 1 and "too long" in done.stderr and
           len(done.stderr.splitlines()) == 3, "refused: 2000 tests", done)
    done = tap.run(["sockets", "\033[2J\n\t\xff"], dump="")
    tap.ok("\033" not in done.stderr and len(done.stderr.splitlines()) == 3,
           "the filter is made safe for a terminal", done)


def cgroups():
    """Of the cgroups that there are here, and one made for this."""
    mounts = [line.split()[1] for line in open("/proc/self/mounts")
              if line.split()[2] == "cgroup2"]
    if not mounts:
        tap.skip("cgroups by path", "cgroup v2 is not mounted")
        return
    own = pathlib.Path(mounts[0], "sockwatch-test-%d" % os.getpid())
    try:
        (own / "inner").mkdir(parents=True)
    except OSError as error:
        tap.skip("cgroups of our own", error)
    try:
        cgroups_of(mounts[0])
    finally:
        for folder in own / "inner", own:
            if folder.exists():
                folder.rmdir()


def cgroups_of(mount):
    inside = {}
    for folder, _, _ in os.walk(mount):
        inside[os.stat(folder).st_ino] = folder[len(mount):] or "/"
    dump = "family id=31 version=1\n\nack\n\nhead netns=1 time_ns=1\n" + \
        "".join("row netns=1 family=1 id=%d cgroup=%d\n" % (n, n)
                for n in [*inside, 2 ** 60]) + "done\n"

    def paths(*words):
        done = tap.run(["-j", "sockets", *words], dump=dump)
        return {row["id"]: row["cgroup"] for row in
                json.loads(done.stdout)["sockets"]} if done.stdout else done

    tap.equal(paths(), {**inside, 2 ** 60: 2 ** 60},
              "cgroups by their paths, one that is not known by its number")
    path = next((text for text in inside.values() if "/inner" in text), "/")
    tap.equal(paths("cgroup", path), {n: text for n, text in inside.items()
                                      if text == path}, "cgroup PATH")
    glob = path[:12] + "*"
    tap.equal(paths("cgroup", glob), {
        n: text for n, text in inside.items() if fnmatch.fnmatch(text, glob)},
        "cgroup PATTERN")
    tap.equal(paths("not", "cgroup", glob), {
        n: text for n, text in {**inside, 2 ** 60: 2 ** 60}.items()
        if not fnmatch.fnmatch(str(text), glob)}, "not cgroup PATTERN")


def random_filters():
    for what, seed in (("strings", 1), ("trees", 2)):
        done = subprocess.run([tap.OUT / "filters", what, str(CASES), str(seed)],
                              text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace")
        lines = done.stdout.splitlines()
        counts = [int(part.split()[0]) for part in lines[0].split(", ")] \
            if done.returncode == 0 else []
        tap.ok(counts and counts[0] + counts[1] == CASES and
               min(counts[0], *counts[2:]) > CASES // 10,
               "random %s (%s)" % (what, lines[0] if lines else "none"),
               done.returncode, done.stdout)


tap.build()
for case in TAKES:
    takes(*case)
words()
refusals()
cgroups()
random_filters()
tap.finish()
