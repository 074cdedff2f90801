/* SPDX-License-Identifier: GPL-2.0 */
/* Where a namespace keeps single latencies: the slowest and the latest ones. */
#ifndef _SOCKWATCH_SAMPLES_H
#define _SOCKWATCH_SAMPLES_H

#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <uapi/linux/sockwatch.h>

#include "tcpstat.h"

/**
 * enum sockwatch_sample_kind - what samples are of
 *
 * @SOCKWATCH_S_METRICS: the metrics, from here by their number
 * @SOCKWATCH_S_STATES: the time in a state, from here by its number
 */
enum sockwatch_sample_kind {
	SOCKWATCH_S_METRICS = 0,
	SOCKWATCH_S_STATES = SOCKWATCH_METRIC_TIME_IN_STATE,
	/* private: */
	SOCKWATCH_NR_SAMPLES = SOCKWATCH_S_STATES + SOCKWATCH_STATES
};

/**
 * struct sockwatch_sample_list - the samples of one kind
 * @lock: guards what follows
 * @limit: a duration that is not above it is none of the slowest: nanoseconds
 *	less one, read without the lock
 * @nr_slowest: how many there are
 * @nr_latest: how many there were
 * @slowest: the slowest first
 * @latest: the last of each remainder by their number
 *
 * The events have numbers as the kernel has them: see struct sockwatch_sink.
 * Their times are those of sockwatch_clock_ns().
 */
struct sockwatch_sample_list {
	raw_spinlock_t lock;
	u64 limit;
	unsigned int nr_slowest;
	unsigned int nr_latest;
	struct sockwatch_event slowest[SOCKWATCH_SAMPLES_MAX];
	struct sockwatch_event latest[SOCKWATCH_SAMPLES_MAX];
};

/**
 * struct sockwatch_samples - the samples of a namespace
 * @list: by &enum sockwatch_sample_kind
 *
 * What writes here does so a few times a second on each CPU, and when there is
 * one of the slowest; see sockwatch_hist_settle().
 */
struct sockwatch_samples {
	struct sockwatch_sample_list list[SOCKWATCH_NR_SAMPLES];
};

struct sockwatch_samples *sockwatch_samples_new(gfp_t gfp);
void sockwatch_samples_free(struct sockwatch_samples *samples);
u64 sockwatch_samples_limit(const struct sockwatch_samples *samples,
			    unsigned int kind);
void sockwatch_samples_add(struct sockwatch_samples *samples,
			   unsigned int kind,
			   const struct sockwatch_event *event);
void sockwatch_samples_reset(struct sockwatch_samples *samples);

#endif /* _SOCKWATCH_SAMPLES_H */
