// SPDX-License-Identifier: GPL-2.0
/* Which latencies are kept, and whose they were. */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

#include "clock.h"
#include "event.h"
#include "hist.h"
#include "netns.h"
#include "sample.h"
#include "samples.h"
#include "tcpstat.h"

/**
 * sockwatch_sample_settle() - settle a duration that is no connection's
 * @snet: the namespace
 * @metric: SOCKWATCH_METRIC_SOCKET_CREATE or _UNIX_ACCEPT_QUEUE
 * @hist: the histogram
 * @entry: whose duration it is
 * @sk: likewise
 * @n: as for sockwatch_hist_settle()
 *
 * Context: any but NMI, with preemption off.
 */
void sockwatch_sample_settle(const struct sockwatch_net *snet,
			     enum sockwatch_metric metric,
			     struct sockwatch_hist *hist,
			     const struct sockwatch_entry *entry,
			     const struct sock *sk, u64 n)
{
	struct sockwatch_samples *samples = READ_ONCE(snet->samples);
	struct sockwatch_event event;

	if (!sockwatch_hist_settle(hist, n,
				   sockwatch_samples_limit(samples, metric)) ||
	    !samples)
		return;
	sockwatch_event_begin(&event, 0);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	sockwatch_event_took(&event, n + 1);
	event.time_ns = sockwatch_clock_ns();
	sockwatch_samples_add(samples, metric, &event);
}

static void hist_arm(const struct sockwatch_hist *hist)
{
	int cpu;

	for_each_possible_cpu(cpu)
		sockwatch_hist_arm(per_cpu_ptr(hist->cpu, cpu));
}

static void stat_arm(struct sockwatch_tcpstat *stat)
{
	unsigned int i;

	/* Of CLOSE there are no samples. */
	for (i = 0; i < SOCKWATCH_H_CLOSE; i++)
		hist_arm(&stat->hist[i]);
	for (i = 0; i < SOCKWATCH_NR_RARE; i++)
		sockwatch_rare_arm(&stat->rare[i]);
}

/**
 * sockwatch_sample_arm() - have the next durations kept as the latest
 * @snet: the namespace, which the caller keeps from going
 *
 * Context: process.
 */
void sockwatch_sample_arm(const struct sockwatch_net *snet)
{
	const struct sockwatch_hist *hist;
	struct sockwatch_tcpstat *stat;
	unsigned int i;

	if (!READ_ONCE(snet->samples))
		return;
	for (i = 0; i < ARRAY_SIZE(snet->tcp); i++) {
		stat = READ_ONCE(snet->tcp[i]);
		if (stat)
			stat_arm(stat);
	}
	for (i = 0; i < ARRAY_SIZE(snet->create); i++) {
		hist = READ_ONCE(snet->create[i]);
		if (hist)
			hist_arm(hist);
	}
	hist = READ_ONCE(snet->unix_wait);
	if (hist)
		hist_arm(hist);
}

/**
 * sockwatch_sample_reset() - forget the samples of a namespace
 * @snet: the namespace, which the caller keeps from going
 *
 * What is kept from now on is measured against nothing older.
 *
 * Context: process.
 */
void sockwatch_sample_reset(const struct sockwatch_net *snet)
{
	struct sockwatch_samples *samples = READ_ONCE(snet->samples);

	if (!samples)
		return;
	sockwatch_samples_reset(samples);
	sockwatch_sample_arm(snet);
}
