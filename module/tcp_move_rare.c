// SPDX-License-Identifier: GPL-2.0
/* Moves of TCP socks that are rare: any move to any state. */
#include <net/sock.h>
#include <net/tcp_states.h>

#include "tcp_close.h"
#include "tcp_count.h"
#include "tcp_move_rare.h"
#include "tcp_step.h"
#include "track.h"

/* From where nothing is left to the fast way. */
static void leave_listen(struct sockwatch_tcpstat *stat,
			 struct sockwatch_entry *entry, unsigned int state,
			 u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	enter(stat->cpu, entry, TCP_LISTEN, state, now_ns);
	sockwatch_tcp_settle(stat, SOCKWATCH_H_LISTEN, 0, now_ns + ~since_ns,
			     entry);
}

static void leave_any(struct sockwatch_tcpstat *stat,
		      struct sockwatch_entry *entry, unsigned int state,
		      unsigned long far, u64 now_ns)
{
	if (!entry->state_ns)
		enter(stat->cpu, entry, entry->tcp_state, state, now_ns);
	else if (entry->tcp_state == TCP_LISTEN)
		leave_listen(stat, entry, state, now_ns);
	else
		leave_timed(stat, entry, state, far, now_ns);
}

/* One that was not open, or it is not known since when. */
static void close_rare(struct sockwatch_tcpstat *stat,
		       struct sockwatch_entry *entry, const struct sock *sk,
		       u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;

	forget(entry, flags);
	leave_any(stat, entry, TCP_CLOSE, far_of(flags), now_ns);
	if (flags & SOCKWATCH_TCP_OPENED) {
		unknown(stat, SOCKWATCH_METRIC_TCP_LIFETIME);
		sockwatch_tcp_summary(stat, sk, far_of(flags));
	} else if (flags & SOCKWATCH_TCP_ACTIVE) {
		sockwatch_tcp_not_opened(entry, sk);
	}
}

/* By simultaneous open, by TCP_REPAIR, or found by the census in between. */
static void open_rare(struct sockwatch_tcpstat *stat,
		      struct sockwatch_entry *entry, const struct sock *sk,
		      u64 now_ns)
{
	unsigned int flags = sockwatch_tcp_scoped(entry->tcp_flags, sk);
	unsigned int from = entry->tcp_state;
	u64 conn_ns = entry->conn_ns;

	opened(entry, flags, now_ns);
	/* CLOSE has no scope. */
	leave_any(stat, entry, TCP_ESTABLISHED,
		  from == TCP_CLOSE ? 0 : far_of(flags), now_ns);
	if (!(flags & SOCKWATCH_TCP_ACTIVE))
		handshake(stat, stat->cpu, sk, flags, far_of(flags));
	else if (!(flags & SOCKWATCH_TCP_TIMED))
		unknown(stat, SOCKWATCH_METRIC_TCP_CONNECT);
	else if (from != TCP_SYN_SENT)
		sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_CONNECT,
					  far_of(flags), now_ns + ~conn_ns, sk);
}

/* From CLOSE or LISTEN, which have no scope, to anything but ESTABLISHED. */
static void begin_rare(struct sockwatch_tcpstat *stat,
		       struct sockwatch_entry *entry, const struct sock *sk,
		       unsigned int state, u64 now_ns)
{
	unsigned int from = entry->tcp_state;

	if (state == TCP_SYN_SENT)
		begin(entry, entry->tcp_flags, now_ns);
	leave_any(stat, entry, state, 0, now_ns);
	if (from == TCP_LISTEN || state == TCP_LISTEN)
		sockwatch_tcp_listening(entry, sk, from, state);
}

/*
 * A sock that has not moved yet is in CLOSE, if we have known it always.  From
 * here on it has numbers of its family.
 */
static bool first_move(struct sockwatch_entry *entry,
		       const struct sockwatch_net *snet, const struct sock *sk)
{
	u8 flags = sk->sk_family == AF_INET6 ? SOCKWATCH_TCP_INET6 : 0;

	/* DCCP and MPTCP change their states too. */
	if (sk->sk_protocol != IPPROTO_TCP || sk->sk_state != TCP_CLOSE ||
	    !stat_of(snet, flags))
		return false;
	entry->state_ns = entry->birth_ns;
	entry->tcp_flags = flags;
	WRITE_ONCE(entry->tcp_state, TCP_CLOSE);
	return true;
}

/**
 * sockwatch_tcp_move_rare() - sockwatch_tcp_move(), the long way
 * @entry: the entry of the sock
 * @sk: the sock
 * @state: its new state
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_move_rare(struct sockwatch_entry *entry,
			     const struct sock *sk, unsigned int state,
			     u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;

	if (!snet || state >= SOCKWATCH_STATES)
		return;
	if (!entry->tcp_state && !first_move(entry, snet, sk))
		return;
	if (entry->tcp_state == state)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_INET6 &&
	    sk->sk_family != AF_INET6)
		sockwatch_tcp_family_changed(entry, snet);
	stat = stat_of(snet, entry->tcp_flags);
	if (state == TCP_ESTABLISHED)
		return open_rare(stat, entry, sk, now_ns);
	if (entry->tcp_state == TCP_CLOSE || entry->tcp_state == TCP_LISTEN)
		return begin_rare(stat, entry, sk, state, now_ns);
	if (!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED))
		entry->tcp_flags = sockwatch_tcp_scoped(entry->tcp_flags, sk);
	if (state != TCP_CLOSE)
		return leave_any(stat, entry, state, far_of(entry->tcp_flags),
				 now_ns);
	reset_count(stat, sk, entry->tcp_flags);
	if (!is_set(entry->tcp_flags, OPEN_FLAGS))
		close_rare(stat, entry, sk, now_ns);
	else if (entry->tcp_state == TCP_ESTABLISHED)
		close_established(stat, entry, sk, entry->tcp_flags, now_ns);
	else
		sockwatch_tcp_close_other(stat, entry, sk, now_ns);
}
