// SPDX-License-Identifier: GPL-2.0
/* The TCP sockets that listen, and how long their connections waited. */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/sock.h>

#include "listen.h"
#include "netns.h"

/* The id of one that found no room: its place is that of none. */
#define LOST	(~SOCKWATCH_LISTEN_PLACE)

static DEFINE_SPINLOCK(lock);
struct sockwatch_listener __rcu **sockwatch_listen_places __read_mostly;
static unsigned long *taken;
static unsigned int nr_places __read_mostly;
static u32 given_out;

/**
 * sockwatch_listen_init() - make room for listeners
 * @max: how many at a time, up to SOCKWATCH_LISTENERS_LIMIT
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_listen_init(unsigned int max)
{
	nr_places = max;
	sockwatch_listen_places = kvcalloc(max + 1, sizeof(*sockwatch_listen_places),
					   GFP_KERNEL);
	taken = bitmap_zalloc(max, GFP_KERNEL);
	if (sockwatch_listen_places && taken)
		return 0;
	bitmap_free(taken);
	kvfree(sockwatch_listen_places);
	return -ENOMEM;
}

/**
 * sockwatch_listen_exit() - the opposite of sockwatch_listen_init()
 *
 * Context: process, may sleep; after the last namespace was forgotten.
 */
void sockwatch_listen_exit(void)
{
	rcu_barrier();
	bitmap_free(taken);
	kvfree(sockwatch_listen_places);
}

/**
 * sockwatch_listen_max() - how many can be followed
 *
 * Context: any.
 * Return: listeners.
 */
unsigned int sockwatch_listen_max(void)
{
	return nr_places;
}

static void free_later(struct rcu_head *rcu)
{
	struct sockwatch_listener *listener;

	listener = container_of(rcu, struct sockwatch_listener, rcu);
	put_pid(listener->pid);
	free_percpu(listener->wait.cpu);
	kfree(listener);
}

/* Finds a place; false: there is none. */
static bool listener_add(struct sockwatch_net *snet,
			 struct sockwatch_listener *listener)
{
	unsigned int place;

	spin_lock_bh(&lock);
	place = find_first_zero_bit(taken, nr_places);
	if (place < nr_places) {
		__set_bit(place, taken);
		listener->id = ++given_out << SOCKWATCH_LISTEN_BITS |
			       (place + 1);
		rcu_assign_pointer(sockwatch_listen_places[place + 1],
				   listener);
		list_add_tail_rcu(&listener->list, &snet->listeners);
	}
	spin_unlock_bh(&lock);
	return place < nr_places;
}

/**
 * sockwatch_listen_start() - a socket begins to listen
 * @snet: its namespace
 * @sk: the sock
 * @caller: whether the current task asked for it
 *
 * Context: process, any lock but this room's.  Allocates without waiting.
 * Return: an id for the calls below; that of one without room or memory is
 * counted in @snet->listeners_lost as long as it listens.
 */
u32 sockwatch_listen_start(struct sockwatch_net *snet, const struct sock *sk,
			   bool caller)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN |
			  (caller ? __GFP_ACCOUNT : 0);
	struct sockwatch_listener *listener;

	listener = kzalloc(sizeof(*listener), gfp);
	if (!listener)
		goto err_lost;
	listener->sk = sk;
	listener->drops = atomic_read(&sk->sk_drops);
	if (caller) {
		listener->pid = get_pid(task_tgid(current));
		memcpy(listener->comm, current->comm,
		       sizeof(listener->comm));
	}
	listener->wait.cpu = alloc_percpu_gfp(struct sockwatch_hist_cpu, gfp);
	if (listener_add(snet, listener))
		return listener->id;
	free_later(&listener->rcu);

err_lost:
	atomic_inc(&snet->listeners_lost);
	return LOST;
}

static void listener_del(struct sockwatch_listener *listener)
{
	unsigned int place = listener->id & SOCKWATCH_LISTEN_PLACE;

	lockdep_assert_held(&lock);
	RCU_INIT_POINTER(sockwatch_listen_places[place], NULL);
	__clear_bit(place - 1, taken);
	list_del_rcu(&listener->list);
	call_rcu(&listener->rcu, free_later);
}

/**
 * sockwatch_listen_stop() - a socket does not listen any more
 * @snet: its namespace
 * @id: what sockwatch_listen_start() returned
 *
 * Context: process or softirq, any lock but this room's.
 */
void sockwatch_listen_stop(struct sockwatch_net *snet, u32 id)
{
	unsigned int place = id & SOCKWATCH_LISTEN_PLACE;
	struct sockwatch_listener *listener;

	if (id == LOST)
		atomic_dec(&snet->listeners_lost);
	if (!id || id == LOST)
		return;
	spin_lock_bh(&lock);
	listener = rcu_dereference_protected(sockwatch_listen_places[place],
					     lockdep_is_held(&lock));
	if (listener && listener->id == id)
		listener_del(listener);
	spin_unlock_bh(&lock);
}

/**
 * sockwatch_listen_wait() - a connection was accepted
 * @id: of its listener, which may be gone
 * @ns: how long it had waited
 *
 * Context: any but NMI, with preemption off.  No lock, no allocation.
 */
void sockwatch_listen_wait(u32 id, u64 ns)
{
	struct sockwatch_listener *listener = sockwatch_listen_timed(id);

	if (listener)
		sockwatch_hist_add(&listener->wait, ns);
}

/**
 * sockwatch_listen_fold() - how long the connections of a socket waited
 * @id: what sockwatch_listen_start() returned
 * @sum: what it is added to
 *
 * Context: process.
 * Return: false: it does not listen any more, or there was no memory for it.
 */
bool sockwatch_listen_fold(u32 id, struct sockwatch_hist_sum *sum)
{
	unsigned int place = id & SOCKWATCH_LISTEN_PLACE;
	struct sockwatch_listener *listener;
	bool timed;

	rcu_read_lock();
	listener = rcu_dereference(sockwatch_listen_places[place]);
	timed = listener && listener->id == id && listener->wait.cpu;
	if (timed)
		sockwatch_hist_fold(&listener->wait, sum);
	rcu_read_unlock();
	return timed;
}

/**
 * sockwatch_listen_forget() - a namespace goes
 * @snet: the namespace, in which nobody begins to listen any more
 *
 * Context: process.
 */
void sockwatch_listen_forget(struct sockwatch_net *snet)
{
	struct sockwatch_listener *listener, *next;

	spin_lock_bh(&lock);
	list_for_each_entry_safe(listener, next, &snet->listeners, list)
		listener_del(listener);
	spin_unlock_bh(&lock);
}
