// SPDX-License-Identifier: GPL-2.0
/* cost: every hit is counted, and one in so many timed. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "clock.h"
#include "cost.h"
#include "crowd.h"
#include "suites.h"

#define EVERY	16
#define ID	SOCKWATCH_HOOK_GRAFT

static void hit_timed(void)
{
	sockwatch_cost_end(ID, sockwatch_cost_begin(ID));
}

/* Returns whether it was timed. */
static bool hit(void)
{
	if (!sockwatch_cost_hit(ID))
		return false;
	hit_timed();
	return true;
}

static struct sockwatch_cost read_of(enum sockwatch_hook_id id)
{
	struct sockwatch_cost cost;

	sockwatch_cost_read(id, &cost);
	return cost;
}

/* The last of each so many. */
static void one_in_so_many(struct kunit *test)
{
	unsigned int i;

	sockwatch_cost_init(EVERY);
	preempt_disable();
	for (i = 1; i <= 3 * EVERY + 5; i++)
		if (hit() != !(i % EVERY))
			break;
	preempt_enable();
	KUNIT_EXPECT_EQ(test, i, 3 * EVERY + 6);
	KUNIT_EXPECT_EQ(test, read_of(ID).hits, 3ULL * EVERY + 5);
	KUNIT_EXPECT_EQ(test, read_of(ID).timed, 3ULL);
	KUNIT_EXPECT_EQ(test, read_of(ID + 1).hits, 0ULL);
	KUNIT_EXPECT_EQ(test, read_of(ID + 1).timed, 0ULL);
}

static void none(struct kunit *test)
{
	struct sockwatch_cost cost;
	unsigned int i, timed = 0;

	sockwatch_cost_init(0);
	for (i = 0; i < 3 * EVERY; i++)
		timed += hit();
	KUNIT_EXPECT_FALSE(test, sockwatch_cost_read(ID, &cost));
	KUNIT_EXPECT_EQ(test, cost.hits, 3ULL * EVERY);
	KUNIT_EXPECT_EQ(test, timed, 0);
}

/* Who should time one may be taken to another CPU: then the next one does. */
static void left_over(struct kunit *test)
{
	unsigned int i;
	bool first, second, third;

	sockwatch_cost_init(EVERY);
	preempt_disable();
	for (i = 1; i < EVERY; i++)
		hit();
	first = sockwatch_cost_hit(ID);
	second = sockwatch_cost_hit(ID);
	hit_timed();
	third = sockwatch_cost_hit(ID);
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, first);
	KUNIT_EXPECT_TRUE(test, second);
	KUNIT_EXPECT_FALSE(test, third);
	KUNIT_EXPECT_EQ(test, read_of(ID).hits, EVERY + 2ULL);
	KUNIT_EXPECT_EQ(test, read_of(ID).timed, 1ULL);
}

#define WORK_NS	500000ULL

/* Not udelay(): on an emulated CPU its loop may be calibrated wrongly. */
static void work(void)
{
	u64 start_ns = ktime_get_ns();

	while (ktime_get_ns() - start_ns < WORK_NS)
		cpu_relax();
}

/* What lies in between, without the clock itself. */
static void takes_time(struct kunit *test)
{
	u64 nothing_ns = U64_MAX, before_ns, start_ns;
	unsigned int i;

	sockwatch_cost_init(EVERY);
	for (i = 0; i < 100; i++) {
		before_ns = read_of(ID).time_ns;
		hit_timed();
		nothing_ns = min(nothing_ns, read_of(ID).time_ns - before_ns);
	}
	before_ns = read_of(ID).time_ns;
	start_ns = sockwatch_cost_begin(ID);
	work();
	sockwatch_cost_end(ID, start_ns);
	kunit_info(test, "nothing takes %llu ns, %llu take %llu\n", nothing_ns,
		   WORK_NS, read_of(ID).time_ns - before_ns);
	KUNIT_EXPECT_LT(test, nothing_ns, WORK_NS / 10);
	KUNIT_EXPECT_GT(test, read_of(ID).time_ns - before_ns,
			WORK_NS / 10 * 9);
}

static atomic_t hits, fallen;
static unsigned int irqs;

static void hit_counted(void)
{
	atomic_inc(&hits);
	hit();
}

static void hit_irq(void)
{
	hit_counted();
	WRITE_ONCE(irqs, irqs + 1);
}

/* Three hit it, with an interrupt that does, and one reads. */
static void race_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;
	u64 now, last = 0;

	if (!who)
		crowd_disturb(hit_irq);
	while (READ_ONCE(irqs) < CROWD_IRQS && time_before(jiffies, end)) {
		if (who < CROWD_SIZE - 1) {
			hit_counted();
		} else {
			now = read_of(ID).hits;
			if (now < last)
				atomic_inc(&fallen);
			last = now;
		}
		cond_resched();
	}
	if (!who)
		crowd_leave_alone();
}

static void hits_race(struct kunit *test)
{
	u64 all;

	sockwatch_cost_init(EVERY);
	atomic_set(&hits, 0);
	atomic_set(&fallen, 0);
	irqs = 0;
	KUNIT_ASSERT_EQ(test, crowd_run(test, race_member, NULL), 0);
	all = atomic_read(&hits);
	kunit_info(test, "%llu hits\n", all);
	KUNIT_EXPECT_EQ(test, read_of(ID).hits, all);
	KUNIT_EXPECT_EQ(test, atomic_read(&fallen), 0);
	/* Each CPU has some left, and those who come together are timed both. */
	KUNIT_EXPECT_GE(test, (read_of(ID).timed + num_possible_cpus()) * EVERY,
			all);
}

static int cost_start(struct kunit *test)
{
	sockwatch_clock_init();
	return 0;
}

static struct kunit_case cost_cases[] = {
	KUNIT_CASE(one_in_so_many),
	KUNIT_CASE(none),
	KUNIT_CASE(left_over),
	KUNIT_CASE(takes_time),
	KUNIT_CASE(hits_race),
	{}
};

struct kunit_suite sockwatch_cost_suite = {
	.name = "sockwatch_cost",
	.init = cost_start,
	.test_cases = cost_cases,
};
