// SPDX-License-Identifier: GPL-2.0
/* What is told of segments that mean trouble. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "event.h"
#include "segment_tell.h"
#include "track.h"

#define ENDS	(SOCKWATCH_KNOWN_ADDRESS | SOCKWATCH_KNOWN_PEER_ADDRESS | \
		 SOCKWATCH_KNOWN_PORT | SOCKWATCH_KNOWN_PEER_PORT)

/* A request, or what is in time-wait, is no sock that we know. */
static void begin(struct sockwatch_event *event,
		  enum sockwatch_event_type type, unsigned int family,
		  const struct sock *sk, bool remote)
{
	const struct sockwatch_entry *entry = NULL;

	if (sk && sk_fullsock(sk))
		entry = sockwatch_track_find(sk);
	sockwatch_event_begin(event, type);
	if (entry)
		sockwatch_event_sock(event, entry, sk);
	sockwatch_event_kind(event, family, SOCK_STREAM, IPPROTO_TCP);
	event->scope = remote ? SOCKWATCH_SCOPE_REMOTE : SOCKWATCH_SCOPE_LOCAL;
	event->known |= SOCKWATCH_KNOWN_SCOPE | ENDS;
}

/* Of a listener its own addresses say nothing. */
static void request_ends(struct sockwatch_event *event,
			 const struct inet_request_sock *ireq)
{
	event->port = ireq->ir_num;
	event->peer_port = ntohs(ireq->ir_rmt_port);
#if IS_ENABLED(CONFIG_IPV6)
	if (event->family == AF_INET6) {
		memcpy(event->address, &ireq->ir_v6_loc_addr, 16);
		memcpy(event->peer_address, &ireq->ir_v6_rmt_addr, 16);
		return;
	}
#endif
	memcpy(event->address, &ireq->ir_loc_addr, 4);
	memcpy(event->peer_address, &ireq->ir_rmt_addr, 4);
}

/* A v4-mapped sock is of inet6, and its segments are of IPv4. */
static void answer_ends(struct sockwatch_event *event,
			const struct sk_buff *skb)
{
	event->port = ntohs(tcp_hdr(skb)->dest);
	event->peer_port = ntohs(tcp_hdr(skb)->source);
	if (skb->protocol == htons(ETH_P_IPV6)) {
		memcpy(event->address, &ipv6_hdr(skb)->daddr, 16);
		memcpy(event->peer_address, &ipv6_hdr(skb)->saddr, 16);
	} else if (event->family == AF_INET) {
		memcpy(event->address, &ip_hdr(skb)->daddr, 4);
		memcpy(event->peer_address, &ip_hdr(skb)->saddr, 4);
	} else {
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr,
				       (struct in6_addr *)event->address);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr,
				       (struct in6_addr *)event->peer_address);
	}
}

/**
 * sockwatch_tell_synack() - a SYN/ACK was sent again
 * @sk: as for sockwatch_segment_synack()
 * @req: likewise
 * @remote: its scope
 *
 * Context: softirq.
 */
void sockwatch_tell_synack(const struct sock *sk,
			   const struct request_sock *req, bool remote)
{
	struct sockwatch_event event __uninitialized;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(sock_net(sk));
	if (sockwatch_event_watched(snet)) {
		begin(&event, SOCKWATCH_EVENT_RETRANSMIT, sk->sk_family, sk,
		      remote);
		request_ends(&event, inet_rsk(req));
		event.state = TCP_SYN_RECV;
		event.retransmits = 1;
		event.known |= SOCKWATCH_KNOWN_STATE |
			       SOCKWATCH_KNOWN_RETRANSMITS;
		sockwatch_event_tell(snet, &event);
	}
	preempt_enable_notrace();
}

/**
 * sockwatch_tell_answer() - a segment is answered by a RST
 * @net: the namespace
 * @family: the family it counts for
 * @sk: as for sockwatch_segment_reset4()
 * @skb: likewise
 * @remote: its scope
 *
 * Context: softirq.
 */
void sockwatch_tell_answer(const struct net *net, unsigned int family,
			   const struct sock *sk, const struct sk_buff *skb,
			   bool remote)
{
	struct sockwatch_event event __uninitialized;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(net);
	if (sockwatch_event_watched(snet)) {
		begin(&event, SOCKWATCH_EVENT_RESET, family, sk, remote);
		answer_ends(&event, skb);
		sockwatch_event_tell(snet, &event);
	}
	preempt_enable_notrace();
}
