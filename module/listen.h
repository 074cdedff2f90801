/* SPDX-License-Identifier: GPL-2.0 */
/* The TCP sockets that listen, and how long their connections waited. */
#ifndef _SOCKWATCH_LISTEN_H
#define _SOCKWATCH_LISTEN_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "hist.h"

struct pid;
struct sockwatch_net;

/*
 * An id is a place, counted from 1, and above it how often places were given
 * out: a connection whose listener is gone must not count for the next one.
 * Place 0 is empty, for whoever has no listener.
 */
#define SOCKWATCH_LISTEN_BITS	16
#define SOCKWATCH_LISTEN_PLACE	((1U << SOCKWATCH_LISTEN_BITS) - 1)

/* The most that sockwatch_listen_init() takes. */
#define SOCKWATCH_LISTENERS_LIMIT	65534

/**
 * struct sockwatch_listener - a socket that listens
 * @list: of its namespace, under the room's lock; readers by RCU
 * @rcu: to free it
 * @sk: the sock.  It is freed after a grace period (SOCK_RCU_FREE is set in
 *	__inet_hash(), net/ipv4/inet_hashtables.c) that begins after it stopped
 *	to listen, so a reader who found it in the list may read from it.  Only
 *	one whose listen() fails has no grace period: its memory stays that of
 *	a sock (SLAB_TYPESAFE_BY_RCU), see sockwatch_listen_is_alive().
 * @id: its place and how often the place was given out
 * @drops: sk_drops when it began to listen
 * @pid: the process that called listen(), or NULL: not known
 * @comm: its name
 * @wait: waits in the accept queue; without @wait.cpu there was no memory
 */
struct sockwatch_listener {
	struct list_head list;
	struct rcu_head rcu;
	const struct sock *sk;
	u32 id;
	u32 drops;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
	struct sockwatch_hist wait;
};

extern struct sockwatch_listener __rcu **sockwatch_listen_places;

int sockwatch_listen_init(unsigned int max);
void sockwatch_listen_exit(void);
unsigned int sockwatch_listen_max(void);
u32 sockwatch_listen_start(struct sockwatch_net *snet, const struct sock *sk,
			   bool caller);
void sockwatch_listen_stop(struct sockwatch_net *snet, u32 id);
void sockwatch_listen_wait(u32 id, u64 ns);
bool sockwatch_listen_fold(u32 id, struct sockwatch_hist_sum *sum);
void sockwatch_listen_forget(struct sockwatch_net *snet);

/**
 * sockwatch_listen_timed() - the listener whose connections' waits count
 * @id: of the listener, which may be gone
 *
 * Context: any but NMI, with preemption off.
 * Return: the listener, whose wait may be counted in, or NULL: there is none
 * any more, or it has no histogram.
 */
static __always_inline struct sockwatch_listener *
sockwatch_listen_timed(u32 id)
{
	unsigned int place = id & SOCKWATCH_LISTEN_PLACE;
	struct sockwatch_listener *listener;

	listener = rcu_dereference_sched(sockwatch_listen_places[place]);
	if (likely(listener && listener->id == id && listener->wait.cpu))
		return listener;
	return NULL;
}

/**
 * sockwatch_listen_is_alive() - whether a listener's sock is still that
 * @listener: of the list
 * @net: the namespace whose list it is
 *
 * Context: any, in an RCU read-side section.
 * Return: true: its sock listens in @net.
 */
static inline bool
sockwatch_listen_is_alive(const struct sockwatch_listener *listener,
			  const struct net *net)
{
	return READ_ONCE(listener->sk->sk_state) == TCP_LISTEN &&
	       net_eq(sock_net(listener->sk), net);
}

#endif /* _SOCKWATCH_LISTEN_H */
