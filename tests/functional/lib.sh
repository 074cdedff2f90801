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
	local text="$*"
	printf '# %s\n' "${text//$'\n'/$'\n'# }"
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
	local deadline=$((EPOCHSECONDS + $1))
	shift
	until "$@"; do
		[ "$EPOCHSECONDS" -le $deadline ] || return 1
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
# What follows is all of the shell's own: on a slow kernel it is most of the
# time of a test to start a program.

# rows_read: into the array lines, header first.
rows_read()
{
	local line
	mapfile -t lines <$proc
	lines=("${lines[@]:1}")
	for line in "${!lines[@]}"; do
		if [ -z "${lines[line]}" ]; then
			lines=("${lines[@]:0:line}")
			return
		fi
	done
}

# cell FAMILY TYPE PROTOCOL COLUMN: a number of them, 0 without row.
cell()
{
	local lines line words column=
	rows_read
	read -r -a words <<<"${lines[0]}"
	for line in "${!words[@]}"; do
		[ "${words[line]}" != "$4" ] || column=$line
	done
	for line in "${lines[@]:1}"; do
		read -r -a words <<<"$line"
		if [ "${words[*]:0:3}" = "$1 $2 $3" ]; then
			echo "${words[column]}"
			return
		fi
	done
	echo 0
}

# identities: of every row; says the ones that do not hold.
identities()
{
	local lines line bad=0
	rows_read
	for line in "${lines[@]:1}"; do
		# shellcheck disable=SC2086  # words
		set -- $line
		if [ $(($6 + $7 + $8 + $9 - ${10})) -ne "${11}" ]; then
			echo "open: $line"
			bad=1
		fi
		if [ "$4" -ne $(($5 + $6 + $7)) ]; then
			echo "attempts: $line"
			bad=1
		fi
		case $line in
		*" -"[0-9]*)
			echo "negative: $line"
			bad=1
			;;
		esac
	done
	return $bad
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
