/* SPDX-License-Identifier: GPL-2.0 */
/* A new histogram for each case, and what it adds up to. */
#ifndef _SOCKWATCH_ONE_HIST_H
#define _SOCKWATCH_ONE_HIST_H

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "hist.h"

/* More than a cell of 16 bits can hold, past the carry twice. */
#define MANY	70001

static struct sockwatch_hist *hist;
static struct sockwatch_hist_sum sum;

static int hist_start(struct kunit *test)
{
	hist = sockwatch_hist_new(GFP_KERNEL);
	return hist ? 0 : -ENOMEM;
}

static void hist_stop(struct kunit *test)
{
	sockwatch_hist_free(hist);
}

static void add(u64 ns)
{
	preempt_disable();
	sockwatch_hist_add(hist, ns);
	preempt_enable();
}

static void fold(void)
{
	memset(&sum, 0, sizeof(sum));
	sockwatch_hist_fold(hist, &sum);
}

#endif /* _SOCKWATCH_ONE_HIST_H */
