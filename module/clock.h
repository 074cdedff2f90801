/* SPDX-License-Identifier: GPL-2.0 */
/* The time that hooks take: nanoseconds since boot, at a few instructions. */
#ifndef _SOCKWATCH_CLOCK_H
#define _SOCKWATCH_CLOCK_H

#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/types.h>
#ifdef CONFIG_X86_64
#include <asm/msr.h>
#endif

DECLARE_STATIC_KEY_FALSE(sockwatch_clock_tsc);
extern u64 sockwatch_clock_mult;

#define SOCKWATCH_CLOCK_SHIFT	24

void sockwatch_clock_init(void);
u64 sockwatch_clock_real_offset_ns(void);

/*
 * A product of 128 bits: the compiler's type for it would have the stack
 * aligned to 16 bytes in each function that reads the clock.
 */
#ifdef CONFIG_X86_64
static __always_inline u64 sockwatch_clock_scaled(void)
{
	u64 ns;

	asm volatile("rdtsc\n\t"
		     "shlq $32, %%rdx\n\t"
		     "orq %%rdx, %%rax\n\t"
		     "mulq %[mult]\n\t"
		     "shrdq %[shift], %%rdx, %%rax"
		     : "=a" (ns)
		     : [mult] "m" (sockwatch_clock_mult),
		       [shift] "i" (SOCKWATCH_CLOCK_SHIFT)
		     : "rdx", "cc");
	return ns;
}
#else
static __always_inline u64 sockwatch_clock_scaled(void)
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
	return sockwatch_clock_scaled();
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
