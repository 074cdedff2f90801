// SPDX-License-Identifier: GPL-2.0
/* The hooks of tcp_v4_connect and tcp_v6_connect, for what they return. */
#include <linux/percpu.h>
#include <linux/socket.h>
#include <linux/static_call.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "attach.h"
#include "connect.h"
#include "cost.h"
#include "hooks.h"
#include "tcp.h"

/*
 * Both send the SYN and return; neither waits for an answer.  For a v4-mapped
 * address tcp_v6_connect() calls tcp_v4_connect(): only the outer one counts.
 */
DEFINE_STATIC_CALL_RET0(connect4_original, tcp_v4_connect);
DEFINE_STATIC_CALL_RET0(connect6_original, tcp_v4_connect);

static DEFINE_PER_CPU(long, inside4);
static DEFINE_PER_CPU(long, inside6);

SOCKWATCH_PART(connected4, SOCKWATCH_HOOK_CONNECT4,
	       (const struct sock *sk, int err), (sk, err))
{
	if (unlikely(err) && sk->sk_family == AF_INET)
		sockwatch_tcp_connect_failed(sk, err);
}

static notrace int connect4(struct sock *sk, struct sockaddr *uaddr,
			    int addr_len)
{
	int err;

	this_cpu_inc(inside4);
	err = static_call(connect4_original)(sk, uaddr, addr_len);
	connected4(sk, err);
	this_cpu_dec(inside4);
	return err;
}

SOCKWATCH_PART(connected6, SOCKWATCH_HOOK_CONNECT6,
	       (const struct sock *sk, int err), (sk, err))
{
	if (unlikely(err))
		sockwatch_tcp_connect_failed(sk, err);
}

static notrace int connect6(struct sock *sk, struct sockaddr *uaddr,
			    int addr_len)
{
	int err;

	this_cpu_inc(inside6);
	err = static_call(connect6_original)(sk, uaddr, addr_len);
	connected6(sk, err);
	this_cpu_dec(inside6);
	return err;
}

static void original4(void *func)
{
	static_call_update(connect4_original, func);
}

static void original6(void *func)
{
	static_call_update(connect6_original, func);
}

/** sockwatch_connect4_wrapper - TCP's connect over IPv4 */
struct sockwatch_hook sockwatch_connect4_wrapper = {
	.name = "tcp_v4_connect",
	.type = &sockwatch_hook_wrapper,
	.probe = connect4,
	.original = original4,
	.inside = &inside4,
};

/** sockwatch_connect6_wrapper - TCP's connect over IPv6 */
struct sockwatch_hook sockwatch_connect6_wrapper = {
	.name = "tcp_v6_connect",
	.type = &sockwatch_hook_wrapper,
	.probe = connect6,
	.original = original6,
	.inside = &inside6,
};
