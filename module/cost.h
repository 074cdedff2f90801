/* SPDX-License-Identifier: GPL-2.0 */
/* What the module itself costs: hits of each hook, and the time of some. */
#ifndef _SOCKWATCH_COST_H
#define _SOCKWATCH_COST_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "hooks.h"

/**
 * struct sockwatch_cost - what one hook has cost
 * @hits: how often it fired
 * @timed: how many of these were timed
 * @time_ns: nanoseconds that those took
 */
struct sockwatch_cost {
	u64 hits;
	u64 timed;
	u64 time_ns;
};

DECLARE_PER_CPU(s64 [SOCKWATCH_HOOK_MAX], sockwatch_cost_left);

void sockwatch_cost_init(unsigned int nth);
bool sockwatch_cost_read(enum sockwatch_hook_id id,
			 struct sockwatch_cost *cost);
u64 sockwatch_cost_begin(enum sockwatch_hook_id id);
void sockwatch_cost_end(enum sockwatch_hook_id id, u64 start_ns);

/**
 * sockwatch_cost_hit() - count that a hook fired
 * @id: which
 *
 * The count goes down, so that the instruction which counts also says when it
 * has come to its end; that of the usual helpers for this takes three more.
 *
 * Context: any.
 * Return: whether to time this hit: sockwatch_cost_begin().
 */
#if defined(CONFIG_X86_64) && defined(CONFIG_SMP)
static __always_inline bool sockwatch_cost_hit(enum sockwatch_hook_id id)
{
	bool due;

	asm volatile("decq %%gs:%[left]"
		     : [left] "+m" (*(s64 __force *)&sockwatch_cost_left[id]),
		       "=@ccle" (due));
	return due;
}
#else
static __always_inline bool sockwatch_cost_hit(enum sockwatch_hook_id id)
{
	return this_cpu_dec_return(sockwatch_cost_left[id]) <= 0;
}
#endif

/* See SOCKWATCH_PROBE(). */
#define SOCKWATCH_COUNTED(how, name, id, proto, args)			\
	static __always_inline void name##_body proto;			\
	static noinline notrace void name##_timed proto			\
	{								\
		const u64 start_ns = sockwatch_cost_begin(id);		\
									\
		name##_body args;					\
		sockwatch_cost_end(id, start_ns);			\
	}								\
	static how void name proto					\
	{								\
		if (unlikely(sockwatch_cost_hit(id)))			\
			name##_timed args;				\
		else							\
			name##_body args;				\
	}								\
	static __always_inline void name##_body proto

/**
 * SOCKWATCH_PROBE() - define a probe, whose hits are counted and some timed
 * @name: the probe
 * @id: &enum sockwatch_hook_id
 * @proto: its parameters, in parentheses
 * @args: their names, likewise
 *
 * Its body follows.  A hit that is timed goes through a copy of it.
 */
#define SOCKWATCH_PROBE(name, id, proto, args)				\
	SOCKWATCH_COUNTED(__used notrace, name, id, proto, args)

/**
 * SOCKWATCH_PART() - define the part of a probe that is counted and timed
 * @name: the part, which becomes part of its caller
 * @id: as for SOCKWATCH_PROBE()
 * @proto: likewise
 * @args: likewise
 */
#define SOCKWATCH_PART(name, id, proto, args)				\
	SOCKWATCH_COUNTED(__always_inline, name, id, proto, args)

#endif /* _SOCKWATCH_COST_H */
