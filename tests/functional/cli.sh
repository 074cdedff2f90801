#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The real command against the real module: exit statuses, tables and JSON that
# agree with /proc/sockwatch, `kinds` that leaves nothing open, and what the
# kernel has to say on errors.
. "$(dirname "$0")/lib.sh"

if [ ! -x "$SOCKWATCH" ]; then
	echo "1..0 # SKIP the command was not built"
	exit 0
fi

# status WANTED COMMAND...: and keep what it prints in $out and $err.
status()
{
	local wanted=$1 got=0
	shift
	"$@" >"$SW_TMP/out" 2>"$SW_TMP/err" || got=$?
	out=$(cat "$SW_TMP/out")
	err=$(cat "$SW_TMP/err")
	[ $got = "$wanted" ] || {
		echo "status $got, not $wanted: $out $err"
		return 1
	}
}

# `ok` runs its condition in a subshell; these look at the files.
out_has() { has "$(cat "$SW_TMP/out")" "$@"; }
err_has() { has "$(cat "$SW_TMP/err")" "$@"; }
err_lines() { equal "$(wc -l <"$SW_TMP/err")" "$1"; }
is_empty() { equal "$(cat "$SW_TMP/$1")" ""; }

json()
{
	python3 -c '
import json, sys
data = json.load(open(sys.argv[1]))
if not eval("(" + sys.argv[2] + ")"):
    sys.exit(f"not so: {sys.argv[2]}: {str(data)[:2000]}")
' "$SW_TMP/out" "$1"
}

# Without the module.
for command in show failures info; do
	ok "$command without the module: status 2" status 2 "$SOCKWATCH" $command
	ok "$command: says how to load it" err_has modprobe sockwatch
	ok "$command: on one line" err_lines 1
	ok "$command: and nothing on stdout" is_empty out
done
ok "kinds needs no module" status 0 "$SOCKWATCH" kinds
ok "kinds knows tcp and unix" out_has tcp unix
ok "an unknown command: status 1" status 1 "$SOCKWATCH" nonsense
ok "an unknown option: status 1" status 1 "$SOCKWATCH" --nonsense
ok "--help: status 0" status 0 "$SOCKWATCH" --help
ok "--version: status 0" status 0 "$SOCKWATCH" --version

load
# First, before `kinds` fills the table of failures with its own.
"$SW_TESTS/calls" 20
ok "failures -j" status 0 "$SOCKWATCH" -j failures
ok "failures: the 20 calls are there" json '[row["count"]
	for row in data["failures"]
	if (row["family"], row["sock_type"], row["errno"]) ==
	("inet", "rdm", "ESOCKTNOSUPPORT") and row["errno_number"] == 94
	and row["operation"] == "create"] == [20]'

for command in show failures info kinds; do
	ok "$command: status 0" status 0 "$SOCKWATCH" $command
	ok "$command: no word on stderr" is_empty err
	ok "$command --help: status 0" status 0 "$SOCKWATCH" $command --help
	ok "$command -j: status 0" status 0 "$SOCKWATCH" -j $command
	ok "$command -j: is JSON with a schema_version" \
		json 'data["schema_version"] == 1'
done
ok "no command is show" status 0 "$SOCKWATCH"

# `kinds` opens a socket of each kind and leaves none.
open_now()
{
	awk 'NR > 2 && !($1 == "netlink" && $3 == "genl") { n += $11 }
		END { print n + 0 }' $proc
}
before=$(open_now)
"$SOCKWATCH" kinds >/dev/null
is_back() { [ "$(open_now)" = "$before" ]; }
ok "kinds leaves no socket open" wait_for 20 is_back

# Show says what /proc/sockwatch says; only the command's own socket differs.
"$SW_TESTS/calls" 20
ok "show -j" status 0 "$SOCKWATCH" -j show
ok "show: the same rows as /proc/sockwatch" python3 -B -c '
import json, sys
sys.path.insert(0, sys.argv[2])
import swlib
data = json.load(open(sys.argv[1]))
rows = swlib.rows_of_json(data)
other = swlib.read_rows()
for each in rows, other:
    each.pop((16, 3, 16), None)
assert rows == other, swlib.difference(rows, other)
assert data["netns"] == swlib.netns_inode(), data["netns"]
assert not swlib.faults_of(other)
' "$SW_TMP/out" "$here"
ok "show: a table with a header" status 0 "$SOCKWATCH" show
ok "show: its words" out_has family type protocol open
ok "show -H: without" status 0 "$SOCKWATCH" -H show
ok "show -H: no header" not out_has family
ok "show -n: status 0" status 0 "$SOCKWATCH" -n show
ok "show -4: status 0" status 0 "$SOCKWATCH" -4 show
ok "show -4: no inet6" not out_has inet6

ok "info -j" status 0 "$SOCKWATCH" -j info
ok "info: every hook is attached and none has missed" json '
	data["info"]["hooks"] and all(
		hook["attached"] and not hook["missed"]
		for hook in data["info"]["hooks"])'
ok "info: limits and losses" json '[data["info"][name] for name in (
	"max_kinds", "max_sockets", "lost", "untracked")
	] == [128, 131072, 0, 0]
	and data["info"]["tracked"] > 0 and data["info"]["census_ns"] > 0'

# What the kernel says no to.
ok "a namespace that is not there: status 1 or 2" sh -c \
	'"$0" -N nobody-has-this show >/dev/null 2>&1; [ $? = 1 ] || [ $? = 2 ]' \
	"$SOCKWATCH"
ok "a pid that is not there: status 2 or 1" not status 0 \
	"$SOCKWATCH" -N 4194000 show
ok "and one line says so" err_lines 1
ok "a namespace by pid: its own" status 0 "$SOCKWATCH" -j -N $$ show
as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
# shellcheck disable=SC2086  # words
if $as_nobody true 2>/dev/null; then
	# shellcheck disable=SC2086
	ok "anybody may see his own namespace" status 0 $as_nobody \
		"$SOCKWATCH" show
	ip netns add "cli$$"
	# shellcheck disable=SC2086
	ok "and no other: status 2" status 2 $as_nobody \
		"$SOCKWATCH" -N "cli$$" show
	ok "with one line on stderr" err_lines 1
	ip netns delete "cli$$"
fi
ok "a closed stdout is an error" sh -c \
	'"$0" show >&- 2>/dev/null; [ $? != 0 ]' "$SOCKWATCH"
ok "a full disk is an error" sh -c \
	'"$0" show >/dev/full 2>/dev/null; [ $? != 0 ]' "$SOCKWATCH"
unload
ok "after unloading: status 2 again" status 2 "$SOCKWATCH" show
done_testing
