// SPDX-License-Identifier: GPL-2.0
/* What the module hooks in the kernel: one table, and the probes. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/net.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <trace/events/sock.h>

#include "account.h"
#include "attach.h"
#include "clock.h"
#include "compat.h"
#include "create.h"
#include "hooks.h"
#include "snapshot.h"

DEFINE_PER_CPU(u64 [SOCKWATCH_HOOK_MAX], sockwatch_hook_hits);

/* security_sk_free(struct sock *sk): the last call before the slab has it. */
static notrace void on_free(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	sockwatch_hook_hit(SOCKWATCH_HOOK_FREE);
	sockwatch_account_free((void *)ftrace_regs_get_argument(fregs, 0));
}

/* security_sk_alloc(struct sock *sk, int family, gfp_t priority) */
static notrace void on_alloc(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	sockwatch_hook_hit(SOCKWATCH_HOOK_ALLOC);
	sockwatch_account_alloc((void *)ftrace_regs_get_argument(fregs, 0));
}

/*
 * security_sock_graft(struct sock *sk, struct socket *parent): before 6.1.150
 * AF_ALG gave the listener as @sk, so take the one that @parent now has.
 */
static notrace void on_graft(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct socket *parent;

	parent = (void *)ftrace_regs_get_argument(fregs, 1);
	sockwatch_hook_hit(SOCKWATCH_HOOK_GRAFT);
	sockwatch_account_accept(parent->sk, parent->type,
				 sockwatch_clock_ns());
}

/*
 * security_unix_stream_connect(struct sock *sock, struct sock *other,
 * struct sock *newsk): newsk is the child, whose type is set only later, to
 * that of the client (unix_stream_connect(), net/unix/af_unix.c).
 */
static notrace void on_unix_connect(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sock *child = (void *)ftrace_regs_get_argument(fregs, 2);

	sockwatch_hook_hit(SOCKWATCH_HOOK_UNIX_CONNECT);
	sockwatch_account_clone(child, sk->sk_type, sockwatch_clock_ns());
}

/*
 * LISTEN to SYN_RECV is the clone of a listener for a new connection: the sock
 * is the child, which was never in LISTEN itself (inet_csk_clone_lock(),
 * net/ipv4/inet_connection_sock.c).  MPTCP's own child goes to ESTABLISHED
 * (mptcp_sk_clone_init(), net/mptcp/protocol.c).
 */
static notrace void on_state(void *data, const struct sock *sk,
			     const int oldstate, const int newstate)
{
	sockwatch_hook_hit(SOCKWATCH_HOOK_STATE);
	if (oldstate == TCP_LISTEN &&
	    (newstate == TCP_SYN_RECV || newstate == TCP_ESTABLISHED))
		sockwatch_account_clone(sk, sk->sk_type, sockwatch_clock_ns());
}

/*
 * __netlink_kernel_create(struct net *net, ...) returns the sock or NULL.  It
 * does not go through __sock_create().
 */
static int on_netlink_return(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	const struct sock *sk = (void *)regs_return_value(regs);

	sockwatch_hook_hit(SOCKWATCH_HOOK_NETLINK);
	if (sk)
		sockwatch_account_create(sock_net(sk), sk, true, sockwatch_clock_ns());
	return 0;
}

static struct sockwatch_hook free_hook = {
	.name = "security_sk_free",
	.type = &sockwatch_hook_ftrace,
	.probe = on_free,
	.required = true,
};

static struct sockwatch_hook alloc_hook = {
	.name = "security_sk_alloc",
	.type = &sockwatch_hook_ftrace,
	.probe = on_alloc,
	.required = true,
};

static struct sockwatch_hook graft_hook = {
	.name = "security_sock_graft",
	.type = &sockwatch_hook_ftrace,
	.probe = on_graft,
	.required = true,
};

static struct sockwatch_hook unix_connect_hook = {
	.name = "security_unix_stream_connect",
	.type = &sockwatch_hook_ftrace,
	.probe = on_unix_connect,
};

static struct sockwatch_hook state_hook = {
	.name = "inet_sock_set_state",
	.type = &sockwatch_hook_tracepoint,
	.probe = on_state,
	.required = true,
};

static struct sockwatch_hook netlink_hook = {
	.name = "__netlink_kernel_create",
	.type = &sockwatch_hook_kretprobe,
	.rp.handler = on_netlink_return,
};

static struct sockwatch_hook *hooks[SOCKWATCH_HOOK_MAX] = {
	[SOCKWATCH_HOOK_FREE] = &free_hook,
	[SOCKWATCH_HOOK_ALLOC] = &alloc_hook,
	[SOCKWATCH_HOOK_GRAFT] = &graft_hook,
	[SOCKWATCH_HOOK_UNIX_CONNECT] = &unix_connect_hook,
	[SOCKWATCH_HOOK_STATE] = &state_hook,
	[SOCKWATCH_HOOK_NETLINK] = &netlink_hook,
	[SOCKWATCH_HOOK_CREATE] = &sockwatch_create_wrapper,
};

static const char *why(int err)
{
	switch (err) {
	case -ENOENT:
		return "this kernel has no such function or tracepoint";
	case -EOPNOTSUPP:
		return "ftrace cannot patch it on this kernel";
	case -EBUSY:
		return "taken, or kernel.ftrace_enabled is 0: set it to 1";
	}
	return "see the error number";
}

static int hook_try(struct sockwatch_hook *hook)
{
	int err = hook->type->attach(hook);

	hook->attached = !err;
	return err;
}

static int hook_attach(struct sockwatch_hook *hook)
{
	int err = hook_try(hook);

	if (!err)
		return 0;
	if (hook->required)
		pr_err("cannot hook %s: error %d: %s\n", hook->name, err,
		       why(err));
	else
		pr_notice("no hook on %s: error %d: %s\n", hook->name, err,
			  why(err));
	return hook->required ? err : 0;
}

/*
 * The wrapper's place may be taken (livepatch); then, or when told so, the
 * kretprobe.
 */
static int create_attach(bool wrapper)
{
	struct sockwatch_hook *hook = &sockwatch_create_wrapper;
	int err;

	if (wrapper) {
		hooks[SOCKWATCH_HOOK_CREATE] = hook;
		err = hook_try(hook);
		if (!err)
			return 0;
		pr_notice("no wrapper around %s: error %d: using a kretprobe\n",
			  hook->name, err);
	}
	hooks[SOCKWATCH_HOOK_CREATE] = &sockwatch_create_kretprobe;
	return hook_attach(&sockwatch_create_kretprobe);
}

static void hook_detach(struct sockwatch_hook *hook)
{
	if (!hook->attached)
		return;
	hook->type->detach(hook);
	hook->attached = false;
}

static bool status_read(unsigned int id, struct sockwatch_hook_status *status)
{
	const struct sockwatch_hook *hook;
	int cpu;

	if (id >= SOCKWATCH_HOOK_MAX)
		return false;
	hook = hooks[id];
	*status = (struct sockwatch_hook_status) {
		.name = hook->name,
		.kind = hook->type->name,
		.required = hook->required,
		.attached = hook->attached,
	};
	for_each_possible_cpu(cpu)
		status->hits += READ_ONCE(per_cpu(sockwatch_hook_hits, cpu)[id]);
	if (hook->attached && hook->type->missed)
		status->missed = hook->type->missed(hook);
	return true;
}

/**
 * sockwatch_hooks_init() - attach every hook
 * @attach: false: attach none, for measuring what a loaded module costs
 * @wrapper: whether to try the wrapper around __sock_create
 *
 * Context: process, may sleep; after sockwatch_account_init().
 * Return: 0, or the error of the first required hook that cannot be attached,
 * of which the kernel log has told.
 */
int sockwatch_hooks_init(bool attach, bool wrapper)
{
	unsigned int id;
	int err = 0;

	for (id = 0; attach && id < SOCKWATCH_HOOK_MAX; id++) {
		if (id == SOCKWATCH_HOOK_CREATE)
			err = create_attach(wrapper);
		else
			err = hook_attach(hooks[id]);
		if (err)
			goto err_hooks;
	}
	sockwatch_snapshot_set_hooks(status_read);
	return 0;

err_hooks:
	while (id--)
		hook_detach(hooks[id]);
	return err;
}

/**
 * sockwatch_hooks_exit() - detach every hook
 *
 * Context: process, may sleep.  On return no probe runs, and none of our code
 * is on anybody's stack.
 */
void sockwatch_hooks_exit(void)
{
	unsigned int id = SOCKWATCH_HOOK_MAX;

	sockwatch_snapshot_set_hooks(NULL);
	while (id--)
		hook_detach(hooks[id]);
}
