// SPDX-License-Identifier: GPL-2.0
/* What the module itself costs: hits of each hook, and the time of some. */
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/seqlock.h>
#include <asm/barrier.h>

#include "clock.h"
#include "cost.h"

/* So many hits come never. */
#define NEVER	(S64_MAX / 2)

/**
 * struct cpu_cost - of one CPU
 * @seq: that @given and sockwatch_cost_left change together
 * @given: hits that were given out to be counted down; those that are not left
 *	are the hits
 * @timed: hits that were timed
 * @time_ns: what those took
 */
struct cpu_cost {
	seqcount_t seq;
	u64 given[SOCKWATCH_HOOK_MAX];
	u64 timed[SOCKWATCH_HOOK_MAX];
	u64 time_ns[SOCKWATCH_HOOK_MAX];
};

/** sockwatch_cost_left - hits of each hook until one is timed, on this CPU */
DEFINE_PER_CPU(s64 [SOCKWATCH_HOOK_MAX], sockwatch_cost_left);

static DEFINE_PER_CPU(struct cpu_cost, cpu_costs);
static unsigned int every __read_mostly;

/* What it takes to ask for the time. */
static u64 clock_ns __read_mostly;

static __always_inline u64 ordered_ns(void)
{
	u64 now_ns;

	/* Behind all that comes before: rdtsc waits for nothing. */
	rmb();
	now_ns = sockwatch_clock_ns();
	/* Before all that comes behind. */
	rmb();
	return now_ns;
}

/* The least of several: an interrupt may come in between. */
static u64 clock_measure(void)
{
	u64 least_ns = U64_MAX, before_ns;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		before_ns = ordered_ns();
		least_ns = min(least_ns, ordered_ns() - before_ns);
	}
	return least_ns;
}

/**
 * sockwatch_cost_init() - count from zero
 * @nth: of so many hits one is timed, of each hook on each CPU; 0: none is
 *
 * Context: process, after sockwatch_clock_init(), before the first hook is
 * attached.
 */
void sockwatch_cost_init(unsigned int nth)
{
	struct cpu_cost *cost;
	unsigned int id;
	int cpu;

	every = nth;
	clock_ns = clock_measure();
	for_each_possible_cpu(cpu) {
		cost = per_cpu_ptr(&cpu_costs, cpu);
		seqcount_init(&cost->seq);
		for (id = 0; id < SOCKWATCH_HOOK_MAX; id++) {
			cost->given[id] = nth ?: NEVER;
			cost->timed[id] = 0;
			cost->time_ns[id] = 0;
			per_cpu(sockwatch_cost_left, cpu)[id] = nth ?: NEVER;
		}
	}
}

/*
 * Whoever counted to the end may be on another CPU by now, or another hit may
 * have come in between: then the next hit on that CPU comes here too.
 */
static notrace void renew(enum sockwatch_hook_id id)
{
	struct cpu_cost *cost;
	unsigned long flags;

	/* raw: this may be in a function that lockdep calls. */
	raw_local_irq_save(flags);
	if (__this_cpu_read(sockwatch_cost_left[id]) <= 0) {
		cost = this_cpu_ptr(&cpu_costs);
		raw_write_seqcount_begin(&cost->seq);
		cost->given[id] += every;
		__this_cpu_add(sockwatch_cost_left[id], every);
		raw_write_seqcount_end(&cost->seq);
	}
	raw_local_irq_restore(flags);
}

/**
 * sockwatch_cost_begin() - a hit that is timed begins
 * @id: the hook
 *
 * Context: any.
 * Return: for sockwatch_cost_end().
 */
notrace u64 sockwatch_cost_begin(enum sockwatch_hook_id id)
{
	renew(id);
	return ordered_ns();
}

/**
 * sockwatch_cost_end() - the opposite of sockwatch_cost_begin()
 * @id: the hook
 * @start_ns: what that returned
 *
 * An interrupt in between counts with the hit.
 *
 * Context: any.
 */
notrace void sockwatch_cost_end(enum sockwatch_hook_id id, u64 start_ns)
{
	s64 took_ns = ordered_ns() - start_ns - clock_ns;

	this_cpu_inc(cpu_costs.timed[id]);
	if (took_ns > 0)
		this_cpu_add(cpu_costs.time_ns[id], took_ns);
}

static u64 hits_on(const struct cpu_cost *cost, int cpu,
		   enum sockwatch_hook_id id)
{
	unsigned int seq;
	u64 hits;

	do {
		seq = raw_read_seqcount_begin(&cost->seq);
		hits = READ_ONCE(cost->given[id]) -
		       READ_ONCE(per_cpu(sockwatch_cost_left, cpu)[id]);
	} while (read_seqcount_retry(&cost->seq, seq));
	return hits;
}

/**
 * sockwatch_cost_read() - what a hook has cost
 * @id: which
 * @cost: filled
 *
 * Context: process.
 * Return: whether hits are timed.
 */
bool sockwatch_cost_read(enum sockwatch_hook_id id,
			 struct sockwatch_cost *cost)
{
	const struct cpu_cost *cpu_cost;
	int cpu;

	*cost = (struct sockwatch_cost) { };
	for_each_possible_cpu(cpu) {
		cpu_cost = per_cpu_ptr(&cpu_costs, cpu);
		cost->hits += hits_on(cpu_cost, cpu, id);
		cost->timed += READ_ONCE(cpu_cost->timed[id]);
		cost->time_ns += READ_ONCE(cpu_cost->time_ns[id]);
	}
	return every;
}
