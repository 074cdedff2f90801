# SPDX-License-Identifier: GPL-2.0
# Sourced by the shell scripts of the harness: the cache folder, progress
# lines, retries and locks.

SOCKWATCH_CACHE=${SOCKWATCH_CACHE:-/var/cache/sockwatch}
vm_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034  # used by the scripts that source this file
top_dir=$(cd "$vm_dir/../.." && pwd)

# Progress goes to stderr: stdout carries the answer, a path.
say()
{
	printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# retry TIMES COMMAND...: mirrors have bad moments.
retry()
{
	local times=$1 try=1
	shift
	until "$@"; do
		[ "$try" -lt "$times" ] || return 1
		say "failed, trying again ($try of $times): $*"
		sleep $((try * 3))
		try=$((try + 1))
	done
}

# lock NAME: held until this process ends, so that two callers do not
# prepare the same thing at once.
lock()
{
	mkdir -p "$SOCKWATCH_CACHE/lock"
	exec 9>"$SOCKWATCH_CACHE/lock/$1"
	if ! flock -n 9; then
		say "waiting for another run that prepares $1"
		flock 9
	fi
}

# with_heartbeat TEXT LOG COMMAND...: run COMMAND into LOG, and say every
# 20 seconds how far it has come; on failure show the end of LOG.
with_heartbeat()
{
	local text=$1 log=$2 pid status=0 began ticks=0
	shift 2
	began=$(date +%s)
	say "$text"
	# The lock is not for children: one left behind must not keep it.
	"$@" >"$log" 2>&1 </dev/null 9>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		ticks=$((ticks + 1))
		[ $((ticks % 20)) -eq 0 ] || continue
		say "$text: $(($(date +%s) - began)) s, $(wc -l <"$log") lines of log"
	done
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 30 "$log" >&2
		say "failed: $text (the whole log: $log)"
	fi
	return "$status"
}
