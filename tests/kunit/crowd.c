// SPDX-License-Identifier: GPL-2.0
/* Several kernel threads, and an interrupt, that get in each other's way. */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>

#include "crowd.h"

/**
 * struct crowd - threads that wait for each other
 * @start: completed when all are there
 * @fn: what each does
 * @arg: handed on to @fn
 * @members: the threads
 */
struct crowd {
	struct completion start;
	void (*fn)(unsigned int who, void *arg);
	void *arg;
	struct crowd_member {
		struct crowd *crowd;
		struct completion done;
		unsigned int who;
	} members[CROWD_SIZE];
};

static int member_run(void *arg)
{
	struct crowd_member *member = arg;
	struct crowd *crowd = member->crowd;

	wait_for_completion(&crowd->start);
	crowd->fn(member->who, crowd->arg);
	kthread_complete_and_exit(&member->done, 0);
}

/* Spread over the CPUs, so that they do meet. */
static int member_start(struct crowd *crowd, unsigned int who)
{
	struct crowd_member *member = &crowd->members[who];
	struct task_struct *task;

	member->crowd = crowd;
	member->who = who;
	init_completion(&member->done);
	task = kthread_create(member_run, member, "crowd/%u", who);
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, cpumask_local_spread(who, NUMA_NO_NODE));
	wake_up_process(task);
	return 0;
}

/**
 * crowd_run() - let CROWD_SIZE threads do something at once
 * @test: the test
 * @fn: what each does
 * @arg: handed on to @fn
 *
 * Return: 0 when all have done it, or why a thread could not be started.
 */
int crowd_run(struct kunit *test, void (*fn)(unsigned int who, void *arg),
	      void *arg)
{
	struct crowd *crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	unsigned int who;
	int err = 0;

	if (!crowd)
		return -ENOMEM;
	init_completion(&crowd->start);
	crowd->fn = fn;
	crowd->arg = arg;
	for (who = 0; who < CROWD_SIZE && !err; who++)
		err = member_start(crowd, who);
	complete_all(&crowd->start);
	while (who--)
		if (crowd->members[who].crowd)
			wait_for_completion(&crowd->members[who].done);
	return err;
}

#define DISTURB_NS	(100 * NSEC_PER_USEC)

static struct hrtimer disturb_timer;
static void (*disturb)(void);

static enum hrtimer_restart disturb_fire(struct hrtimer *timer)
{
	ktime_t start = ktime_get();
	s64 took_ns;

	disturb();
	took_ns = ktime_to_ns(ktime_sub(ktime_get(), start));
	/* The threads come on in between, however slow the kernel is. */
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(),
						DISTURB_NS + 4 * took_ns));
	return HRTIMER_RESTART;
}

/**
 * crowd_disturb() - interrupt whatever runs on this CPU
 * @fn: called in the interrupt, again and again
 *
 * An emulated machine rarely runs two CPUs at once, and a thread is rarely
 * taken off one; but an interrupt comes between any two steps, as it does for
 * softirqs and processes that count on one CPU.
 */
void crowd_disturb(void (*fn)(void))
{
	disturb = fn;
	hrtimer_init(&disturb_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);
	disturb_timer.function = disturb_fire;
	hrtimer_start(&disturb_timer, ns_to_ktime(DISTURB_NS),
		      HRTIMER_MODE_REL_PINNED);
}

/**
 * crowd_leave_alone() - the opposite of crowd_disturb()
 */
void crowd_leave_alone(void)
{
	hrtimer_cancel(&disturb_timer);
}
