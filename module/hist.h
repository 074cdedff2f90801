/* SPDX-License-Identifier: GPL-2.0 */
/* A log-linear histogram of durations: a few cells on every CPU. */
#ifndef _SOCKWATCH_HIST_H
#define _SOCKWATCH_HIST_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * DOC: buckets
 *
 * Four to an octave, from 512 ns to 2^37 ns (137 s), below and above one each.
 * A duration is in the first bucket whose bound is not less than it.  Taken in
 * the middle of its bucket it is off by an eighth at the most: half of a
 * bucket's width, which is a quarter of the octave that it lies in.
 */
#define SOCKWATCH_HIST_BUCKETS	114
#define SOCKWATCH_HIST_OPEN	(SOCKWATCH_HIST_BUCKETS - 1)
#define SOCKWATCH_HIST_FIRST	9	/* log2 of the first bound */

/* A cell that has come to this much hands it over to the carry. */
#define SOCKWATCH_HIST_CARRY	0x8000

/**
 * struct sockwatch_hist_cpu - one CPU's part
 * @sum: of all durations, nanoseconds
 * @max: the longest, nanoseconds
 * @cell: of each bucket, what has not been carried
 * @unused: makes it 256 bytes, so that a shift finds one in an array
 */
struct sockwatch_hist_cpu {
	u64 sum;
	u64 max;
	u16 cell[SOCKWATCH_HIST_BUCKETS];
	u8 unused[12];
};

/**
 * struct sockwatch_hist - a histogram
 * @cpu: each CPU's part
 * @carry: of each bucket, how often a cell came to SOCKWATCH_HIST_CARRY
 *
 * Cells of 16 bits keep 114 buckets on a CPU in 256 bytes.  The carry is
 * written once in 32768 durations.
 */
struct sockwatch_hist {
	struct sockwatch_hist_cpu __percpu *cpu;
	atomic_t carry[SOCKWATCH_HIST_BUCKETS];
};

/**
 * struct sockwatch_hist_sum - a histogram, added up
 * @count: durations
 * @sum_ns: their sum
 * @max_ns: the longest
 * @bucket: how many in each bucket
 */
struct sockwatch_hist_sum {
	u64 count;
	u64 sum_ns;
	u64 max_ns;
	u64 bucket[SOCKWATCH_HIST_BUCKETS];
};

struct sockwatch_hist *sockwatch_hist_new(gfp_t gfp);
void sockwatch_hist_free(struct sockwatch_hist *hist);
void sockwatch_hist_carry(struct sockwatch_hist *hist, unsigned int bucket);
void sockwatch_hist_max(struct sockwatch_hist *hist, u64 ns);
void sockwatch_hist_fold(const struct sockwatch_hist *hist,
			 struct sockwatch_hist_sum *sum);
u64 sockwatch_hist_bound(unsigned int bucket);
u64 sockwatch_hist_quantile(const struct sockwatch_hist_sum *sum,
			    unsigned int permille);

/**
 * sockwatch_hist_bucket() - where a duration belongs
 * @ns: nanoseconds
 *
 * Context: any.
 * Return: the bucket.
 */
static __always_inline unsigned int sockwatch_hist_bucket(u64 ns)
{
	unsigned int octave;
	s64 n = ns - 1;

	if (n < 1LL << SOCKWATCH_HIST_FIRST)
		return 0;
	octave = __fls(n);
	if (unlikely(octave >= SOCKWATCH_HIST_FIRST + 28))
		return SOCKWATCH_HIST_OPEN;
	/* The highest three bits, 4 to 7, say which quarter of the octave. */
	return octave * 4 + (n >> (octave - 2)) -
	       (SOCKWATCH_HIST_FIRST * 4 + 4 - 1);
}

/**
 * sockwatch_hist_add_to() - count a duration
 * @cpu: what @hist->cpu is, for a caller who knows without looking
 * @hist: the histogram
 * @ns: nanoseconds
 *
 * Context: any but NMI, with preemption off.  No lock, no allocation.
 */
static __always_inline void
sockwatch_hist_add_to(struct sockwatch_hist_cpu __percpu *cpu,
		      struct sockwatch_hist *hist, u64 ns)
{
	unsigned int bucket;

	/* The TSC begins anew when a machine was suspended. */
	if (unlikely((s64)ns < 0))
		ns = 0;
	bucket = sockwatch_hist_bucket(ns);
	if (unlikely(this_cpu_inc_return(cpu->cell[bucket]) ==
		     SOCKWATCH_HIST_CARRY))
		sockwatch_hist_carry(hist, bucket);
	this_cpu_add(cpu->sum, ns);
	if (unlikely(ns > this_cpu_read(cpu->max)))
		sockwatch_hist_max(hist, ns);
}

/**
 * sockwatch_hist_add() - count a duration
 * @hist: the histogram
 * @ns: nanoseconds
 *
 * Context: any but NMI, with preemption off.  No lock, no allocation.
 */
static __always_inline void sockwatch_hist_add(struct sockwatch_hist *hist,
					       u64 ns)
{
	sockwatch_hist_add_to(hist->cpu, hist, ns);
}

#endif /* _SOCKWATCH_HIST_H */
