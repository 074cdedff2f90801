// SPDX-License-Identifier: GPL-2.0
/* TCP's numbers of one family in one namespace. */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tcpstat.h"

static_assert(sizeof(struct sockwatch_tcp_cpu) <= PCPU_MIN_UNIT_SIZE);
static_assert(sizeof(struct sockwatch_hist_cpu) == 256);
static_assert(SOCKWATCH_MOVE_MAX <= 1 << SOCKWATCH_MOVE_SHIFT);

/*
 * Where the time in a state goes that ended with a move, without the scope.
 * TCP_TIME_WAIT is no state of a sock, and the time in TCP_LISTEN is of those
 * that are rare: their places are never used.
 */
const u8 sockwatch_tcp_hist_of[SOCKWATCH_STATES << SOCKWATCH_MOVE_SHIFT] = {
	[TCP_ESTABLISHED << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_ESTABLISHED << SOCKWATCH_MOVE_SHIFT | TCP_TIME_WAIT] =
		SOCKWATCH_H_ESTABLISHED,
	[TCP_ESTABLISHED << SOCKWATCH_MOVE_SHIFT | TCP_CLOSE] =
		SOCKWATCH_H_RESET,
	[TCP_ESTABLISHED << SOCKWATCH_MOVE_SHIFT | TCP_CLOSE_WAIT ...
	 TCP_ESTABLISHED << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_ESTABLISHED,
	[TCP_SYN_SENT << SOCKWATCH_MOVE_SHIFT | 0] =
		SOCKWATCH_H_SYN_SENT,
	[TCP_SYN_SENT << SOCKWATCH_MOVE_SHIFT | TCP_ESTABLISHED] =
		SOCKWATCH_H_OPEN,
	[TCP_SYN_SENT << SOCKWATCH_MOVE_SHIFT | TCP_SYN_SENT ...
	 TCP_SYN_SENT << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_SYN_SENT,
	[TCP_SYN_RECV << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_SYN_RECV << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_SYN_RECV,
	[TCP_FIN_WAIT1 << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_FIN_WAIT1 << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_FIN_WAIT1,
	[TCP_FIN_WAIT2 << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_FIN_WAIT2 << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_FIN_WAIT2,
	[TCP_CLOSE_WAIT << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_CLOSE_WAIT << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_CLOSE_WAIT,
	[TCP_LAST_ACK << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_LAST_ACK << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_LAST_ACK,
	[TCP_CLOSING << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_CLOSING << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_CLOSING,
	[TCP_CLOSE << SOCKWATCH_MOVE_SHIFT | 0 ...
	 TCP_CLOSE << SOCKWATCH_MOVE_SHIFT | TCP_CLOSING] =
		SOCKWATCH_H_CLOSE,
};

/**
 * sockwatch_tcpstat_new() - make empty numbers
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: the numbers, or NULL: no memory.
 */
struct sockwatch_tcpstat *sockwatch_tcpstat_new(gfp_t gfp)
{
	struct sockwatch_tcpstat *stat = kzalloc(sizeof(*stat), gfp);
	unsigned int i;

	if (!stat)
		return NULL;
	stat->cpu = alloc_percpu_gfp(struct sockwatch_tcp_cpu, gfp);
	if (!stat->cpu)
		goto err_stat;
	for (i = 0; i < SOCKWATCH_NR_HISTS; i++)
		stat->hist[i].cpu = &stat->cpu->hist[i];
	return stat;

err_stat:
	kfree(stat);
	return NULL;
}

/**
 * sockwatch_tcpstat_free() - the opposite of sockwatch_tcpstat_new()
 * @stat: the numbers, or NULL; nobody may count in them any more
 *
 * Context: any but NMI.
 */
void sockwatch_tcpstat_free(struct sockwatch_tcpstat *stat)
{
	if (!stat)
		return;
	free_percpu(stat->cpu);
	kfree(stat);
}

/* An array of counters of every CPU. */
static void counters_fold(const struct sockwatch_tcpstat *stat, size_t offset,
			  size_t bytes, u64 *sum)
{
	const u64 *part;
	size_t i;
	int cpu;

	memset(sum, 0, bytes);
	for_each_possible_cpu(cpu) {
		part = (void *)per_cpu_ptr(stat->cpu, cpu) + offset;
		for (i = 0; i < bytes / sizeof(*sum); i++)
			sum[i] += READ_ONCE(part[i]);
	}
}

static void options_fold(const struct sockwatch_tcpstat *stat,
			 struct sockwatch_tcp_sum *sum)
{
	unsigned int i;
	u64 uncommon;

	/* First what is a part of the next. */
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, uncommon),
		      sizeof(uncommon), &uncommon);
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, option),
		      sizeof(sum->option), sum->option);
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, closed),
		      sizeof(sum->closed), &sum->closed);
	sum->common = sum->closed - uncommon;
	for (i = 0; i < SOCKWATCH_NR_FLAGS; i++) {
		if (SOCKWATCH_USUAL_FLAGS & BIT(i))
			sum->option[i] = sum->closed - sum->option[i];
	}
}

/**
 * sockwatch_tcpstat_fold() - add the counters up over all CPUs
 * @stat: the numbers
 * @sum: filled
 *
 * Context: any.
 */
void sockwatch_tcpstat_fold(const struct sockwatch_tcpstat *stat,
			    struct sockwatch_tcp_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, move),
		      sizeof(sum->move), (u64 *)&sum->move);
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, tw),
		      sizeof(sum->tw), (u64 *)&sum->tw);
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, segment),
		      sizeof(sum->segment), (u64 *)&sum->segment);
	counters_fold(stat, offsetof(struct sockwatch_tcp_cpu, unknown),
		      sizeof(sum->unknown), (u64 *)&sum->unknown);
	options_fold(stat, sum);
}

static void hist_fold(const struct sockwatch_tcpstat *stat, unsigned int hist,
		      struct sockwatch_hist_sum *sum)
{
	if (hist < SOCKWATCH_H_RARE)
		sockwatch_hist_fold(&stat->hist[hist], sum);
	else
		sockwatch_rare_fold(&stat->rare[hist - SOCKWATCH_H_RARE], sum);
}

/* Two in one, where the second is another than the first. */
static bool hists_fold(const struct sockwatch_tcpstat *stat,
		       unsigned int first, unsigned int second,
		       struct sockwatch_hist_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	hist_fold(stat, first, sum);
	if (second != first)
		hist_fold(stat, second, sum);
	return sum->count;
}

/**
 * sockwatch_tcpstat_metric() - the histogram of a metric
 * @stat: the numbers
 * @metric: SOCKWATCH_METRIC_TCP_CONNECT to SOCKWATCH_METRIC_TCP_RTT
 * @remote: its scope
 * @sum: filled
 *
 * Context: that of sockwatch_hist_fold().
 * Return: whether there is anything in it.
 */
bool sockwatch_tcpstat_metric(const struct sockwatch_tcpstat *stat,
			      enum sockwatch_metric metric, bool remote,
			      struct sockwatch_hist_sum *sum)
{
	static const u8 hists[SOCKWATCH_NR_METRICS][2] = {
		{ SOCKWATCH_H_OPEN, SOCKWATCH_H_CONNECT },
		{ SOCKWATCH_H_HANDSHAKE, SOCKWATCH_H_HANDSHAKE },
		{ SOCKWATCH_H_ACCEPT, SOCKWATCH_H_ACCEPT },
		{ SOCKWATCH_H_RESET, SOCKWATCH_H_LIFETIME },
		{ SOCKWATCH_H_RTT, SOCKWATCH_H_RTT },
	};
	const u8 *hist = hists[metric - SOCKWATCH_METRIC_FIRST];

	return hists_fold(stat, hist[0] + remote, hist[1] + remote, sum);
}

/**
 * sockwatch_tcpstat_state() - the histogram of the time in a state
 * @stat: the numbers
 * @state: the state, not TCP_TIME_WAIT
 * @remote: its scope; false for LISTEN and CLOSE, which have none
 * @sum: filled
 *
 * Context: that of sockwatch_hist_fold().
 * Return: whether there is anything in it.
 */
bool sockwatch_tcpstat_state(const struct sockwatch_tcpstat *stat,
			     unsigned int state, bool remote,
			     struct sockwatch_hist_sum *sum)
{
	/* The moves by which SYN_SENT and ESTABLISHED go elsewhere. */
	unsigned int other = state == TCP_SYN_SENT ? TCP_ESTABLISHED :
						     TCP_CLOSE;
	unsigned int first, second;

	if (state == TCP_LISTEN)
		return hists_fold(stat, SOCKWATCH_H_LISTEN,
				  SOCKWATCH_H_LISTEN, sum);
	first = sockwatch_tcp_hist_of[sockwatch_move(state, TCP_FIN_WAIT1)];
	second = sockwatch_tcp_hist_of[sockwatch_move(state, other)];

	return hists_fold(stat, first + remote, second + remote, sum);
}
