// SPDX-License-Identifier: GPL-2.0
/* Connections that are left to a time-wait sock. */
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>

#include "compat.h"
#include "netns.h"
#include "tcpstat.h"
#include "timewait.h"

/**
 * DOC: two states
 *
 * A connection that nobody holds any more and whose peer has still to close is
 * left to a time-wait sock in FIN_WAIT2 already (tcp_time_wait(),
 * net/ipv4/tcp_minisocks.c), which ss shows as FIN-WAIT-2.  The kernel counts
 * these together with those in TIME_WAIT, and both families together
 * (tw_refcount).  Four events tell them apart: one is scheduled for the first
 * time when it is made, and again when a segment turned it from FIN_WAIT2 to
 * TIME_WAIT, and goes.
 */

/* The one in FIN_WAIT2 that the segment at hand is for. */
static DEFINE_PER_CPU(const struct inet_timewait_sock *, at_hand);

static bool hooked __read_mostly;

/* DCCP has them too, in a row of its own. */
static bool is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_dr == &twsk_net(tw)->ipv4.tcp_death_row;
}

/*
 * While the census goes through a hash table, what happens to time-wait socks
 * counts only in the buckets behind it: those before it are still to be found.
 */
static DEFINE_STATIC_KEY_TRUE(census);
static const struct inet_hashinfo *walked;
static unsigned int walked_to;
static bool shared_walked;

static bool is_behind(const struct inet_timewait_sock *tw,
		      const struct sockwatch_net *snet)
{
	const struct inet_hashinfo *table;
	unsigned int to;

	table = sockwatch_tcp_hashinfo(twsk_net(tw));
	if (table == READ_ONCE(walked)) {
		/* Pairs with sockwatch_timewait_walked(). */
		to = smp_load_acquire(&walked_to);
		return (tw->tw_hash & table->ehash_mask) < to;
	}
	if (table == sockwatch_tcp_hashinfo(&init_net))
		return READ_ONCE(shared_walked);
	return READ_ONCE(snet->walked);
}

static void count(const struct inet_timewait_sock *tw, unsigned int substate,
		  enum sockwatch_tw what)
{
	struct sockwatch_tcpstat *stat;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(twsk_net(tw));
	stat = snet ? READ_ONCE(snet->tcp[tw->tw_family == AF_INET6]) : NULL;
	if (static_branch_unlikely(&census) && snet &&
	    what != SOCKWATCH_TW_FOUND && !is_behind(tw, snet))
		stat = NULL;
	if (likely(stat))
		this_cpu_inc(stat->cpu->tw[substate == TCP_TIME_WAIT][what]);
	preempt_enable_notrace();
}

/**
 * sockwatch_timewait_scheduled() - the timer of a time-wait sock is set
 * @tw: the sock
 * @again: it was set before
 *
 * Context: process with bottom halves off, or softirq.
 */
__noendbr void sockwatch_timewait_scheduled(const struct inet_timewait_sock *tw,
					    bool again)
{
	if (!again) {
		if (is_tcp(tw))
			count(tw, tw->tw_substate, SOCKWATCH_TW_MADE);
	} else if (this_cpu_read(at_hand) == tw &&
		   tw->tw_substate == TCP_TIME_WAIT) {
		this_cpu_write(at_hand, NULL);
		count(tw, TCP_FIN_WAIT2, SOCKWATCH_TW_TURNED);
	}
}

/**
 * sockwatch_timewait_segment() - a segment came for a time-wait sock
 * @tw: the sock, before anything is done about it
 *
 * Context: softirq; what it leads to happens on this CPU before the next.
 */
void sockwatch_timewait_segment(const struct inet_timewait_sock *tw)
{
	if (tw->tw_substate != TCP_FIN_WAIT2)
		tw = NULL;
	this_cpu_write(at_hand, tw);
}

/**
 * sockwatch_timewait_freed() - a time-wait sock of TCP goes
 * @tw: the sock
 *
 * Context: process or softirq.
 */
__noendbr void sockwatch_timewait_freed(const struct inet_timewait_sock *tw)
{
	count(tw, tw->tw_substate, SOCKWATCH_TW_GONE);
}

/**
 * sockwatch_timewait_found() - the census came across a time-wait sock
 * @tw: the sock
 *
 * Context: process, any lock.
 */
void sockwatch_timewait_found(const struct inet_timewait_sock *tw)
{
	count(tw, tw->tw_substate, SOCKWATCH_TW_FOUND);
}

/**
 * sockwatch_timewait_walk() - the census begins with a hash table
 * @table: the table
 *
 * Context: process.
 */
void sockwatch_timewait_walk(const struct inet_hashinfo *table)
{
	WRITE_ONCE(walked_to, 0);
	/* is_behind() must not see the new table with the old place. */
	smp_wmb();
	WRITE_ONCE(walked, table);
}

/**
 * sockwatch_timewait_walked() - the census is through with a bucket
 * @buckets: how many it is through with
 *
 * Context: process, with the bucket's lock held if there is anything in it.
 */
void sockwatch_timewait_walked(unsigned int buckets)
{
	/* What was found before is counted before: pairs with is_behind(). */
	smp_store_release(&walked_to, buckets);
}

/**
 * sockwatch_timewait_walk_end() - the census is through with a hash table
 * @snet: the namespace whose table it is
 *
 * Context: process.
 */
void sockwatch_timewait_walk_end(struct sockwatch_net *snet)
{
	if (sockwatch_tcp_hashinfo(snet->net) ==
	    sockwatch_tcp_hashinfo(&init_net))
		WRITE_ONCE(shared_walked, true);
	else
		WRITE_ONCE(snet->walked, true);
	WRITE_ONCE(walked, NULL);
}

/**
 * sockwatch_timewait_census_end() - the census is over
 *
 * Context: process, may sleep.
 */
void sockwatch_timewait_census_end(void)
{
	static_branch_disable(&census);
}

/**
 * sockwatch_timewait_hooked() - say whether all the hooks are in place
 * @yes: the calls above are made
 *
 * Context: process.
 */
void sockwatch_timewait_hooked(bool yes)
{
	hooked = yes;
}

/**
 * sockwatch_timewait_known() - whether the numbers are right
 *
 * Context: any.
 * Return: false: nobody makes the calls above.
 */
bool sockwatch_timewait_known(void)
{
	return hooked;
}
