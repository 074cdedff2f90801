// SPDX-License-Identifier: GPL-2.0
/* A log-linear histogram of durations: a few cells on every CPU. */
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

/**
 * sockwatch_hist_carry() - empty a cell into the carry
 * @hist: the histogram
 * @bucket: the bucket whose cell on this CPU came to SOCKWATCH_HIST_CARRY
 *
 * The cell stays at SOCKWATCH_HIST_CARRY or above until the carry has it: that
 * tells fold_bucket() to look again.
 *
 * Context: that of sockwatch_hist_add().
 */
void sockwatch_hist_carry(struct sockwatch_hist *hist, unsigned int bucket)
{
	atomic_inc(&hist->carry[bucket]);
	/* Pairs with fold_bucket(). */
	smp_mb__after_atomic();
	this_cpu_sub(hist->cpu->cell[bucket], SOCKWATCH_HIST_CARRY);
}

/**
 * sockwatch_hist_max() - raise the maximum
 * @hist: the histogram
 * @ns: a duration that is longer than the longest
 *
 * An interrupt may have raised it meanwhile.
 *
 * Context: that of sockwatch_hist_add().
 */
void sockwatch_hist_max(struct sockwatch_hist *hist, u64 ns)
{
	u64 old;

	do {
		old = this_cpu_read(hist->cpu->max);
	} while (old < ns &&
		 this_cpu_cmpxchg(hist->cpu->max, old, ns) != old);
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
		/* Pairs with sockwatch_hist_carry(). */
		smp_rmb();
		cell = READ_ONCE(per_cpu_ptr(hist->cpu, cpu)->cell[bucket]);
		if (cell >= SOCKWATCH_HIST_CARRY)
			return false;
		sum += cell;
	}
	*count = sum;
	/* Pairs with sockwatch_hist_carry(): no carry came meanwhile. */
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
	unsigned int i;
	u64 count;
	int cpu;

	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++) {
		count = fold_bucket(hist, i);
		sum->bucket[i] += count;
		sum->count += count;
	}
	for_each_possible_cpu(cpu) {
		part = per_cpu_ptr(hist->cpu, cpu);
		sum->sum_ns += READ_ONCE(part->sum);
		sum->max_ns = max(sum->max_ns, READ_ONCE(part->max));
	}
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
