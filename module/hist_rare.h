/* SPDX-License-Identifier: GPL-2.0 */
/* A histogram of durations that are rare: its cells are those of all CPUs. */
#ifndef _SOCKWATCH_HIST_RARE_H
#define _SOCKWATCH_HIST_RARE_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "hist.h"

/**
 * struct sockwatch_rare - a histogram that has no part on each CPU
 * @bucket: how many in each bucket
 * @sum_ns: their sum
 * @max_ns: the longest
 * @kept: how many it has let be kept since sockwatch_rare_arm()
 *
 * It is for what happens too seldom for CPUs to contend for it.
 */
struct sockwatch_rare {
	atomic64_t bucket[SOCKWATCH_HIST_BUCKETS];
	atomic64_t sum_ns;
	atomic64_t max_ns;
	u32 kept;
};

bool sockwatch_rare_add(struct sockwatch_rare *rare, u64 n, u64 limit);
void sockwatch_rare_arm(struct sockwatch_rare *rare);
void sockwatch_rare_fold(const struct sockwatch_rare *rare,
			 struct sockwatch_hist_sum *sum);

#endif /* _SOCKWATCH_HIST_RARE_H */
