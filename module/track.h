/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each live sock: a bounded table, filled without a lock. */
#ifndef _SOCKWATCH_TRACK_H
#define _SOCKWATCH_TRACK_H

#include <linux/sched.h>
#include <linux/types.h>

struct net;
struct sockwatch_net;

/**
 * enum sockwatch_state - how far the account of a sock has come
 *
 * @SOCKWATCH_PENDING: allocated; nobody has said yet what it is for
 * @SOCKWATCH_EARLY: the kernel made it for a namespace that is still being set
 *	up; counted when that namespace is ready
 * @SOCKWATCH_CHILD: made for an incoming connection, counted as cloned
 * @SOCKWATCH_OPEN: counted in `open`
 */
enum sockwatch_state {
	SOCKWATCH_PENDING,
	SOCKWATCH_EARLY,
	SOCKWATCH_CHILD,
	SOCKWATCH_OPEN,
};

/**
 * enum sockwatch_origin - how a sock in `open` came to be
 *
 * @SOCKWATCH_ORIGIN_CREATED: by a system call
 * @SOCKWATCH_ORIGIN_KERNEL: by the kernel
 * @SOCKWATCH_ORIGIN_ACCEPTED: by accept
 * @SOCKWATCH_ORIGIN_PREEXISTING: found by the census
 */
enum sockwatch_origin {
	SOCKWATCH_ORIGIN_CREATED,
	SOCKWATCH_ORIGIN_KERNEL,
	SOCKWATCH_ORIGIN_ACCEPTED,
	SOCKWATCH_ORIGIN_PREEXISTING,
};

/**
 * struct sockwatch_owner - who made or accepted a sock
 * @cgroup_id: its cgroup (v2) at that time, 0 where there is none
 * @pid: thread group id in the initial pid namespace, 0 if not known
 * @uid: uid in the initial user namespace
 * @comm: name of the task
 */
struct sockwatch_owner {
	u64 cgroup_id;
	u32 pid;
	u32 uid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct sockwatch_entry - one tracked sock
 * @snet: the namespace it is counted in; NULL once that is gone
 * @early_net: the namespace of a SOCKWATCH_EARLY sock
 * @birth_ns: CLOCK_MONOTONIC when it was made, cloned or found
 * @early_kind: the kind of a SOCKWATCH_EARLY sock
 * @owner: who made or accepted it
 * @row: its row in @snet's counters
 * @state: &enum sockwatch_state
 * @origin: &enum sockwatch_origin, valid when SOCKWATCH_OPEN
 * @kernel: it is held by the kernel
 *
 * The hooks of one sock follow each other (allocation, creation or clone,
 * accept, free), each being ordered after the last by whatever made the sock
 * visible; so an entry has one writer at a time.  The two exceptions go by
 * compare-and-exchange: the census changes @state, the end of a namespace
 * @snet.
 */
struct sockwatch_entry {
	union {
		struct sockwatch_net *snet;
		const struct net *early_net;
	};
	union {
		u64 birth_ns;
		u64 early_kind;
	};
	struct sockwatch_owner owner;
	u16 row;
	u8 state;
	u8 origin;
	bool kernel;
};

int sockwatch_track_init(unsigned int max_sockets);
void sockwatch_track_exit(void);
unsigned int sockwatch_track_max(void);
s64 sockwatch_track_used(void);

struct sockwatch_entry *sockwatch_track_add(const void *sk);
struct sockwatch_entry *sockwatch_track_find(const void *sk);
bool sockwatch_track_del(const void *sk, struct sockwatch_entry *last);
void sockwatch_track_for_each(void (*fn)(struct sockwatch_entry *entry,
					 void *arg), void *arg);

#endif /* _SOCKWATCH_TRACK_H */
