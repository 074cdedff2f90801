// SPDX-License-Identifier: GPL-2.0
/* What is kept for each network namespace, and how long it lives. */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>

#include "listen.h"
#include "netns.h"
#include "samples.h"
#include "track.h"

/*
 * Rows of kinds that get their counters at once.  A container has some ten or
 * twenty kinds, a machine rarely more than thirty.
 */
#define KINDS_BLOCK	32

/* The same of failures; few have more than a handful. */
#define FAILURES_BLOCK	16

/*
 * What a namespace with sockets of inet, inet6, unix, netlink and one family
 * more has on each CPU: Documentation/sockwatch.rst.
 */
static_assert(2 * sizeof(struct sockwatch_tcp_cpu) +
	      6 * sizeof(struct sockwatch_hist_cpu) +
	      (KINDS_BLOCK * SOCKWATCH_C_MAX + FAILURES_BLOCK +
	       SOCKWATCH_CONGESTION_ROWS) * sizeof(u64) <= 24 * SZ_1K);

unsigned int sockwatch_net_id __read_mostly;

static unsigned int nr_kinds __read_mostly;
static void (*net_ready)(struct sockwatch_net *snet) __read_mostly;
static DEFINE_MUTEX(nets_lock);
static LIST_HEAD(nets);

static int __net_init net_start(struct net *net)
{
	struct sockwatch_net *snet = net_generic(net, sockwatch_net_id);
	int err;

	err = sockwatch_counters_init(&snet->kinds, nr_kinds, SOCKWATCH_C_MAX,
				      KINDS_BLOCK);
	if (err)
		return err;
	err = sockwatch_counters_init(&snet->failures, 2 * nr_kinds, 1,
				      FAILURES_BLOCK);
	if (err)
		goto err_kinds;
	err = sockwatch_counters_init(&snet->congestion, SOCKWATCH_CONGESTIONS,
				      1, SOCKWATCH_CONGESTION_ROWS);
	if (err)
		goto err_failures;

	snet->net = net;
	INIT_LIST_HEAD(&snet->listeners);
	strscpy(snet->congestion_name[SOCKWATCH_CONGESTIONS], "other",
		TCP_CA_NAME_MAX);
	mutex_lock(&nets_lock);
	list_add_tail(&snet->list, &nets);
	mutex_unlock(&nets_lock);
	net_ready(snet);
	return 0;

err_failures:
	sockwatch_counters_free(&snet->failures);
err_kinds:
	sockwatch_counters_free(&snet->kinds);
	return err;
}

/*
 * A sock that outlives its namespace's account: one that the kernel holds.
 * Another namespace's account may be freed meanwhile, but not before a grace
 * period after its own walk.
 */
static void entry_forget(struct sockwatch_entry *entry, void *unused)
{
	struct sockwatch_net *snet;

	rcu_read_lock();
	snet = READ_ONCE(entry->snet);
	if (snet && READ_ONCE(snet->leaving))
		cmpxchg(&entry->snet, snet, NULL);
	rcu_read_unlock();
}

static void net_free(struct sockwatch_net *snet)
{
	unsigned int i;

	sockwatch_listen_forget(snet);
	for (i = 0; i < ARRAY_SIZE(snet->tcp); i++)
		sockwatch_tcpstat_free(snet->tcp[i]);
	for (i = 0; i < ARRAY_SIZE(snet->create); i++)
		sockwatch_hist_free(snet->create[i]);
	sockwatch_hist_free(snet->unix_wait);
	sockwatch_samples_free(snet->samples);
	free_percpu(snet->events.lost);
	sockwatch_counters_free(&snet->congestion);
	sockwatch_counters_free(&snet->failures);
	sockwatch_counters_free(&snet->kinds);
}

/*
 * This runs before the exits of whatever registered earlier, the protocols
 * among them: their own sockets are still there, and are freed later.  The
 * grace period lets a hook that already holds the pointer finish.
 */
static void __net_exit net_stop(struct list_head *exit_list)
{
	struct sockwatch_net *snet;
	struct net *net;

	list_for_each_entry(net, exit_list, exit_list) {
		snet = net_generic(net, sockwatch_net_id);
		WRITE_ONCE(snet->leaving, true);
	}
	sockwatch_track_for_each(entry_forget, NULL);
	synchronize_rcu();

	list_for_each_entry(net, exit_list, exit_list) {
		snet = net_generic(net, sockwatch_net_id);
		mutex_lock(&nets_lock);
		list_del(&snet->list);
		mutex_unlock(&nets_lock);
		net_free(snet);
	}
}

/* Another CPU may have been faster. */
static bool grow_hist(struct sockwatch_hist **at, gfp_t gfp)
{
	struct sockwatch_hist *hist;

	if (READ_ONCE(*at))
		return true;
	hist = sockwatch_hist_new(gfp);
	if (hist && cmpxchg(at, NULL, hist))
		sockwatch_hist_free(hist);
	return hist;
}

static bool grow_tcp(struct sockwatch_tcpstat **at, gfp_t gfp)
{
	struct sockwatch_tcpstat *stat;

	if (READ_ONCE(*at))
		return true;
	stat = sockwatch_tcpstat_new(gfp);
	if (stat && cmpxchg(at, NULL, stat))
		sockwatch_tcpstat_free(stat);
	return stat;
}

static bool grow_samples(struct sockwatch_samples **at, gfp_t gfp)
{
	struct sockwatch_samples *samples;

	if (READ_ONCE(*at))
		return true;
	samples = sockwatch_samples_new(gfp);
	if (samples && cmpxchg(at, NULL, samples))
		sockwatch_samples_free(samples);
	return samples;
}

/**
 * sockwatch_net_grow() - make what a family needs for its latencies
 * @snet: the namespace, which the caller keeps from going
 * @family: AF_*, below AF_MAX
 * @gfp: how to allocate; __GFP_ACCOUNT if the task should pay
 *
 * A namespace without sockets of a family has no memory for it; inet and inet6
 * come together, since IPV6_ADDRFORM makes one of the other.  What is there
 * stays as long as the namespace.
 *
 * Context: as @gfp says.
 */
void sockwatch_net_grow(struct sockwatch_net *snet, unsigned int family,
			gfp_t gfp)
{
	bool grown = grow_samples(&snet->samples, gfp);

	if (family == AF_INET || family == AF_INET6)
		grown &= grow_tcp(&snet->tcp[0], gfp) &&
			 grow_tcp(&snet->tcp[1], gfp);
	else if (family == AF_UNIX)
		grown &= grow_hist(&snet->unix_wait, gfp);
	/* Last: who creates a socket looks at this one. */
	if (!grown || !grow_hist(&snet->create[family], gfp))
		atomic_inc(&snet->grow_failed);
}

static bool grow_rows(struct sockwatch_counters *c, gfp_t gfp)
{
	return !sockwatch_counters_short(c) || sockwatch_counters_grow(c, gfp);
}

/**
 * sockwatch_net_grow_rows() - make counters for kinds and failures to come
 * @snet: the namespace, which the caller keeps from going
 * @gfp: as for sockwatch_net_grow()
 *
 * Context: as @gfp says.
 */
void sockwatch_net_grow_rows(struct sockwatch_net *snet, gfp_t gfp)
{
	bool grown = grow_rows(&snet->kinds, gfp);

	if (!grow_rows(&snet->failures, gfp) || !grown)
		atomic_inc(&snet->grow_failed);
}

static struct pernet_operations net_ops = {
	.init = net_start,
	.exit_batch = net_stop,
	.id = &sockwatch_net_id,
	.size = sizeof(struct sockwatch_net),
};

/**
 * sockwatch_net_init() - keep an account of every namespace from now on
 * @max_kinds: rows of each, a power of two
 * @ready: called for each namespace when hooks can find its account
 *
 * Context: process, may sleep.  sockwatch_track_init() comes before.
 * Return: 0 or a negative errno.
 */
int sockwatch_net_init(unsigned int max_kinds,
		       void (*ready)(struct sockwatch_net *snet))
{
	nr_kinds = max_kinds;
	net_ready = ready;
	return register_pernet_subsys(&net_ops);
}

/**
 * sockwatch_net_exit() - forget every namespace
 *
 * Context: process, after the hooks are gone.
 */
void sockwatch_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

/**
 * sockwatch_net_max_kinds() - rows of each namespace
 *
 * Context: any.
 * Return: rows, without the overflow row.
 */
unsigned int sockwatch_net_max_kinds(void)
{
	return nr_kinds;
}

/**
 * sockwatch_net_for_each() - look at every namespace
 * @fn: called with each, which stays for the call; a value other than 0 ends
 *	the walk
 * @arg: handed on to @fn
 *
 * Context: process, may sleep, and so may @fn.
 * Return: what @fn returned last, 0 if never called.
 */
int sockwatch_net_for_each(int (*fn)(struct sockwatch_net *snet, void *arg),
			   void *arg)
{
	struct sockwatch_net *snet;
	int ret = 0;

	mutex_lock(&nets_lock);
	list_for_each_entry(snet, &nets, list) {
		ret = fn(snet, arg);
		if (ret)
			break;
	}
	mutex_unlock(&nets_lock);
	return ret;
}

/* Of a structure, and of its part on each CPU. */
#define BYTES(type, part) (sizeof(type) + num_possible_cpus() * sizeof(part))

/**
 * sockwatch_net_bytes() - the memory of a namespace's account
 * @snet: the namespace, which the caller keeps from going
 * @most: what it can come to; else what it is
 *
 * Of all CPUs together.  Listeners, of which the whole machine has so many, and
 * events that wait for a reader come on top.
 *
 * Context: any.
 * Return: bytes.
 */
size_t sockwatch_net_bytes(const struct sockwatch_net *snet, bool most)
{
	const size_t hist = BYTES(struct sockwatch_hist,
				  struct sockwatch_hist_cpu);
	size_t bytes = sizeof(*snet) +
		       sockwatch_counters_bytes(&snet->kinds, most) +
		       sockwatch_counters_bytes(&snet->failures, most) +
		       sockwatch_counters_bytes(&snet->congestion, most);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(snet->tcp); i++)
		if (most || READ_ONCE(snet->tcp[i]))
			bytes += BYTES(struct sockwatch_tcpstat,
				       struct sockwatch_tcp_cpu);
	/* There are no sockets of AF_UNSPEC. */
	for (i = 1; i < ARRAY_SIZE(snet->create); i++)
		if (most || READ_ONCE(snet->create[i]))
			bytes += hist;
	if (most || READ_ONCE(snet->unix_wait))
		bytes += hist;
	if (most || READ_ONCE(snet->samples))
		bytes += sizeof(struct sockwatch_samples);
	return bytes;
}
