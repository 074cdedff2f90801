// SPDX-License-Identifier: GPL-2.0
/* The birth, acceptance and end of TCP socks, and what that means. */
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "classify.h"
#include "counters.h"
#include "listen.h"
#include "scope.h"
#include "tcp_count.h"

/* connect() that fails at once is counted by its wrapper. */
static bool wrapped[2] __read_mostly;

/**
 * sockwatch_tcp_not_connected() - count a connect() that failed
 * @snet: the namespace
 * @sk: the sock
 * @err: the negative errno, 0: not known
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tcp_not_connected(struct sockwatch_net *snet,
				 const struct sock *sk, int err)
{
	u64 kind = sockwatch_kind_pack(sk->sk_family, sk->sk_type,
				       sk->sk_protocol);
	unsigned int row;

	row = sockwatch_counters_row(&snet->failures,
				     sockwatch_connect_pack(kind, err));
	this_cpu_inc(*sockwatch_counters_cells(&snet->failures, row));
	sockwatch_tcp_tell_not_connected(snet, sk, err);
}

/**
 * sockwatch_tcp_inherit() - a listener is cloned for a connection
 * @parent: the listener
 * @child: the clone, not set up yet
 *
 * With TCP_DEFER_ACCEPT the kernel takes the time from its SYN/ACK to the
 * first data (tcp_check_req(), net/ipv4/tcp_minisocks.c), which is no round
 * trip.
 *
 * Context: softirq, with preemption off.
 */
void sockwatch_tcp_inherit(const struct sock *parent, const struct sock *child)
{
	const struct sockwatch_entry *from = sockwatch_track_find(parent);
	struct sockwatch_entry *entry = sockwatch_track_find(child);

	if (unlikely(!from || !entry))
		return;
	entry->listener = from->listener;
	entry->tcp_flags = 0;
	if (inet_csk(parent)->icsk_accept_queue.rskq_defer_accept)
		entry->tcp_flags = SOCKWATCH_TCP_UNTIMED;
}

/**
 * sockwatch_tcp_cookie() - a child came of a syncookie
 * @child: the child, not ESTABLISHED yet
 *
 * Nobody remembers when its SYN/ACK was sent, and the timestamp that comes
 * back carries options in its low bits (cookie_init_timestamp(),
 * net/ipv4/syncookies.c).
 *
 * Context: softirq.
 */
void sockwatch_tcp_cookie(const struct sock *child)
{
	struct sockwatch_entry *entry = sockwatch_track_find(child);

	if (entry)
		entry->tcp_flags |= SOCKWATCH_TCP_UNTIMED;
}

/**
 * sockwatch_tcp_born() - a child came into being
 * @entry: its entry
 * @snet: its namespace
 * @sk: the child
 * @state: its first state
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: softirq, with preemption off.
 * Return: false: there was no memory for the numbers of its family.
 */
bool sockwatch_tcp_born(struct sockwatch_entry *entry,
			const struct sockwatch_net *snet,
			const struct sock *sk, unsigned int state, u64 now_ns)
{
	struct sockwatch_tcpstat *stat;

	if (sk->sk_family == AF_INET6)
		entry->tcp_flags |= SOCKWATCH_TCP_INET6;
	stat = stat_of(snet, entry->tcp_flags);
	if (unlikely(!stat))
		return false;
	moved(stat, SOCKWATCH_MOVE_BORN, state);
	entry->tcp_state = state;
	entry->state_ns = now_ns;
	return true;
}

/*
 * The sock may change its state at this time.  A change before the entry says
 * anything is not counted, one after it is; what is left is the instant in
 * which the state that we read is about to be another.
 */
static unsigned int place(struct sockwatch_entry *entry,
			  const struct sock *sk)
{
	u8 state = READ_ONCE(sk->sk_state);
	u8 again;

	if (state >= SOCKWATCH_STATES || cmpxchg(&entry->tcp_state, 0, state))
		return 0;
	again = READ_ONCE(sk->sk_state);
	if (again != state && again < SOCKWATCH_STATES &&
	    cmpxchg(&entry->tcp_state, state, again) == state)
		state = again;
	return state;
}

/* It may stop to listen at this time, and have seen no listener to stop. */
static void listening_found(struct sockwatch_entry *entry,
			    struct sockwatch_net *snet, const struct sock *sk)
{
	u32 id = sockwatch_listen_start(snet, sk, false);

	WRITE_ONCE(entry->listener, id);
	/* Pairs with listening(), which comes after the state has changed. */
	smp_mb();
	if (READ_ONCE(entry->tcp_state) != TCP_LISTEN)
		sockwatch_listen_stop(snet, id);
}

/**
 * sockwatch_tcp_found() - the census came across a TCP sock
 * @entry: its new entry
 * @snet: its namespace
 * @sk: the sock, which the caller keeps from going
 *
 * Nothing is known of when it came into its state.
 *
 * Context: process, any lock, with preemption off.
 */
void sockwatch_tcp_found(struct sockwatch_entry *entry,
			 struct sockwatch_net *snet, const struct sock *sk)
{
	struct sockwatch_tcpstat *stat;
	unsigned int state;

	if (sk->sk_family == AF_INET6)
		entry->tcp_flags |= SOCKWATCH_TCP_INET6;
	stat = stat_of(snet, entry->tcp_flags);
	if (unlikely(!stat))
		return;
	entry->state_ns = 0;
	state = place(entry, sk);
	if (!state)
		return;
	moved(stat, SOCKWATCH_MOVE_PLACED, state);
	if (state == TCP_LISTEN)
		listening_found(entry, snet, sk);
	else if (state == TCP_SYN_SENT)
		entry->tcp_flags |= SOCKWATCH_TCP_ACTIVE;
	else if (state != TCP_SYN_RECV && state != TCP_CLOSE)
		entry->tcp_flags |= SOCKWATCH_TCP_OPENED;
}

static noinline __cold void accepted_settle(struct sockwatch_tcpstat *stat,
					    u32 listener, unsigned long far,
					    u64 n, const struct sock *sk)
{
	sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_ACCEPT, far, n, sk);
	sockwatch_listen_wait(listener, n + 1);
}

static noinline __cold void accepted_rare(struct sockwatch_entry *entry,
					  const struct sockwatch_net *snet,
					  const struct sock *sk, u64 now_ns)
{
	struct sockwatch_tcpstat *stat = stat_of(snet, entry->tcp_flags);
	u64 since_ns = entry->birth_ns;

	if (!stat)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_TIMED)
		since_ns = entry->conn_ns;
	if (!since_ns) {
		unknown(stat, SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE);
		return;
	}
	if (!(entry->tcp_flags & SOCKWATCH_TCP_SCOPED))
		entry->tcp_flags = sockwatch_tcp_scoped(entry->tcp_flags, sk);
	sampled(stat, SOCKWATCH_H_ACCEPT, far_of(entry->tcp_flags),
		now_ns + ~since_ns, sk);
	sockwatch_listen_wait(entry->listener, now_ns - since_ns);
	entry->listener = 0;
}

/**
 * sockwatch_tcp_accepted() - accept hands out a child
 * @entry: its entry
 * @snet: its namespace
 * @sk: the child
 * @now_ns: sockwatch_clock_ns()
 *
 * Fast Open lets accept have a child before it is ESTABLISHED: it waits since
 * it was cloned.
 *
 * Context: process, with preemption off.
 */
__noendbr void sockwatch_tcp_accepted(struct sockwatch_entry *entry,
				      const struct sockwatch_net *snet,
				      const struct sock *sk, u64 now_ns)
{
	unsigned int flags = entry->tcp_flags;
	struct sockwatch_listener *listener;
	struct sockwatch_tcpstat *stat;
	unsigned int bucket;
	u32 id;
	u64 n;

	if (unlikely(!is_set(flags, SOCKWATCH_TCP_TIMED |
				    SOCKWATCH_TCP_SCOPED)))
		return accepted_rare(entry, snet, sk, now_ns);
	/* Not before the test: a register for each would have to be saved. */
	OPTIMIZER_HIDE_VAR(now_ns);
	n = now_ns + ~entry->conn_ns;
	/* It has moved, so there are numbers. */
	stat = stat_of(snet, flags);
	id = entry->listener;
	entry->listener = 0;
	/* One duration, one bucket: in the numbers and in its listener's. */
	if (sockwatch_hist_count_in(sockwatch_tcpstat_hist(stat->cpu,
							   SOCKWATCH_H_ACCEPT,
							   far_of(flags)),
				    n, &bucket))
		return accepted_settle(stat, id, far_of(flags), n, sk);
	listener = sockwatch_listen_timed(id);
	if (likely(listener) &&
	    sockwatch_hist_count_at(listener->wait.cpu, bucket, n))
		sockwatch_hist_settle(&listener->wait, n, U64_MAX);
}

/**
 * sockwatch_tcp_gone() - a sock is freed in a state other than CLOSE
 * @entry: its entry
 *
 * A clone that sk_clone_lock() gives up, for want of memory, goes that way.
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tcp_gone(const struct sockwatch_entry *entry)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_tcpstat *stat;

	if (!snet)
		return;
	stat = stat_of(snet, entry->tcp_flags);
	if (stat)
		moved(stat, entry->tcp_state, SOCKWATCH_MOVE_TAKEN);
	if (entry->tcp_state == TCP_LISTEN)
		sockwatch_listen_stop(snet, entry->listener);
}

/**
 * sockwatch_tcp_connect_failed() - connect() failed at once
 * @sk: the sock
 * @err: the negative errno
 *
 * Context: process, with the sock's lock held.
 */
void sockwatch_tcp_connect_failed(const struct sock *sk, int err)
{
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(sock_net(sk));
	if (likely(snet))
		sockwatch_tcp_not_connected(snet, sk, err);
	preempt_enable_notrace();
}

/**
 * sockwatch_tcp_connect_wrapped() - who counts a connect() that fails at once
 * @sk: its sock
 *
 * Context: any.
 * Return: true: sockwatch_tcp_connect_failed() is called for it.
 */
bool sockwatch_tcp_connect_wrapped(const struct sock *sk)
{
	return wrapped[sk->sk_family == AF_INET6];
}

/**
 * sockwatch_tcp_wrapped() - say who counts a connect() that fails at once
 * @inet: sockwatch_tcp_connect_failed() is called for each of inet
 * @inet6: likewise
 *
 * Context: process.
 */
void sockwatch_tcp_wrapped(bool inet, bool inet6)
{
	wrapped[0] = inet;
	wrapped[1] = inet6;
}

static noinline void segment_rare(const struct sock *sk,
				  enum sockwatch_segment what, unsigned int n)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	const struct sockwatch_net *snet;
	struct sockwatch_tcpstat *stat;
	bool remote;

	snet = entry ? READ_ONCE(entry->snet) : NULL;
	stat = snet ? stat_of(snet, entry->tcp_flags) : NULL;
	if (!stat)
		return;
	if (entry->tcp_flags & SOCKWATCH_TCP_SCOPED)
		remote = far_of(entry->tcp_flags);
	else
		remote = sockwatch_scope_is_remote(sk);
	this_cpu_add(stat->cpu->segment[remote][what], n);
}

static __always_inline void segment(const struct sock *sk,
				    enum sockwatch_segment what,
				    unsigned int n)
{
	unsigned long place = sockwatch_track_place(sk);
	const struct sockwatch_entry *entry;
	const struct sockwatch_net *snet;
	unsigned int flags;

	if (unlikely(!sockwatch_track_near(&place, sk)))
		return segment_rare(sk, what, n);
	entry = sockwatch_track_entry(place);
	snet = READ_ONCE(entry->snet);
	flags = entry->tcp_flags;
	if (unlikely(!snet || !(flags & SOCKWATCH_TCP_SCOPED)))
		return segment_rare(sk, what, n);
	this_cpu_add(stat_of(snet, flags)->cpu->segment[scope_of(flags)][what],
		     n);
}

/**
 * sockwatch_tcp_retransmitted() - a sock has sent segments again
 * @sk: the sock, which has a peer
 * @n: how many
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_retransmitted(const struct sock *sk, unsigned int n)
{
	segment(sk, SOCKWATCH_SEGMENT_RETRANSMIT, n);
}

/**
 * sockwatch_tcp_reset_sent() - a sock sends a RST of its own accord
 * @sk: the sock, which has a peer
 *
 * Context: that of sockwatch_tcp_retransmitted().
 */
__noendbr void sockwatch_tcp_reset_sent(const struct sock *sk)
{
	segment(sk, SOCKWATCH_SEGMENT_RESET_SENT, 1);
}

/**
 * sockwatch_tcp_reset_received() - a RST that ended a connection is counted
 * @sk: the sock, which has a peer
 *
 * Context: that of sockwatch_tcp_retransmitted().
 */
void sockwatch_tcp_reset_received(const struct sock *sk)
{
	segment(sk, SOCKWATCH_SEGMENT_RESET_RECEIVED, 1);
}
