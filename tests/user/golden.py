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
    ("states.table", "states", "states"),
    ("states.json", "states", "states -j"),
    ("states-numeric.table", "states", "states -n family inet"),
    ("states-filter.table", "states", "states state listen"),
    ("states-inet6.table", "states", "states -6"),
    ("states-stats.table", "states", "states -s"),
    ("states-stats.json", "states", "states -s -j"),
    ("states-stats-color.table", "states", "states -s --color"),
    ("states-stats-no-header.table", "states", "states -s -H"),
    ("states-stats-numeric.json", "states", "states --stats -jn"),
    ("states-stats-filter.table", "states",
     "states -s state syn-sent family inet"),
    ("states-all.table", "states-all", "states -s -A"),
    ("states-all.json", "states-all", "states -sAj"),
    ("latency.table", "latency", "latency"),
    ("latency.json", "latency", "latency -j"),
    ("latency-numeric.table", "latency", "latency -n"),
    ("latency-numeric.json", "latency", "latency -jn"),
    ("latency-metric.table", "latency", "latency tcp_connect"),
    ("latency-filter.table", "latency", "latency family inet scope local"),
    ("latency-state.table", "latency", "latency state time-wait"),
    ("latency-hist.table", "latency", "latency tcp_connect --hist"),
    ("latency-hist-numeric.table", "latency", "latency -n --hist scope local"),
    ("latency-hist-wide.table", "latency", "latency tcp_lifetime -n --hist"),
    ("latency-color.table", "latency", "latency tcp_connect --hist --color"),
    ("latency-no-header.table", "latency", "latency tcp_connect --hist -H"),
    ("latency-rounds.table", "latency-rounds", "latency -i 0.01 -c 2"),
    ("latency-rounds.json", "latency-rounds", "latency -j -i 0.01 -c 2"),
    ("latency-all.table", "latency-all", "latency -A --hist"),
    ("latency-all.json", "latency-all", "latency -A -j"),
    ("options.table", "options", "options"),
    ("options.json", "options", "options -j"),
    ("options-numeric.table", "options", "options -n"),
    ("options-numeric.json", "options", "options -jn"),
    ("options-inet6.table", "options", "options -6"),
    ("listeners.table", "listeners", "listeners"),
    ("listeners.json", "listeners", "listeners -j"),
    ("listeners-numeric.table", "listeners", "listeners -n -4"),
    ("listeners-color.table", "listeners", "listeners --color"),
    ("sockets.table", "sockets", "sockets"),
    ("sockets.json", "sockets", "sockets -j"),
    ("sockets-numeric.table", "sockets", "sockets -n -4"),
    ("sockets-numeric.json", "sockets", "sockets -jn"),
    ("sockets-pretty.json", "sockets", "sockets -j -p state close-wait"),
    ("sockets-color.table", "sockets", "sockets --color family inet"),
    ("sockets-no-header.table", "sockets", "sockets -H family unix"),
    ("sockets-inet-inet6.table", "sockets", "sockets -4 -6 state connected"),
    ("sockets-filter.table", "sockets",
     "sockets ( state close-wait and age > 1h ) or src unix:/run/*"),
    ("sockets-nothing.table", "sockets", "sockets family vsock"),
    ("sockets-nothing.json", "sockets", "sockets -j family vsock"),
    ("sockets-sort-age.table", "sockets", "sockets --sort age"),
    ("sockets-sort-state-age.table", "sockets",
     "sockets --sort state-age family inet or family inet6"),
    ("sockets-sort-age.json", "sockets", "sockets -j --sort age -4"),
    ("sockets-group-pid.table", "sockets", "sockets --group pid"),
    ("sockets-group-comm.table", "sockets",
     "sockets state close-wait --group comm"),
    ("sockets-group-cgroup.table", "sockets", "sockets --group cgroup"),
    ("sockets-group-uid.table", "sockets", "sockets --group uid -n"),
    ("sockets-group-state.table", "sockets", "sockets --group state --color"),
    ("sockets-group-pid.json", "sockets", "sockets -j --group pid"),
    ("sockets-group-comm.json", "sockets", "sockets -j --group comm"),
    ("sockets-group-cgroup.json", "sockets", "sockets -j --group cgroup"),
    ("sockets-group-state.json", "sockets", "sockets -j --group state"),
    ("sockets-all.table", "sockets-all", "sockets -A"),
    ("sockets-all.json", "sockets-all", "sockets -A -j"),
    ("sockets-all-pretty.json", "sockets-all", "sockets -A -jp"),
    ("sockets-all-sort.table", "sockets-all", "sockets -A --sort age"),
    ("sockets-all-group.table", "sockets-all", "sockets -A --group comm"),
    ("sockets-all-group.json", "sockets-all", "sockets -Aj --group comm"),
    ("samples.table", "samples", "samples"),
    ("samples.json", "samples", "samples -j"),
    ("samples-numeric.table", "samples", "samples -n -6"),
    ("samples-numeric.json", "samples", "samples -jn tcp_connect"),
    ("samples-filter.table", "samples",
     "samples tcp_connect scope remote family inet"),
    ("samples-state.table", "samples", "samples state close-wait -H"),
    ("samples-all.table", "samples-all", "samples -A"),
    ("samples-all.json", "samples-all", "samples -A -j"),
    ("monitor.table", "monitor", "monitor"),
    ("monitor.json", "monitor", "monitor -j"),
    ("monitor-numeric.table", "monitor", "monitor -n"),
    ("monitor-numeric.json", "monitor", "monitor -jn event fail"),
    ("monitor-all.table", "monitor-all", "monitor -A"),
    ("monitor-all.json", "monitor-all", "monitor -A -j"),
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


def objects(path):
    """One a line; over several lines it is --pretty's only one."""
    text = path.read_text()
    lines = [text] if text.startswith("{\n") else text.splitlines()
    return [json.loads(line) for line in lines]


def histograms(value):
    """Every object with buckets, wherever it is."""
    if isinstance(value, dict):
        if value.get("buckets"):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from histograms(inner)


BOUNDS = [((4 + n % 4) << n // 4) * 128 for n in range(113)]


def quantile(row, share):
    """As the interface defines it, from the sorted middles of all samples."""
    rank = -(-row["count"] * share // 1000)
    for bucket in row["buckets"]:
        rank -= bucket["count"]
        if rank <= 0:
            break
    upper = bucket["le_ns"]
    if upper is None:
        return row["max_ns"]
    lower = ([0] + BOUNDS)[BOUNDS.index(upper)]
    middle = (lower + upper) // 2
    return middle if row["max_ns"] is None else min(middle, row["max_ns"])


def quantiles_hold():
    """The golden percentiles against the buckets beside them."""
    rows = [row for name in ("latency.json", "states-stats.json",
                             "latency-all.json")
            for row in histograms(json.loads((GOLDEN / name).read_text()))]
    keys = (("p50_ns", 500), ("p90_ns", 900), ("p99_ns", 990),
            ("p999_ns", 999))
    return len(rows) > 9 and all(
        row[key] == quantile(row, share) for row in rows
        for key, share in keys) and all(
        row["count"] == sum(bucket["count"] for bucket in row["buckets"])
        for row in rows)


def too_wide():
    """Lines with bars that do not fit a screen."""
    lines = [line for path in GOLDEN.glob("latency*.table")
             for line in path.read_text().splitlines() if "|" in line]
    return not lines or [line for line in lines if len(line) > 80]


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
        keys |= set(keys_of(objects(path)))
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
tap.ok(quantiles_hold(), "percentiles are those of the buckets")
tap.equal(too_wide(), [], "bars fit 80 columns")
tap.finish()
