// SPDX-License-Identifier: GPL-2.0
/* The hook of __sock_create, whose result we need: two ways to get it. */
#include <linux/gfp.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/static_call.h>

#include "account.h"
#include "clock.h"
#include "cost.h"
#include "create.h"
#include "hooks.h"

DEFINE_STATIC_CALL_RET0(sock_create_original, __sock_create);

static DEFINE_PER_CPU(long, inside);

SOCKWATCH_PART(created, SOCKWATCH_HOOK_CREATE,
	       (const struct net *net, int family, int type, int protocol,
		struct socket *const *res, int kern, int err, gfp_t gfp,
		u64 took_ns, u64 now_ns),
	       (net, family, type, protocol, res, kern, err, gfp, took_ns,
		now_ns))
{
	preempt_disable_notrace();
	if (unlikely(err)) {
		sockwatch_account_create_failed(net, family, type, protocol,
						err);
		sockwatch_account_failures_grow(net, gfp);
	} else if (kern || !sockwatch_account_created(net, (*res)->sk, took_ns,
						      now_ns)) {
		sockwatch_account_create(net, (*res)->sk, kern, gfp, took_ns,
					 now_ns);
	}
	preempt_enable_notrace();
}

static __used notrace int
sock_create_wrapper(struct net *net, int family, int type, int protocol,
		    struct socket **res, int kern)
{
	u64 start_ns, now_ns;
	int err;

	this_cpu_inc(inside);
	start_ns = sockwatch_clock_ns();
	err = static_call(sock_create_original)(net, family, type, protocol,
						res, kern);
	now_ns = sockwatch_clock_ns();
	created(net, family, type, protocol, res, kern, err,
		GFP_KERNEL_ACCOUNT, now_ns - start_ns, now_ns);
	this_cpu_dec(inside);
	return err;
}

SOCKWATCH_WRAP_STUB(sock_create_wrapper);

static void original_set(void *func)
{
	static_call_update(sock_create_original, func);
}

/** sockwatch_create_wrapper - the hook as it should be */
struct sockwatch_hook sockwatch_create_wrapper = {
	.name = "__sock_create",
	.type = &sockwatch_hook_wrapper,
	.probe = sock_create_wrapper,
	.stub = sock_create_wrapper_stub,
	.required = true,
	.original = original_set,
	.inside = &inside,
};

/* What the kretprobe keeps of a call until it returns. */
struct create_call {
	struct net *net;
	int family;
	int type;
	int protocol;
	struct socket **res;
	int kern;
	u64 start_ns;
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
	call->start_ns = sockwatch_clock_ns();
	return 0;
}

static int create_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct create_call *call = (struct create_call *)ri->data;
	u64 now_ns = sockwatch_clock_ns();

	created(call->net, call->family, call->type, call->protocol, call->res,
		call->kern, regs_return_value(regs),
		GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT,
		now_ns - call->start_ns, now_ns);
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
