#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a recording of netlink messages from a description that can be read.

A description has one message a line; messages up to an empty line share a
datagram; what stands behind # is a comment.  A message is a word and its
attributes:

  family NAME=VALUE ...    the netlink controller's answer about the family;
                           events=N is the number of that multicast group
  gone NAME=VALUE ...      the same, to say that it has gone
  head, row, info ...      a message of the family (the words mean the same)
  hook ...                 a nested attribute of the message before it
  event [TYPE] ...         an element of EVENTS of the message before it; known
                           is what is there, and received has no value
  ack | done | error ERRNO [TEXT]   the end of an answer; done takes them too
  recv ERRNO               receiving fails instead

Attributes are those of include/uapi/linux/ in lower case, with
the numbers and the types that stand there: this file knows none of its own.
NAME:u32=VALUE overrides the type, NUMBER:TYPE=VALUE is an attribute that
the header does not have, and intr sets NLM_F_DUMP_INTR.  Types beside those of
the header: hex (what is binary there too), ip for an address, path for that of
a UNIX socket, where @ is a NUL byte, and hist for buckets, as BOUND*COUNT,...
with inf for the open end.
"""
import errno
import ipaddress
import pathlib
import re
import shlex
import struct
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
UAPI = TOP / "include/uapi/linux"

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_MULTI, NLM_F_DUMP_INTR, NLM_F_CAPPED, NLM_F_ACK_TLVS = 2, 16, 256, 512
GENL_ID_CTRL, NEWFAMILY, DELFAMILY = 16, 1, 2
FAMILY_ID = 31
CTRL = {"name": (2, "string"), "id": (1, "u16"), "version": (3, "u32")}
WIDTHS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
PLAY_ERRNO = 0x80000000


def read_header(prefix):
    """{name: (number, type)} of an enum of attributes."""
    text = (UAPI / "sockwatch.h").read_text()
    types = dict(re.findall(r"@%s(\w+): (\w+)" % prefix, text))
    body = re.search(r"^\t%sUNSPEC,$.*?private" % prefix, text, re.S | re.M)
    names = re.findall(r"^\t%s(\w+),$" % prefix, body.group(0), re.M)
    return {name.lower(): (number, types.get(name))
            for number, name in enumerate(names)}


HOOK_ATTRS = read_header("SOCKWATCH_A_HOOK_")
ATTRS = {name: attr for name, attr in read_header("SOCKWATCH_A_").items()
         if not name.startswith("hook_")}


def read_event():
    """The struct of an event, {member: format} and {member: bit of known}."""
    text = (UAPI / "sockwatch_event.h").read_text()
    body = re.search(r"^struct sockwatch_event {(.*?)^}", text, re.S | re.M)
    members = {name: "%ss" % size if size else WIDTHS[kind.strip("_")]
               for kind, name, size in re.findall(
                   r"^\t(\w+) (\w+)(?:\[(\d+)\])?;", body.group(1), re.M)}
    bits = dict(re.findall(r"SOCKWATCH_KNOWN_(\w+) = 1 << (\d+)", text))
    known = {}
    for bit, names in re.findall(r"@SOCKWATCH_KNOWN_(\w+): (.*)", text):
        # Of RECEIVED it says "of RESET: ...": it has no member.
        for name in ["received"] if bit == "RECEIVED" else names.split(", "):
            known[name] = 1 << int(bits[bit])
    types = re.search(r"^enum sockwatch_event_type {(.*?)^}", text, re.S | re.M)
    names = re.findall(r"SOCKWATCH_EVENT_(\w+)", types.group(1))
    return members, known, [None] + [name.lower() for name in names]


EVENT, EVENT_KNOWN, EVENT_TYPES = read_event()


def event(words):
    """A struct sockwatch_event."""
    values = {name: b"" if "s" in kind else 0 for name, kind in EVENT.items()}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals and name in EVENT_TYPES:
            values["event"] = EVENT_TYPES.index(name)
            continue
        values["known"] |= EVENT_KNOWN.get(name, 0)
        if name.endswith("address"):
            values[name] = ipaddress.ip_address(value).packed
        elif name == "comm":
            values[name] = value.encode("utf-8", "surrogateescape")
        elif equals:
            values[name] = int(value, 0)
    return struct.pack("=" + "".join(EVENT.values()), *values.values())


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def attribute(word, table):
    name, _, value = word.partition("=")
    name, _, kind = name.partition(":")
    number, known = (int(name), None) if name.isdigit() else table[name]
    kind = kind or known
    if kind in WIDTHS:
        data = struct.pack("=" + WIDTHS[kind], int(value, 0))
    elif kind == "string":
        data = value.encode("utf-8", "surrogateescape") + b"\0"
    elif kind in ("hex", "binary"):
        data = bytes.fromhex(value)
    elif kind == "ip":
        data = ipaddress.ip_address(value).packed
    elif kind == "path":
        data = value.replace("@", "\0").encode("utf-8", "surrogateescape")
    elif kind == "hist":
        data = b"".join(map(bucket, filter(None, value.split(","))))
    elif kind == "flag":
        data = b""
    else:
        raise ValueError("%s has no type" % word)
    return nla(number, data)


def bucket(word):
    bound, _, count = word.partition("*")
    return struct.pack("=QQ", 2 ** 64 - 1 if bound == "inf" else int(bound),
                       int(count))


def nla(number, data):
    return pad(struct.pack("=HH", 4 + len(data), number) + data)


def ctrl(word):
    """An attribute of the controller; the only group is a list of one."""
    name, _, value = word.partition("=")
    if name != "events":
        return attribute(word, CTRL)
    return nla(7, nla(1, nla(1, b"events\0") +
                      nla(2, struct.pack("=I", int(value)))))


def message(kind, flags, data):
    return pad(struct.pack("=IHHII", 16 + len(data), kind, flags, 0, 0) + data)


def ending(words):
    """The end of an answer: ack, done or error."""
    code = -getattr(errno, words[1]) if len(words) > 1 else 0
    text = nla(1, words[2].encode() + b"\0") if len(words) > 2 else b""
    flags = NLM_F_ACK_TLVS if text else 0
    data = struct.pack("=i", code)
    if words[0] == "done":
        return message(NLMSG_DONE, NLM_F_MULTI | flags, data + text)
    data += struct.pack("=IHHII", 16, FAMILY_ID, 0, 0, 0)
    return message(NLMSG_ERROR, NLM_F_CAPPED | flags, data + text)


def start(words):
    """[kind, flags, attributes] of a message, for hooks and events."""
    if words[0] in ("family", "gone"):
        command = NEWFAMILY if words[0] == "family" else DELFAMILY
        words = ["name=sockwatch"] + words[1:]
        return [GENL_ID_CTRL, 0, struct.pack("=BBH", command, 2, 0) +
                b"".join(map(ctrl, words))]
    flags = 0 if words[0] == "info" else NLM_F_MULTI
    if "intr" in words:
        flags |= NLM_F_DUMP_INTR
        words.remove("intr")
    return [FAMILY_ID, flags, struct.pack("=BBH", 1, 1, 0) + b"".join(
        attribute(word, ATTRS) for word in words[1:])]


def parse(text):
    """The lines of a description as lists of words; [] between datagrams."""
    for line in text.split("\n"):
        words = shlex.split(line, comments=True)
        if words or not line.strip():
            yield words


def record(data):
    return struct.pack("<I", len(data)) + data


def make(text):
    out, datagram, pending, events = b"", b"", None, b""
    for words in list(parse(text)) + [[]]:
        if words and words[0] == "hook":
            pending[2] += nla(ATTRS["hook"][0], b"".join(
                attribute(word, HOOK_ATTRS) for word in words[1:]))
            continue
        if words and words[0] == "event":
            events += event(words[1:])
            continue
        if events:
            pending[2] += nla(ATTRS["events"][0], events)
            events = b""
        if pending:
            datagram += message(*pending)
            pending = None
        if not words and datagram:
            out, datagram = out + record(datagram), b""
        elif words and words[0] == "recv":
            out += struct.pack("<I", PLAY_ERRNO | getattr(errno, words[1]))
        elif words and words[0] in ("ack", "done", "error"):
            datagram += ending(words)
        elif words:
            pending = start(words)
    return out


if __name__ == "__main__":
    sys.stdout.buffer.write(make(open(sys.argv[1]).read()))
