// SPDX-License-Identifier: GPL-2.0
/* hist: nothing is lost between threads, an interrupt and who adds it up. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "crowd.h"
#include "hist.h"
#include "one_hist.h"
#include "suites.h"

/**
 * struct race - threads and an interrupt that add to one bucket
 * @threads: additions by the threads
 * @irqs: by the interrupt
 * @wrong: folds that had lost some
 */
static struct race {
	atomic_t threads;
	unsigned int irqs;
	unsigned int wrong;
} race;

/* Enough at a time to come to the carry in the interrupt as well. */
#define BATCH	40

static void race_irq(void)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		sockwatch_hist_add(hist, 600 + i);
	WRITE_ONCE(race.irqs, race.irqs + BATCH);
}

/*
 * A reader meanwhile misses nothing that was counted before it came, and sees
 * nothing twice; what is being counted may be in or not.
 */
static void race_read(u64 *last)
{
	static struct sockwatch_hist_sum seen;
	u64 least = atomic_read(&race.threads);
	u64 most;

	memset(&seen, 0, sizeof(seen));
	sockwatch_hist_fold(hist, &seen);
	most = atomic_read(&race.threads) + READ_ONCE(race.irqs) +
	       (CROWD_SIZE + 1) * BATCH;
	race.wrong += seen.count < max(*last, least) || seen.count > most;
	*last = seen.count;
}

static void race_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;
	unsigned int i;
	u64 last = 0;

	if (!who)
		crowd_disturb(race_irq);
	while (time_before(jiffies, end) &&
	       (atomic_read(&race.threads) < MANY ||
		READ_ONCE(race.irqs) < CROWD_IRQS * BATCH)) {
		for (i = 0; i < BATCH; i++)
			add(600);
		atomic_add(BATCH, &race.threads);
		if (who == 1)
			race_read(&last);
		cond_resched();
	}
	if (!who)
		crowd_leave_alone();
}

static void carry_race(struct kunit *test)
{
	u64 want;

	memset(&race, 0, sizeof(race));
	KUNIT_ASSERT_EQ(test, crowd_run(test, race_member, NULL), 0);
	want = atomic_read(&race.threads) + race.irqs;
	kunit_info(test, "%d by threads, %u by interrupts\n",
		   atomic_read(&race.threads), race.irqs);
	KUNIT_EXPECT_GT(test, want, (u64)MANY);
	KUNIT_EXPECT_GT(test, race.irqs, 0U);
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, want);
	KUNIT_EXPECT_EQ(test, sum.bucket[1], want);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 600ULL + BATCH - 1);
	KUNIT_EXPECT_EQ(test, race.wrong, 0U);
}

/**
 * struct carry_irq - a cell that is always about to be carried
 * @irqs: interrupts
 * @count: what the bucket must hold
 */
static struct carry_irq {
	unsigned int irqs;
	u64 count;
} carry_irq;

static void carry_irq_fire(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		sockwatch_hist_add(hist, 600);
	carry_irq.count += 3;
	WRITE_ONCE(carry_irq.irqs, carry_irq.irqs + 1);
}

/* The next addition carries: the interrupt finds it at any step of that. */
static void carry_irq_round(void)
{
	local_irq_disable();
	carry_irq.count += SOCKWATCH_HIST_CARRY - 1 -
			   this_cpu_read(hist->cpu->cell[1]);
	this_cpu_write(hist->cpu->cell[1], SOCKWATCH_HIST_CARRY - 1);
	carry_irq.count++;
	local_irq_enable();
	add(600);
}

static void carry_irq_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;

	if (who)
		return;
	crowd_disturb(carry_irq_fire);
	while (READ_ONCE(carry_irq.irqs) < CROWD_IRQS &&
	       time_before(jiffies, end)) {
		carry_irq_round();
		cond_resched();
	}
	crowd_leave_alone();
}

static void carry_interrupted(struct kunit *test)
{
	memset(&carry_irq, 0, sizeof(carry_irq));
	KUNIT_ASSERT_EQ(test, crowd_run(test, carry_irq_member, NULL), 0);
	kunit_info(test, "%u interrupts\n", carry_irq.irqs);
	KUNIT_EXPECT_GT(test, carry_irq.irqs, 0U);
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[1], carry_irq.count);
}

static void carry_end(void)
{
	u16 *cell = &per_cpu_ptr(hist->cpu, 0)->cell[1];

	if (*cell >= SOCKWATCH_HIST_CARRY)
		WRITE_ONCE(*cell, *cell - SOCKWATCH_HIST_CARRY);
}

/* A carry at its half: the carry has it, and so has the cell. */
static void fold_waits(struct kunit *test)
{
	atomic_set(&hist->carry[1], 1);
	per_cpu_ptr(hist->cpu, 0)->cell[1] = SOCKWATCH_HIST_CARRY + 2;
	crowd_disturb(carry_end);
	fold();
	crowd_leave_alone();
	KUNIT_EXPECT_EQ(test, sum.bucket[1], SOCKWATCH_HIST_CARRY + 2ULL);
}

/* The interrupt comes with a longer one while the maximum is being raised. */
static unsigned int max_irqs;
static u64 max_irq_ns;

static void max_irq(void)
{
	max_irq_ns = this_cpu_read(hist->cpu->max) + 100000;
	sockwatch_hist_add(hist, max_irq_ns);
	WRITE_ONCE(max_irqs, max_irqs + 1);
}

static void max_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;
	unsigned int *wrong = arg;
	u64 theirs_ns, ns = 0;

	if (who)
		return;
	crowd_disturb(max_irq);
	while (READ_ONCE(max_irqs) < CROWD_IRQS && time_before(jiffies, end)) {
		/* Longer than all so far, but not than the next interrupt's. */
		ns = max(ns, READ_ONCE(max_irq_ns)) + 1;
		add(ns);
		theirs_ns = READ_ONCE(max_irq_ns);
		*wrong += this_cpu_read(hist->cpu->max) + 1 < theirs_ns;
	}
	crowd_leave_alone();
}

static void max_race(struct kunit *test)
{
	unsigned int wrong = 0;

	max_irqs = 0;
	max_irq_ns = 0;
	KUNIT_ASSERT_EQ(test, crowd_run(test, max_member, &wrong), 0);
	KUNIT_EXPECT_GT(test, max_irqs, 0U);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(carry_race),
	KUNIT_CASE(carry_interrupted),
	KUNIT_CASE(fold_waits),
	KUNIT_CASE(max_race),
	{}
};

struct kunit_suite sockwatch_hist_race_suite = {
	.name = "sockwatch_hist_race",
	.init = hist_start,
	.exit = hist_stop,
	.test_cases = race_cases,
};
