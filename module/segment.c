// SPDX-License-Identifier: GPL-2.0
/* TCP's segments that mean trouble: sent again, and resets. */
#include <linux/bits.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/dst.h>
#include <net/ip6_route.h>
#include <net/request_sock.h>
#include <net/route.h>
#include <net/tcp.h>

#include "netns.h"
#include "scope.h"
#include "segment.h"
#include "segment_tell.h"
#include "tcp.h"
#include "tcpstat.h"

static unsigned int hooked __read_mostly;

static void count(const struct net *net, unsigned int family, bool remote,
		  enum sockwatch_segment what, unsigned int n)
{
	struct sockwatch_tcpstat *stat;
	struct sockwatch_net *snet;

	preempt_disable_notrace();
	snet = sockwatch_net_of(net);
	stat = snet ? READ_ONCE(snet->tcp[family == AF_INET6]) : NULL;
	if (stat)
		this_cpu_add(stat->cpu->segment[remote][what], n);
	preempt_enable_notrace();
}

/*
 * A segment from an address of this host has come over the loopback device,
 * which has the same number in every namespace.
 */
static bool from_remote(const struct sk_buff *skb)
{
	return skb->skb_iif != LOOPBACK_IFINDEX;
}

static void answered(const struct sock *sk, unsigned int family,
		     const struct sk_buff *skb)
{
	const struct net *net = sk ? sock_net(sk) : dev_net(skb_dst(skb)->dev);
	bool remote = from_remote(skb);

	count(net, family, remote, SOCKWATCH_SEGMENT_RESET_SENT, 1);
	if (sockwatch_event_wanted())
		sockwatch_tell_answer(net, family, sk, skb, remote);
}

/**
 * sockwatch_segment_retransmitted() - a sock has sent something again
 * @sk: the sock
 * @skb: one segment, or several that the device cuts
 *
 * Context: process or softirq, with the sock's lock held.
 */
void sockwatch_segment_retransmitted(const struct sock *sk,
				     const struct sk_buff *skb)
{
	unsigned int n = tcp_skb_pcount(skb);

	sockwatch_tcp_retransmitted(sk, n);
	if (sockwatch_event_wanted())
		sockwatch_tcp_tell_segment(sk, SOCKWATCH_SEGMENT_RETRANSMIT, n);
}

/**
 * sockwatch_segment_synack() - a SYN/ACK was sent again
 * @sk: the listener, or with Fast Open the child
 * @req: the request
 *
 * Context: softirq.
 */
void sockwatch_segment_synack(const struct sock *sk,
			      const struct request_sock *req)
{
	bool remote = sockwatch_scope_of_request(sk, req);

	count(sock_net(sk), sk->sk_family, remote,
	      SOCKWATCH_SEGMENT_SYNACK_RETRANSMIT, 1);
	if (sockwatch_event_wanted())
		sockwatch_tell_synack(sk, req, remote);
}

static noinline void reset_tell(const struct sock *sk)
{
	sockwatch_tcp_reset_sent(sk);
	sockwatch_tcp_tell_segment(sk, SOCKWATCH_SEGMENT_RESET_SENT, 1);
}

/**
 * sockwatch_segment_reset() - a sock sends a RST of its own accord
 * @sk: the sock
 *
 * Context: process or softirq.
 */
__noendbr void sockwatch_segment_reset(const struct sock *sk)
{
	if (sockwatch_event_wanted())
		reset_tell(sk);
	else
		sockwatch_tcp_reset_sent(sk);
}

/**
 * sockwatch_segment_reset4() - a segment over IPv4 is to be answered by a RST
 * @sk: the sock it was for, which may be a request or in time-wait, or NULL
 * @skb: the segment
 *
 * What tcp_v4_send_reset() does not answer (net/ipv4/tcp_ipv4.c) is left out
 * here; one with a wrong MD5 signature is not known here.
 *
 * Context: softirq.
 */
void sockwatch_segment_reset4(const struct sock *sk, const struct sk_buff *skb)
{
	if (tcp_hdr(skb)->rst)
		return;
	if (!sk && skb_rtable(skb)->rt_type != RTN_LOCAL)
		return;
	answered(sk, sk ? sk->sk_family : AF_INET, skb);
}

/**
 * sockwatch_segment_reset6() - a segment over IPv6 is to be answered by a RST
 * @sk: as for sockwatch_segment_reset4()
 * @skb: the segment
 *
 * Context: softirq.
 */
void sockwatch_segment_reset6(const struct sock *sk, const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (tcp_hdr(skb)->rst)
		return;
	if (!sk && !ipv6_unicast_destination(skb))
		return;
	answered(sk, AF_INET6, skb);
#endif
}

/**
 * sockwatch_segment_hooked() - say which segments the calls above are made for
 * @segments: a bit for each &enum sockwatch_segment
 *
 * Context: process.
 */
void sockwatch_segment_hooked(unsigned int segments)
{
	hooked = segments;
}

/**
 * sockwatch_segment_known() - whether a number is right
 * @segment: &enum sockwatch_segment
 *
 * Context: any.
 * Return: false: a hook for it is missing.
 */
bool sockwatch_segment_known(unsigned int segment)
{
	return hooked & BIT(segment);
}
