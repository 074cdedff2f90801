// SPDX-License-Identifier: GPL-2.0
/* events: the queues lose nothing uncounted, and give one order. */
#include <kunit/test.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "crowd.h"
#include "event.h"
#include "events.h"
#include "fake.h"
#include "netns.h"
#include "suites.h"

#define SLOTS		SOCKWATCH_EVENTS_MIN
#define CROWD_EVENTS	5000

/* What was taken; an event has its number for its id. */
static struct {
	unsigned int nr;
	u64 last;
	unsigned int disordered;
	unsigned int backwards;
	u64 time_ns;
} taken;

static atomic_t woken;
static atomic_t woken_soon;

static void test_wake(bool soon)
{
	atomic_inc(&woken);
	if (soon)
		atomic_inc(&woken_soon);
}

static void test_take(struct sockwatch_net *snet,
		      const struct sockwatch_event *event)
{
	taken.nr++;
	taken.disordered += event->id <= taken.last;
	taken.backwards += event->time_ns < taken.time_ns;
	taken.last = event->id;
	taken.time_ns = event->time_ns;
}

static const struct sockwatch_events_ops test_ops = {
	.wake = test_wake,
	.take = test_take,
};

static struct sockwatch_net *snet(void)
{
	return sockwatch_net_held(&init_net);
}

static int events_start(struct kunit *test)
{
	int err = fake_start(test);

	if (err)
		return err;
	memset(&taken, 0, sizeof(taken));
	atomic_set(&woken, 0);
	atomic_set(&woken_soon, 0);
	sockwatch_events_any_lost();
	sockwatch_events_init(SLOTS);
	snet()->events.lost = alloc_percpu(u64);
	if (!snet()->events.lost)
		return -ENOMEM;
	return sockwatch_events_start(&test_ops);
}

static void events_end(struct kunit *test)
{
	sockwatch_events_stop();
	fake_stop(test);
}

/* With preemption off. */
static void tell(u64 number)
{
	struct sockwatch_event event;

	sockwatch_event_begin(&event, SOCKWATCH_EVENT_STATE);
	event.id = number;
	sockwatch_event_tell(snet(), &event);
}

static void tell_on_one_cpu(unsigned int nr)
{
	unsigned int i;

	preempt_disable();
	for (i = 1; i <= nr; i++)
		tell(i);
	preempt_enable();
}

static void all_taken(struct kunit *test)
{
	tell_on_one_cpu(SLOTS);
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, (unsigned int)SLOTS);
	KUNIT_EXPECT_EQ(test, taken.disordered, 0U);
	KUNIT_EXPECT_FALSE(test, sockwatch_events_any_lost());
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, (unsigned int)SLOTS);
}

/* The first ones stay: what is lost is what comes when there is no room. */
static void full(struct kunit *test)
{
	tell_on_one_cpu(SLOTS + 44);
	KUNIT_EXPECT_EQ(test, sockwatch_events_lost(snet()), 44ULL);
	KUNIT_EXPECT_TRUE(test, sockwatch_events_any_lost());
	KUNIT_EXPECT_FALSE(test, sockwatch_events_any_lost());
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, (unsigned int)SLOTS);
	KUNIT_EXPECT_EQ(test, taken.last, (u64)SLOTS);

	tell_on_one_cpu(1);
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, SLOTS + 1U);
	KUNIT_EXPECT_EQ(test, sockwatch_events_lost(snet()), 44ULL);
}

/* Each wakes, and once it is soon. */
static void wakes(struct kunit *test)
{
	tell_on_one_cpu(SLOTS / 4 - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken_soon), 0);
	sockwatch_events_drain();
	tell_on_one_cpu(SLOTS);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken_soon), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), SLOTS / 4 - 1 + SLOTS);
}

static void nobody_is_told(struct kunit *test)
{
	sockwatch_events_stop();
	tell_on_one_cpu(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), 0);
	KUNIT_EXPECT_EQ(test, sockwatch_events_start(&test_ops), 0);
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, 0U);
}

/* What was queued for one who has gone is not for the next. */
static void started_anew(struct kunit *test)
{
	tell_on_one_cpu(10);
	sockwatch_events_stop();
	KUNIT_EXPECT_EQ(test, sockwatch_events_start(&test_ops), 0);
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, taken.nr, 0U);
}

static DEFINE_SPINLOCK(number_lock);
static u64 number;
static atomic_t busy;

/* As a sock's lock orders what happens to it, on whatever CPU. */
static void tell_next(void)
{
	unsigned long flags;

	spin_lock_irqsave(&number_lock, flags);
	tell(++number);
	spin_unlock_irqrestore(&number_lock, flags);
}

static void crowd_member(unsigned int who, void *arg)
{
	unsigned int i;

	if (!who) {
		while (atomic_read(&busy) > 1) {
			sockwatch_events_drain();
			cond_resched();
		}
	}
	for (i = 0; who && i < CROWD_EVENTS; i++) {
		tell_next();
		if (!(i % 16))
			cond_resched();
	}
	atomic_dec(&busy);
}

static void in_order(struct kunit *test)
{
	const u64 all = (CROWD_SIZE - 1) * CROWD_EVENTS;

	number = 0;
	atomic_set(&busy, CROWD_SIZE);
	KUNIT_ASSERT_EQ(test, crowd_run(test, crowd_member, NULL), 0);
	sockwatch_events_drain();
	KUNIT_EXPECT_EQ(test, number, all);
	KUNIT_EXPECT_EQ(test, taken.nr + sockwatch_events_lost(snet()), all);
	KUNIT_EXPECT_EQ(test, taken.disordered, 0U);
	KUNIT_EXPECT_EQ(test, taken.backwards, 0U);
	KUNIT_EXPECT_GT(test, taken.nr, 0U);
}

static void clock_add(s64 ns)
{
	struct timespec64 ts = ns_to_timespec64(ktime_get_real_ns() + ns);

	do_settimeofday64(&ts);
}

static unsigned int backwards_after(s64 ns)
{
	tell_on_one_cpu(1);
	sockwatch_events_drain();
	clock_add(ns);
	taken.backwards = 0;
	tell_on_one_cpu(1);
	sockwatch_events_drain();
	clock_add(-ns);
	return taken.backwards;
}

/* As the offset to the time of day differs from drain to drain. */
static void clock_drifts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, backwards_after(-50 * NSEC_PER_MSEC), 0U);
}

static void clock_is_set_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, backwards_after(-3600 * NSEC_PER_SEC), 1U);
}

static struct kunit_case events_cases[] = {
	KUNIT_CASE(all_taken),
	KUNIT_CASE(full),
	KUNIT_CASE(wakes),
	KUNIT_CASE(nobody_is_told),
	KUNIT_CASE(started_anew),
	KUNIT_CASE(in_order),
	KUNIT_CASE(clock_drifts),
	KUNIT_CASE(clock_is_set_back),
	{}
};

struct kunit_suite sockwatch_events_suite = {
	.name = "sockwatch_events",
	.init = events_start,
	.exit = events_end,
	.test_cases = events_cases,
};
