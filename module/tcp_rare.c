// SPDX-License-Identifier: GPL-2.0
/* What else a move means that is rare. */
#include <linux/errqueue.h>
#include <linux/net.h>
#include <net/tcp.h>

#include "listen.h"
#include "scope.h"
#include "tcp_count.h"

/**
 * sockwatch_tcp_scoped() - find the scope of a sock
 * @flags: its &enum sockwatch_tcp_flags
 * @sk: the sock, which has a peer
 *
 * Context: process or softirq, with the sock's lock held.
 * Return: its flags with the scope.
 */
unsigned int sockwatch_tcp_scoped(unsigned int flags, const struct sock *sk)
{
	flags &= ~SOCKWATCH_TCP_REMOTE;
	return flags | SOCKWATCH_TCP_SCOPED |
	       (sockwatch_scope_is_remote(sk) ? SOCKWATCH_TCP_REMOTE : 0);
}

/* Is it about the SYN of this connection, not of one that sk had before? */
static bool about_syn(const struct sk_buff *skb, const struct sock *sk)
{
	u8 origin = SKB_EXT_ERR(skb)->ee.ee_origin;
	/* ip_icmp_error() and ipv6_icmp_error() leave it at that. */
	const struct tcphdr *th = (const struct tcphdr *)skb->data;

	return (origin == SO_EE_ORIGIN_ICMP || origin == SO_EE_ORIGIN_ICMP6) &&
	       skb_headlen(skb) >= offsetofend(struct tcphdr, seq) &&
	       ntohl(th->seq) == tcp_sk(sk)->snd_una;
}

/*
 * Of an ICMP error tcp_v4_err() (net/ipv4/tcp_ipv4.c) tells the owner by the
 * error queue, before it sets sk_err and closes.  On another CPU the owner can
 * ask for the error in between, which leaves 0 in sk_err, and close.
 */
static int queued_error(const struct sock *sk)
{
	struct sk_buff_head *queue = (struct sk_buff_head *)&sk->sk_error_queue;
	const struct sk_buff *skb;
	unsigned long flags;
	int err = 0;

	if (skb_queue_empty_lockless(queue))
		return 0;
	spin_lock_irqsave(&queue->lock, flags);
	skb = skb_peek_tail(queue);
	if (skb && about_syn(skb, sk))
		err = SKB_EXT_ERR(skb)->ee.ee_errno;
	spin_unlock_irqrestore(&queue->lock, flags);
	return err;
}

/**
 * sockwatch_tcp_not_opened() - a connection did not open
 * @entry: the entry of the sock
 * @sk: the sock
 *
 * An answer that came later has set sk_err before (tcp_reset(),
 * tcp_write_err(), tcp_v4_err()).  Without one, connect() itself fails, and has
 * not told the socket yet that it is connecting (__inet_stream_connect(),
 * net/ipv4/af_inet.c), or whoever asked has the error already, or gave up.
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_not_opened(const struct sockwatch_entry *entry,
			      const struct sock *sk)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	const struct socket *sock = sk->sk_socket;
	int err = READ_ONCE(sk->sk_err);

	if (!err && sockwatch_tcp_connect_wrapped(sk) && sock &&
	    sock->state == SS_UNCONNECTED)
		return;
	if (!err)
		err = queued_error(sk);
	if (snet)
		sockwatch_tcp_not_connected(snet, sk, -err);
}

/**
 * sockwatch_tcp_family_changed() - IPV6_ADDRFORM made an inet6 sock one of inet
 * @entry: the entry of the sock
 * @snet: its namespace
 *
 * Nothing told us; the numbers follow at its next move, which this comes
 * before.
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_family_changed(struct sockwatch_entry *entry,
				  const struct sockwatch_net *snet)
{
	struct sockwatch_tcpstat *from = READ_ONCE(snet->tcp[1]);
	struct sockwatch_tcpstat *to = READ_ONCE(snet->tcp[0]);

	if (!to)
		return;
	moved(from, entry->tcp_state, SOCKWATCH_MOVE_TAKEN);
	moved(to, SOCKWATCH_MOVE_PLACED, entry->tcp_state);
	entry->tcp_flags &= ~SOCKWATCH_TCP_INET6;
	entry->tcp_flags |= SOCKWATCH_TCP_TURNED;
}

/**
 * sockwatch_tcp_listening() - a sock begins to listen, or ends it
 * @entry: the entry of the sock
 * @sk: the sock
 * @from: the state that it leaves
 * @state: the one that it is in now
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_listening(struct sockwatch_entry *entry,
			     const struct sock *sk, unsigned int from,
			     unsigned int state)
{
	struct sockwatch_net *snet = READ_ONCE(entry->snet);

	if (!snet)
		return;
	/* The state comes before the listener: pairs with listening_found(). */
	smp_mb();
	/* Else it is that of its parent. */
	if (from == TCP_LISTEN)
		sockwatch_listen_stop(snet, entry->listener);
	entry->listener = 0;
	if (state == TCP_LISTEN)
		entry->listener = sockwatch_listen_start(snet, sk, true);
}
