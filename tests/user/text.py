#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Numbers, addresses and durations, put together without printf."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

COUNT = "400000"

# Nanoseconds, and how a table has them.
DURATIONS = [
    (0, "0.000us"), (1, "0.001us"), (512, "0.512us"), (999, "0.999us"),
    (1000, "1.00us"), (1004, "1.00us"), (1005, "1.01us"), (9994, "9.99us"),
    (9995, "10.0us"), (99949, "99.9us"), (99950, "100us"), (999499, "999us"),
    (999500, "1.00ms"), (14500000, "14.5ms"), (999499999, "999ms"),
    (999500000, "1.00s"), (137438953472, "137s"), (3600499999999, "3600s"),
    (3600500000000, "3601s"), (2 ** 64 - 2, "18446744074s"),
]


def durations():
    """From a histogram's longest time, which is printed as it is."""
    rows = "".join("row netns=7 metric=2 family=%d count=1 sum_ns=0 max_ns=%d "
                   "buckets:hist=inf*1\n" % (family, ns)
                   for family, (ns, _) in enumerate(DURATIONS, 100))
    done = tap.run(["latency", "-H"], dump="family id=31 version=1\n\nack\n\n"
                   "head netns=7 time_ns=1 rows=%d\n" % len(DURATIONS) + rows +
                   "done\n")
    tap.equal([line.split()[-1] for line in done.stdout.splitlines()],
              [text for _, text in DURATIONS], "durations have three digits")


tap.build()
durations()
done = subprocess.run([tap.OUT / "texts", COUNT, "1"], text=True,
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                      errors="replace")
tap.ok(done.returncode == 0 and COUNT in done.stdout,
       "random texts are those of printf and inet_ntop()", done.stdout)
tap.finish()
