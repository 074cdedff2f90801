// SPDX-License-Identifier: GPL-2.0
/* What is told of a TCP sock's moves and its segments that mean trouble. */
#include <linux/tcp.h>
#include <linux/time64.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "event.h"
#include "tcp_count.h"
#include "track.h"

/**
 * struct before - what is known of a sock before it moves
 * @conn_ns: as in &struct sockwatch_entry
 * @tcp_flags: likewise
 * @tcp_state: likewise
 */
struct before {
	u64 conn_ns;
	unsigned int tcp_flags;
	unsigned int tcp_state;
};

static void scope_put(struct sockwatch_event *event, unsigned int flags)
{
	if (!(flags & SOCKWATCH_TCP_SCOPED))
		return;
	event->scope = flags & SOCKWATCH_TCP_REMOTE ? SOCKWATCH_SCOPE_REMOTE :
						      SOCKWATCH_SCOPE_LOCAL;
	event->known |= SOCKWATCH_KNOWN_SCOPE;
}

static void move_put(struct sockwatch_event *event, unsigned int from,
		     unsigned int state)
{
	event->from = from;
	event->state = state;
	event->known |= SOCKWATCH_KNOWN_FROM | SOCKWATCH_KNOWN_STATE;
}

/* As in open_active() and handshake(). */
static void opened_put(struct sockwatch_event *event,
		       const struct before *before,
		       const struct sock *sk, u64 now_ns)
{
	unsigned int flags = before->tcp_flags;
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (flags & SOCKWATCH_TCP_ACTIVE) {
		if (flags & SOCKWATCH_TCP_TIMED)
			sockwatch_event_took(event, now_ns - before->conn_ns);
	} else if (srtt_us && !(flags & SOCKWATCH_TCP_UNTIMED)) {
		sockwatch_event_took(event, (u64)srtt_us * NSEC_PER_USEC);
	}
}

static void closed_put(struct sockwatch_event *event,
		       const struct before *before,
		       const struct sock *sk, u64 now_ns)
{
	unsigned int flags = before->tcp_flags;

	if (!(flags & SOCKWATCH_TCP_OPENED))
		return;
	sockwatch_event_traffic(event, sk);
	if (flags & SOCKWATCH_TCP_TIMED)
		sockwatch_event_took(event, now_ns - before->conn_ns);
}

static enum sockwatch_event_type type_of(unsigned int state)
{
	if (state == TCP_SYN_SENT)
		return SOCKWATCH_EVENT_CONNECT;
	if (state == TCP_ESTABLISHED)
		return SOCKWATCH_EVENT_ESTABLISHED;
	return SOCKWATCH_EVENT_STATE;
}

static __always_inline void tell_move(struct sockwatch_net *snet,
				      const struct sockwatch_entry *entry,
				      const struct before *before,
				      const struct sock *sk,
				      unsigned int state, u64 now_ns)
{
	struct sockwatch_event event __uninitialized;

	sockwatch_event_begin(&event, type_of(state));
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	move_put(&event, before->tcp_state, state);
	scope_put(&event, entry->tcp_flags);
	/* Only connect() does this, in the task that asks for it. */
	if (state == TCP_SYN_SENT)
		sockwatch_event_task(&event);
	else if (state == TCP_ESTABLISHED)
		opened_put(&event, before, sk, now_ns);
	else if (state == TCP_CLOSE)
		closed_put(&event, before, sk, now_ns);
	sockwatch_event_tell(snet, &event);
}

/**
 * sockwatch_tcp_tell_state() - a TCP sock changes its state, and tells
 * @sk: as for sockwatch_tcp_state()
 * @state: likewise
 * @now_ns: likewise
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_tell_state(const struct sock *sk, unsigned int state,
			      u64 now_ns)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet;
	struct before before;

	if (!entry)
		return;
	before.conn_ns = entry->conn_ns;
	before.tcp_flags = entry->tcp_flags;
	/* It has not moved yet: see first_move(). */
	before.tcp_state = entry->tcp_state ?: sk->sk_state;
	sockwatch_tcp_move(sk, state, now_ns);
	snet = READ_ONCE(entry->snet);
	if (entry->tcp_state == state && before.tcp_state != state &&
	    sockwatch_event_watched(snet))
		tell_move(snet, entry, &before, sk, state, now_ns);
}

/**
 * sockwatch_tcp_tell_not_connected() - a connect() has failed, and tells
 * @snet: the namespace
 * @sk: the sock
 * @err: the negative errno, 0: not known
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tcp_tell_not_connected(struct sockwatch_net *snet,
				      const struct sock *sk, int err)
{
	const struct sockwatch_entry *entry;
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	entry = sockwatch_track_find(sk);
	if (!entry)
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_FAIL);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	sockwatch_event_failed(&event, SOCKWATCH_OPERATION_CONNECT, err);
	sockwatch_event_tell(snet, &event);
}

/**
 * sockwatch_tcp_tell_segment() - a segment of a sock means trouble, and tells
 * @sk: the sock, which has a peer
 * @what: SOCKWATCH_SEGMENT_RETRANSMIT, _RESET_SENT or _RESET_RECEIVED
 * @n: how many
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tcp_tell_segment(const struct sock *sk,
				enum sockwatch_segment what, unsigned int n)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet = entry ? READ_ONCE(entry->snet) : NULL;
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, what == SOCKWATCH_SEGMENT_RETRANSMIT ?
					      SOCKWATCH_EVENT_RETRANSMIT :
					      SOCKWATCH_EVENT_RESET);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	scope_put(&event, entry->tcp_flags);
	event.state = entry->tcp_state;
	event.known |= SOCKWATCH_KNOWN_STATE;
	if (what == SOCKWATCH_SEGMENT_RETRANSMIT) {
		event.retransmits = n;
		event.known |= SOCKWATCH_KNOWN_RETRANSMITS;
	} else if (what == SOCKWATCH_SEGMENT_RESET_RECEIVED) {
		event.known |= SOCKWATCH_KNOWN_RECEIVED;
	}
	sockwatch_event_tell(snet, &event);
}
