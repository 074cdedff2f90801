// SPDX-License-Identifier: GPL-2.0
/* The time that hooks take: nanoseconds since boot, at a few instructions. */
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/time64.h>
#ifdef CONFIG_X86_64
#include <asm/tsc.h>
#endif

#include "clock.h"

DEFINE_STATIC_KEY_FALSE(sockwatch_clock_tsc);
u64 sockwatch_clock_mult __read_mostly;

/* The TSC's rate, or 0 where it must not be used. */
#ifdef CONFIG_X86_64
static unsigned int tsc_rate_khz(void)
{
	return check_tsc_unstable() ? 0 : tsc_khz;
}
#else
static unsigned int tsc_rate_khz(void)
{
	return 0;
}
#endif

/**
 * sockwatch_clock_init() - choose the clock
 *
 * A rate below 4 MHz would not fit its factor into 32 bits.
 *
 * Context: process, once, before the first hook.
 */
void sockwatch_clock_init(void)
{
	unsigned int khz = tsc_rate_khz();

	if (khz < 4000)
		return;
	sockwatch_clock_mult = div_u64((u64)NSEC_PER_MSEC <<
				       SOCKWATCH_CLOCK_SHIFT, khz);
	static_branch_enable(&sockwatch_clock_tsc);
}

/**
 * sockwatch_clock_real_offset_ns() - what to add for the time of day
 *
 * The two clocks can only be read one after the other, and a host may give the
 * processor to somebody else in between: the closest of a few readings counts.
 *
 * Context: any but NMI.
 * Return: nanoseconds, for what sockwatch_clock_ns() says about now.
 */
u64 sockwatch_clock_real_offset_ns(void)
{
	u64 closest = U64_MAX, offset = 0, before, real, took;
	unsigned long flags;
	int i;

	for (i = 0; i < 4; i++) {
		local_irq_save(flags);
		before = sockwatch_clock_ns();
		real = ktime_get_real_ns();
		took = sockwatch_clock_ns() - before;
		local_irq_restore(flags);
		if (took < closest) {
			closest = took;
			offset = real - before;
		}
	}
	return offset;
}
