// SPDX-License-Identifier: GPL-2.0
/* What the module hooks in the kernel: one table, and the probes. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/security.h>
#include <net/inet_timewait_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>
#include <trace/events/sock.h>

#include "account.h"
#include "alloc.h"
#include "attach.h"
#include "choose.h"
#include "clock.h"
#include "compat.h"
#include "connect.h"
#include "cost.h"
#include "create.h"
#include "event.h"
#include "hooks.h"
#include "segment.h"
#include "snapshot.h"
#include "tcp.h"
#include "timewait.h"

/* SOCKWATCH_STUB() keeps these arguments: no more must be in registers. */
static_assert(__same_type(security_sk_free, void (struct sock *)));
static_assert(__same_type(security_sk_alloc, int (struct sock *, int, gfp_t)));
static_assert(__same_type(security_sock_graft,
			  void (struct sock *, struct socket *)));
static_assert(__same_type(security_sk_clone,
			  void (const struct sock *, struct sock *)));
static_assert(__same_type(__inet_twsk_schedule,
			  void (struct inet_timewait_sock *, int, bool)));
static_assert(__same_type(tcp_twsk_destructor, void (struct sock *)));

/* security_sk_free(struct sock *sk): the last call before the slab has it. */
SOCKWATCH_PROBE(on_free, SOCKWATCH_HOOK_FREE, (const struct sock *sk), (sk))
{
	sockwatch_account_free(sk);
}

SOCKWATCH_STUB(on_free, 1);

/* See on_state(). */
static noinline notrace void on_graft_slow(const struct socket *parent)
{
	sockwatch_account_accept(parent->sk, parent->type,
				 sockwatch_clock_ns());
}

/*
 * security_sock_graft(struct sock *sk, struct socket *parent): before 6.1.150
 * AF_ALG gave the listener as @sk, so take the one that @parent now has.
 */
SOCKWATCH_PROBE(on_graft, SOCKWATCH_HOOK_GRAFT,
		(const struct sock *sk, const struct socket *parent),
		(sk, parent))
{
	if (unlikely(!sockwatch_clock_is_tsc()))
		on_graft_slow(parent);
	else
		sockwatch_account_accept(parent->sk, parent->type,
					 sockwatch_clock_tsc_ns());
}

SOCKWATCH_STUB(on_graft, 2);

/* See on_state(). */
static noinline notrace void on_clone_slow(const struct sock *parent,
					   const struct sock *child)
{
	sockwatch_account_inherit(parent, child, sockwatch_clock_ns());
}

/*
 * security_sk_clone(const struct sock *sk, struct sock *newsk): sk_clone_lock()
 * calls it for the child of a TCP listener, the only place that knows both;
 * tipc_accept() for the sock that it hands out.  The other callers make a child
 * that is grafted when it is accepted.
 */
SOCKWATCH_PROBE(on_clone, SOCKWATCH_HOOK_CLONE,
		(const struct sock *parent, const struct sock *child),
		(parent, child))
{
	if (unlikely(!sockwatch_clock_is_tsc()))
		on_clone_slow(parent, child);
	else
		sockwatch_account_inherit(parent, child,
					  sockwatch_clock_tsc_ns());
}

SOCKWATCH_STUB(on_clone, 2);

static struct sockwatch_hook clone_hook = {
	.name = "security_sk_clone",
	.type = &sockwatch_hook_ftrace,
	.probe = on_clone,
	.stub = on_clone_stub,
};

/*
 * security_unix_stream_connect(struct sock *sock, struct sock *other,
 * struct sock *newsk): newsk is the child, whose type is set only later, to
 * that of the client (unix_stream_connect(), net/unix/af_unix.c).
 */
SOCKWATCH_PROBE(on_unix_connect, SOCKWATCH_HOOK_UNIX_CONNECT,
		(const struct sock *sk, const struct sock *other,
		 const struct sock *child), (sk, other, child))
{
	sockwatch_account_clone(child, sk->sk_type, sockwatch_clock_ns());
}

/*
 * From LISTEN to SYN_RECV the sock is not the listener but its clone for a new
 * connection, which was never in LISTEN itself (inet_csk_clone_lock(),
 * net/ipv4/inet_connection_sock.c).  MPTCP's own child goes to ESTABLISHED
 * (mptcp_sk_clone_init(), net/mptcp/protocol.c).
 */
static noinline __noclone notrace void
on_state_clone(void *data, const struct sock *sk)
{
	sockwatch_account_clone(sk, sk->sk_type, sockwatch_clock_ns());
}

static __always_inline void on_state_child(void *data, const struct sock *sk,
					   const int newstate)
{
	/* on_clone() has counted it; but DCCP has this state too. */
	if (unlikely(newstate != TCP_SYN_RECV ||
		     !READ_ONCE(sockwatch_account_inherits) ||
		     sk->sk_protocol != IPPROTO_TCP))
		on_state_clone(data, sk);
}

/* Without a TSC, or with somebody to tell. */
static noinline __noclone notrace void
on_state_slow(void *data, const struct sock *sk, const int oldstate,
	      const int newstate)
{
	if (oldstate == TCP_LISTEN && newstate != TCP_CLOSE)
		on_state_child(data, sk, newstate);
	else if (sk->sk_protocol == IPPROTO_TCP)
		sockwatch_tcp_state(sk, newstate, sockwatch_clock_ns());
}

/*
 * Nothing but calls at the end, which need no registers saved, of functions
 * that have their arguments where they are.  A sock that listens only stops:
 * it does not come to SYN_SENT.
 */
SOCKWATCH_PROBE(on_state, SOCKWATCH_HOOK_STATE,
		(void *data, const struct sock *sk, const int oldstate,
		 const int newstate), (data, sk, oldstate, newstate))
{
	if (sockwatch_event_is_detour())
		on_state_slow(data, sk, oldstate, newstate);
	else if (newstate == TCP_CLOSE)
		sockwatch_tcp_close(data, sk);
	else if (oldstate == TCP_LISTEN)
		on_state_child(data, sk, newstate);
	else if (newstate == TCP_ESTABLISHED)
		sockwatch_tcp_established(data, sk);
	else if (newstate == TCP_SYN_SENT)
		sockwatch_tcp_syn_sent(data, sk);
	else
		sockwatch_tcp_other(data, sk, oldstate, newstate);
}

/*
 * With preemption off, like any probe (rethook_trampoline_handler()), and off
 * once more: who must sleep switches it on, which he must not here.
 */
SOCKWATCH_PROBE(on_netlink, SOCKWATCH_HOOK_NETLINK, (const struct sock *sk),
		(sk))
{
	if (!sk)
		return;
	preempt_disable_notrace();
	sockwatch_account_create(sock_net(sk), sk, true,
				 GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT, 0,
				 sockwatch_clock_ns());
	preempt_enable_notrace();
}

/*
 * __netlink_kernel_create(struct net *net, ...) returns the sock or NULL.  It
 * does not go through __sock_create().
 */
static int on_netlink_return(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	on_netlink((const struct sock *)regs_return_value(regs));
	return 0;
}

SOCKWATCH_PROBE(on_cookie, SOCKWATCH_HOOK_COOKIE, (const struct sock *child),
		(child))
{
	if (child)
		sockwatch_tcp_cookie(child);
}

/* tcp_get_cookie_sock() returns the child, locked and not ESTABLISHED yet. */
static int on_cookie_return(struct kretprobe_instance *ri,
			    struct pt_regs *regs)
{
	on_cookie((const struct sock *)regs_return_value(regs));
	return 0;
}

/* __inet_twsk_schedule(struct inet_timewait_sock *tw, int timeo, bool rearm) */
SOCKWATCH_PROBE(on_tw_schedule, SOCKWATCH_HOOK_TW_SCHEDULE,
		(const struct inet_timewait_sock *tw, int timeo, bool rearm),
		(tw, timeo, rearm))
{
	sockwatch_timewait_scheduled(tw, rearm);
}

SOCKWATCH_STUB(on_tw_schedule, 3);

/* tcp_timewait_state_process(struct inet_timewait_sock *tw, ...) */
SOCKWATCH_PROBE(on_tw_segment, SOCKWATCH_HOOK_TW_SEGMENT,
		(const struct inet_timewait_sock *tw), (tw))
{
	sockwatch_timewait_segment(tw);
}

/* tcp_twsk_destructor(struct sock *sk): called by inet_twsk_free(). */
SOCKWATCH_PROBE(on_tw_free, SOCKWATCH_HOOK_TW_FREE,
		(const struct sock *sk), (sk))
{
	sockwatch_timewait_freed(inet_twsk(sk));
}

SOCKWATCH_STUB(on_tw_free, 1);

SOCKWATCH_PROBE(on_retransmit, SOCKWATCH_HOOK_RETRANSMIT,
		(void *data, const struct sock *sk,
		 const struct sk_buff *skb), (data, sk, skb))
{
	sockwatch_segment_retransmitted(sk, skb);
}

SOCKWATCH_PROBE(on_synack, SOCKWATCH_HOOK_SYNACK,
		(void *data, const struct sock *sk,
		 const struct request_sock *req), (data, sk, req))
{
	sockwatch_segment_synack(sk, req);
}

/*
 * The tracepoint fires for two things; with a segment, the RST answers it,
 * which on_reset4() and on_reset6() see whether there is a sock or not.
 */
SOCKWATCH_PROBE(on_reset_active, SOCKWATCH_HOOK_RESET_ACTIVE,
		(void *data, const struct sock *sk,
		 const struct sk_buff *skb), (data, sk, skb))
{
	if (sk && !skb)
		sockwatch_segment_reset(sk);
}

/* tcp_v4_send_reset(const struct sock *sk, struct sk_buff *skb) */
SOCKWATCH_PROBE(on_reset4, SOCKWATCH_HOOK_RESET4,
		(const struct sock *sk, const struct sk_buff *skb), (sk, skb))
{
	sockwatch_segment_reset4(sk, skb);
}

/* tcp_v6_send_reset(const struct sock *sk, struct sk_buff *skb) */
SOCKWATCH_PROBE(on_reset6, SOCKWATCH_HOOK_RESET6,
		(const struct sock *sk, const struct sk_buff *skb), (sk, skb))
{
	sockwatch_segment_reset6(sk, skb);
}

SOCKWATCH_PROBE(on_reset_received, SOCKWATCH_HOOK_RESET_RECEIVED,
		(void *data, struct sock *sk), (data, sk))
{
	sockwatch_tcp_reset(sk);
}

static struct sockwatch_hook free_hook = {
	.name = "security_sk_free",
	.type = &sockwatch_hook_ftrace,
	.probe = on_free,
	.stub = on_free_stub,
	.required = true,
};

static struct sockwatch_hook alloc_hook = {
	.name = "security_sk_alloc",
	.type = &sockwatch_hook_ftrace,
	.probe = sockwatch_alloc_probe,
	.stub = sockwatch_alloc_stub,
	.required = true,
};

static struct sockwatch_hook graft_hook = {
	.name = "security_sock_graft",
	.type = &sockwatch_hook_ftrace,
	.probe = on_graft,
	.stub = on_graft_stub,
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

#define OPTIONAL(hook, function, how, handler, ...)			\
static struct sockwatch_hook hook = {					\
	.name = #function,						\
	.type = &sockwatch_hook_##how,					\
	.probe = handler,						\
	__VA_ARGS__							\
}

OPTIONAL(tw_schedule_hook, __inet_twsk_schedule, ftrace, on_tw_schedule,
	 .stub = on_tw_schedule_stub);
OPTIONAL(tw_segment_hook, tcp_timewait_state_process, ftrace, on_tw_segment);
OPTIONAL(tw_free_hook, tcp_twsk_destructor, ftrace, on_tw_free,
	 .stub = on_tw_free_stub);
OPTIONAL(retransmit_hook, tcp_retransmit_skb, tracepoint, on_retransmit);
OPTIONAL(synack_hook, tcp_retransmit_synack, tracepoint, on_synack);
OPTIONAL(reset_active_hook, tcp_send_reset, tracepoint, on_reset_active);
OPTIONAL(reset4_hook, tcp_v4_send_reset, ftrace, on_reset4);
OPTIONAL(reset6_hook, tcp_v6_send_reset, ftrace, on_reset6);
OPTIONAL(reset_received_hook, tcp_receive_reset, tracepoint, on_reset_received);

static struct sockwatch_hook cookie_hook = {
	.name = "tcp_get_cookie_sock",
	.type = &sockwatch_hook_kretprobe,
	.rp.handler = on_cookie_return,
};

static struct sockwatch_hook *hooks[SOCKWATCH_HOOK_MAX] = {
	[SOCKWATCH_HOOK_FREE] = &free_hook,
	[SOCKWATCH_HOOK_ALLOC] = &alloc_hook,
	[SOCKWATCH_HOOK_GRAFT] = &graft_hook,
	[SOCKWATCH_HOOK_CLONE] = &clone_hook,
	[SOCKWATCH_HOOK_UNIX_CONNECT] = &unix_connect_hook,
	[SOCKWATCH_HOOK_STATE] = &state_hook,
	[SOCKWATCH_HOOK_NETLINK] = &netlink_hook,
	[SOCKWATCH_HOOK_COOKIE] = &cookie_hook,
	[SOCKWATCH_HOOK_TW_SCHEDULE] = &tw_schedule_hook,
	[SOCKWATCH_HOOK_TW_SEGMENT] = &tw_segment_hook,
	[SOCKWATCH_HOOK_TW_FREE] = &tw_free_hook,
	[SOCKWATCH_HOOK_RETRANSMIT] = &retransmit_hook,
	[SOCKWATCH_HOOK_SYNACK] = &synack_hook,
	[SOCKWATCH_HOOK_RESET_ACTIVE] = &reset_active_hook,
	[SOCKWATCH_HOOK_RESET4] = &reset4_hook,
	[SOCKWATCH_HOOK_RESET6] = &reset6_hook,
	[SOCKWATCH_HOOK_RESET_RECEIVED] = &reset_received_hook,
	[SOCKWATCH_HOOK_CONNECT4] = &sockwatch_connect4_wrapper,
	[SOCKWATCH_HOOK_CONNECT6] = &sockwatch_connect6_wrapper,
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

/* The place for a direct call may be taken (BPF): then, or if told so, ftrace. */
static int direct_or_ftrace(struct sockwatch_hook *hook, bool direct)
{
	if (direct && hook->stub) {
		hook->type = &sockwatch_hook_direct;
		if (!hook_try(hook))
			return 0;
	}
	hook->type = &sockwatch_hook_ftrace;
	return hook_attach(hook);
}

static int wrapper_try(struct sockwatch_hook *hook)
{
	if (hook->stub) {
		hook->type = &sockwatch_hook_direct_wrapper;
		if (!hook_try(hook))
			return 0;
	}
	hook->type = &sockwatch_hook_wrapper;
	return hook_try(hook);
}

/*
 * The wrapper's place may be taken: that of a direct call by BPF, any by
 * livepatch; then, or when told so, the kretprobe.
 */
static int create_attach(bool wrapper)
{
	struct sockwatch_hook *hook = &sockwatch_create_wrapper;
	int err;

	if (wrapper) {
		hooks[SOCKWATCH_HOOK_CREATE] = hook;
		err = wrapper_try(hook);
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

/* The first @nr, the last of them first. */
static void hooks_detach(unsigned int nr)
{
	unsigned int id = nr;

	while (id--)
		hook_detach(hooks[id]);
	sockwatch_hooks_leave(hooks, nr);
}

static bool status_read(unsigned int id, struct sockwatch_hook_status *status)
{
	const struct sockwatch_hook *hook;
	struct sockwatch_cost cost;

	if (id >= SOCKWATCH_HOOK_MAX)
		return false;
	hook = hooks[id];
	*status = (struct sockwatch_hook_status) {
		.name = hook->name,
		.kind = hook->type->name,
		.required = hook->required,
		.attached = hook->attached,
	};
	status->is_timed = sockwatch_cost_read(id, &cost);
	status->hits = cost.hits;
	status->timed = cost.timed;
	status->time_ns = cost.time_ns;
	if (hook->attached && hook->type->missed)
		status->missed = hook->type->missed(hook);
	return true;
}

static unsigned int segments_hooked(void)
{
	return retransmit_hook.attached << SOCKWATCH_SEGMENT_RETRANSMIT |
	       synack_hook.attached << SOCKWATCH_SEGMENT_SYNACK_RETRANSMIT |
	       (reset_active_hook.attached && reset4_hook.attached &&
		reset6_hook.attached) << SOCKWATCH_SEGMENT_RESET_SENT |
	       reset_received_hook.attached <<
	       SOCKWATCH_SEGMENT_RESET_RECEIVED;
}

/**
 * sockwatch_hooks_init() - attach the hooks
 * @list: which: see sockwatch_choose_has()
 * @wrapper: whether to put wrappers in place, and direct calls
 *
 * Context: process, may sleep; after sockwatch_account_init().
 * Return: 0, or the error of the first required hook that cannot be attached,
 * or -EINVAL: there is no such hook; of which the kernel log has told.
 */
int sockwatch_hooks_init(const char *list, bool wrapper)
{
	unsigned int id;
	int err;

	err = sockwatch_choose_check(list, hooks, SOCKWATCH_HOOK_MAX);
	if (err)
		return err;
	if (!sockwatch_clock_is_tsc())
		sockwatch_event_take_detour();
	for (id = 0; id < SOCKWATCH_HOOK_MAX; id++) {
		if (!sockwatch_choose_has(list, hooks[id]))
			continue;
		if (id == SOCKWATCH_HOOK_CREATE)
			err = create_attach(wrapper);
		else if (hooks[id]->stub)
			err = direct_or_ftrace(hooks[id], wrapper);
		else if (wrapper || hooks[id]->type != &sockwatch_hook_wrapper)
			err = hook_attach(hooks[id]);
		if (err)
			goto err_hooks;
	}
	WRITE_ONCE(sockwatch_account_inherits, clone_hook.attached);
	sockwatch_tcp_wrapped(sockwatch_connect4_wrapper.attached,
			      sockwatch_connect6_wrapper.attached);
	sockwatch_timewait_hooked(tw_schedule_hook.attached &&
				  tw_segment_hook.attached &&
				  tw_free_hook.attached);
	sockwatch_segment_hooked(segments_hooked());
	sockwatch_snapshot_set_hooks(status_read);
	return 0;

err_hooks:
	hooks_detach(id);
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
	sockwatch_snapshot_set_hooks(NULL);
	hooks_detach(SOCKWATCH_HOOK_MAX);
}
