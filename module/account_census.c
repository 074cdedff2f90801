// SPDX-License-Identifier: GPL-2.0
/* What was there before its hook, and how it comes into the numbers. */
#include <linux/preempt.h>
#include <net/sock.h>

#include "account.h"
#include "account_count.h"
#include "tcp.h"

/* A UNIX embryo has no type until its connect goes on: that hook will say. */
static void found_child_done(const struct sock *sk,
			     struct sockwatch_net *snet)
{
	struct sockwatch_entry *entry = entry_get(sk);

	if (!entry || !sk->sk_type)
		return;
	child_count(entry, snet, kind_row(snet, sk, sk->sk_type), 0);
	if (sockwatch_is_tcp(sk))
		sockwatch_tcp_found(entry, snet, sk);
}

static void found_done(const struct sock *sk, struct sockwatch_net *snet)
{
	struct sockwatch_entry *entry = entry_get(sk);
	unsigned int row = kind_row(snet, sk, sk->sk_type);

	if (!entry) {
		lost(snet, row, SOCKWATCH_ORIGIN_PREEXISTING);
		return;
	}
	entry->birth_ns = 0;
	entry->owner.pid = 0;
	entry_place(entry, snet, row);
	entry_open(entry, snet, row, SOCKWATCH_ORIGIN_PREEXISTING,
		   sk->sk_kern_sock);
	if (sockwatch_is_tcp(sk))
		sockwatch_tcp_found(entry, snet, sk);
}

/*
 * A TCP sock that was cloned before the hook for states was in place, and that
 * accept has counted since: its state is still to be found.  One that is in
 * CLOSE has not moved yet.
 */
static void place_late(const struct sock *sk)
{
	struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (snet && !READ_ONCE(entry->tcp_state) && sockwatch_is_tcp(sk) &&
	    READ_ONCE(sk->sk_state) != TCP_CLOSE)
		sockwatch_tcp_found(entry, snet, sk);
}

/**
 * sockwatch_account_found() - the census came across a socket
 * @sk: its sock, which the caller keeps from going
 * @complete: it was found where a socket is only after its creation
 *
 * A pending entry is a sock allocated since the first hook.  If it is complete
 * (it has a descriptor, or a place in a table), then its creation went by
 * before the hook for that was in place; if not, that hook is mostly still to
 * come.  (A socket that the kernel
 * makes for itself between the first hook and the last stays pending.)
 *
 * Context: process, any lock.
 */
void sockwatch_account_found(const struct sock *sk, bool complete)
{
	const struct sockwatch_entry *entry;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	snet = sockwatch_net_of(sock_net(sk));
	if (snet && (!entry || (complete &&
				entry->state == SOCKWATCH_PENDING)))
		found_done(sk, snet);
	else if (snet && complete)
		place_late(sk);
	preempt_enable_notrace();
}

/**
 * sockwatch_account_found_child() - the census came across a queued connection
 * @sk: a sock that waits for accept
 * @complete: as for sockwatch_account_found()
 *
 * Context: process, any lock.
 */
void sockwatch_account_found_child(const struct sock *sk, bool complete)
{
	const struct sockwatch_entry *entry;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	entry = sockwatch_track_find(sk);
	snet = sockwatch_net_of(sock_net(sk));
	if (snet && (!entry || (complete &&
				entry->state == SOCKWATCH_PENDING)))
		found_child_done(sk, snet);
	else if (snet && complete)
		place_late(sk);
	preempt_enable_notrace();
}

/*
 * Sockets that the kernel made while the namespace was being set up: the
 * protocols' init runs before ours.  Whoever made them is the same thread that
 * sets the namespace up, so the entries stand still.
 */
static void early_count(struct sockwatch_entry *entry, void *arg)
{
	struct sockwatch_net *snet = arg;
	unsigned int row;

	if (READ_ONCE(entry->state) != SOCKWATCH_EARLY ||
	    entry->early_net != snet->net)
		return;
	row = sockwatch_counters_row(&snet->kinds, entry->early_kind);
	entry->birth_ns = 0;
	entry->owner.pid = 0;
	entry_place(entry, snet, row);
	entry_open(entry, snet, row, SOCKWATCH_ORIGIN_KERNEL, true);
}

/**
 * sockwatch_account_ready() - hooks can find the account of a namespace
 * @snet: the account
 *
 * Context: process, may sleep.
 */
void sockwatch_account_ready(struct sockwatch_net *snet)
{
	sockwatch_track_for_each(early_count, snet);
}
