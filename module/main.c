// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: the init ladder and its mirror image. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/module.h>

#include "account.h"
#include "census.h"
#include "choose.h"
#include "clock.h"
#include "cost.h"
#include "events.h"
#include "genl.h"
#include "hooks.h"
#include "listen.h"
#include "netns.h"
#include "proc.h"
#include "sample_timer.h"

static unsigned int max_sockets = 131072;
module_param(max_sockets, uint, 0444);
MODULE_PARM_DESC(max_sockets, "sockets that can be tracked at a time, rounded up to a power of two: 1024 to 16777216 (default 131072; 72 bytes each)");

static unsigned int max_kinds = 128;
module_param(max_kinds, uint, 0444);
MODULE_PARM_DESC(max_kinds, "kinds of socket a network namespace counts one by one, rounded up to a power of two: 16 to 256 (default 128; 112 bytes each on every CPU, as they are seen)");

static unsigned int max_listeners = 4096;
module_param(max_listeners, uint, 0444);
MODULE_PARM_DESC(max_listeners, "listening TCP sockets that can be followed at a time, on the whole machine: 64 to 65534 (default 4096; 8 bytes each, in use 1024 more and 256 on every CPU)");

static unsigned int max_events = 8192;
module_param(max_events, uint, 0444);
MODULE_PARM_DESC(max_events, "events that can wait on each CPU to be sent, rounded up to a power of two: 256 to 1048576 (default 8192; 152 bytes each, only while somebody monitors)");

static bool wrapper = true;
module_param(wrapper, bool, 0444);
MODULE_PARM_DESC(wrapper, "whether to wrap __sock_create, tcp_v4_connect and tcp_v6_connect, and to be called directly by the functions of other hooks; if not, or where livepatch or BPF has the place, a kretprobe or ftrace serves; N leaves the places to others to come (default Y)");

static unsigned int time_hits = 1024;
module_param(time_hits, uint, 0444);
MODULE_PARM_DESC(time_hits, "measure how long a hook takes, at one of so many hits of each hook on each CPU: 16 to 1073741824, or 0: never (default 1024)");

static char *hooks = "all";
module_param(hooks, charp, 0444);
MODULE_PARM_DESC(hooks, "what to attach: all, none, required, or names of hooks that are not required, with commas between; those that are required come with them (default all)");

static int param_check(const char *name, unsigned int value, unsigned int min,
		       unsigned int max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("%s=%u: give a number from %u to %u\n", name, value, min, max);
	return -EINVAL;
}

static int __init time_hits_check(void)
{
	return time_hits ? param_check("time_hits", time_hits, 16, 1 << 30) :
			   0;
}

static int __init params_check(void)
{
	return param_check("max_sockets", max_sockets, 1024, 1 << 24) ?:
	       param_check("max_kinds", max_kinds, 16,
			   SOCKWATCH_KINDS_LIMIT) ?:
	       param_check("max_listeners", max_listeners, 64,
			   SOCKWATCH_LISTENERS_LIMIT) ?:
	       param_check("max_events", max_events, SOCKWATCH_EVENTS_MIN,
			   SOCKWATCH_EVENTS_LIMIT) ?:
	       time_hits_check();
}

static int __init sockwatch_init(void)
{
	int err;

	err = params_check();
	if (err)
		return err;
	sockwatch_clock_init();
	sockwatch_cost_init(time_hits);
	sockwatch_events_init(max_events);
	err = sockwatch_listen_init(max_listeners);
	if (err)
		return err;
	err = sockwatch_account_init(roundup_pow_of_two(max_sockets),
				     roundup_pow_of_two(max_kinds));
	if (err)
		goto err_listen;
	if (!sockwatch_choose_none(hooks))
		sockwatch_census_prepare();
	err = sockwatch_hooks_init(hooks, wrapper);
	if (err)
		goto err_account;
	if (!sockwatch_choose_none(hooks))
		sockwatch_census();
	err = sockwatch_proc_init();
	if (err)
		goto err_hooks;
	err = sockwatch_genl_init();
	if (err)
		goto err_proc;
	sockwatch_sample_timer_init();
	return 0;

err_proc:
	sockwatch_proc_exit();
err_hooks:
	sockwatch_hooks_exit();
err_account:
	sockwatch_account_exit();
err_listen:
	sockwatch_listen_exit();
	return err;
}

static void __exit sockwatch_exit(void)
{
	sockwatch_sample_timer_exit();
	sockwatch_genl_exit();
	sockwatch_proc_exit();
	sockwatch_hooks_exit();
	sockwatch_account_exit();
	sockwatch_listen_exit();
}

module_init(sockwatch_init);
module_exit(sockwatch_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts every socket by family, type and protocol");
MODULE_VERSION("0.1.0");
