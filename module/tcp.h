/* SPDX-License-Identifier: GPL-2.0 */
/* What happens to a TCP sock, and what that means for the numbers. */
#ifndef _SOCKWATCH_TCP_H
#define _SOCKWATCH_TCP_H

#include <linux/types.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "byname.h"
#include "event.h"
#include "netns.h"
#include "tcpstat.h"
#include "track.h"

/**
 * enum sockwatch_tcp_flags - what is known of a TCP sock
 *
 * @SOCKWATCH_TCP_INET6: it is counted under inet6
 * @SOCKWATCH_TCP_ACTIVE: it began the connection
 * @SOCKWATCH_TCP_SCOPED: its scope is known
 * @SOCKWATCH_TCP_OPENED: it was ESTABLISHED
 * @SOCKWATCH_TCP_TIMED: conn_ns says since when
 * @SOCKWATCH_TCP_UNTIMED: its handshake has no true time
 * @SOCKWATCH_TCP_TURNED: IPV6_ADDRFORM made it one of inet
 * @SOCKWATCH_TCP_REMOTE: its scope, if known, is remote
 */
enum sockwatch_tcp_flags {
	SOCKWATCH_TCP_INET6 = 1 << 0,
	SOCKWATCH_TCP_ACTIVE = 1 << 1,
	SOCKWATCH_TCP_SCOPED = 1 << 2,
	SOCKWATCH_TCP_OPENED = 1 << 3,
	SOCKWATCH_TCP_TIMED = 1 << 4,
	SOCKWATCH_TCP_UNTIMED = 1 << 5,
	SOCKWATCH_TCP_TURNED = 1 << 6,
	SOCKWATCH_TCP_REMOTE = SOCKWATCH_FAR,
};

/**
 * sockwatch_is_tcp() - whether a sock is one of TCP
 * @sk: any sock
 *
 * Context: any.
 * Return: true for TCP over either family, and so for MPTCP's subflows.
 */
static __always_inline bool sockwatch_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       sk->sk_type == SOCK_STREAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

void sockwatch_tcp_move(const struct sock *sk, unsigned int state, u64 now_ns);
void sockwatch_tcp_syn_sent(void *data, const struct sock *sk) __noendbr;
void sockwatch_tcp_established(void *data, const struct sock *sk) __noendbr;
void sockwatch_tcp_close(void *data, const struct sock *sk) __noendbr;
void sockwatch_tcp_other(void *data, const struct sock *sk, int oldstate,
			 int state) __noendbr;
void sockwatch_tcp_tell_state(const struct sock *sk, unsigned int state,
			      u64 now_ns) __cold;

/**
 * sockwatch_tcp_state() - a TCP sock changes its state
 * @sk: the sock, which still shows its old state
 * @state: the new one
 * @now_ns: sockwatch_clock_ns()
 *
 * Where the state that we know differs from the old one, because the census
 * looked in the instant of a change, ours counts: what went in goes out again.
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
static __always_inline void sockwatch_tcp_state(const struct sock *sk,
						unsigned int state, u64 now_ns)
{
	if (sockwatch_event_wanted())
		sockwatch_tcp_tell_state(sk, state, now_ns);
	else
		sockwatch_tcp_move(sk, state, now_ns);
}

void sockwatch_tcp_inherit(const struct sock *parent,
			   const struct sock *child);
void sockwatch_tcp_cookie(const struct sock *child);
bool sockwatch_tcp_born(struct sockwatch_entry *entry,
			const struct sockwatch_net *snet,
			const struct sock *sk, unsigned int state, u64 now_ns);
void sockwatch_tcp_found(struct sockwatch_entry *entry,
			 struct sockwatch_net *snet, const struct sock *sk);
void sockwatch_tcp_accepted(struct sockwatch_entry *entry,
			    const struct sockwatch_net *snet,
			    const struct sock *sk, u64 now_ns) __noendbr;
void sockwatch_tcp_gone(const struct sockwatch_entry *entry);
void sockwatch_tcp_connect_failed(const struct sock *sk, int err);
void sockwatch_tcp_wrapped(bool inet, bool inet6);
void sockwatch_tcp_reset(const struct sock *sk) __noendbr;
void sockwatch_tcp_tell_segment(const struct sock *sk,
				enum sockwatch_segment what,
				unsigned int n) __cold;
void sockwatch_tcp_retransmitted(const struct sock *sk, unsigned int n);
void sockwatch_tcp_reset_sent(const struct sock *sk) __noendbr;
void sockwatch_tcp_reset_received(const struct sock *sk);

/**
 * sockwatch_tcp_child() - sockwatch_tcp_inherit() and sockwatch_tcp_born()
 * @entry: the entry of the child
 * @from: that of the listener
 * @snet: its namespace
 * @parent: the listener
 * @now_ns: sockwatch_clock_ns()
 *
 * The child is in SYN_RECV before anybody can see that it is one: see list.c.
 *
 * Context: softirq, with preemption off.
 */
static __always_inline void
sockwatch_tcp_child(struct sockwatch_entry *entry,
		    const struct sockwatch_entry *from,
		    const struct sockwatch_net *snet,
		    const struct sock *parent, u64 now_ns)
{
	unsigned long flags = from->tcp_flags & SOCKWATCH_TCP_INET6;
	const struct sockwatch_tcpstat *stat;

	/* Not to be computed anew for the child's. */
	OPTIMIZER_HIDE_VAR(flags);
	stat = READ_ONCE(snet->tcp[flags]);
	this_cpu_inc(stat->cpu->move[sockwatch_move(SOCKWATCH_MOVE_BORN,
						    TCP_SYN_RECV)]);
	if (inet_csk(parent)->icsk_accept_queue.rskq_defer_accept)
		flags |= SOCKWATCH_TCP_UNTIMED;
	entry->tcp_flags = flags;
	entry->listener = from->listener;
	entry->state_ns = now_ns;
	entry->tcp_state = TCP_SYN_RECV;
}

#endif /* _SOCKWATCH_TCP_H */
