// SPDX-License-Identifier: GPL-2.0
/* The ways to attach a probe to the kernel. */
#include <linux/errno.h>
#include <linux/string.h>

#include "attach.h"

/**
 * sockwatch_function_find() - where ftrace patches a function
 * @name: the function
 * @ip: filled with the address of the patched call at its entry
 *
 * kallsyms_lookup_name() is exported nowhere; a kprobe finds a function as
 * well, and says whether its address is the ftrace one.  It is registered
 * disabled: nothing is patched.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT for no such function, -EOPNOTSUPP where ftrace cannot
 * patch it, or another errno of register_kprobe().
 */
int sockwatch_function_find(const char *name, unsigned long *ip)
{
	struct kprobe probe = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err;

	err = register_kprobe(&probe);
	if (err)
		return err;
	if (!(probe.flags & KPROBE_FLAG_FTRACE))
		err = -EOPNOTSUPP;
	*ip = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return err;
}

/**
 * sockwatch_attach_ops() - register @hook->ops at the entry of its function
 * @hook: the hook
 * @ip: what sockwatch_function_find() said
 * @flags: FTRACE_OPS_FL_* beyond the usual
 *
 * Without FTRACE_OPS_FL_RECURSION ftrace calls the handler without a guard,
 * at a third of the cost: it must call nothing that could come back to its
 * function.  FTRACE_OPS_FL_PERMANENT: with it
 * kernel.ftrace_enabled cannot be set to 0 behind our back, and where it is 0
 * already registering says -EBUSY (kernel/trace/ftrace.c).
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int sockwatch_attach_ops(struct sockwatch_hook *hook, unsigned long ip,
			 unsigned long flags)
{
	int err;

	hook->ops.flags = FTRACE_OPS_FL_PERMANENT | flags;
	err = ftrace_set_filter_ip(&hook->ops, ip, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&hook->ops);
	if (err)
		goto err_filter;
	return 0;

err_filter:
	ftrace_free_filter(&hook->ops);
	return err;
}

/**
 * sockwatch_detach_ops() - the opposite of sockwatch_attach_ops()
 * @hook: the hook
 *
 * Context: process, may sleep.  On return the handler runs nowhere: ftrace
 * waits for its trampoline to be left.
 */
void sockwatch_detach_ops(struct sockwatch_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
}

static int ftrace_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	err = sockwatch_function_find(hook->name, &ip);
	if (err)
		return err;
	hook->ops.func = hook->probe;
	return sockwatch_attach_ops(hook, ip, 0);
}

const struct sockwatch_hook_type sockwatch_hook_ftrace = {
	.name = "ftrace",
	.attach = ftrace_attach,
	.detach = sockwatch_detach_ops,
};

static int kretprobe_attach(struct sockwatch_hook *hook)
{
	hook->rp.kp.symbol_name = hook->name;
	/* A creation may sleep in request_module(): leave room for many. */
	hook->rp.maxactive = 64 + 4 * num_possible_cpus();
	return register_kretprobe(&hook->rp);
}

static void kretprobe_detach(struct sockwatch_hook *hook)
{
	unregister_kretprobe(&hook->rp);
}

static u64 kretprobe_missed(const struct sockwatch_hook *hook)
{
	return hook->rp.nmissed + hook->rp.kp.nmissed;
}

const struct sockwatch_hook_type sockwatch_hook_kretprobe = {
	.name = "kretprobe",
	.attach = kretprobe_attach,
	.detach = kretprobe_detach,
	.missed = kretprobe_missed,
};

static void tracepoint_match(struct tracepoint *tp, void *arg)
{
	struct sockwatch_hook *hook = arg;

	if (!strcmp(tp->name, hook->name))
		hook->tp = tp;
}

/* inet_sock_set_state is not exported: find it by name. */
static int tracepoint_attach(struct sockwatch_hook *hook)
{
	hook->tp = NULL;
	for_each_kernel_tracepoint(tracepoint_match, hook);
	if (!hook->tp)
		return -ENOENT;
	return tracepoint_probe_register(hook->tp, hook->probe, NULL);
}

static void tracepoint_detach(struct sockwatch_hook *hook)
{
	tracepoint_probe_unregister(hook->tp, hook->probe, NULL);
	tracepoint_synchronize_unregister();
}

const struct sockwatch_hook_type sockwatch_hook_tracepoint = {
	.name = "tracepoint",
	.attach = tracepoint_attach,
	.detach = tracepoint_detach,
};
