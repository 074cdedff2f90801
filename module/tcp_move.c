// SPDX-License-Identifier: GPL-2.0
/* How TCP socks move from state to state, and what that means. */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "clock.h"
#include "scope.h"
#include "tcp_count.h"
#include "tcp_summary.h"
#include "track.h"

/**
 * DOC: one sock's time
 *
 * Each move of a sock from one state to another is counted in a matrix; how
 * many sockets are in a state is what went in less what went out, so the hot
 * path has one counter for both.  A sock begins in CLOSE, a child in the state
 * of its clone (it never was in LISTEN, though the tracepoint says so).
 *
 * entry->state_ns is when the sock came into its state, entry->conn_ns when
 * the connection began: the first SYN, then ESTABLISHED.
 *
 * Everything here runs under the sock's lock, with preemption off.
 */

/*
 * The round trip that the kernel took from its SYN/ACK (tcp_check_req() and
 * tcp_rcv_state_process() call tcp_synack_rtt_meas()): none after a
 * retransmission without timestamps.
 */
static __always_inline void handshake(struct sockwatch_tcpstat *stat,
				      const struct sock *sk,
				      unsigned int flags)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (likely(srtt_us && !(flags & SOCKWATCH_TCP_UNTIMED)))
		sampled(stat, SOCKWATCH_H_HANDSHAKE, far_of(flags),
			as_n(srtt_us), sk);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_HANDSHAKE);
}

/* The sock that a RST is about to close on this CPU, in softirq. */
static DEFINE_PER_CPU(const struct sock *, reset_of);

/**
 * sockwatch_tcp_reset() - a RST has come, and is about to end a connection
 * @sk: the sock
 *
 * Next tcp_reset() closes it (net/ipv4/tcp_input.c).  In softirq no other RST
 * comes on this CPU before, so it is counted then, where all is at hand.  The
 * backlog is worked off with bottom halves on (__release_sock(),
 * net/core/sock.c).
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_reset(const struct sock *sk)
{
	if (unlikely(sk->sk_state == TCP_CLOSE))
		return;
	if (sockwatch_event_wanted())
		sockwatch_tcp_tell_segment(sk, SOCKWATCH_SEGMENT_RESET_RECEIVED,
					   1);
	if (likely(in_softirq()))
		this_cpu_write(reset_of, sk);
	else
		sockwatch_tcp_segment(sk, SOCKWATCH_SEGMENT_RESET_RECEIVED, 1);
}

static __always_inline void reset_count(struct sockwatch_tcpstat *stat,
					const struct sock *sk,
					unsigned int flags)
{
	if (this_cpu_read(reset_of) != sk)
		return;
	this_cpu_write(reset_of, NULL);
	this_cpu_inc(stat->cpu->segment[!!far_of(flags)]
				       [SOCKWATCH_SEGMENT_RESET_RECEIVED]);
}

/**
 * DOC: one function for each sort of move
 *
 * A move is counted, and the time in the state that it ends, by leave(); what
 * else it means depends on where it leads.  Each sort has a function of its
 * own, called last, and what is rare is called last too: so none pays for the
 * registers of another.
 */

/* What outlives a connection. */
#define OF_FAMILY	(SOCKWATCH_TCP_INET6 | SOCKWATCH_TCP_TURNED)

/* The connection was ESTABLISHED, and conn_ns says when. */
#define OPEN_FLAGS	(SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED)

static __always_inline void enter(struct sockwatch_tcp_cpu __percpu *cpu,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  u64 now_ns)
{
	this_cpu_inc(cpu->move[sockwatch_move(from, state)]);
	entry->state_ns = now_ns;
	WRITE_ONCE(entry->tcp_state, state);
}

/*
 * Where it is known since when it was in the old state, as it is with
 * SOCKWATCH_TCP_TIMED.  Returns whether the time in that is still to be
 * settled, which the caller does last.
 */
static __always_inline bool leave(struct sockwatch_tcp_cpu __percpu *cpu,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  unsigned int hist, unsigned long far,
				  u64 since_ns, u64 now_ns)
{
	enter(cpu, entry, from, state, now_ns);
	return unlikely(sockwatch_tcpstat_count(cpu, hist, far,
						now_ns + ~since_ns));
}

/* From any state to any other, likewise. */
static __always_inline void leave_timed(struct sockwatch_tcpstat *stat,
					struct sockwatch_entry *entry,
					unsigned int state, unsigned long far,
					u64 now_ns)
{
	unsigned int from = entry->tcp_state;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from, state)];
	u64 since_ns = entry->state_ns;

	if (leave(stat->cpu, entry, from, state, hist, far, since_ns, now_ns))
		sockwatch_tcp_settle(stat, hist, far, now_ns + ~since_ns,
				     entry);
}

static void leave_any(struct sockwatch_tcpstat *stat,
		      struct sockwatch_entry *entry, unsigned int state,
		      unsigned long far, u64 now_ns)
{
	if (entry->state_ns)
		leave_timed(stat, entry, state, far, now_ns);
	else
		enter(stat->cpu, entry, entry->tcp_state, state, now_ns);
}

/* A RST that is still to be sent asks for the scope. */
static __always_inline void forget(struct sockwatch_entry *entry,
				   unsigned int flags)
{
	entry->tcp_flags = flags & (OF_FAMILY | SOCKWATCH_TCP_SCOPED |
				    SOCKWATCH_TCP_REMOTE);
}

static noinline __cold void close_settle(struct sockwatch_tcpstat *stat,
					 const struct sock *sk,
					 unsigned int hist, unsigned long far,
					 u64 n)
{
	sockwatch_tcp_settle_sock(stat, hist, far, n, sk);
	sockwatch_tcp_summary(stat, sk, far);
}

/* Then the time in that state is the lifetime. */
static __always_inline void close_established(struct sockwatch_tcpstat *stat,
					      struct sockwatch_entry *entry,
					      const struct sock *sk,
					      unsigned int flags, u64 now_ns)
{
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(cpu, entry, TCP_ESTABLISHED, TCP_CLOSE,
		  SOCKWATCH_H_RESET, far_of(flags), since_ns, now_ns))
		return close_settle(stat, sk, SOCKWATCH_H_RESET, far_of(flags),
				    now_ns + ~since_ns);
	sockwatch_tcp_summarize(stat, cpu, sk, far_of(flags));
}

static noinline __cold void close_other_settle(struct sockwatch_tcpstat *stat,
					       const struct sock *sk,
					       unsigned int hist,
					       unsigned long far, u64 n,
					       u64 life)
{
	sockwatch_tcp_settle_sock(stat, hist, far, n, sk);
	sampled(stat, SOCKWATCH_H_LIFETIME, far, life, sk);
	sockwatch_tcp_summary(stat, sk, far);
}

static noinline void close_other(struct sockwatch_tcpstat *stat,
				 struct sockwatch_entry *entry,
				 const struct sock *sk, u64 now_ns)
{
	unsigned int from = entry->tcp_state, flags = entry->tcp_flags;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from,
								 TCP_CLOSE)];
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u64 life = now_ns + ~entry->conn_ns;
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(cpu, entry, from, TCP_CLOSE, hist, far_of(flags),
		  since_ns, now_ns))
		return close_other_settle(stat, sk, hist, far_of(flags),
					  now_ns + ~since_ns, life);
	if (sockwatch_tcpstat_count(cpu, SOCKWATCH_H_LIFETIME,
				    far_of(flags), life))
		return close_settle(stat, sk, SOCKWATCH_H_LIFETIME, far_of(flags),
				    life);
	sockwatch_tcp_summarize(stat, cpu, sk, far_of(flags));
}

/* One that was not open, or it is not known since when. */
static noinline __cold void close_rare(struct sockwatch_tcpstat *stat,
				       struct sockwatch_entry *entry,
				       const struct sock *sk, u64 now_ns)
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

static __always_inline void opened(struct sockwatch_entry *entry,
				   unsigned int flags, u64 now_ns)
{
	entry->tcp_flags = flags | SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED;
	entry->conn_ns = now_ns;
}

/* Straight from SYN_SENT the time in that state is the time of the connect. */
static __always_inline void open_active(struct sockwatch_tcpstat *stat,
					struct sockwatch_entry *entry,
					unsigned int flags, u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	opened(entry, flags, now_ns);
	if (leave(stat->cpu, entry, TCP_SYN_SENT, TCP_ESTABLISHED,
		  SOCKWATCH_H_OPEN, far_of(flags), since_ns, now_ns))
		sockwatch_tcp_settle(stat, SOCKWATCH_H_OPEN, far_of(flags),
				     now_ns + ~since_ns, entry);
}

static noinline __cold void open_settle(struct sockwatch_tcpstat *stat,
					const struct sock *sk,
					unsigned int flags, u64 n)
{
	sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_SYN_RECV, far_of(flags), n,
				  sk);
	handshake(stat, sk, flags);
}

static __always_inline void open_passive(struct sockwatch_tcpstat *stat,
					 struct sockwatch_entry *entry,
					 const struct sock *sk,
					 unsigned int flags, u64 now_ns)
{
	u64 since_ns = entry->state_ns;

	opened(entry, flags, now_ns);
	enter(stat->cpu, entry, TCP_SYN_RECV, TCP_ESTABLISHED, now_ns);
	if (likely(since_ns) &&
	    sockwatch_tcpstat_count(stat->cpu, SOCKWATCH_H_SYN_RECV,
				    far_of(flags), now_ns + ~since_ns))
		return open_settle(stat, sk, flags, now_ns + ~since_ns);
	handshake(stat, sk, flags);
}

/* By simultaneous open, by TCP_REPAIR, or found by the census in between. */
static noinline __cold void open_rare(struct sockwatch_tcpstat *stat,
				      struct sockwatch_entry *entry,
				      const struct sock *sk, u64 now_ns)
{
	unsigned int flags = sockwatch_tcp_scoped(entry->tcp_flags, sk);
	unsigned int from = entry->tcp_state;
	u64 conn_ns = entry->conn_ns;

	opened(entry, flags, now_ns);
	/* CLOSE has no scope. */
	leave_any(stat, entry, TCP_ESTABLISHED,
		  from == TCP_CLOSE ? 0 : far_of(flags), now_ns);
	if (!(flags & SOCKWATCH_TCP_ACTIVE))
		handshake(stat, sk, flags);
	else if (!(flags & SOCKWATCH_TCP_TIMED))
		unknown(stat, SOCKWATCH_METRIC_TCP_CONNECT);
	else if (from != TCP_SYN_SENT)
		sampled(stat, SOCKWATCH_H_CONNECT, far_of(flags),
			now_ns + ~conn_ns, sk);
}

static __always_inline void begin(struct sockwatch_entry *entry,
				  unsigned int flags, u64 now_ns)
{
	entry->conn_ns = now_ns;
	entry->tcp_flags = (flags & OF_FAMILY) | SOCKWATCH_TCP_ACTIVE |
			   SOCKWATCH_TCP_TIMED;
}

/* From CLOSE or LISTEN, which have no scope, to anything but ESTABLISHED. */
static noinline __cold void begin_rare(struct sockwatch_tcpstat *stat,
				       struct sockwatch_entry *entry,
				       const struct sock *sk,
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

/* Any move to any state. */
static noinline __cold void move_rare(struct sockwatch_entry *entry,
				      const struct sock *sk,
				      unsigned int state, u64 now_ns)
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
		close_other(stat, entry, sk, now_ns);
}

/* Begins a connection. */
static __always_inline void to_syn_sent(struct sockwatch_entry *entry,
					const struct sock *sk, u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;
	u64 since_ns = entry->birth_ns;
	unsigned int flags = 0;

	if (sk->sk_family == AF_INET6)
		flags = SOCKWATCH_TCP_INET6;
	/* Usually it has not moved yet: see first_move(). */
	if (unlikely(entry->tcp_state || sk->sk_state != TCP_CLOSE || !snet ||
		     sk->sk_protocol != IPPROTO_TCP))
		return move_rare(entry, sk, TCP_SYN_SENT, now_ns);
	stat = stat_of(snet, flags);
	if (unlikely(!stat))
		return;
	begin(entry, flags, now_ns);
	enter(stat->cpu, entry, TCP_CLOSE, TCP_SYN_SENT, now_ns);
	if (likely(since_ns) &&
	    sockwatch_tcpstat_count(stat->cpu, SOCKWATCH_H_CLOSE, 0,
				    now_ns + ~since_ns))
		sockwatch_tcp_settle(stat, SOCKWATCH_H_CLOSE, 0,
				     now_ns + ~since_ns, entry);
}

/*
 * The numbers of a sock that has moved before, so that there are some; false:
 * its namespace is gone, or they are not those of its family any more.
 */
static __always_inline bool stat_at_hand(const struct sockwatch_entry *entry,
					 unsigned int flags,
					 const struct sock *sk,
					 struct sockwatch_tcpstat **stat)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet))
		return false;
	if (likely(!(flags & SOCKWATCH_TCP_INET6))) {
		*stat = READ_ONCE(snet->tcp[0]);
		return true;
	}
	*stat = READ_ONCE(snet->tcp[1]);
	return likely(sk->sk_family == AF_INET6);
}

/* The same of one that is OPEN_FLAGS and has a scope; else false. */
static __always_inline bool
stat_of_open(const struct sockwatch_entry *entry, unsigned int flags,
	     const struct sock *sk, struct sockwatch_tcpstat **stat)
{
	const unsigned int wanted = OPEN_FLAGS | SOCKWATCH_TCP_SCOPED;
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet))
		return false;
	if (likely((flags & (wanted | SOCKWATCH_TCP_INET6)) == wanted)) {
		*stat = READ_ONCE(snet->tcp[0]);
		return true;
	}
	*stat = READ_ONCE(snet->tcp[1]);
	return likely(is_set(flags, wanted | SOCKWATCH_TCP_INET6) &&
		      sk->sk_family == AF_INET6);
}

static __always_inline void to_established(struct sockwatch_entry *entry,
					   const struct sock *sk, u64 now_ns)
{
	const struct dst_entry *dst = rcu_dereference_raw(sk->sk_dst_cache);
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!stat_at_hand(entry, flags, sk, &stat) || !dst))
		goto rare;
	flags &= ~SOCKWATCH_TCP_REMOTE;
	flags |= SOCKWATCH_TCP_SCOPED;
	if (sockwatch_scope_by_route(dst))
		flags |= SOCKWATCH_TCP_REMOTE;
	if (entry->tcp_state == TCP_SYN_SENT &&
	    likely(flags & SOCKWATCH_TCP_TIMED))
		return open_active(stat, entry, flags, now_ns);
	if (entry->tcp_state == TCP_SYN_RECV &&
	    likely(!(flags & SOCKWATCH_TCP_ACTIVE)))
		return open_passive(stat, entry, sk, flags, now_ns);
rare:
	move_rare(entry, sk, TCP_ESTABLISHED, now_ns);
}

/* Comes to its end, or to begin anew. */
static __always_inline void to_close(struct sockwatch_entry *entry,
				     const struct sock *sk, u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!stat_of_open(entry, flags, sk, &stat)))
		return move_rare(entry, sk, TCP_CLOSE, now_ns);
	reset_count(stat, sk, flags);
	if (entry->tcp_state == TCP_ESTABLISHED)
		close_established(stat, entry, sk, flags, now_ns);
	else
		close_other(stat, entry, sk, now_ns);
}

static __always_inline void to_other(struct sockwatch_entry *entry,
				     const struct sock *sk, unsigned int state,
				     u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!stat_of_open(entry, flags, sk, &stat) ||
		     entry->tcp_state == state || state >= SOCKWATCH_STATES))
		return move_rare(entry, sk, state, now_ns);
	leave_timed(stat, entry, state, far_of(flags), now_ns);
}

static __always_inline void move_at(struct sockwatch_entry *entry,
				    const struct sock *sk, unsigned int state,
				    u64 now_ns)
{
	if (state == TCP_ESTABLISHED)
		to_established(entry, sk, now_ns);
	else if (state == TCP_CLOSE)
		to_close(entry, sk, now_ns);
	else if (state == TCP_SYN_SENT)
		to_syn_sent(entry, sk, now_ns);
	else
		to_other(entry, sk, state, now_ns);
}

/* Not in one of its first places: so are many where the table is half full. */
static noinline void move_behind(const struct sock *sk, unsigned int state,
				 u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_search(sk);

	if (likely(entry))
		move_at(entry, sk, state, now_ns);
}

static __always_inline void move(const struct sock *sk, unsigned int state,
				 u64 now_ns)
{
	unsigned long place = sockwatch_track_place(sk);

	if (sockwatch_track_near(&place, sk))
		move_at(sockwatch_track_entry(place), sk, state, now_ns);
	else
		move_behind(sk, state, now_ns);
}

/**
 * sockwatch_tcp_move() - sockwatch_tcp_state(), and nobody is told
 * @sk: as there
 * @state: likewise
 * @now_ns: likewise
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_move(const struct sock *sk, unsigned int state, u64 now_ns)
{
	move(sk, state, now_ns);
}

/**
 * DOC: one function for each sort of move, from the hook
 *
 * The hook ends in one of these, which have their arguments where it has its
 * own: a jump that moves no register.
 */

/**
 * sockwatch_tcp_syn_sent() - a sock comes to SYN_SENT
 * @data: not used
 * @sk: any sock with states; what is not of TCP does not count
 *
 * Context: that of sockwatch_tcp_state(), where sockwatch_clock_is_tsc().
 */
notrace void sockwatch_tcp_syn_sent(void *data, const struct sock *sk)
{
	move(sk, TCP_SYN_SENT, sockwatch_clock_tsc_ns());
}

/**
 * sockwatch_tcp_established() - a sock comes to ESTABLISHED
 * @data: not used
 * @sk: as for sockwatch_tcp_syn_sent()
 *
 * Context: likewise.
 */
notrace void sockwatch_tcp_established(void *data, const struct sock *sk)
{
	move(sk, TCP_ESTABLISHED, sockwatch_clock_tsc_ns());
}

/**
 * sockwatch_tcp_close() - a sock comes to CLOSE
 * @data: not used
 * @sk: as for sockwatch_tcp_syn_sent()
 *
 * Context: likewise.
 */
notrace void sockwatch_tcp_close(void *data, const struct sock *sk)
{
	move(sk, TCP_CLOSE, sockwatch_clock_tsc_ns());
}

/**
 * sockwatch_tcp_other() - a sock comes to a state
 * @data: not used
 * @sk: as for sockwatch_tcp_syn_sent()
 * @oldstate: not used
 * @state: none of the above
 *
 * Context: likewise.
 */
notrace void sockwatch_tcp_other(void *data, const struct sock *sk,
				 int oldstate, int state)
{
	const u64 now_ns = sockwatch_clock_tsc_ns();
	unsigned long place = sockwatch_track_place(sk);

	if (sockwatch_track_near(&place, sk))
		to_other(sockwatch_track_entry(place), sk, state, now_ns);
	else
		move_behind(sk, state, now_ns);
}
