#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 480
# Module parameters: nonsense is refused with a clear message and nothing is
# left behind; small tables lose what they must and say so; without ftrace the
# module does not load.
. "$(dirname "$0")/lib.sh"

cleanup()
{
	if [ -n "${ftrace_was:-}" ]; then
		sysctl -qw "kernel.ftrace_enabled=$ftrace_was"
	fi
	if [ -n "${holder:-}" ]; then
		kill "$holder" 2>/dev/null
	fi
}

nothing_left()
{
	[ ! -e /sys/module/sockwatch ] && [ ! -e $proc ] || return 1
	# None of its functions may still be patched in.
	! grep -q sockwatch /sys/kernel/tracing/enabled_functions 2>/dev/null ||
		grep sockwatch /sys/kernel/tracing/enabled_functions
	! grep -q sockwatch /sys/kernel/tracing/enabled_functions 2>/dev/null
}

# Of UDP the kernel has some for itself.
held()
{
	echo $(($(cell inet dgram udp open) - $(cell inet dgram udp kernel_open)))
}

is_closed()
{
	equal "$(held)" 0 >/dev/null
}

# refused PARAM WORDS...: the load fails, the kernel log has the words.
refused()
{
	local param=$1 text
	shift
	log_mark
	ok "$param is refused" not load "$param"
	text=$(log_since)
	ok "$param: the kernel log says why" has "$text" sockwatch "$@"
	ok "$param: nothing is left" nothing_left
}

refused max_sockets=1023 max_sockets 1023 1024
refused max_kinds=many max_kinds
refused max_events=1048577 max_events 1048576
# Each takes seconds on a slow kernel, which would refuse no others.
if [ "$SW_SCALE" = 1 ]; then
	refused max_sockets=0 max_sockets 1024
	refused max_sockets=4294967295 max_sockets
	refused max_sockets=16777217 max_sockets 16777216
	refused max_sockets=-1 max_sockets
	refused max_kinds=0 max_kinds 16
	refused max_kinds=15 max_kinds 15
	refused max_kinds=257 max_kinds 257 256
	refused max_events=255 max_events 255 256
	refused wrapper=maybe wrapper
	refused hooks=tcp_retransmit hooks tcp_retransmit required
	refused hooks=required, hooks required
	refused hooks=all,none hooks all
fi

# A parameter that nobody knows is the loader's to report; see that it does.
log_mark
ok "an unknown parameter does no harm" load no_such_parameter=1
ok "and is reported" has "$(log_since)" no_such_parameter
unload

for param in max_sockets=1025 max_kinds=256; do
	ok "$param is taken" load "$param"
	name=${param%=*}
	value=$(cat "/sys/module/sockwatch/parameters/$name")
	[ "$value" != N ] || value=0
	ok "$param can be read back" equal "$value" "${param#*=}"
	ok "$param: the identities hold" identities
	unload
	ok "$param: nothing is left" nothing_left
done

# hooks=0 attaches nothing, so nothing is counted.
load hooks=0
"$SW_TESTS/zoo" pairs >/dev/null
ok "hooks=0: nothing is counted" equal \
	"$(awk '!NF { exit } NR > 2' $proc | wc -l)" 0
unload

# attached: the names of the hooks that are, as info has them.
attached()
{
	"$SOCKWATCH" info -j | python3 -c '
import json, sys
print(*(hook["name"] for hook in json.load(sys.stdin)["info"]["hooks"]
        if hook["attached"] and (hook["required"] or "all" in sys.argv)))' "$@"
}

# Those that are required, and no other unless it is named.
load hooks=required
required=$(attached)
ok "hooks=required: some are" has "$required" security_sk_free __sock_create
ok "hooks=required: and no other" equal "$(attached all)" "$required"
created=$(cell unix stream 0 created)
"$SW_TESTS/zoo" pairs >/dev/null
ok "hooks=required: sockets are counted" test \
	"$(cell unix stream 0 created)" -gt "$created"
ok "hooks=required: identities hold" identities
unload
load hooks=tcp_retransmit_skb,required
ok "hooks=NAME: it comes with them" has " $(attached all) " \
	" tcp_retransmit_skb " " security_sk_free "
ok "hooks=NAME: alone" equal "$(attached all | wc -w)" \
	$(($(wc -w <<<"$required") + 1))
unload

# More sockets than the table can hold: each that does not fit is lost, which
# is to be released from the start; open never goes below zero.
load max_sockets=1024
coproc "$SW_TESTS/hold" 3000 500
holder=$COPROC_PID
read -r held <&"${COPROC[0]}"
equal "$held" "holding 3000" || say "$held"
lost=$(cell inet dgram udp lost)
open=$(held)
say "3000 sockets in a table of 1024: open $open, lost $lost"
ok "created counts them all" equal "$(cell inet dgram udp created)" 3000
ok "some are lost" test "$lost" -ge $((3000 - 1024))
ok "the others are open" equal $((open + lost)) 3000
ok "the identities hold" identities
echo "close" >&"${COPROC[1]}"
read -r held <&"${COPROC[0]}"
ok "closed: open is back at 0" wait_for 20 is_closed
ok "closed: every one is released" equal \
	"$(cell inet dgram udp released)" 3000
ok "closed: the identities hold" identities
echo "again" >&"${COPROC[1]}"
read -r held <&"${COPROC[0]}"
ok "room again: 500 more, none lost" equal \
	"$(held) $(cell inet dgram udp lost)" "500 $lost"
kill "$holder"
wait "$holder" 2>/dev/null || :
holder=
unload
ok "a full table: nothing is left" nothing_left

# A census that finds more than fits: the same.
coproc "$SW_TESTS/hold" 3000 500
holder=$COPROC_PID
read -r held <&"${COPROC[0]}"
load max_sockets=1024
ok "census: preexisting counts them all" test \
	"$(cell inet dgram udp preexisting)" -ge 3000
ok "census: the identities hold" identities
echo "close" >&"${COPROC[1]}"
read -r held <&"${COPROC[0]}"
ok "census: open is back at 0" wait_for 20 is_closed
ok "census: the identities hold afterwards" identities
kill "$holder"
wait "$holder" 2>/dev/null || :
holder=
unload

# More kinds than the table has rows: the rest goes to the row `other`.
load max_kinds=16
"$SW_TESTS/zoo" kinds >"$SW_TMP/kinds"
"$SW_TESTS/zoo" -k "$SW_TMP/kinds" each >/dev/null
# Failed calls have rows of their own beside these.
rows=$(awk '!NF { exit }
	    NR > 2 && $1 != "other" && $6 + $7 + $8 + $9' $proc | wc -l)
say "max_kinds=16: $rows rows of sockets"
ok "no more rows of sockets than max_kinds" test "$rows" -le 16
ok "the row other has the rest" test "$(cell other other other created)" -gt 0
ok "other: the identities hold" identities
ok "other: all of it is released again" equal \
	"$(cell other other other open)" "$(cell other other other kernel_open)"
unload

# ftrace off: the hooks cannot be, and the module says so.
if [ -e /proc/sys/kernel/ftrace_enabled ]; then
	ftrace_was=$(sysctl -n kernel.ftrace_enabled)
	log_mark
	sysctl -qw kernel.ftrace_enabled=0
	ok "ftrace_enabled=0: it does not load" not load
	ok "and says why" has "$(log_since)" sockwatch ftrace_enabled
	ok "and leaves nothing" nothing_left
	log_mark
	ok "ftrace_enabled=0, wrapper=0: it does not load" not load wrapper=0
	ok "and leaves nothing" nothing_left
	sysctl -qw "kernel.ftrace_enabled=$ftrace_was"
	ok "ftrace_enabled=1: it loads again" load
	# While it is loaded, nobody can take ftrace away from under it.
	ok "and ftrace cannot be switched off meanwhile" \
		not sysctl -qw kernel.ftrace_enabled=0
	ok "so it still counts" sh -c \
		"'$SW_TESTS/zoo' pairs >/dev/null && grep -q ^unix $proc"
	unload
else
	skip "ftrace_enabled=0" "no such sysctl"
fi
done_testing
