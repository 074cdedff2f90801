/* SPDX-License-Identifier: GPL-2.0 */
/* What happens to a TCP sock, and what that means for the numbers. */
#ifndef _SOCKWATCH_TCP_H
#define _SOCKWATCH_TCP_H

#include <linux/types.h>
#include <net/sock.h>

#include "netns.h"
#include "tcpstat.h"
#include "track.h"

struct request_sock;

/**
 * enum sockwatch_tcp_flags - what is known of a TCP sock
 *
 * @SOCKWATCH_TCP_INET6: it is counted under inet6
 * @SOCKWATCH_TCP_ACTIVE: it began the connection
 * @SOCKWATCH_TCP_SCOPED: its scope is known
 * @SOCKWATCH_TCP_REMOTE: and is remote
 * @SOCKWATCH_TCP_OPENED: it was ESTABLISHED
 * @SOCKWATCH_TCP_TIMED: conn_ns says since when
 * @SOCKWATCH_TCP_UNTIMED: its handshake has no true time
 */
enum sockwatch_tcp_flags {
	SOCKWATCH_TCP_INET6 = 1 << 0,
	SOCKWATCH_TCP_ACTIVE = 1 << 1,
	SOCKWATCH_TCP_SCOPED = 1 << 2,
	SOCKWATCH_TCP_REMOTE = 1 << 3,
	SOCKWATCH_TCP_OPENED = 1 << 4,
	SOCKWATCH_TCP_TIMED = 1 << 5,
	SOCKWATCH_TCP_UNTIMED = 1 << 6,
};

/**
 * sockwatch_is_tcp() - whether a sock is one of TCP
 * @sk: any sock
 *
 * Context: any.
 * Return: true for TCP over either family, and so for MPTCP's subflows.
 */
static __always_inline bool sockwatch_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       sk->sk_type == SOCK_STREAM &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

void sockwatch_tcp_state(const struct sock *sk, unsigned int old,
			 unsigned int state, u64 now_ns);
void sockwatch_tcp_inherit(const struct sock *parent,
			   const struct sock *child);
void sockwatch_tcp_cookie(const struct sock *child);
void sockwatch_tcp_born(struct sockwatch_entry *entry,
			struct sockwatch_net *snet, const struct sock *sk,
			unsigned int state, u64 now_ns);
void sockwatch_tcp_found(struct sockwatch_entry *entry,
			 struct sockwatch_net *snet, const struct sock *sk);
void sockwatch_tcp_accepted(struct sockwatch_entry *entry,
			    const struct sockwatch_net *snet,
			    const struct sock *sk, u64 now_ns);
void sockwatch_tcp_gone(const struct sockwatch_entry *entry);
void sockwatch_tcp_connect_failed(const struct sock *sk, int err);
void sockwatch_tcp_wrapped(bool inet, bool inet6);
struct sockwatch_tcpstat *sockwatch_tcp_stat(const struct sock *sk,
					     bool *remote);
bool sockwatch_tcp_request_remote(const struct sock *sk,
				  const struct request_sock *req);

#endif /* _SOCKWATCH_TCP_H */
