// SPDX-License-Identifier: GPL-2.0
/* The ways to attach a probe to the kernel. */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#ifdef CONFIG_X86_64
#include <asm/text-patching.h>
#else
#define CALL_INSN_OPCODE	0
#endif

#include "attach.h"
#include "compat.h"

/*
 * function_find() - where ftrace patches a function
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
static int function_find(const char *name, unsigned long *ip)
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

/*
 * Nothing must be left of a former try: ftrace_free_filter() leaves the pointer
 * to what it frees (kernel/trace/ftrace.c).
 */
static int ops_filter(struct sockwatch_hook *hook, unsigned long ip)
{
	memset(&hook->ops, 0, sizeof(hook->ops));
	return ftrace_set_filter_ip(&hook->ops, ip, 0, 0);
}

/*
 * ops_attach() - register @hook->ops at the entry of its function
 * @hook: the hook
 * @ip: what function_find() said
 * @func: what ftrace calls there
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
static int ops_attach(struct sockwatch_hook *hook, unsigned long ip,
		      ftrace_func_t func, unsigned long flags)
{
	int err;

	err = ops_filter(hook, ip);
	if (err)
		return err;
	hook->ops.func = func;
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT | flags;
	err = register_ftrace_function(&hook->ops);
	if (err)
		goto err_filter;
	return 0;

err_filter:
	ftrace_free_filter(&hook->ops);
	return err;
}

/*
 * ops_detach() - the opposite of ops_attach()
 * @hook: the hook
 *
 * Context: process, may sleep.  On return the handler runs nowhere: ftrace
 * waits for its trampoline to be left.
 */
static void ops_detach(struct sockwatch_hook *hook)
{
	unregister_ftrace_function(&hook->ops);
	ftrace_free_filter(&hook->ops);
}

static notrace void ftrace_probe(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	void (*probe)(unsigned long a, unsigned long b, unsigned long c);

	probe = container_of(ops, struct sockwatch_hook, ops)->probe;
	probe(ftrace_regs_get_argument(fregs, 0),
	      ftrace_regs_get_argument(fregs, 1),
	      ftrace_regs_get_argument(fregs, 2));
}

static int ftrace_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	err = function_find(hook->name, &ip);
	if (err)
		return err;
	return ops_attach(hook, ip, ftrace_probe, 0);
}

const struct sockwatch_hook_type sockwatch_hook_ftrace = {
	.name = "ftrace",
	.attach = ftrace_attach,
	.detach = ops_detach,
};

/**
 * DOC: direct calls
 *
 * ftrace can have a function call a stub of ours where it begins, instead of
 * its own trampoline, which keeps all registers for whoever may want them and
 * costs four times as much.  The stub has returned before the function goes
 * on: nothing of ours is on the stack while that sleeps.  Only one user of a
 * function may do so; BPF's fentry and fexit do too, and livepatch does not go
 * with it (prepare_direct_functions_for_ipmodify(), kernel/trace/ftrace.c).
 */

/*
 * As in ops_attach(): kernel.ftrace_enabled cannot be set to 0 any more.  Where
 * it is 0, registering patched nothing and said nothing: the first instruction
 * is no call.
 */
static bool direct_stays(struct sockwatch_hook *hook, unsigned long ip)
{
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	/* Whoever sets it to 0 looks at the flag before he patches. */
	smp_mb();
	return READ_ONCE(*(u8 *)ip) == CALL_INSN_OPCODE;
}

static int direct_attach_at(struct sockwatch_hook *hook, unsigned long ip)
{
	int err;

	err = ops_filter(hook, ip);
	if (err)
		return err;
	err = sockwatch_direct_register(&hook->ops, (unsigned long)hook->stub);
	if (err)
		goto err_filter;
	err = direct_stays(hook, ip) ? 0 : -EBUSY;
	if (err)
		goto err_ops;
	return 0;

err_ops:
	sockwatch_direct_unregister(&hook->ops, (unsigned long)hook->stub);
err_filter:
	ftrace_free_filter(&hook->ops);
	return err;
}

static int direct_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	err = function_find(hook->name, &ip);
	if (err)
		return err;
	return direct_attach_at(hook, ip);
}

/* ftrace waits until no task is in the stub, or taken off a CPU in it. */
static void direct_detach(struct sockwatch_hook *hook)
{
	sockwatch_direct_unregister(&hook->ops, (unsigned long)hook->stub);
	ftrace_free_filter(&hook->ops);
}

const struct sockwatch_hook_type sockwatch_hook_direct = {
	.name = "direct",
	.attach = direct_attach,
	.detach = direct_detach,
};

/**
 * DOC: the wrapper
 *
 * At the entry of a function ftrace calls wrapper_enter(), which sends the
 * caller on to a C function of the same signature; that calls the original
 * behind the patched call, and so has the return value on its own stack.  It
 * costs a third of a kretprobe, and none can be missed.
 * Only one user of a function may do so (FTRACE_OPS_FL_IPMODIFY); where
 * livepatch is that one, registering says -EBUSY.  While we are that one,
 * livepatch gets -EBUSY for this function.
 *
 * A direct call leads to the same C function for a fifth of that, and keeps out
 * BPF's fentry and fexit as well: for what those rarely look at.
 *
 * A task can sleep in the original with our code on its stack; so tasks are
 * counted in and out, and detaching waits for the last.
 */

static notrace void wrapper_enter(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops,
				  struct ftrace_regs *fregs)
{
	const struct sockwatch_hook *hook;

	hook = container_of(ops, struct sockwatch_hook, ops);
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)hook->probe);
}

/* Finds the function, and tells the wrapper where it goes on. */
static int wrapper_find(const struct sockwatch_hook *hook, unsigned long *ip)
{
	int err;

	/* Elsewhere C code must not jump behind a function's entry. */
	if (!IS_ENABLED(CONFIG_X86_64))
		return -EOPNOTSUPP;
	err = function_find(hook->name, ip);
	if (!err)
		hook->original((void *)(*ip + MCOUNT_INSN_SIZE));
	return err;
}

static int wrapper_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	err = wrapper_find(hook, &ip);
	if (err)
		return err;
	return ops_attach(hook, ip, wrapper_enter, FTRACE_OPS_FL_IPMODIFY);
}

static int direct_wrapper_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	err = wrapper_find(hook, &ip);
	if (err)
		return err;
	return direct_attach_at(hook, ip);
}

/*
 * Nobody comes in any more, so each CPU's count only falls, and a sum of zero
 * stays zero.
 */
static bool anybody_inside(const struct sockwatch_hook *hook)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(hook->inside, cpu));
	return sum;
}

/**
 * sockwatch_hooks_leave() - wait until nobody is in a probe or a wrapper
 * @hooks: all hooks, detached
 * @nr: how many
 *
 * ftrace and kprobes have waited for their own, each time; tracepoints have not.
 * The two grace periods of tasks cover one that was sent to a wrapper and has
 * not counted itself in yet, and one that has counted itself out and is still
 * to return: neither sleeps in between.  They take a while, so all hooks share
 * them.
 *
 * Context: process, may sleep.  On return no probe runs, and no wrapper is on
 * anybody's stack.
 */
void sockwatch_hooks_leave(struct sockwatch_hook *const *hooks,
			   unsigned int nr)
{
	unsigned int i;

	tracepoint_synchronize_unregister();
	synchronize_rcu_tasks();
	for (i = 0; i < nr; i++) {
		while (hooks[i]->inside && anybody_inside(hooks[i]))
			msleep(20);
	}
	synchronize_rcu_tasks();
}

const struct sockwatch_hook_type sockwatch_hook_wrapper = {
	.name = "wrapper",
	.attach = wrapper_attach,
	.detach = ops_detach,
};

const struct sockwatch_hook_type sockwatch_hook_direct_wrapper = {
	.name = "direct",
	.attach = direct_wrapper_attach,
	.detach = direct_detach,
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

/* The probe may still run: sockwatch_hooks_leave() waits for that. */
static void tracepoint_detach(struct sockwatch_hook *hook)
{
	tracepoint_probe_unregister(hook->tp, hook->probe, NULL);
}

const struct sockwatch_hook_type sockwatch_hook_tracepoint = {
	.name = "tracepoint",
	.attach = tracepoint_attach,
	.detach = tracepoint_detach,
};
