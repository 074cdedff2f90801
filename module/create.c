// SPDX-License-Identifier: GPL-2.0
/* The hook of __sock_create, whose result we need: two ways to get it. */
#include <linux/delay.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/static_call.h>

#include "account.h"
#include "clock.h"
#include "compat.h"
#include "create.h"
#include "hooks.h"

/**
 * DOC: the wrapper
 *
 * At the entry of __sock_create() ftrace calls wrapper_enter(), which sends
 * the caller on to sock_create_wrapper(): a C function of the same signature
 * that calls the original behind the patched call, and so has the return value
 * on its own stack.  It costs a third of a kretprobe, and none can be missed.
 * Only one user of a function may do so (FTRACE_OPS_FL_IPMODIFY); where
 * livepatch is that one, registering says -EBUSY and the kretprobe serves.
 * While we are that one, livepatch gets -EBUSY for this function.
 *
 * A task can sleep in the original, in request_module(), with our code on its
 * stack; so tasks are counted in and out, and detaching waits for the last.
 */
DEFINE_STATIC_CALL_RET0(sock_create_original, __sock_create);

static DEFINE_PER_CPU(long, inside);

static __always_inline void created(const struct net *net, int family,
				    int type, int protocol,
				    struct socket *const *res, int kern,
				    int err)
{
	sockwatch_hook_hit(SOCKWATCH_HOOK_CREATE);
	if (unlikely(err))
		sockwatch_account_create_failed(net, family, type, protocol,
						err);
	else
		sockwatch_account_create(net, (*res)->sk, kern,
					 sockwatch_clock_ns());
}

static notrace int sock_create_wrapper(struct net *net, int family, int type,
				       int protocol, struct socket **res,
				       int kern)
{
	int err;

	this_cpu_inc(inside);
	err = static_call(sock_create_original)(net, family, type, protocol,
						res, kern);
	created(net, family, type, protocol, res, kern, err);
	this_cpu_dec(inside);
	return err;
}

static notrace void wrapper_enter(unsigned long ip, unsigned long parent_ip,
				  struct ftrace_ops *ops,
				  struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs,
					    (unsigned long)sock_create_wrapper);
}

static int wrapper_attach(struct sockwatch_hook *hook)
{
	unsigned long ip;
	int err;

	/* Elsewhere C code must not jump behind a function's entry. */
	if (!IS_ENABLED(CONFIG_X86_64))
		return -EOPNOTSUPP;
	hook->ops.func = wrapper_enter;
	err = sockwatch_function_find(hook->name, &ip);
	if (err)
		return err;
	static_call_update(sock_create_original,
			   (void *)(ip + MCOUNT_INSN_SIZE));
	return sockwatch_attach_ops(hook, ip, FTRACE_OPS_FL_IPMODIFY);
}

/*
 * Nobody comes in any more, so each CPU's count only falls, and a sum of zero
 * stays zero.
 */
static bool anybody_inside(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(inside, cpu));
	return sum;
}

/*
 * The two grace periods cover a task that was sent to the wrapper and has not
 * counted itself in yet, and one that has counted itself out and is still to
 * return: neither sleeps in between.
 */
static void wrapper_detach(struct sockwatch_hook *hook)
{
	sockwatch_detach_ops(hook);
	synchronize_rcu_tasks();
	while (anybody_inside())
		msleep(20);
	synchronize_rcu_tasks();
}

static const struct sockwatch_hook_type wrapper_type = {
	.name = "wrapper",
	.attach = wrapper_attach,
	.detach = wrapper_detach,
};

/** sockwatch_create_wrapper - the hook as it should be */
struct sockwatch_hook sockwatch_create_wrapper = {
	.name = "__sock_create",
	.type = &wrapper_type,
	.required = true,
};

/* What the kretprobe keeps of a call until it returns. */
struct create_call {
	struct net *net;
	int family;
	int type;
	int protocol;
	struct socket **res;
	int kern;
};

static int create_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct create_call *call = (struct create_call *)ri->data;

	call->net = (struct net *)regs_get_kernel_argument(regs, 0);
	call->family = regs_get_kernel_argument(regs, 1);
	call->type = regs_get_kernel_argument(regs, 2);
	call->protocol = regs_get_kernel_argument(regs, 3);
	call->res = (struct socket **)regs_get_kernel_argument(regs, 4);
	call->kern = regs_get_kernel_argument(regs, 5);
	return 0;
}

static int create_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct create_call *call = (struct create_call *)ri->data;

	created(call->net, call->family, call->type, call->protocol, call->res,
		call->kern, regs_return_value(regs));
	return 0;
}

/** sockwatch_create_kretprobe - the hook where the wrapper's place is taken */
struct sockwatch_hook sockwatch_create_kretprobe = {
	.name = "__sock_create",
	.type = &sockwatch_hook_kretprobe,
	.required = true,
	.rp = {
		.entry_handler = create_entry,
		.handler = create_return,
		.data_size = sizeof(struct create_call),
	},
};
