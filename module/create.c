// SPDX-License-Identifier: GPL-2.0
/* The hook of __sock_create, whose result we need: two ways to get it. */
#include <linux/gfp.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/static_call.h>

#include "account.h"
#include "account_created.h"
#include "clock.h"
#include "cost.h"
#include "create.h"
#include "hooks.h"

DEFINE_STATIC_CALL_RET0(sock_create_original, __sock_create);

static DEFINE_PER_CPU(long, inside);

/*
 * What was asked for, what came of it, and when each was: on the stack, since
 * what is in registers while the original runs has to be saved first.
 */
struct create_call {
	struct net *net;
	struct socket **res;
	u64 start_ns;
	u64 now_ns;
	int family;
	int type;
	int protocol;
	int kern;
	int err;
};

static void create_failed(const struct create_call *call, gfp_t gfp)
{
	sockwatch_account_create_failed(call->net, call->family, call->type,
					call->protocol, call->err);
	sockwatch_account_failures_grow(call->net, gfp);
}

static noinline void created_any(const struct create_call *call, gfp_t gfp)
{
	if (call->err)
		return create_failed(call, gfp);
	sockwatch_account_create(call->net, (*call->res)->sk, call->kern, gfp,
				 call->now_ns - call->start_ns, call->now_ns);
}

SOCKWATCH_PART(created, SOCKWATCH_HOOK_CREATE,
	       (const struct create_call *call, gfp_t gfp), (call, gfp))
{
	preempt_disable_notrace();
	/* One test for both. */
	if (unlikely(call->err | call->kern) ||
	    unlikely(!sockwatch_account_created(call->net, (*call->res)->sk,
						call->now_ns - call->start_ns,
						call->now_ns)))
		created_any(call, gfp);
	preempt_enable_notrace();
}

static __always_inline u64 now_ns(bool tsc)
{
	return tsc ? sockwatch_clock_tsc_ns() : sockwatch_clock_ns();
}

static __always_inline int create(struct net *net, int family, int type,
				  int protocol, struct socket **res, int kern,
				  bool tsc)
{
	struct create_call call;

	/* An initializer would clear the other members too. */
	call.net = net;
	call.res = res;
	call.start_ns = now_ns(tsc);
	call.family = family;
	call.type = type;
	call.protocol = protocol;
	call.kern = kern;
	this_cpu_inc(inside);
	call.err = static_call(sock_create_original)(net, family, type,
						     protocol, res, kern);
	call.now_ns = now_ns(tsc);
	created(&call, GFP_KERNEL_ACCOUNT);
	this_cpu_dec(inside);
	return call.err;
}

static noinline notrace int
sock_create_slow(struct net *net, int family, int type, int protocol,
		 struct socket **res, int kern)
{
	return create(net, family, type, protocol, res, kern, false);
}

static __used notrace int
sock_create_wrapper(struct net *net, int family, int type, int protocol,
		    struct socket **res, int kern)
{
	if (unlikely(!sockwatch_clock_is_tsc()))
		return sock_create_slow(net, family, type, protocol, res,
					kern);
	return create(net, family, type, protocol, res, kern, true);
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
	struct create_call *call = (struct create_call *)ri->data;

	call->err = regs_return_value(regs);
	call->now_ns = sockwatch_clock_ns();
	created(call, GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
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
