#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Inside the guest: measure bare, with the module loaded and no hook attached,
# and with everything on; ROUNDS times in turn, so that the spread shows.
set -eu
: "${OPS:?}" "${SOCKWATCH_KO:?}" "${ROUNDS:=3}" "${BATCHES:=300}"

# The TIME_WAIT population would otherwise move the results.
sysctl -qw net.ipv4.tcp_max_tw_buckets=0

measure()
{
	"$OPS" uUtf "$BATCHES" | sed "s/^/$1 /"
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
