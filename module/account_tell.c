// SPDX-License-Identifier: GPL-2.0
/* What is told of a socket's birth and end. */
#include <linux/compiler.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "account_tell.h"
#include "clock.h"
#include "compat.h"
#include "event.h"
#include "tcp.h"
#include "track.h"

/**
 * sockwatch_tell_create_failed() - a call for a new socket has failed
 * @snet: the namespace
 * @family: what it asked for
 * @type: what it asked for
 * @protocol: what it asked for
 * @err: the negative errno
 *
 * Context: process, with preemption off.
 */
void sockwatch_tell_create_failed(struct sockwatch_net *snet, int family,
				  int type, int protocol, int err)
{
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_FAIL);
	sockwatch_event_kind(&event, family, type, protocol);
	sockwatch_event_task(&event);
	sockwatch_event_failed(&event, SOCKWATCH_OPERATION_CREATE, err);
	sockwatch_event_tell(snet, &event);
}

/**
 * sockwatch_tell_unix_not_connected() - a UNIX connect() has failed
 * @snet: the namespace
 * @type: SOCK_STREAM or SOCK_SEQPACKET
 *
 * Context: process, with preemption off.
 */
void sockwatch_tell_unix_not_connected(struct sockwatch_net *snet, int type)
{
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_FAIL);
	sockwatch_event_kind(&event, AF_UNIX, type, 0);
	sockwatch_event_task(&event);
	sockwatch_event_failed(&event, SOCKWATCH_OPERATION_CONNECT, 0);
	sockwatch_event_tell(snet, &event);
}

/**
 * sockwatch_tell_created() - a socket was created
 * @snet: the namespace
 * @entry: its entry, which is open
 * @sk: its sock
 * @took_ns: how long it took; 0: not known
 *
 * Context: process, with preemption off.
 */
void sockwatch_tell_created(struct sockwatch_net *snet,
			    const struct sockwatch_entry *entry,
			    const struct sock *sk, u64 took_ns)
{
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_CREATE);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	if (took_ns)
		sockwatch_event_took(&event, took_ns);
	sockwatch_event_tell(snet, &event);
}

/**
 * sockwatch_tell_accepted() - accept has handed out a socket
 * @snet: the namespace
 * @entry: its entry, which is open
 * @sk: its sock
 * @waited_ns: how long it waited; 0: not known
 *
 * Context: process, with preemption off.
 */
void sockwatch_tell_accepted(struct sockwatch_net *snet,
			     const struct sockwatch_entry *entry,
			     const struct sock *sk, u64 waited_ns)
{
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_ACCEPT);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	if (waited_ns)
		sockwatch_event_took(&event, waited_ns);
	sockwatch_event_tell(snet, &event);
}

/*
 * What a connection has come to stays in the sock when it is closed
 * (tcp_done(), net/ipv4/tcp.c); one that never had one has sent nothing.
 */
static bool had_connection(const struct sock *sk)
{
	return sockwatch_is_tcp(sk) && tcp_sk(sk)->segs_in;
}

/**
 * sockwatch_tell_closed() - a socket is about to be freed
 * @entry: its entry
 * @sk: its sock
 *
 * Context: process or softirq, with preemption off.
 */
void sockwatch_tell_closed(const struct sockwatch_entry *entry,
			   const struct sock *sk)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	struct sockwatch_event event __uninitialized;

	if (!sockwatch_event_watched(snet))
		return;
	sockwatch_event_begin(&event, SOCKWATCH_EVENT_CLOSE);
	sockwatch_event_sock(&event, entry, sk);
	if (entry->birth_ns)
		sockwatch_event_took(&event, sockwatch_clock_ns() -
					     entry->birth_ns);
	if (had_connection(sk))
		sockwatch_event_traffic(&event, sk);
	sockwatch_event_tell(snet, &event);
}
