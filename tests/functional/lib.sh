# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by the shell tests: TAP, the module, waiting, rows.  A test that uses
# it calls `done_testing` last; `cleanup` of its own is run at its end.
set -eu
# shellcheck disable=SC2034  # used by those who source this
here=$(cd "$(dirname "$0")" && pwd)
proc=/proc/sockwatch
count=0
failed=0

say()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok NAME CONDITION...: the condition is a command.
ok()
{
	local name=$1 text
	shift
	count=$((count + 1))
	if text=$("$@" 2>&1); then
		echo "ok $count - $name"
		return
	fi
	failed=$((failed + 1))
	say "failed: $*"
	[ -z "$text" ] || say "$text"
	echo "not ok $count - $name"
}

not()
{
	! "$@"
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

done_testing()
{
	echo "1..$count"
	exit $((failed > 0))
}

# equal WHAT WANTED: two words that must be the same.
equal()
{
	[ "$1" = "$2" ] || { echo "got '$1', not '$2'"; return 1; }
}

# has TEXT WORD...: every word is in the text.
has()
{
	local text=$1 word
	shift
	for word; do
		case $text in
		*"$word"*) ;;
		*) echo "no '$word' in: $text"; return 1 ;;
		esac
	done
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	local deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -le $deadline ] || return 1
		sleep 0.05
	done
}

loaded()
{
	[ -e /sys/module/sockwatch/refcnt ]
}

load()
{
	insmod "$SOCKWATCH_KO" "$@"
}

unload()
{
	rmmod sockwatch
}

# The rows of /proc/sockwatch end at the first empty line; sections follow.
# cell FAMILY TYPE PROTOCOL COLUMN: a number of them, 0 without row.
cell()
{
	awk -v f="$1" -v t="$2" -v p="$3" -v c="$4" '
		!NF { exit }
		NR == 2 { for (i = 1; i <= NF; i++) if ($i == c) column = i }
		NR > 2 && $1 == f && $2 == t && $3 == p { n = $column }
		END { print n + 0 }' $proc
}

# identities: of every row; says the ones that do not hold.
identities()
{
	awk '!NF { exit }
	NR > 2 {
		if ($6 + $7 + $8 + $9 - $10 != $11) { print "open:", $0; bad = 1 }
		if ($4 != $5 + $6 + $7) { print "attempts:", $0; bad = 1 }
		for (i = 4; i <= NF; i++)
			if ($i < 0) { print "negative:", $0; bad = 1 }
	} END { exit bad }' $proc
}

# log_mark, log_since: what the kernel says from here on.
log_mark()
{
	mark="sockwatch-test-mark-$$-$(date +%s%N)"
	echo "$mark" >/dev/kmsg
}

log_since()
{
	dmesg | sed "1,/$mark/d"
}

cleanup()
{
	:
}

at_exit()
{
	local status=$?
	set +e
	cleanup
	! loaded || unload
	exit $status
}
trap at_exit EXIT
