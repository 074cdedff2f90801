// SPDX-License-Identifier: GPL-2.0
/* What has happened, put together for whoever wants to be told. */
#include <linux/build_bug.h>
#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/uidgid.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "event.h"
#include "track.h"

DEFINE_STATIC_KEY_FALSE(sockwatch_event_sunk);
DEFINE_STATIC_KEY_FALSE(sockwatch_event_detour);

static const struct sockwatch_sink __rcu *sink __read_mostly;

/**
 * sockwatch_event_set_sink() - send events somewhere
 * @new_sink: where, or NULL: nowhere
 *
 * Context: process, may sleep, one at a time.  On return the former sink is not
 * in use.
 */
void sockwatch_event_set_sink(const struct sockwatch_sink *new_sink)
{
	bool was_set = rcu_access_pointer(sink);

	rcu_assign_pointer(sink, new_sink);
	if (new_sink && !was_set) {
		static_branch_enable(&sockwatch_event_sunk);
		static_branch_inc(&sockwatch_event_detour);
	} else if (!new_sink && was_set) {
		static_branch_dec(&sockwatch_event_detour);
		static_branch_disable(&sockwatch_event_sunk);
	}
	synchronize_rcu();
}

/**
 * sockwatch_event_take_detour() - from now on sockwatch_event_is_detour()
 *
 * Context: process, may sleep; once.
 */
void sockwatch_event_take_detour(void)
{
	static_branch_inc(&sockwatch_event_detour);
}

/**
 * sockwatch_event_tell() - send an event
 * @snet: the namespace it happened in, see sockwatch_event_watched()
 * @event: the event
 *
 * Context: any but NMI, with preemption off.
 */
void sockwatch_event_tell(struct sockwatch_net *snet,
			  const struct sockwatch_event *event)
{
	const struct sockwatch_sink *to = rcu_dereference_sched(sink);

	if (to)
		to->event(snet, event);
}

/**
 * sockwatch_event_begin() - an event of which nothing is known
 * @event: filled
 * @type: what happened
 */
void sockwatch_event_begin(struct sockwatch_event *event,
			   enum sockwatch_event_type type)
{
	BUILD_BUG_ON(sizeof(*event) % sizeof(u64));
	memset64((u64 *)event, 0, sizeof(*event) / sizeof(u64));
	event->event = type;
}

/**
 * sockwatch_event_task() - say that the current task did it
 * @event: the event
 *
 * Context: process.
 */
void sockwatch_event_task(struct sockwatch_event *event)
{
	event->pid = current->tgid;
	event->uid = from_kuid(&init_user_ns, current_fsuid());
	memcpy(event->comm, current->comm, sizeof(event->comm));
	event->known |= SOCKWATCH_KNOWN_PID | SOCKWATCH_KNOWN_UID |
			SOCKWATCH_KNOWN_COMM;
}

static const u8 origins[] = {
	[SOCKWATCH_ORIGIN_CREATED] = SOCKWATCH_SOCKET_ORIGIN_SOCKET,
	[SOCKWATCH_ORIGIN_KERNEL] = SOCKWATCH_SOCKET_ORIGIN_KERNEL,
	[SOCKWATCH_ORIGIN_ACCEPTED] = SOCKWATCH_SOCKET_ORIGIN_ACCEPT,
	[SOCKWATCH_ORIGIN_PREEXISTING] = SOCKWATCH_SOCKET_ORIGIN_PREEXISTING,
};

static void origin_put(struct sockwatch_event *event,
		       const struct sockwatch_entry *entry)
{
	event->known |= SOCKWATCH_KNOWN_ORIGIN;
	if (entry->state != SOCKWATCH_OPEN) {
		event->origin = SOCKWATCH_SOCKET_ORIGIN_QUEUED;
		return;
	}
	event->origin = origins[entry->origin];
	if (!entry->owner.pid)
		return;
	event->pid = entry->owner.pid;
	memcpy(event->comm, entry->owner.comm, sizeof(event->comm));
	event->known |= SOCKWATCH_KNOWN_PID | SOCKWATCH_KNOWN_COMM;
}

/*
 * The port on the wire stays when the sock has given its own back
 * (__inet_put_port(), net/ipv4/inet_hashtables.c).  Of SOCK_RAW it is the
 * protocol (inet_create(), net/ipv4/af_inet.c).
 */
static __always_inline void ports_put(struct sockwatch_event *event,
				      const struct sock *sk)
{
	event->port = ntohs(inet_sk(sk)->inet_sport);
	event->peer_port = ntohs(sk->sk_dport);
	if (event->port && sk->sk_type != SOCK_RAW)
		event->known |= SOCKWATCH_KNOWN_PORT;
	else
		event->port = 0;
	if (event->peer_port)
		event->known |= SOCKWATCH_KNOWN_PEER_PORT;
}

static void inet4_put(struct sockwatch_event *event, const struct sock *sk)
{
	memcpy(event->address, &sk->sk_rcv_saddr, sizeof(sk->sk_rcv_saddr));
	memcpy(event->peer_address, &sk->sk_daddr, sizeof(sk->sk_daddr));
	event->known |= SOCKWATCH_KNOWN_ADDRESS;
	if (sk->sk_daddr)
		event->known |= SOCKWATCH_KNOWN_PEER_ADDRESS;
	ports_put(event, sk);
}

#if IS_ENABLED(CONFIG_IPV6)
static void inet6_put(struct sockwatch_event *event, const struct sock *sk)
{
	memcpy(event->address, &sk->sk_v6_rcv_saddr,
	       sizeof(sk->sk_v6_rcv_saddr));
	memcpy(event->peer_address, &sk->sk_v6_daddr, sizeof(sk->sk_v6_daddr));
	event->known |= SOCKWATCH_KNOWN_ADDRESS;
	if (!ipv6_addr_any(&sk->sk_v6_daddr))
		event->known |= SOCKWATCH_KNOWN_PEER_ADDRESS;
	ports_put(event, sk);
}
#endif

static void inet_put(struct sockwatch_event *event, const struct sock *sk)
{
	if (sk->sk_family == AF_INET)
		inet4_put(event, sk);
#if IS_ENABLED(CONFIG_IPV6)
	else if (sk->sk_family == AF_INET6)
		inet6_put(event, sk);
#endif
}

/* A cookie is made when somebody first asks for it. */
static noinline u64 cookie_make(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

static void id_put(struct sockwatch_event *event, const struct sock *sk)
{
	event->id = atomic64_read(&sk->sk_cookie) ?: cookie_make(sk);
	event->known |= SOCKWATCH_KNOWN_ID;
}

/**
 * sockwatch_event_sock() - say which socket it was, and whose
 * @event: the event
 * @entry: what is known of it
 * @sk: the socket, or one that is about to be freed
 *
 * Context: any but NMI, with preemption off.
 */
void sockwatch_event_sock(struct sockwatch_event *event,
			  const struct sockwatch_entry *entry,
			  const struct sock *sk)
{
	sockwatch_event_kind(event, sk->sk_family, sk->sk_type,
			     sk->sk_protocol);
	/* As from_kuid() has it for the initial user namespace. */
	event->uid = __kuid_val(sk->sk_uid);
	event->known |= SOCKWATCH_KNOWN_UID;
	origin_put(event, entry);
	inet_put(event, sk);
	id_put(event, sk);
}

/**
 * sockwatch_event_cgroup() - say in which cgroup the socket is
 * @event: the event
 * @sk: the socket, which still has its cgroup: sk_prot_free() (net/core/sock.c)
 *	lets go of that before it calls our hook
 *
 * Context: any.
 */
void sockwatch_event_cgroup(struct sockwatch_event *event,
			    const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	struct sock_cgroup_data data = sk->sk_cgrp_data;
	const struct cgroup *cgroup = sock_cgroup_ptr(&data);

	if (!cgroup)
		return;
	event->cgroup = cgroup_id(cgroup);
	event->known |= SOCKWATCH_KNOWN_CGROUP;
#endif
}

/**
 * sockwatch_event_traffic() - say what a connection has come to
 * @event: the event
 * @sk: a sock of TCP that had one
 *
 * Context: any.
 */
void sockwatch_event_traffic(struct sockwatch_event *event,
			     const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	event->bytes_sent = tp->bytes_sent;
	event->bytes_received = tp->bytes_received;
	event->segs_out = tp->segs_out;
	event->segs_in = tp->segs_in;
	event->retransmits = tp->total_retrans;
	event->known |= SOCKWATCH_KNOWN_TRAFFIC | SOCKWATCH_KNOWN_RETRANSMITS;
	event->srtt_us = tp->srtt_us >> 3;
	if (event->srtt_us)
		event->known |= SOCKWATCH_KNOWN_SRTT;
}
