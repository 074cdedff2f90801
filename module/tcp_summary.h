/* SPDX-License-Identifier: GPL-2.0 */
/* What a connection tells when it is over: its options, and its round trip. */
#ifndef _SOCKWATCH_TCP_SUMMARY_H
#define _SOCKWATCH_TCP_SUMMARY_H

#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "tcp_count.h"

void sockwatch_tcp_rtt_settle(struct sockwatch_tcpstat *stat,
			      const struct sock *sk,
			      unsigned long far) __cold;

/*
 * Whether it is as most are: with what both ends offer by themselves, and
 * without what somebody has to ask for.
 */
static __always_inline bool
sockwatch_summary_is_plain(const struct sockwatch_tcpstat *stat,
			   const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	/*
	 * Bits of one byte, and one comparison: what has seen a DSACK goes the
	 * long way.  And sock_flag() would load all flags first.
	 */
	return tp->rx_opt.tstamp_ok && tp->rx_opt.wscale_ok &&
	       tp->rx_opt.sack_ok == TCP_SACK_SEEN &&
	       !(tp->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK)) &&
	       !(tp->ecn_flags & TCP_ECN_OK) &&
	       !(sk->sk_flags & BIT(SOCK_KEEPOPEN)) &&
	       !tp->syn_data_acked &&
	       inet_csk(sk)->icsk_ca_ops->key == stat->common_key;
}

/**
 * sockwatch_tcp_summarize() - a connection is over
 * @stat: where it counts
 * @cpu: its part on this CPU
 * @sk: its sock
 * @far: its scope, as for sockwatch_tcpstat_count()
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
static __always_inline void
sockwatch_tcp_summarize(struct sockwatch_tcpstat *stat,
			struct sockwatch_tcp_cpu __percpu *cpu,
			const struct sock *sk, unsigned long far)
{
	u32 srtt_us;

	if (!likely(sockwatch_summary_is_plain(stat, sk)))
		return sockwatch_tcp_summary(stat, sk, far);
	this_cpu_inc(cpu->closed);
	srtt_us = READ_ONCE(tcp_sk(sk)->srtt_us) >> 3;
	/* 0 is not known, and as_n() of that too long for a bucket. */
	if (unlikely(sockwatch_tcpstat_count(cpu, SOCKWATCH_H_RTT, far,
					     as_n(srtt_us))))
		sockwatch_tcp_rtt_settle(stat, sk, far);
}

#endif /* _SOCKWATCH_TCP_SUMMARY_H */
