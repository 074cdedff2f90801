/* SPDX-License-Identifier: GPL-2.0 */
/* TCP's numbers as they are counted: for the files of its room only. */
#ifndef _SOCKWATCH_TCP_COUNT_H
#define _SOCKWATCH_TCP_COUNT_H

#include <linux/percpu.h>
#include <linux/time64.h>

#include "netns.h"
#include "tcp.h"
#include "tcpstat.h"

void sockwatch_tcp_summary(struct sockwatch_tcpstat *stat,
			   const struct sock *sk, unsigned long far);
void sockwatch_tcp_not_connected(struct sockwatch_net *snet,
				 const struct sock *sk, int err);
void sockwatch_tcp_settle(struct sockwatch_tcpstat *stat, unsigned int hist,
			  unsigned long far, u64 n,
			  const struct sockwatch_entry *entry) __cold;
void sockwatch_tcp_settle_sock(struct sockwatch_tcpstat *stat,
			       unsigned int hist, unsigned long far, u64 n,
			       const struct sock *sk) __cold;
void sockwatch_tcp_tell_not_connected(struct sockwatch_net *snet,
				      const struct sock *sk, int err) __cold;
bool sockwatch_tcp_connect_wrapped(const struct sock *sk);
unsigned int sockwatch_tcp_scoped(unsigned int flags, const struct sock *sk) __cold;
void sockwatch_tcp_not_opened(const struct sockwatch_entry *entry,
			      const struct sock *sk) __cold;
void sockwatch_tcp_family_changed(struct sockwatch_entry *entry,
				  const struct sockwatch_net *snet) __cold;
void sockwatch_tcp_listening(struct sockwatch_entry *entry,
			     const struct sock *sk, unsigned int from,
			     unsigned int state) __cold;

static __always_inline struct sockwatch_tcpstat *
stat_of(const struct sockwatch_net *snet, unsigned int flags)
{
	return READ_ONCE(snet->tcp[flags & SOCKWATCH_TCP_INET6]);
}

/* For sockwatch_tcpstat_count(). */
static __always_inline unsigned long far_of(unsigned int flags)
{
	return flags & SOCKWATCH_TCP_REMOTE;
}

/* 0 or 1; by division, which the compiler makes one shift with the next. */
static __always_inline unsigned long scope_of(unsigned int flags)
{
	return far_of(flags) / SOCKWATCH_FAR;
}

static __always_inline bool is_set(unsigned int flags, unsigned int all)
{
	return (flags & all) == all;
}

/* Microseconds as what sockwatch_hist_count() takes. */
static __always_inline u64 as_n(u32 us)
{
	return (u64)us * NSEC_PER_USEC - 1;
}

static __always_inline void moved(const struct sockwatch_tcpstat *stat,
				  unsigned int from, unsigned int to)
{
	this_cpu_inc(stat->cpu->move[sockwatch_move(from, to)]);
}

/**
 * sampled() - count a duration
 * @stat: the numbers
 * @hist: &enum sockwatch_tcp_hist
 * @far: as for sockwatch_tcpstat_count()
 * @n: likewise
 * @sk: whose it is
 *
 * Context: that of sockwatch_hist_count().
 */
static __always_inline void sampled(struct sockwatch_tcpstat *stat,
				    unsigned int hist, unsigned long far,
				    u64 n, const struct sock *sk)
{
	if (unlikely(sockwatch_tcpstat_count(stat->cpu, hist, far, n)))
		sockwatch_tcp_settle_sock(stat, hist, far, n, sk);
}

static inline void unknown(struct sockwatch_tcpstat *stat,
			   enum sockwatch_metric metric)
{
	this_cpu_inc(stat->cpu->unknown[metric - SOCKWATCH_METRIC_FIRST]);
}

#endif /* _SOCKWATCH_TCP_COUNT_H */
