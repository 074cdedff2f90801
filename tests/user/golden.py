#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the command prints for known answers of the kernel.

The files below golden/ are an ABI where they are JSON.  With --update they
are written anew: read the difference before you commit it.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

GOLDEN = tap.HERE / "golden"

# The file below golden/, the one below dumps/, the command line.
CASES = [
    ("show.table", "show", "show"),
    ("show-default.table", "show", ""),
    ("show-numeric.table", "show", "-n show"),
    ("show-no-header.table", "show", "show -H"),
    ("show-color.table", "show", "show --color"),
    ("show.json", "show", "-j show"),
    ("show-numeric.json", "show", "show --json --numeric"),
    ("show-pretty.json", "show", "-j -p show proto tcp"),
    ("show-inet.table", "show", "-4 show"),
    ("show-inet-inet6.table", "show", "-4 -6 show"),
    ("show-filter.table", "show", "show type raw proto raw"),
    ("show-filter-number.table", "show", "show proto 999 family 99"),
    ("show-nothing.table", "show", "show family vsock"),
    ("show-nothing.json", "show", "-j show family vsock"),
    ("show-all.table", "show-all", "show -A"),
    ("show-all.json", "show-all", "-jA show"),
    ("show-older.table", "show-older", "show"),
    ("show-older.json", "show-older", "-j show"),
    ("show-newer.json", "show-newer", "-j show"),
    ("failures.table", "failures", "failures"),
    ("failures-numeric.table", "failures", "-n failures"),
    ("failures.json", "failures", "-j failures"),
    ("failures-numeric.json", "failures", "-jn failures"),
    ("failures-filter.table", "failures", "failures family inet type stream"),
    ("info.table", "info", "info"),
    ("info-color.table", "info", "info --color=always"),
    ("info.json", "info", "info -j"),
    ("info-netns.table", "info-netns", "info"),
    ("info-netns.json", "info-netns", "info -j"),
    # Recorded from the module on Debian's 6.1, as programs under lib/ do.
    ("real-show.table", "real-show", "show"),
    ("real-show.json", "real-show", "show -j"),
    ("real-failures.json", "real-failures", "failures -j"),
    ("real-info.json", "real-info", "info -j"),
    ("real-show-all.json", "real-show-all", "show -A -j"),
]


def compare(name, dump, words):
    done = tap.run(words.split(), dump=tap.recording(dump))
    golden = GOLDEN / name
    if "--update" in sys.argv:
        golden.write_text(done.stdout)
    wanted = golden.read_text() if golden.exists() else "no such file"
    tap.ok(done.stdout == wanted and done.stderr == "" and not done.returncode,
           "%s: sockwatch %s" % (name, words), "wanted:", wanted, "got:",
           done.stdout, done.stderr, "status %d" % done.returncode)


def rows_of(dump):
    """The rows of a description as the JSON of --numeric has them."""
    keys = {"type": "sock_type"}
    for words in tap.mkdump.parse(tap.description(dump)):
        if words and words[0] == "row":
            pairs = [word.split("=") for word in words[1:]]
            yield {keys.get(key, key): int(value) for key, value in pairs
                   if key != "netns"}


def same_numbers(dump, command, key):
    """Not by the golden files: every number is where the kernel put it."""
    done = tap.run(["-jn", command], dump=tap.description(dump))
    got = json.loads(done.stdout)[key]
    for row in got:
        row.pop("errno_number", None)
    got = sorted(sorted((k, v) for k, v in row.items() if v is not None)
                 for row in got)
    wanted = sorted(sorted(row.items()) for row in rows_of(dump))
    tap.equal(got, wanted,
              "%s: JSON has the numbers of the recording, all of them" % dump)


def adds_up():
    """attempts and open are what the documentation says they are."""
    for name in ("show.json", "show-numeric.json", "real-show.json"):
        for row in json.loads((GOLDEN / name).read_text())["sockets_by_kind"]:
            open_now = (row["created"] + row["kernel"] + row["accepted"] +
                        row["preexisting"] - row["released"])
            if (open_now != row["open"] or row["attempts"] !=
                    row["failures"] + row["created"] + row["kernel"]):
                return False
    return True


def keys_of(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def documented():
    """Every key stands in the man page."""
    man = (tap.TOP / "Documentation/man/sockwatch.8").read_text()
    words = set(re.findall(r"\w+", man[man.index(".SH JSON"):
                                       man.index(".SH STABILITY")]))
    keys = set()
    for path in GOLDEN.glob("*.json"):
        keys |= set(keys_of(json.loads(path.read_text())))
    tap.equal(sorted(keys - words), [], "every JSON key is in the man page")


tap.build()
for case in CASES:
    compare(*case)
listed = {case[0] for case in CASES}
tap.equal({path.name for path in GOLDEN.iterdir()} - listed, set(),
          "every golden file has its case")
same_numbers("show", "show", "sockets_by_kind")
same_numbers("failures", "failures", "failures")
documented()
tap.ok(adds_up(), "the rows add up")
tap.finish()
