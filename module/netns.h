/* SPDX-License-Identifier: GPL-2.0 */
/* What is kept for each network namespace, and how long it lives. */
#ifndef _SOCKWATCH_NETNS_H
#define _SOCKWATCH_NETNS_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/tcp.h>

#include "counters.h"
#include "hist.h"
#include "tcpstat.h"

/**
 * enum sockwatch_column - the counters of a kind
 *
 * @SOCKWATCH_C_LOST: sockets that the tracking table had no room for
 * @SOCKWATCH_C_CONNECTED: UDP sockets that had a peer when they went
 * @SOCKWATCH_C_RELEASED: sockets that are gone, those above among them
 * @SOCKWATCH_C_KERNEL_RELEASED: of these, the ones that the kernel held
 * @SOCKWATCH_C_UNACCEPTED: children that went without an accept
 * @SOCKWATCH_C_UNTIMED: AF_UNIX accepts after a wait that is not known
 * @SOCKWATCH_C_KERNEL_HELD: of the next four, the ones that the kernel holds
 * @SOCKWATCH_C_CREATED: sockets made by a system call
 * @SOCKWATCH_C_KERNEL: sockets the kernel made for itself
 * @SOCKWATCH_C_ACCEPTED: sockets handed out by accept
 * @SOCKWATCH_C_PREEXISTING: sockets found by the census
 * @SOCKWATCH_C_CLONED: children made for an incoming connection
 *
 * The words are those of include/uapi/linux/sockwatch.h; attempts, open and
 * kernel_open are sums of these, made on read, and failures of the table of
 * failures.  A snapshot folds them in this order, so that whenever it is read no
 * sum is negative, and no part more than its whole: what ends a socket before
 * what began it; and a part before its whole, which a hook moves first.  With
 * SOCKWATCH_C_KERNEL_RELEASED, which is taken off a part, it is the other way
 * round.
 */
enum sockwatch_column {
	SOCKWATCH_C_LOST,
	SOCKWATCH_C_CONNECTED,
	SOCKWATCH_C_RELEASED,
	SOCKWATCH_C_KERNEL_RELEASED,
	SOCKWATCH_C_UNACCEPTED,
	SOCKWATCH_C_UNTIMED,
	SOCKWATCH_C_KERNEL_HELD,
	SOCKWATCH_C_CREATED,
	SOCKWATCH_C_KERNEL,
	SOCKWATCH_C_ACCEPTED,
	SOCKWATCH_C_PREEXISTING,
	SOCKWATCH_C_CLONED,
	/* private: */
	SOCKWATCH_C_MAX
};

/* Rows of a namespace at the most. */
#define SOCKWATCH_KINDS_LIMIT	256

/* Congestion controls counted one by one, and a row for the others. */
#define SOCKWATCH_CONGESTIONS		16
#define SOCKWATCH_CONGESTION_ROWS	17

struct sockwatch_batch;
struct sockwatch_samples;

/**
 * struct sockwatch_net_events - the events of a namespace
 * @lost: those that found no room, on each CPU; NULL until it is watched
 * @lost_seen: how many of these have had a number in the sequence
 * @seq: the number of the last one
 * @sent: those that were sent
 * @overrun: of these, the ones that a reader had no room for
 * @batch: those that are about to be sent
 * @open: whether it may be watched: from when whoever sends knows the
 *	namespace until it goes
 *
 * @lost is the queue's, the others belong to whoever sends.
 */
struct sockwatch_net_events {
	u64 __percpu *lost;
	u64 lost_seen;
	u64 seq;
	u64 sent;
	u64 overrun;
	struct sockwatch_batch *batch;
	bool open;
};

/**
 * struct sockwatch_net - the account of one network namespace
 * @tcp: TCP's numbers, of inet and of inet6; NULL until there is a socket of
 *	one of them
 * @kinds: a row for each (family, type, protocol), &enum sockwatch_column
 * @list: in the list of all, under its mutex
 * @net: the namespace
 * @leaving: it is being taken down
 * @walked: the census has been through its own TCP hash table
 * @failures: a row with one counter for each (kind, errno)
 * @congestion: a row with one counter for each congestion control, of closed
 *	connections
 * @congestion_name: the name of each row, empty until it has counted
 * @create: how long it took to make a socket, by family; NULL until there is
 *	one
 * @unix_wait: waits in the accept queues of AF_UNIX; likewise
 * @samples: single latencies; NULL until there is a socket that has any
 * @watched: somebody wants its events
 * @events: what became of them
 * @listeners: &struct sockwatch_listener
 * @listeners_lost: those that listen and found no room
 * @grow_failed: how often there was no memory for @tcp, @create, @unix_wait or
 *	rows of @kinds and @failures
 *
 * A failure has only a row of @failures: its kind is whatever the caller liked
 * to ask for, and must not take a row from a kind that exists.
 *
 * It is made with the namespace and goes with it.  A hook reaches it in two
 * ways: through a namespace that is alive (sockwatch_net_of()), or through a
 * tracked sock (entry->snet, set to NULL and waited for before it is freed).  A
 * TCP child has it from its listener; none is made any more by then, since the
 * devices of a namespace go before whatever is registered as ours is
 * (net/core/net_namespace.c).
 */
struct sockwatch_net {
	struct sockwatch_tcpstat *tcp[2];
	struct sockwatch_counters kinds;
	struct list_head list;
	struct net *net;
	bool leaving;
	bool walked;
	struct sockwatch_counters failures;
	struct sockwatch_counters congestion;
	char congestion_name[SOCKWATCH_CONGESTION_ROWS][TCP_CA_NAME_MAX];
	struct sockwatch_hist *create[AF_MAX];
	struct sockwatch_hist *unix_wait;
	struct sockwatch_samples *samples;
	bool watched;
	struct sockwatch_net_events events;
	struct list_head listeners;
	atomic_t listeners_lost;
	atomic_t grow_failed;
};

extern unsigned int sockwatch_net_id;

int sockwatch_net_init(unsigned int max_kinds,
		       void (*ready)(struct sockwatch_net *snet));
void sockwatch_net_exit(void);
void sockwatch_net_grow(struct sockwatch_net *snet, unsigned int family,
			gfp_t gfp);
void sockwatch_net_grow_rows(struct sockwatch_net *snet, gfp_t gfp);
unsigned int sockwatch_net_max_kinds(void);
size_t sockwatch_net_bytes(const struct sockwatch_net *snet, bool most);
int sockwatch_net_for_each(int (*fn)(struct sockwatch_net *snet, void *arg),
			   void *arg);

/**
 * sockwatch_net_ready() - the account of a namespace that is in use
 * @net: the namespace, in which a system call does something
 *
 * It was set up before anybody could be in it, and goes after the last one is
 * out (copy_net_ns() and cleanup_net(), net/core/net_namespace.c).
 *
 * Context: process, with preemption off.
 * Return: the account.
 */
static __always_inline struct sockwatch_net *
sockwatch_net_ready(const struct net *net)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);

	return gen->ptr[sockwatch_net_id];
}

/**
 * sockwatch_net_alive() - sockwatch_net_of() a namespace that is not going
 * @net: the namespace, to which somebody holds a reference
 *
 * Context: any, with preemption off.
 * Return: the account, or NULL: the namespace is still being set up.
 */
static __always_inline struct sockwatch_net *
sockwatch_net_alive(const struct net *net)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);

	if (unlikely(gen->s.len <= sockwatch_net_id))
		return NULL;
	return gen->ptr[sockwatch_net_id];
}

/**
 * sockwatch_net_of() - the account of a namespace
 * @net: the namespace, whose memory the caller keeps from going
 *
 * check_net() keeps away from a namespace that is being taken down, whose
 * account may go at any time: cleanup_net() waits for a grace period between
 * the count reaching zero and the first exit (net/core/net_namespace.c), so a
 * caller with preemption off that saw a count may go on.  (Where setting up a
 * namespace fails, exits run with a count of 1; no protocol makes or accepts a
 * socket in its exit.)
 *
 * The length says no for a namespace that was allocated before our number was
 * given out: its array has no place for it until our own init runs.
 *
 * This is net_generic() for a caller that is in an RCU read-side section by
 * having preemption off; the two calls that net_generic() makes for it are a
 * fifth of what a hook costs.
 *
 * Context: any, with preemption off.
 * Return: the account, or NULL: the namespace is still being set up or goes.
 */
static __always_inline struct sockwatch_net *
sockwatch_net_of(const struct net *net)
{
	if (unlikely(!check_net(net)))
		return NULL;
	return sockwatch_net_alive(net);
}

/**
 * sockwatch_net_held() - the account of a namespace that cannot go
 * @net: the namespace, of which the caller holds a reference
 *
 * Context: any.
 * Return: the account.
 */
static inline struct sockwatch_net *sockwatch_net_held(const struct net *net)
{
	return net_generic(net, sockwatch_net_id);
}

#endif /* _SOCKWATCH_NETNS_H */
