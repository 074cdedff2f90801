// SPDX-License-Identifier: GPL-2.0
/* Socks made for incoming connections: from their clone to their accept. */
#include <linux/preempt.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "account.h"
#include "account_count.h"
#include "account_tell.h"
#include "event.h"
#include "hist.h"
#include "netns.h"
#include "sample.h"
#include "tcp.h"
#include "track.h"

bool sockwatch_account_inherits __read_mostly;

/*
 * Whoever lists children tells by its state whether one of TCP is set up, so
 * that has a state before anybody can see that it is a child: see list.c.
 * Without memory for the numbers of its family it has none, and is counted when
 * it is set up.
 */
static void clone_count(const struct sock *sk, unsigned int type, bool set_up,
			u64 now_ns)
{
	struct sockwatch_entry *entry;
	struct sockwatch_net *snet;
	bool born = true;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	if (!entry || entry->state != SOCKWATCH_PENDING)
		goto out;
	snet = sockwatch_net_of(sock_net(sk));
	if (unlikely(!snet))
		goto out;
	if (sockwatch_is_tcp(sk))
		born = sockwatch_tcp_born(entry, snet, sk, TCP_SYN_RECV,
					  now_ns);
	if (born || set_up)
		child_count(entry, snet, kind_row(snet, sk, type), now_ns);
	else
		WRITE_ONCE(sockwatch_account_inherits, false);
out:
	preempt_enable_notrace();
}

/**
 * sockwatch_account_clone() - a sock was made for an incoming connection
 * @sk: the child, which may be counted already
 * @type: its type, which sk_type does not say yet for AF_UNIX
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: process or softirq.
 */
void sockwatch_account_clone(const struct sock *sk, unsigned int type,
			     u64 now_ns)
{
	clone_count(sk, type, true, now_ns);
}

static void unix_waited(const struct sockwatch_entry *entry,
			const struct sockwatch_net *snet,
			const struct sock *sk, u64 now_ns)
{
	struct sockwatch_hist *hist = READ_ONCE(snet->unix_wait);
	u64 n = now_ns + ~entry->birth_ns;

	if (unlikely(!hist || !entry->birth_ns))
		count(snet, entry->row, SOCKWATCH_C_UNTIMED, 1);
	else if (unlikely(sockwatch_hist_count(hist->cpu, n)))
		sockwatch_sample_settle(snet,
					SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE,
					hist, entry, sk, n);
}

/* What was queued has waited; without a hook for that it is not known. */
static void waited(struct sockwatch_entry *entry,
		   const struct sockwatch_net *snet, const struct sock *sk,
		   u64 now_ns)
{
	if (sk->sk_family == AF_UNIX)
		unix_waited(entry, snet, sk, now_ns);
	else if (sockwatch_is_tcp(sk))
		sockwatch_tcp_accepted(entry, snet, sk, now_ns);
}

/* 0: not known. */
static u64 waiting_since(const struct sockwatch_entry *entry,
			 const struct sock *sk)
{
	if (sockwatch_is_tcp(sk) && entry->tcp_flags & SOCKWATCH_TCP_TIMED)
		return entry->conn_ns;
	return entry->birth_ns;
}

static void accept_known(const struct sock *sk, unsigned int type, u64 now_ns)
{
	struct sockwatch_net *snet = sockwatch_net_of(sock_net(sk));
	struct sockwatch_entry *entry;
	unsigned int row;
	u64 since_ns = 0;
	bool queued;

	if (unlikely(!snet))
		return;
	entry = entry_get(sk);
	row = kind_row(snet, sk, type);
	if (unlikely(!entry)) {
		count(snet, row, SOCKWATCH_C_CLONED, 1);
		lost(snet, row, SOCKWATCH_ORIGIN_ACCEPTED);
		return;
	}
	if (unlikely(entry->state == SOCKWATCH_OPEN))
		return;
	queued = entry->state == SOCKWATCH_CHILD;
	if (unlikely(!queued))
		child_count(entry, snet, row, now_ns);
	owner_take(&entry->owner);
	entry_open(entry, snet, entry->row, SOCKWATCH_ORIGIN_ACCEPTED,
		   sk->sk_kern_sock);
	if (likely(queued)) {
		since_ns = waiting_since(entry, sk);
		waited(entry, snet, sk, now_ns);
	}
	sockwatch_tell_accepted(snet, entry, sk,
				since_ns ? now_ns - since_ns : 0);
}

static noinline void accept_any(const struct sock *sk, unsigned int type,
				u64 now_ns)
{
	preempt_disable_notrace();
	accept_known(sk, type, now_ns);
	preempt_enable_notrace();
}

/* The short way is for TCP, which alone has a tcp_state. */
static __always_inline bool accept_at(struct sockwatch_entry *entry,
				      const struct sock *sk, u64 now_ns)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (unlikely(!snet || entry->state != SOCKWATCH_CHILD ||
		     !entry->tcp_state || sk->sk_kern_sock ||
		     sockwatch_event_wanted()))
		return false;
	owner_take(&entry->owner);
	/* A child is not the kernel's yet. */
	entry->origin = SOCKWATCH_ORIGIN_ACCEPTED;
	entry_opened(entry, snet, entry->row, SOCKWATCH_ORIGIN_ACCEPTED);
	sockwatch_tcp_accepted(entry, snet, sk, now_ns);
	return true;
}

static noinline void accept_behind(const struct sock *sk, unsigned int type,
				   u64 now_ns)
{
	struct sockwatch_entry *entry = sockwatch_track_search(sk);

	if (!entry || !accept_at(entry, sk, now_ns))
		accept_any(sk, type, now_ns);
}

/**
 * sockwatch_account_accept() - accept hands a sock to its new socket
 * @sk: the sock
 * @type: the type of the new socket; LLC and phonet set sk_type later
 * @now_ns: sockwatch_clock_ns()
 *
 * Families without a hook for the clone are counted as cloned here too, so
 * that cloned is never less than accepted.
 *
 * Context: process, with the sock's sk_callback_lock held, and so with bottom
 * halves off (not by AF_ALG).
 */
__noendbr void sockwatch_account_accept(const struct sock *sk,
					unsigned int type, u64 now_ns)
{
	unsigned long place = sockwatch_track_place(sk);

	if (unlikely(!sockwatch_track_near(&place, sk)))
		accept_behind(sk, type, now_ns);
	else if (!accept_at(sockwatch_track_entry(place), sk, now_ns))
		accept_any(sk, type, now_ns);
}

/*
 * tipc_accept() hands out the clone, and grafts it to nothing
 * (net/tipc/socket.c).
 */
static noinline void inherit_any(const struct sock *parent,
				 const struct sock *child, u64 now_ns)
{
	if (child->sk_family == AF_TIPC) {
		accept_any(child, child->sk_type, now_ns);
	} else if (sockwatch_is_tcp(parent)) {
		sockwatch_tcp_inherit(parent, child);
		if (READ_ONCE(sockwatch_account_inherits))
			clone_count(child, child->sk_type, false, now_ns);
	}
}

static __always_inline bool inherit_at(const struct sockwatch_entry *from,
				       struct sockwatch_entry *entry,
				       const struct sock *parent, u64 now_ns)
{
	struct sockwatch_net *snet = READ_ONCE(from->snet);

	if (unlikely(from->tcp_state != TCP_LISTEN || !snet ||
		     from->tcp_flags & SOCKWATCH_TCP_TURNED ||
		     entry->state != SOCKWATCH_PENDING))
		return false;
	sockwatch_tcp_child(entry, from, snet, parent, now_ns);
	child_count(entry, snet, from->row, now_ns);
	return true;
}

static noinline void inherit_behind(const struct sock *parent,
				    const struct sock *child, u64 now_ns)
{
	const struct sockwatch_entry *from = sockwatch_track_find(parent);
	struct sockwatch_entry *entry = sockwatch_track_find(child);

	if (!from || !entry || !inherit_at(from, entry, parent, now_ns))
		inherit_any(parent, child, now_ns);
}

/**
 * sockwatch_account_inherit() - a sock is cloned
 * @parent: a TCP sock that listens, or any other: only TIPC matters of these
 * @child: its clone, which has everything of it and is not set up yet
 * @now_ns: sockwatch_clock_ns()
 *
 * The clone of a TCP sock that listens is made for an incoming connection, and
 * is of the same kind (a sock that IPV6_ADDRFORM has turned is counted as what
 * it was).
 *
 * Context: process or softirq; for the child of a listener always softirq, in
 * which a segment of it came.
 */
__noendbr void sockwatch_account_inherit(const struct sock *parent,
					 const struct sock *child, u64 now_ns)
{
	unsigned long from_place = sockwatch_track_place(parent);
	unsigned long place = sockwatch_track_place(child);

	if (unlikely(!sockwatch_track_near(&from_place, parent) ||
		     !sockwatch_track_near(&place, child)))
		inherit_behind(parent, child, now_ns);
	else if (!inherit_at(sockwatch_track_entry(from_place),
			     sockwatch_track_entry(place), parent, now_ns))
		inherit_any(parent, child, now_ns);
}
