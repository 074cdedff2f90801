/* SPDX-License-Identifier: GPL-2.0 */
/* A log-linear histogram of durations: a few cells on every CPU. */
#ifndef _SOCKWATCH_HIST_H
#define _SOCKWATCH_HIST_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/limits.h>
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
#define SOCKWATCH_HIST_LAST	37	/* log2 of the last bound */

/* From here on sockwatch_hist_quarter() knows the bucket. */
#define SOCKWATCH_HIST_QUICK	(7 << (SOCKWATCH_HIST_FIRST - 3))

/* How many durations a CPU lets be kept for each sockwatch_hist_arm(). */
#define SOCKWATCH_HIST_KEEP	8

/* A cell that would come to this much, its sign, hands it over to the carry. */
#define SOCKWATCH_HIST_CARRY	0x8000

/**
 * struct sockwatch_hist_cpu - one CPU's part
 * @sum: of all durations, each in nanoseconds less one
 * @quick: this many durations from SOCKWATCH_HIST_QUICK on, likewise, are
 *	counted at once; all others go to sockwatch_hist_settle()
 * @cell: of each bucket, what has not been carried
 * @kept: how many it has let be kept since sockwatch_hist_arm()
 * @max: the longest, likewise; nothing longer is quick
 *
 * It has 256 bytes, so that a shift finds one in an array.
 */
struct sockwatch_hist_cpu {
	u64 sum;
	u64 quick;
	u16 cell[SOCKWATCH_HIST_BUCKETS];
	u32 kept;
	u64 max;
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
bool sockwatch_hist_settle(struct sockwatch_hist *hist, u64 n,
			   u64 limit) __cold;
void sockwatch_hist_arm(struct sockwatch_hist_cpu *part);
void sockwatch_hist_fold(const struct sockwatch_hist *hist,
			 struct sockwatch_hist_sum *sum);
u64 sockwatch_hist_bound(unsigned int bucket);
u64 sockwatch_hist_quantile(const struct sockwatch_hist_sum *sum,
			    unsigned int permille);

/*
 * The bucket of n + 1 nanoseconds, from SOCKWATCH_HIST_QUICK to the last bound:
 * the highest three bits of @n, 4 to 7, say which quarter of their octave.
 */
static __always_inline unsigned int sockwatch_hist_quarter(u64 n)
{
	unsigned int above = __fls(n);

	return above * 4 + (unsigned int)(n << 2 >> above) -
	       (SOCKWATCH_HIST_FIRST * 4 + 4 - 1);
}

/**
 * sockwatch_hist_bucket() - where a duration belongs
 * @ns: nanoseconds; what is negative is as short as can be
 *
 * Context: any.
 * Return: the bucket.
 */
static inline unsigned int sockwatch_hist_bucket(u64 ns)
{
	if ((s64)ns <= 1 << SOCKWATCH_HIST_FIRST)
		return 0;
	if (ns > 1ULL << SOCKWATCH_HIST_LAST)
		return SOCKWATCH_HIST_OPEN;
	return sockwatch_hist_quarter(ns - 1);
}

/*
 * Whether a duration is quick; and, one more in a cell and its duration, or
 * whether the cell has come to the carry, which is its highest bit.  The
 * compiler would need a third more.
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_SMP)
static __always_inline bool
sockwatch_hist_is_quick(const struct sockwatch_hist_cpu __percpu *cpu, u64 n)
{
	const struct sockwatch_hist_cpu *part = (__force const void *)cpu;

	asm goto("cmpq %[over], %%gs:%[quick]\n\t"
		 "jbe %l[rare]"
		 : : [over] "r" (n - SOCKWATCH_HIST_QUICK),
		     [quick] "m" (part->quick)
		 : "cc"
		 : rare);
	return true;
rare:
	return false;
}

static __always_inline bool
sockwatch_hist_put(struct sockwatch_hist_cpu __percpu *cpu,
		   unsigned int bucket, u64 n)
{
	struct sockwatch_hist_cpu *part = (__force void *)cpu;

	asm goto("incw %%gs:%[cell]\n\t"
		 "js %l[full]\n\t"
		 "addq %[n], %%gs:%[sum]"
		 : : [n] "r" (n), [sum] "m" (part->sum),
		     [cell] "m" (part->cell[bucket])
		 : "cc", "memory"
		 : full);
	return false;
full:
	return true;
}
#else
static __always_inline bool
sockwatch_hist_is_quick(const struct sockwatch_hist_cpu __percpu *cpu, u64 n)
{
	return n - SOCKWATCH_HIST_QUICK < this_cpu_read(cpu->quick);
}

static __always_inline bool
sockwatch_hist_put(struct sockwatch_hist_cpu __percpu *cpu,
		   unsigned int bucket, u64 n)
{
	if (this_cpu_inc_return(cpu->cell[bucket]) >= SOCKWATCH_HIST_CARRY)
		return true;
	this_cpu_add(cpu->sum, n);
	return false;
}
#endif

/*
 * What fills a cell is taken back, so that nothing has been done: nobody has
 * seen it there, as fold_bucket() waits.  If an interrupt has carried it
 * meanwhile, it has counted itself in before, so there is one to take back; for
 * a few instructions one is missing then.
 */
static __always_inline bool
sockwatch_hist_put_or_not(struct sockwatch_hist_cpu __percpu *cpu,
			  unsigned int bucket, u64 n)
{
	if (likely(!sockwatch_hist_put(cpu, bucket, n)))
		return false;
	this_cpu_dec(cpu->cell[bucket]);
	return true;
}

/**
 * sockwatch_hist_count_in() - sockwatch_hist_count(), and tell the bucket
 * @cpu: as there
 * @n: as there
 * @bucket: filled with where it was counted
 *
 * Context: as there.
 * Return: as there.
 */
static __always_inline bool
sockwatch_hist_count_in(struct sockwatch_hist_cpu __percpu *cpu, u64 n,
			unsigned int *bucket)
{
	/* Not to be computed anew for each of its members. */
	OPTIMIZER_HIDE_VAR(cpu);
	if (unlikely(!sockwatch_hist_is_quick(cpu, n)))
		return true;
	*bucket = sockwatch_hist_quarter(n);
	return unlikely(sockwatch_hist_put_or_not(cpu, *bucket, n));
}

/**
 * sockwatch_hist_count_at() - sockwatch_hist_count(), with the bucket at hand
 * @cpu: as there
 * @bucket: where another histogram has counted @n
 * @n: as there
 *
 * Context: as there.
 * Return: as there.
 */
static __always_inline bool
sockwatch_hist_count_at(struct sockwatch_hist_cpu __percpu *cpu,
			unsigned int bucket, u64 n)
{
	OPTIMIZER_HIDE_VAR(cpu);
	if (unlikely(!sockwatch_hist_is_quick(cpu, n)))
		return true;
	return unlikely(sockwatch_hist_put_or_not(cpu, bucket, n));
}

/**
 * sockwatch_hist_count() - count a duration, but for what is rare
 * @cpu: the part of a histogram
 * @n: nanoseconds less one: now + ~then
 *
 * Context: any but NMI, with preemption off.  No lock, no allocation.
 * Return: whether it is not counted, and sockwatch_hist_settle() must be called.
 */
static __always_inline bool
sockwatch_hist_count(struct sockwatch_hist_cpu __percpu *cpu, u64 n)
{
	unsigned int bucket;

	return sockwatch_hist_count_in(cpu, n, &bucket);
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
	if (unlikely(sockwatch_hist_count(hist->cpu, ns - 1)))
		sockwatch_hist_settle(hist, ns - 1, U64_MAX);
}

#endif /* _SOCKWATCH_HIST_H */
