// SPDX-License-Identifier: GPL-2.0
/* Every second the next latencies may be kept as samples. */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "netns.h"
#include "sample.h"
#include "sample_timer.h"

static int net_arm(struct sockwatch_net *snet, void *unused)
{
	sockwatch_sample_arm(snet);
	cond_resched();
	return 0;
}

static void arm_work(struct work_struct *work);
/* A machine that sleeps is not woken for it. */
static DECLARE_DEFERRABLE_WORK(arming, arm_work);

static void arm_work(struct work_struct *work)
{
	sockwatch_net_for_each(net_arm, NULL);
	queue_delayed_work(system_power_efficient_wq, &arming, HZ);
}

/**
 * sockwatch_sample_timer_init() - begin
 *
 * Context: process, after sockwatch_account_init().
 */
void sockwatch_sample_timer_init(void)
{
	queue_delayed_work(system_power_efficient_wq, &arming, HZ);
}

/**
 * sockwatch_sample_timer_exit() - the opposite of sockwatch_sample_timer_init()
 *
 * Context: process, may sleep.
 */
void sockwatch_sample_timer_exit(void)
{
	cancel_delayed_work_sync(&arming);
}
