#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Inside the guest: measure bare, with the module loaded and no hook attached,
# and with everything on; then with a reader of all events, and with what others
# use; ROUNDS times in turn, so that the spread shows.
set -eu
: "${OPS:?}" "${SOCKWATCH_KO:?}" "${SOCKWATCH:?}"
: "${ROUNDS:=3}" "${BATCHES:=300}"
out=${SW_TMP:-/tmp}/reader

# The TIME_WAIT population would otherwise move the results.
sysctl -qw net.ipv4.tcp_max_tw_buckets=0

# measure MODE [OPERATIONS]
measure()
{
	"$OPS" "${2:-uUtf}" "$BATCHES" | sed "s/^/$1 /"
}

# with_reader MODE COMMAND...: once it has been seen to print a connection.
with_reader()
{
	mode=$1
	shift
	: >"$out"
	"$@" >"$out" 2>"$out.errors" &
	reader=$!
	tries=0
	until [ "$(wc -l <"$out")" -gt 1 ]; do
		"$OPS" t 10 >/dev/null
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || {
			echo "$mode prints nothing" >&2
			cat "$out.errors" >&2
			exit 1
		}
	done
	measure "$mode" tf
	# What is still on its way.
	sleep 1
	kill "$reader" 2>/dev/null || :
	wait "$reader" 2>/dev/null || :
	echo "$mode lost $(sed -n 's/.*[Ll]ost  *\([0-9][0-9]*\).*/\1/p' \
		"$out" "$out.errors" | awk '{ n += $1 } END { print n + 0 }')"
}

# The first run after boot is not like the others.
measure warm-up >/dev/null
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	measure bare
	insmod "$SOCKWATCH_KO" hooks=0
	measure no-hooks
	rmmod sockwatch
	insmod "$SOCKWATCH_KO"
	measure on
	rmmod sockwatch
	round=$((round + 1))
done
# After these nothing is as it was: slabs have other neighbours.
round=0
while [ "$round" -lt "$ROUNDS" ]; do
	insmod "$SOCKWATCH_KO"
	with_reader monitor "$SOCKWATCH" monitor
	rmmod sockwatch
	with_reader tcpstates tcpstates
	with_reader tcplife tcplife
	round=$((round + 1))
done
