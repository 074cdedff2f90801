#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""--netns by process, path and name, where a namespace can be made."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

# A mount namespace of its own, so that nothing of the machine is touched.
BY_NAME = """
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/netns
touch /run/netns/blue /run/netns/gone
mount --bind /proc/"$1"/ns/net /run/netns/blue
"$2" -j -N blue kinds family unix
! "$2" -j -N gone kinds family unix
"""


def inode(done):
    return json.loads(done.stdout.splitlines()[0])["netns"]


def by_name(pid, wanted):
    # unshare -m makes the root private, which must be a mount point for that.
    if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL,
                      check=False).returncode:
        tap.skip("--netns by name", "no mount namespace can be made here")
        return
    done = subprocess.run(["unshare", "-m", "sh", "-c", BY_NAME, "sh", pid,
                           tap.COMMAND], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    tap.ok(done.returncode == 0 and inode(done) == wanted,
           "kinds in a namespace by name", done)
    tap.ok("/run/netns/gone is not a network namespace" in done.stderr,
           "the name of one that has gone", done)


def main():
    child = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; read x"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    if not child.stdout.readline():
        tap.skip("all of --netns", "no network namespace can be made here")
        return
    pid = str(child.pid)
    path = "/proc/%s/ns/net" % pid
    wanted = os.stat(path).st_ino
    for word in (pid, path):
        done = tap.run(["-j", "-N", word, "kinds", "family", "unix"])
        tap.equal(inode(done), wanted,
                  "kinds in a namespace by %s" % path.replace(pid, "PID"))
    done = tap.run(["-j", "kinds", "-N", pid, "family", "unix", "-c", "2",
                    "-i", "0.01"])
    tap.equal(len(done.stdout.splitlines()), 2, "entered twice")
    by_name(pid, wanted)
    child.communicate(b"\n")


tap.build()
main()
tap.finish()
