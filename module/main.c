// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: the init ladder and its mirror image. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/module.h>

#include "account.h"
#include "census.h"
#include "clock.h"
#include "genl.h"
#include "hooks.h"
#include "netns.h"
#include "proc.h"

static unsigned int max_sockets = 131072;
module_param(max_sockets, uint, 0444);
MODULE_PARM_DESC(max_sockets, "sockets that can be tracked at a time, rounded up to a power of two: 1024 to 16777216 (default 131072; 72 bytes each)");

static unsigned int max_kinds = 128;
module_param(max_kinds, uint, 0444);
MODULE_PARM_DESC(max_kinds, "kinds of socket a network namespace counts one by one, rounded up to a power of two: 16 to 256 (default 128; 96 bytes each on every CPU)");

static bool wrapper = true;
module_param(wrapper, bool, 0444);
MODULE_PARM_DESC(wrapper, "whether to wrap __sock_create; if not, or if livepatch has it, a kretprobe serves; N leaves the place to a livepatch to come (default Y)");

static bool hooks = true;
module_param(hooks, bool, 0444);
MODULE_PARM_DESC(hooks, "whether to attach anything; N only measures what a loaded module costs (default Y)");

static int param_check(const char *name, unsigned int value, unsigned int min,
		       unsigned int max)
{
	if (value >= min && value <= max)
		return 0;
	pr_err("%s=%u: give a number from %u to %u\n", name, value, min, max);
	return -EINVAL;
}

static int __init params_check(void)
{
	return param_check("max_sockets", max_sockets, 1024, 1 << 24) ?:
	       param_check("max_kinds", max_kinds, 16,
			   SOCKWATCH_KINDS_LIMIT);
}

static int __init sockwatch_init(void)
{
	int err;

	err = params_check();
	if (err)
		return err;
	sockwatch_clock_init();
	err = sockwatch_account_init(roundup_pow_of_two(max_sockets),
				     roundup_pow_of_two(max_kinds));
	if (err)
		return err;
	err = sockwatch_hooks_init(hooks, wrapper);
	if (err)
		goto err_account;
	if (hooks)
		sockwatch_census();
	err = sockwatch_proc_init();
	if (err)
		goto err_hooks;
	err = sockwatch_genl_init();
	if (err)
		goto err_proc;
	return 0;

err_proc:
	sockwatch_proc_exit();
err_hooks:
	sockwatch_hooks_exit();
err_account:
	sockwatch_account_exit();
	return err;
}

static void __exit sockwatch_exit(void)
{
	sockwatch_genl_exit();
	sockwatch_proc_exit();
	sockwatch_hooks_exit();
	sockwatch_account_exit();
}

module_init(sockwatch_init);
module_exit(sockwatch_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts every socket by family, type and protocol");
MODULE_VERSION("0.1.0");
