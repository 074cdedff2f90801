#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
# Beside other users of the same function: kprobes, kretprobes and the function
# tracer on __sock_create, set before the load and after it; and unloading
# while a task sleeps in a call that the module wraps.
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
events=$tracing/kprobe_events

cleanup()
{
	probes_off 2>/dev/null
	tracer_off 2>/dev/null
	[ -z "${sleeper:-}" ] || kill "$sleeper" 2>/dev/null
	[ -z "${modprobe_was:-}" ] ||
		echo "$modprobe_was" >/proc/sys/kernel/modprobe
}

if [ ! -w $events ]; then
	echo "1..0 # SKIP no kprobe_events"
	exit 0
fi

# A call that fails asks for two modules first; no modprobe, and it is quick.
modprobe_was=$(cat /proc/sys/kernel/modprobe 2>/dev/null || :)
[ -z "$modprobe_was" ] || echo >/proc/sys/kernel/modprobe

probes_on()
{
	echo "p:swtest/entry __sock_create family=%si:s32" >$events
	echo "r:swtest/exit __sock_create \$retval" >>$events
	echo 1 >$tracing/events/swtest/enable
}

probes_off()
{
	[ ! -e $tracing/events/swtest ] || {
		echo 0 >$tracing/events/swtest/enable
		echo >$events
	}
}

tracer_on()
{
	grep -qw function $tracing/available_tracers || return 0
	echo __sock_create >$tracing/set_ftrace_filter
	echo function >$tracing/current_tracer
}

tracer_off()
{
	echo nop >$tracing/current_tracer
	[ ! -w $tracing/set_ftrace_filter ] ||
		echo >$tracing/set_ftrace_filter
}

# How often a probe fired: its own count, which no full buffer can spoil.
hits()
{
	awk -v n="$1" '$1 == n { print $2 }' $tracing/kprobe_profile
}

# exact NAME: 50 pairs, 50 sockets and 50 failures are counted as such.
exact()
{
	local before after
	before="$(cell unix stream 0 created) $(cell inet dgram udp created)"
	before="$before $(cell inet rdm ip failures)"
	"$SW_TESTS/calls" 50
	after="$(cell unix stream 0 created) $(cell inet dgram udp created)"
	after="$after $(cell inet rdm ip failures)"
	# shellcheck disable=SC2086  # words
	set -- "$1" $before $after
	ok "$1: counts are exact" equal \
		"$(($5 - $2)) $(($6 - $3)) $(($7 - $4))" "100 50 50"
	ok "$1: identities hold" identities
}

for params in "" wrapper=0; do
	what=${params:-wrapper}

	probes_on
	tracer_on
	# shellcheck disable=SC2086  # none or one word
	ok "$what: loads where kprobes and the tracer are" load $params
	exact "$what, after the others"
	ok "$what: the other kprobe saw as many" test "$(hits entry)" -ge 200
	ok "$what: the other kretprobe saw as many" test "$(hits exit)" -ge 200
	probes_off
	tracer_off
	exact "$what, the others gone"

	probes_on
	tracer_on
	exact "$what, before the others"
	ok "$what: a kprobe set later sees as many" \
		test "$(hits entry)" -ge 200
	ok "$what: a kretprobe set later sees as many" \
		test "$(hits exit)" -ge 200
	unload
	ok "$what: the others go on without it" test "$(hits entry)" -ge 200
	"$SW_TESTS/calls" 50
	ok "$what: and see all that follows" test "$(hits entry)" -ge 400
	probes_off
	tracer_off
done

# A task asleep inside socket(): the kernel asks for a module, by a modprobe
# that takes its time.  The wrapper is on its stack meanwhile, so unloading has
# to wait for it.
asleep()
{
	[ -e "$SW_TMP/asked" ]
}

sleeps_in()
{
	local params=$1 began took
	cat >"$SW_TMP/modprobe" <<-EOT
	#!/bin/sh
	echo "\$@" >>$SW_TMP/asked
	sleep 3
	EOT
	chmod 755 "$SW_TMP/modprobe"
	rm -f "$SW_TMP/asked"
	# shellcheck disable=SC2086  # none or one word
	load $params
	echo "$SW_TMP/modprobe" >/proc/sys/kernel/modprobe
	# AF_X25: no kernel of the tests has it.
	"$SW_TESTS/calls" x25 >"$SW_TMP/said" &
	sleeper=$!
	ok "${params:-wrapper}: a task sleeps in socket()" wait_for 20 asleep
	began=$(date +%s)
	ok "${params:-wrapper}: unloads meanwhile" unload
	took=$(($(date +%s) - began))
	say "rmmod took $took s"
	took=0
	wait "$sleeper" || took=$?
	sleeper=
	ok "${params:-wrapper}: the task comes back whole" equal $took 0
	ok "${params:-wrapper}: which is EAFNOSUPPORT" \
		equal "$(cat "$SW_TMP/said")" 97
	echo >/proc/sys/kernel/modprobe
	ok "${params:-wrapper}: loads again and counts" load
	exact "afterwards"
	unload
}

if [ -w /proc/sys/kernel/modprobe ]; then
	sleeps_in ""
	sleeps_in wrapper=0
else
	skip "unloading while a task sleeps in socket()" \
		"this kernel loads no modules by itself"
fi
done_testing
