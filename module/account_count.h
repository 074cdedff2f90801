/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a sock comes into the numbers of its kind: for its room only, and what of
 * it becomes part of a hook (account_created.h).
 */
#ifndef _SOCKWATCH_ACCOUNT_COUNT_H
#define _SOCKWATCH_ACCOUNT_COUNT_H

#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/sock.h>

#include "classify.h"
#include "counters.h"
#include "netns.h"
#include "track.h"

void sockwatch_account_ready(struct sockwatch_net *snet);

static const u8 origin_column[] = {
	[SOCKWATCH_ORIGIN_CREATED] = SOCKWATCH_C_CREATED,
	[SOCKWATCH_ORIGIN_KERNEL] = SOCKWATCH_C_KERNEL,
	[SOCKWATCH_ORIGIN_ACCEPTED] = SOCKWATCH_C_ACCEPTED,
	[SOCKWATCH_ORIGIN_PREEXISTING] = SOCKWATCH_C_PREEXISTING,
};

static __always_inline void count(const struct sockwatch_net *snet,
				  unsigned long row,
				  enum sockwatch_column column, s64 n)
{
	this_cpu_add(sockwatch_counters_cells(&snet->kinds, row)[column], n);
}

/* A part of what was counted just before. */
static __always_inline void count_part(const struct sockwatch_net *snet,
				       unsigned long row,
				       enum sockwatch_column column)
{
	/* Pairs with kinds_fold(). */
	smp_wmb();
	count(snet, row, column, 1);
}

static __always_inline unsigned int kind_row(struct sockwatch_net *snet,
					     const struct sock *sk,
					     unsigned int type)
{
	u64 key = sockwatch_kind_pack(sk->sk_family, type, sk->sk_protocol);

	return sockwatch_counters_row(&snet->kinds, key);
}

/* A sock that the table has no room for is gone as soon as it is counted. */
static inline void lost(struct sockwatch_net *snet, unsigned int row,
			enum sockwatch_origin origin)
{
	count(snet, row, origin_column[origin], 1);
	count_part(snet, row, SOCKWATCH_C_RELEASED);
	count_part(snet, row, SOCKWATCH_C_LOST);
}

static __always_inline void entry_place(struct sockwatch_entry *entry,
					struct sockwatch_net *snet,
					unsigned long row)
{
	WRITE_ONCE(entry->snet, snet);
	entry->row = row;
}

/* An entry of which all else is known, and where it counts. */
static __always_inline void entry_opened(struct sockwatch_entry *entry,
					 const struct sockwatch_net *snet,
					 unsigned long row,
					 enum sockwatch_origin origin)
{
	/* Whoever lists it sees what was set before. */
	smp_store_release(&entry->state, SOCKWATCH_OPEN);
	count(snet, row, origin_column[origin], 1);
}

/* An entry that has its place, which is @snet and @row. */
static __always_inline void entry_open(struct sockwatch_entry *entry,
				       const struct sockwatch_net *snet,
				       unsigned long row,
				       enum sockwatch_origin origin,
				       bool kernel)
{
	entry->origin = origin;
	entry->kernel = kernel;
	entry_opened(entry, snet, row, origin);
	if (kernel)
		count_part(snet, row, SOCKWATCH_C_KERNEL_HELD);
}

static __always_inline void owner_take(struct sockwatch_owner *owner)
{
	owner->pid = current->tgid;
	memcpy(owner->comm, current->comm, sizeof(owner->comm));
}

static __always_inline struct sockwatch_entry *
entry_get(const struct sock *sk)
{
	struct sockwatch_entry *entry = sockwatch_track_find(sk);

	return likely(entry) ? entry : sockwatch_track_add(sk);
}

static __always_inline void child_count(struct sockwatch_entry *entry,
					struct sockwatch_net *snet,
					unsigned int row, u64 now_ns)
{
	entry_place(entry, snet, row);
	entry->birth_ns = now_ns;
	entry->owner.pid = 0;
	/* As in entry_opened(). */
	smp_store_release(&entry->state, SOCKWATCH_CHILD);
	count(snet, row, SOCKWATCH_C_CLONED, 1);
}

#endif /* _SOCKWATCH_ACCOUNT_COUNT_H */
