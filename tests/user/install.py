#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""make install and uninstall, clean compilation, the shell completion."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import tap  # noqa: E402

ROOT = tap.OUT / "install"
FILES = {"opt/sbin/sockwatch", "opt/share/man/man8/sockwatch.8",
         "opt/share/bash-completion/completions/sockwatch"}


def make(*words):
    return subprocess.run(["make", "-C", tap.TOP / "user"] + list(words),
                          text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def installed():
    return {str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
            if not path.is_dir()}


def install():
    shutil.rmtree(ROOT, ignore_errors=True)
    where = ["PREFIX=/opt", "DESTDIR=%s" % ROOT]
    done = make("install", *where)
    tap.ok(done.returncode == 0 and installed() == FILES, "make install",
           done.stdout, done.stderr, installed())
    done = tap.run(["-V"], program=ROOT / "opt/sbin/sockwatch")
    tap.ok(done.stdout.startswith("sockwatch "), "what is installed runs")
    done = make("uninstall", *where)
    tap.ok(done.returncode == 0 and not installed(), "make uninstall",
           done.stdout, done.stderr, installed())


def silent():
    """No compiler warning, in a copy so that all of it is compiled."""
    copy = tap.OUT / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    for name in ("user", "include"):
        shutil.copytree(tap.TOP / name, copy / name,
                        ignore=shutil.ignore_patterns("*.o", "*.d",
                                                      "sockwatch"))
    done = subprocess.run(["make", "-s", "-C", copy / "user", "V=1",
                           "CFLAGS=-O2 -g -Werror"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.ok(done.returncode == 0 and not done.stderr, "no compiler warning",
           done.stderr)
    before = {path.name for path in (tap.TOP / "user").iterdir()}
    subprocess.run(["make", "-s", "-C", copy / "user", "clean"])
    after = {path.name for path in (copy / "user").iterdir()}
    tap.equal({name for name in before if not name.endswith((".o", ".d"))} -
              {"sockwatch"}, after, "make clean leaves nothing behind")
    shutil.rmtree(copy)


def completion():
    words = "source user/sockwatch.bash-completion; COMP_CWORD=%d;" \
            "COMP_WORDS=(%s); _sockwatch; echo ${COMPREPLY[*]}"
    for line, wanted in (("sockwatch ''", "show failures states latency "
                          "options samples listeners sockets monitor info "
                          "reset kinds"),
                         ("sockwatch -j fa", "failures"),
                         ("sockwatch states -s s", "state"),
                         ("sockwatch states state time", "time-wait"),
                         ("sockwatch latency tcp_h", "tcp_handshake"),
                         ("sockwatch latency scope ''", "local remote"),
                         ("sockwatch latency --h", "--hist --help"),
                         ("sockwatch options ''", ""),
                         ("sockwatch samples tcp_h", "tcp_handshake"),
                         ("sockwatch li", "listeners"),
                         ("sockwatch so", "sockets"),
                         ("sockwatch sockets st", "state state-age"),
                         ("sockwatch sockets state c", "close close-wait "
                          "closing connected"),
                         ("sockwatch sockets origin a", "accept"),
                         ("sockwatch monitor ev", "event"),
                         ("sockwatch monitor event re", "retransmit reset"),
                         ("sockwatch monitor state bu", "bucket"),
                         ("sockwatch sockets --group ''",
                          "pid comm cgroup uid state"),
                         ("sockwatch sockets --sort a", "age"),
                         ("sockwatch states state c", "close close-wait "
                          "closing"),
                         ("sockwatch show fam", "family"),
                         ("sockwatch kinds a", "all"),
                         ("sockwatch show family inet", "inet inet6"),
                         ("sockwatch --js", "--json")):
        number = len(line.split()) - 1
        done = subprocess.run(["bash", "-c", words % (number, line)],
                              cwd=tap.TOP, text=True, stdout=subprocess.PIPE)
        tap.equal(done.stdout.strip(), wanted, "completion of: %s" % line)


tap.build()
install()
silent()
completion()
tap.finish()
