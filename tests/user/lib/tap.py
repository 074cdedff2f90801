# SPDX-License-Identifier: GPL-2.0
"""TAP on stdout, and the programs under test."""
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).resolve().parents[1]
TOP = HERE.parents[1]
OUT = TOP / "tests/out/user"
COMMAND = TOP / "user/sockwatch"
REPLAY = OUT / "replay"

sys.path.insert(0, str(HERE / "lib"))
import mkdump  # noqa: E402

failed = 0
count = 0


def build():
    """What make has to do; its words only when it fails."""
    for where in (TOP / "user", HERE):
        done = subprocess.run(["make", "-C", where], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            print("Bail out! %s does not build" % where.relative_to(TOP))
            print(done.stdout, file=sys.stderr)
            sys.exit(1)


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    for line in () if good else "\n".join(map(str, why)).splitlines():
        print("# " + line)
    sys.stdout.flush()


def skip(name, why):
    global count
    count += 1
    print("ok %d - %s # SKIP %s" % (count, name, why))


def equal(got, wanted, name):
    ok(got == wanted, name, "got:", got, "wanted:", wanted)


def finish():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


def run(args, program=COMMAND, dump=None, **more):
    """The finished process; `dump` is a recording or its description."""
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    env.update(more.pop("env", {}))
    env.pop("POSIXLY_CORRECT", None)
    if dump is not None:
        OUT.mkdir(parents=True, exist_ok=True)
        path = OUT / ("recording.%d" % os.getpid())
        path.write_bytes(dump if isinstance(dump, bytes) else
                         mkdump.make(dump))
        env["SOCKWATCH_REPLAY"] = str(path)
        program = REPLAY
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    try:
        return subprocess.run([program] + list(args), env=env, text=True,
                              timeout=20, **more)
    finally:
        if dump is not None:
            path.unlink()


def description(name):
    return (HERE / "dumps" / (name + ".txt")).read_text()


def recording(name):
    """What dumps/NAME.txt describes, or what was recorded in dumps/NAME.rec."""
    path = HERE / "dumps" / (name + ".rec")
    if path.exists():
        return path.read_bytes()
    return mkdump.make(description(name))
