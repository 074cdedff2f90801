#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Broken recordings: cut at every byte, and thousands with bits turned over."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

# So many that all of them take seconds, not minutes.
FLIPS = "1000"

CASES = [
    ("show", "show"), ("show", "-j show"), ("show-all", "-j show -A"),
    ("show-all", "show -A"), ("failures", "failures"),
    ("failures", "-j failures"), ("info", "info"), ("real-info", "-j info"),
    ("states", "states"), ("states", "-j states -s"), ("states", "states -s"),
    ("states-all", "-j states -s -A"), ("latency", "latency --hist"),
    ("latency", "-j latency"), ("latency-all", "latency -A --hist -n"),
    ("options", "options"), ("options", "-j options"),
    ("samples", "samples"), ("samples", "-j samples tcp_connect"),
    ("samples-all", "-j samples -A"),
    ("monitor", "monitor"), ("monitor", "-j monitor"),
    ("monitor", "-j monitor event fail or src 127.0.0.0/8 or comm ssh"),
    ("monitor-all", "monitor -A"), ("monitor-all", "-j monitor -A"),
    ("listeners", "listeners"), ("listeners", "-j listeners"),
    ("sockets", "sockets"), ("sockets", "-j sockets"),
    ("sockets", "sockets --sort state-age not src unix:/run/*"),
    ("sockets", "-j sockets age > 1h or uid 33"),
    ("sockets", "sockets --group cgroup"),
    ("sockets-all", "sockets -A"), ("sockets-all", "-j sockets -A"),
    ("sockets-all", "-j sockets -A --group comm"),
]

tap.build()
for seed, (name, words) in enumerate(CASES, 1):
    recording = tap.OUT / (name + ".recording")
    recording.write_bytes(tap.recording(name))
    done = subprocess.run([tap.OUT / "fuzz", recording, "1", FLIPS, str(seed)] +
                          words.split(), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, errors="replace")
    cases = done.stdout.strip().lstrip("# ")
    tap.ok(done.returncode == 0, "%s: sockwatch %s (%s)" %
           (name, words, cases if not done.returncode else "broken"),
           done.stdout)
tap.finish()
