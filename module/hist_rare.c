// SPDX-License-Identifier: GPL-2.0
/* A histogram of durations that are rare: its cells are those of all CPUs. */
#include <linux/compiler.h>
#include <linux/minmax.h>

#include "hist_rare.h"

static void raise_max(struct sockwatch_rare *rare, s64 ns)
{
	s64 old = atomic64_read(&rare->max_ns);

	while (old < ns && !atomic64_try_cmpxchg(&rare->max_ns, &old, ns))
		;
}

/* Where two come at a time, one more may be kept. */
static bool keep(struct sockwatch_rare *rare, s64 n, u64 limit)
{
	u32 kept = READ_ONCE(rare->kept);

	if (n < 0)
		return false;
	if (kept == SOCKWATCH_HIST_KEEP)
		return n > limit;
	WRITE_ONCE(rare->kept, kept + 1);
	return true;
}

/**
 * sockwatch_rare_add() - count a duration
 * @rare: the histogram
 * @n: nanoseconds less one; what is negative counts as none
 * @limit: as for sockwatch_hist_settle()
 *
 * Context: any.  No lock, no allocation.
 * Return: whether it may be kept.
 */
bool sockwatch_rare_add(struct sockwatch_rare *rare, u64 n, u64 limit)
{
	s64 ns = max_t(s64, n, -1) + 1;

	raise_max(rare, ns);
	atomic64_add(ns, &rare->sum_ns);
	atomic64_inc(&rare->bucket[sockwatch_hist_bucket(ns)]);
	return keep(rare, n, limit);
}

/**
 * sockwatch_rare_arm() - let the next durations be kept
 * @rare: the histogram
 *
 * Context: any.
 */
void sockwatch_rare_arm(struct sockwatch_rare *rare)
{
	if (READ_ONCE(rare->kept))
		WRITE_ONCE(rare->kept, 0);
}

/**
 * sockwatch_rare_fold() - add a histogram up
 * @rare: the histogram
 * @sum: what it is added to
 *
 * Context: any.
 */
void sockwatch_rare_fold(const struct sockwatch_rare *rare,
			 struct sockwatch_hist_sum *sum)
{
	unsigned int i;
	u64 bucket;

	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++) {
		bucket = atomic64_read(&rare->bucket[i]);
		sum->bucket[i] += bucket;
		sum->count += bucket;
	}
	sum->sum_ns += atomic64_read(&rare->sum_ns);
	sum->max_ns = max_t(u64, sum->max_ns, atomic64_read(&rare->max_ns));
}
