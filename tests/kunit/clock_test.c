// SPDX-License-Identifier: GPL-2.0
/* clock: nanoseconds that only go forward, at the rate of the kernel's own. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/time64.h>

#include "clock.h"
#include "crowd.h"
#include "suites.h"

#define SPAN_MS		40
#define ROUNDS		20000

static int clock_start(struct kunit_suite *suite)
{
	sockwatch_clock_init();
	return 0;
}

static void never_back(unsigned int who, void *arg)
{
	u64 last_ns = sockwatch_clock_ns();
	unsigned long *steps_back = arg;
	unsigned int i;
	u64 now_ns;

	for (i = 0; i < ROUNDS; i++) {
		now_ns = sockwatch_clock_ns();
		if (now_ns < last_ns)
			steps_back[who]++;
		last_ns = now_ns;
	}
}

static void monotonic(struct kunit *test)
{
	unsigned long steps_back[CROWD_SIZE] = {};
	int i;

	KUNIT_ASSERT_EQ(test, crowd_run(test, never_back, steps_back), 0);
	for (i = 0; i < CROWD_SIZE; i++)
		KUNIT_EXPECT_EQ(test, steps_back[i], 0UL);
}

static void moves(struct kunit *test)
{
	u64 start_ns = sockwatch_clock_ns();

	usleep_range(1000, 2000);
	KUNIT_EXPECT_GT(test, sockwatch_clock_ns(), start_ns);
}

/*
 * How far it and ktime differ over a span, in parts of a thousand.  A host
 * that takes the CPU away between the two reads makes them differ, so the
 * caller tries more than once.
 */
static u64 difference(void)
{
	u64 start_ns, theirs_ns, ours_ns;

	preempt_disable();
	start_ns = ktime_get_mono_fast_ns();
	ours_ns = sockwatch_clock_ns();
	preempt_enable();
	msleep(SPAN_MS);
	preempt_disable();
	theirs_ns = ktime_get_mono_fast_ns() - start_ns;
	ours_ns = sockwatch_clock_ns() - ours_ns;
	preempt_enable();
	return div64_u64(1000 * (ours_ns > theirs_ns ? ours_ns - theirs_ns :
						       theirs_ns - ours_ns),
			 theirs_ns);
}

static void agrees_with_ktime(struct kunit *test)
{
	u64 least = U64_MAX;
	int tries;

	for (tries = 0; tries < 10 && least > 20; tries++)
		least = min(least, difference());
	kunit_info(test, "%s: %llu parts of a thousand\n",
		   static_key_enabled(&sockwatch_clock_tsc) ? "TSC" : "ktime",
		   least);
	KUNIT_EXPECT_LE(test, least, 20ULL);
}

/* The factor: a second of cycles is a second, to a part in 10,000. */
static void factor(struct kunit *test)
{
#ifdef CONFIG_X86_64
	u64 second_ns;

	if (!static_key_enabled(&sockwatch_clock_tsc))
		kunit_skip(test, "the TSC is not in use");
	second_ns = mul_u64_u32_shr(tsc_khz * 1000ULL, sockwatch_clock_mult,
				    SOCKWATCH_CLOCK_SHIFT);
	KUNIT_EXPECT_GE(test, second_ns, NSEC_PER_SEC - 100000ULL);
	KUNIT_EXPECT_LE(test, second_ns, NSEC_PER_SEC + 100000ULL);
#else
	kunit_skip(test, "no TSC");
#endif
}

static struct kunit_case clock_cases[] = {
	KUNIT_CASE(monotonic),
	KUNIT_CASE(moves),
	KUNIT_CASE(agrees_with_ktime),
	KUNIT_CASE(factor),
	{}
};

struct kunit_suite sockwatch_clock_suite = {
	.name = "sockwatch_clock",
	.suite_init = clock_start,
	.test_cases = clock_cases,
};
