/* SPDX-License-Identifier: GPL-2.0 */
/* The short way of a creation, which becomes part of the hook. */
#ifndef _SOCKWATCH_ACCOUNT_CREATED_H
#define _SOCKWATCH_ACCOUNT_CREATED_H

#include <linux/types.h>
#include <net/sock.h>

#include "account_count.h"
#include "classify.h"
#include "counters.h"
#include "event.h"
#include "hist.h"
#include "netns.h"
#include "sample.h"
#include "track.h"

static __always_inline void
created_in(struct sockwatch_hist *hist, const struct sockwatch_net *snet,
	   const struct sockwatch_entry *entry, const struct sock *sk,
	   u64 took_ns)
{
	if (unlikely(sockwatch_hist_count(hist->cpu, took_ns - 1)))
		sockwatch_sample_settle(snet, SOCKWATCH_METRIC_SOCKET_CREATE,
					hist, entry, sk, took_ns - 1);
}

static __always_inline bool created_at(struct sockwatch_entry *entry,
				       const struct net *net,
				       const struct sock *sk, u64 took_ns,
				       u64 now_ns)
{
	struct sockwatch_net *snet = sockwatch_net_ready(net);
	struct sockwatch_hist *hist;
	unsigned long row;
	u64 kind;

	if (unlikely(entry->state != SOCKWATCH_PENDING))
		return false;
	kind = sockwatch_kind_of(sk->sk_family, sk->sk_type, sk->sk_protocol);
	if (unlikely(!sockwatch_counters_find(&snet->kinds, kind, &row)))
		return false;
	/* Of a family that sock_register() has taken (net/socket.c). */
	hist = READ_ONCE(snet->create[sk->sk_family]);
	if (unlikely(!hist || sockwatch_event_wanted()))
		return false;
	entry->birth_ns = now_ns;
	owner_take(&entry->owner);
	entry_place(entry, snet, row);
	/* It has never been anything: that is its origin, and not the kernel's. */
	static_assert(!SOCKWATCH_ORIGIN_CREATED);
	entry_opened(entry, snet, row, SOCKWATCH_ORIGIN_CREATED);
	created_in(hist, snet, entry, sk, took_ns);
	return true;
}

bool sockwatch_account_created_behind(const struct net *net,
				      const struct sock *sk, u64 took_ns,
				      u64 now_ns);

/**
 * sockwatch_account_created() - sockwatch_account_create(), the short way
 * @net: as there
 * @sk: likewise
 * @took_ns: likewise
 * @now_ns: likewise
 *
 * By a system call, whose socket holds the namespace, and not the first of its
 * family or kind.
 *
 * Context: process, with preemption off.
 * Return: false: go the long way.
 */
static __always_inline bool
sockwatch_account_created(const struct net *net, const struct sock *sk,
			  u64 took_ns, u64 now_ns)
{
	unsigned long place = sockwatch_track_place(sk);

	if (unlikely(!sockwatch_track_near(&place, sk)))
		return sockwatch_account_created_behind(net, sk, took_ns,
							now_ns);
	return created_at(sockwatch_track_entry(place), net, sk, took_ns,
			  now_ns);
}

#endif /* _SOCKWATCH_ACCOUNT_CREATED_H */
