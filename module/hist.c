// SPDX-License-Identifier: GPL-2.0
/* A log-linear histogram of durations: a few cells on every CPU. */
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "hist.h"

/**
 * sockwatch_hist_new() - make an empty histogram
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: the histogram, or NULL: no memory.
 */
struct sockwatch_hist *sockwatch_hist_new(gfp_t gfp)
{
	struct sockwatch_hist *hist = kzalloc(sizeof(*hist), gfp);

	if (!hist)
		return NULL;
	hist->cpu = alloc_percpu_gfp(struct sockwatch_hist_cpu, gfp);
	if (hist->cpu)
		return hist;
	kfree(hist);
	return NULL;
}

/**
 * sockwatch_hist_free() - the opposite of sockwatch_hist_new()
 * @hist: the histogram, or NULL
 *
 * Context: any but NMI.
 */
void sockwatch_hist_free(struct sockwatch_hist *hist)
{
	if (!hist)
		return;
	free_percpu(hist->cpu);
	kfree(hist);
}

/*
 * The cell stays at SOCKWATCH_HIST_CARRY or above until the carry has it: that
 * tells fold_bucket() to look again.  An interrupt that comes first may find
 * the cell full too, and empties it.
 */
static void carry(struct sockwatch_hist *hist, unsigned int bucket)
{
	unsigned long flags;

	local_irq_save(flags);
	if (this_cpu_read(hist->cpu->cell[bucket]) >= SOCKWATCH_HIST_CARRY) {
		atomic_inc(&hist->carry[bucket]);
		/* Pairs with fold_bucket(). */
		smp_mb__after_atomic();
		this_cpu_sub(hist->cpu->cell[bucket], SOCKWATCH_HIST_CARRY);
	}
	local_irq_restore(flags);
}

/* An interrupt may have raised it meanwhile. */
static void raise_max(struct sockwatch_hist *hist, s64 n)
{
	s64 old;

	do {
		old = this_cpu_read(hist->cpu->max);
	} while (old < n && this_cpu_cmpxchg(hist->cpu->max, old, n) != old);
}

/*
 * The first ones let all that follow come here.  An interrupt, or
 * sockwatch_hist_arm() on another CPU, may come between: then a few more or
 * less are kept.
 */
static bool keep(struct sockwatch_hist *hist, s64 n, u64 limit)
{
	struct sockwatch_hist_cpu *part = this_cpu_ptr(hist->cpu);
	u32 kept = READ_ONCE(part->kept);
	u64 bar = 0;

	if (kept == SOCKWATCH_HIST_KEEP)
		bar = min(READ_ONCE(part->max), limit);
	if (n < 0 || n <= (s64)bar)
		return false;
	if (kept < SOCKWATCH_HIST_KEEP)
		WRITE_ONCE(part->kept, kept + 1);
	return true;
}

/* What is longer than all, above the limit or above the last bound comes here. */
static void quicken(struct sockwatch_hist *hist, u64 limit)
{
	struct sockwatch_hist_cpu *part = this_cpu_ptr(hist->cpu);
	u64 bar = min3(READ_ONCE(part->max), limit,
		       (1ULL << SOCKWATCH_HIST_LAST) - 1);

	if (READ_ONCE(part->kept) == SOCKWATCH_HIST_KEEP &&
	    bar >= SOCKWATCH_HIST_QUICK)
		WRITE_ONCE(part->quick, bar - (SOCKWATCH_HIST_QUICK - 1));
}

/**
 * sockwatch_hist_arm() - let the next durations be kept
 * @part: a CPU's part
 *
 * Context: any, on any CPU.
 */
void sockwatch_hist_arm(struct sockwatch_hist_cpu *part)
{
	/* quicken() there may have come between these two. */
	if (!READ_ONCE(part->kept) && !READ_ONCE(part->quick))
		return;
	WRITE_ONCE(part->kept, 0);
	WRITE_ONCE(part->quick, 0);
}

/**
 * sockwatch_hist_settle() - what sockwatch_hist_count() leaves to do
 * @hist: the histogram
 * @n: nanoseconds less one; what is negative counts as none, since the TSC
 *	begins anew when a machine was suspended
 * @limit: what is above is to be kept, likewise; U64_MAX: nothing is
 *
 * It is one of the first since sockwatch_hist_arm(), or too short to be quick,
 * or the longest, or above the limit, or fills its cell.
 *
 * Context: that of sockwatch_hist_count().
 * Return: whether it may be kept.
 */
bool sockwatch_hist_settle(struct sockwatch_hist *hist, u64 n, u64 limit)
{
	unsigned int bucket;
	bool kept;

	if ((s64)n < 0)
		n = -1;
	bucket = sockwatch_hist_bucket(n + 1);
	this_cpu_inc(hist->cpu->cell[bucket]);
	this_cpu_add(hist->cpu->sum, n);
	carry(hist, bucket);
	kept = keep(hist, n, limit);
	raise_max(hist, n);
	quicken(hist, limit);
	return kept;
}

/* One bucket over all CPUs, or false: a cell is being carried just now. */
static bool fold_once(const struct sockwatch_hist *hist, unsigned int bucket,
		      u64 *count)
{
	unsigned int carry = atomic_read(&hist->carry[bucket]);
	u64 sum = (u64)carry * SOCKWATCH_HIST_CARRY;
	unsigned int cell;
	int cpu;

	for_each_possible_cpu(cpu) {
		/* Pairs with carry(). */
		smp_rmb();
		cell = READ_ONCE(per_cpu_ptr(hist->cpu, cpu)->cell[bucket]);
		if (cell >= SOCKWATCH_HIST_CARRY)
			return false;
		sum += cell;
	}
	*count = sum;
	/* Pairs with carry(): no carry came meanwhile. */
	smp_rmb();
	return carry == atomic_read(&hist->carry[bucket]);
}

static u64 fold_bucket(const struct sockwatch_hist *hist, unsigned int bucket)
{
	u64 count;

	while (!fold_once(hist, bucket, &count))
		cpu_relax();
	return count;
}

/**
 * sockwatch_hist_fold() - add a histogram up
 * @hist: the histogram
 * @sum: what it is added to
 *
 * Context: any in which to wait for another CPU's few instructions.
 */
void sockwatch_hist_fold(const struct sockwatch_hist *hist,
			 struct sockwatch_hist_sum *sum)
{
	const struct sockwatch_hist_cpu *part;
	u64 count = 0, max = 0;
	unsigned int i;
	u64 bucket;
	int cpu;

	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++) {
		bucket = fold_bucket(hist, i);
		sum->bucket[i] += bucket;
		count += bucket;
	}
	if (!count)
		return;
	for_each_possible_cpu(cpu) {
		part = per_cpu_ptr(hist->cpu, cpu);
		sum->sum_ns += READ_ONCE(part->sum);
		max = max(max, READ_ONCE(part->max));
	}
	/* Each is one less, but for one of 0, which is no longest. */
	sum->sum_ns += count;
	sum->max_ns = max(sum->max_ns, sum->sum_ns ? max + 1 : 0);
	sum->count += count;
}

/**
 * sockwatch_hist_bound() - the longest duration that a bucket takes
 * @bucket: the bucket
 *
 * Context: any.
 * Return: nanoseconds; U64_MAX for the open end.
 */
u64 sockwatch_hist_bound(unsigned int bucket)
{
	if (bucket >= SOCKWATCH_HIST_OPEN)
		return U64_MAX;
	return (4ULL + bucket % 4) << (bucket / 4 + SOCKWATCH_HIST_FIRST - 2);
}

/* The middle of a bucket; of the open end only the longest is known. */
static u64 middle(const struct sockwatch_hist_sum *sum, unsigned int bucket)
{
	u64 low;

	if (bucket == SOCKWATCH_HIST_OPEN)
		return sum->max_ns;
	low = bucket ? sockwatch_hist_bound(bucket - 1) : 0;
	return min(sum->max_ns, (low + sockwatch_hist_bound(bucket)) / 2);
}

/**
 * sockwatch_hist_quantile() - the duration that so many do not exceed
 * @sum: a histogram
 * @permille: how many of a thousand: 500 for the median
 *
 * Context: any.
 * Return: nanoseconds, off by 12.5% at the most above 512 ns, up to 137 s; 0
 * for an empty histogram.
 */
u64 sockwatch_hist_quantile(const struct sockwatch_hist_sum *sum,
			    unsigned int permille)
{
	u64 rank = div_u64(sum->count * permille + 999, 1000);
	unsigned int i;
	u64 seen = 0;

	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++) {
		seen += sum->bucket[i];
		if (sum->bucket[i] && seen >= rank)
			return middle(sum, i);
	}
	return 0;
}
