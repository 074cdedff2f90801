// SPDX-License-Identifier: GPL-2.0
/* How TCP socks move from state to state, and what that means. */
#include <linux/rcupdate.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "clock.h"
#include "scope.h"
#include "tcp_close.h"
#include "tcp_count.h"
#include "tcp_move_rare.h"
#include "tcp_step.h"
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

/**
 * DOC: one function for each sort of move
 *
 * A move is counted, and the time in the state that it ends, by leave(); what
 * else it means depends on where it leads.  Each sort has a function of its
 * own, called last, and what is rare is called last too: so none pays for the
 * registers of another.
 */

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
	handshake(stat, stat->cpu, sk, flags, far_of(flags));
}

static __always_inline void open_passive(struct sockwatch_tcpstat *stat,
					 struct sockwatch_entry *entry,
					 const struct sock *sk,
					 unsigned int flags, u64 now_ns)
{
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	unsigned long far = far_of(flags);
	u64 since_ns = entry->state_ns;

	opened(entry, flags, now_ns);
	enter(cpu, entry, TCP_SYN_RECV, TCP_ESTABLISHED, now_ns);
	if (likely(since_ns) &&
	    sockwatch_tcpstat_count(cpu, SOCKWATCH_H_SYN_RECV, far,
				    now_ns + ~since_ns))
		return open_settle(stat, sk, flags, now_ns + ~since_ns);
	handshake(stat, cpu, sk, flags, far);
}

/* Begins a connection. */
static __always_inline void to_syn_sent(struct sockwatch_entry *entry,
					const struct sock *sk, u64 now_ns)
{
	const struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcp_cpu __percpu *cpu;
	struct sockwatch_tcpstat *stat;
	unsigned long inet6 = sk->sk_family == AF_INET6;
	u64 since_ns = entry->birth_ns;

	static_assert(SOCKWATCH_TCP_INET6 == 1);
	/* Not to be computed once for each use. */
	OPTIMIZER_HIDE_VAR(inet6);
	/* Usually it has not moved yet: see first_move(). */
	if (unlikely(entry->tcp_state || sk->sk_state != TCP_CLOSE || !snet ||
		     sk->sk_protocol != IPPROTO_TCP))
		return sockwatch_tcp_move_rare(entry, sk, TCP_SYN_SENT, now_ns);
	stat = READ_ONCE(snet->tcp[inet6]);
	if (unlikely(!stat))
		return;
	cpu = stat->cpu;
	begin(entry, inet6, now_ns);
	enter(cpu, entry, TCP_CLOSE, TCP_SYN_SENT, now_ns);
	if (likely(since_ns) &&
	    sockwatch_tcpstat_count(cpu, SOCKWATCH_H_CLOSE, 0,
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
	sockwatch_tcp_move_rare(entry, sk, TCP_ESTABLISHED, now_ns);
}

/* Comes to its end, or to begin anew. */
static __always_inline void to_close(struct sockwatch_entry *entry,
				     const struct sock *sk, u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!stat_of_open(entry, flags, sk, &stat)))
		return sockwatch_tcp_move_rare(entry, sk, TCP_CLOSE, now_ns);
	reset_count(stat, sk, flags);
	if (entry->tcp_state == TCP_ESTABLISHED)
		close_established(stat, entry, sk, flags, now_ns);
	else
		sockwatch_tcp_close_other(stat, entry, sk, now_ns);
}

static __always_inline void to_other(struct sockwatch_entry *entry,
				     const struct sock *sk, unsigned int state,
				     u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_tcpstat *stat;

	if (unlikely(!stat_of_open(entry, flags, sk, &stat) ||
		     entry->tcp_state == state || state >= SOCKWATCH_STATES))
		return sockwatch_tcp_move_rare(entry, sk, state, now_ns);
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
notrace __noendbr void
sockwatch_tcp_syn_sent(void *data, const struct sock *sk)
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
notrace __noendbr void
sockwatch_tcp_established(void *data, const struct sock *sk)
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
notrace __noendbr void
sockwatch_tcp_close(void *data, const struct sock *sk)
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
notrace __noendbr void
sockwatch_tcp_other(void *data, const struct sock *sk, int oldstate, int state)
{
	const u64 now_ns = sockwatch_clock_tsc_ns();
	unsigned long place = sockwatch_track_place(sk);

	if (sockwatch_track_near(&place, sk))
		to_other(sockwatch_track_entry(place), sk, state, now_ns);
	else
		move_behind(sk, state, now_ns);
}
