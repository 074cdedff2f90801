// SPDX-License-Identifier: GPL-2.0
/* Finds the sockets that are older than the module. */
#include <linux/fdtable.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <net/af_unix.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "account.h"
#include "census.h"
#include "clock.h"
#include "compat.h"
#include "netns.h"
#include "timewait.h"

/**
 * DOC: where sockets are found
 *
 * The file tables of all tasks give every socket that a process holds; the
 * tables of TCP, UDP, UNIX and packet sockets give those without a descriptor
 * (orphans that still close, children that wait for accept, descriptors in
 * flight over SCM_RIGHTS, sockets of kernel services); a namespace itself
 * points to a few of the kernel's.
 *
 * Not found: sockets in flight that are in no table, control sockets that a
 * protocol keeps in a variable of its own, and netlink sockets of modules.
 * They count as untracked when they go.
 *
 * The hooks are in place before; a sock that has an entry by now is theirs.
 */

/* Descriptors looked at with a file table's lock held. */
#define FILES_AT_A_TIME	1000

static int file_look(const void *first, struct file *file, unsigned int fd)
{
	const struct socket *sock = sock_from_file(file);

	if (sock && sock->sk)
		sockwatch_account_found(sock->sk, true);
	return fd - *(const unsigned int *)first < FILES_AT_A_TIME ? 0 : fd + 1;
}

/*
 * Threads mostly share one table; it is enough to look at it once.  A long one
 * is looked at in parts, so that its owner can go on in between.
 */
static void task_look(struct task_struct *task)
{
	unsigned int first = 0;
	int next;

	do {
		next = 0;
		task_lock(task);
		if (task->files && (thread_group_leader(task) ||
				    task->files != task->group_leader->files))
			next = iterate_fd(task->files, first, file_look,
					  &first);
		task_unlock(task);
		first = next;
	} while (next);
}

/* Lets others run; false: a task went meanwhile, and with it our place. */
static bool tasks_pause(struct task_struct *process, struct task_struct *task)
{
	bool alive;

	get_task_struct(process);
	get_task_struct(task);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	alive = pid_alive(process) && pid_alive(task);
	put_task_struct(task);
	put_task_struct(process);
	return alive;
}

static bool tasks_look(void)
{
	struct task_struct *process, *task;

	for_each_process_thread(process, task) {
		task_look(task);
		if (need_resched() && !tasks_pause(process, task))
			return false;
	}
	return true;
}

/* To look twice counts nothing twice, so a walk that broke off begins anew. */
static void census_files(void)
{
	unsigned int tries = 16;

	rcu_read_lock();
	while (!tasks_look() && --tries)
		;
	rcu_read_unlock();
}

/*
 * A sock without a socket is either an orphan that is still closing, or a
 * child that waits for accept: only the orphan is dead (sock_orphan(),
 * include/net/sock.h).  sock_graft() and its hook run under the lock that is
 * taken here, so a sock is seen before accept has it, or after.
 *
 * @complete: it is in a table that creation and clone put nothing into, so
 * their hooks have seen it, or never will.
 */
static void sock_look(struct sock *sk, bool complete)
{
	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket || sock_flag(sk, SOCK_DEAD))
		sockwatch_account_found(sk, complete);
	else
		sockwatch_account_found_child(sk, complete);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void tcp_chain_look(const struct hlist_nulls_head *head)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;

	sk_nulls_for_each(sk, node, head) {
		if (sk_fullsock(sk))
			sock_look(sk, true);
		else if (sk->sk_state == TCP_TIME_WAIT)
			sockwatch_timewait_found(inet_twsk(sk));
	}
}

/*
 * The locks of listening buckets are taken with bottom halves on
 * (inet_unhash(), net/ipv4/inet_hashtables.c), unlike those of the others.
 */
static void census_tcp(struct sockwatch_net *snet)
{
	struct inet_hashinfo *hashinfo = sockwatch_tcp_hashinfo(snet->net);
	struct inet_listen_hashbucket *listen;
	unsigned int i;
	spinlock_t *lock;

	for (i = 0; i <= hashinfo->lhash2_mask; i++) {
		listen = &hashinfo->lhash2[i];
		if (hlist_nulls_empty(&listen->nulls_head))
			continue;
		spin_lock(&listen->lock);
		tcp_chain_look(&listen->nulls_head);
		spin_unlock(&listen->lock);
		cond_resched();
	}
	sockwatch_timewait_walk(hashinfo);
	for (i = 0; i <= hashinfo->ehash_mask; i++) {
		if (hlist_nulls_empty(&hashinfo->ehash[i].chain)) {
			sockwatch_timewait_walked(i + 1);
			continue;
		}
		lock = inet_ehash_lockp(hashinfo, i);
		spin_lock_bh(lock);
		tcp_chain_look(&hashinfo->ehash[i].chain);
		sockwatch_timewait_walked(i + 1);
		spin_unlock_bh(lock);
		cond_resched();
	}
	sockwatch_timewait_walk_end(snet);
}

static void census_udp(struct udp_table *udp)
{
	struct udp_hslot *slot;
	unsigned int i;
	struct sock *sk;

	for (i = 0; i <= udp->mask; i++) {
		slot = &udp->hash[i];
		spin_lock_bh(&slot->lock);
		sk_for_each(sk, &slot->head)
			sock_look(sk, true);
		spin_unlock_bh(&slot->lock);
		cond_resched();
	}
}

static void census_unix(struct unix_table *table)
{
	unsigned int i;
	struct sock *sk;

	for (i = 0; i < UNIX_HASH_SIZE; i++) {
		spin_lock(&table->locks[i]);
		sk_for_each(sk, &table->buckets[i])
			sock_look(sk, false);
		spin_unlock(&table->locks[i]);
		cond_resched();
	}
}

static void census_packet(struct netns_packet *packet)
{
	struct sock *sk;

	mutex_lock(&packet->sklist_lock);
	sk_for_each(sk, &packet->sklist)
		sock_look(sk, false);
	mutex_unlock(&packet->sklist_lock);
}

/*
 * Only those of code that cannot be unloaded while we look.  They are complete
 * when a namespace is in our list, like one with a descriptor.
 */
static const size_t kernel_socks[] = {
	offsetof(struct net, rtnl),
	offsetof(struct net, genl_sock),
	offsetof(struct net, diag_nlsk),
	offsetof(struct net, ipv4.fibnl),
	offsetof(struct net, ipv4.mc_autojoin_sk),
#if IS_BUILTIN(CONFIG_IPV6)
	offsetof(struct net, ipv6.ndisc_sk),
	offsetof(struct net, ipv6.tcp_sk),
	offsetof(struct net, ipv6.igmp_sk),
	offsetof(struct net, ipv6.mc_autojoin_sk),
#endif
};

static void census_kernel(const struct net *net)
{
	const struct sock *sk;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kernel_socks); i++) {
		sk = *(struct sock **)((char *)net + kernel_socks[i]);
		if (sk)
			sockwatch_account_found(sk, true);
	}
}

/* Namespaces share the tables of the initial one, unless told otherwise. */
static int census_net(struct sockwatch_net *snet, void *arg)
{
	struct net *net = snet->net;
	bool first = net_eq(net, &init_net);

	if (first || sockwatch_tcp_hashinfo(net) !=
		     sockwatch_tcp_hashinfo(&init_net))
		census_tcp(snet);
	if (first || sockwatch_udp_table(net) !=
		     sockwatch_udp_table(&init_net))
		census_udp(sockwatch_udp_table(net));
	census_unix(&net->unx.table);
	if (IS_BUILTIN(CONFIG_PACKET))
		census_packet(&net->packet);
	census_kernel(net);
	return 0;
}

/* Nothing can be allocated where sockets are found. */
static int census_grow(struct sockwatch_net *snet, void *arg)
{
	if (!sock_inuse_get(snet->net) &&
	    refcount_read(&snet->net->ipv4.tcp_death_row.tw_refcount) == 1)
		return 0;
	sockwatch_net_grow(snet, AF_INET, GFP_KERNEL);
	sockwatch_net_grow(snet, AF_INET6, GFP_KERNEL);
	sockwatch_net_grow(snet, AF_UNIX, GFP_KERNEL);
	return 0;
}

/**
 * sockwatch_census_prepare() - make room for what the hooks will count
 *
 * A connection that comes between the first hook and the census is theirs.
 *
 * Context: process, may sleep; before sockwatch_hooks_init().
 */
void sockwatch_census_prepare(void)
{
	sockwatch_net_for_each(census_grow, NULL);
}

/**
 * sockwatch_census() - count the sockets that are there already
 *
 * Context: process, may sleep; after sockwatch_hooks_init().
 */
void sockwatch_census(void)
{
	u64 start_ns = sockwatch_clock_ns();

	sockwatch_net_for_each(census_grow, NULL);
	census_files();
	sockwatch_net_for_each(census_net, NULL);
	sockwatch_timewait_census_end();
	sockwatch_account_census(sockwatch_clock_ns() - start_ns);
}
