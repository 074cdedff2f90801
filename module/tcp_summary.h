/* SPDX-License-Identifier: GPL-2.0 */
/* What a connection tells when it is over: its options, and its round trip. */
#ifndef _SOCKWATCH_TCP_SUMMARY_H
#define _SOCKWATCH_TCP_SUMMARY_H

#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "tcp_count.h"

void sockwatch_tcp_summary_rare(struct sockwatch_tcpstat *stat,
				const struct sock *sk,
				unsigned long far) __cold;

#define SOCKWATCH_SUMMARY_OPTION(cpu, name)				\
	this_cpu_inc((cpu)->option[SOCKWATCH_OPTION_##name - 1])

/* What most connections have not, and the other way about. */
static __always_inline void
sockwatch_summary_options(struct sockwatch_tcp_cpu __percpu *cpu,
			  const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	unsigned int nagle = tp->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK);

	this_cpu_inc(cpu->closed);
	if (nagle) {
		if (nagle & TCP_NAGLE_OFF)
			SOCKWATCH_SUMMARY_OPTION(cpu, NODELAY);
		if (nagle & TCP_NAGLE_CORK)
			SOCKWATCH_SUMMARY_OPTION(cpu, CORK);
	}
	if (unlikely(!tp->rx_opt.sack_ok))
		SOCKWATCH_SUMMARY_OPTION(cpu, SACK);
	if (unlikely(!tp->rx_opt.tstamp_ok))
		SOCKWATCH_SUMMARY_OPTION(cpu, TIMESTAMPS);
	if (unlikely(!tp->rx_opt.wscale_ok))
		SOCKWATCH_SUMMARY_OPTION(cpu, WSCALE);
	if (unlikely(tp->ecn_flags & TCP_ECN_OK))
		SOCKWATCH_SUMMARY_OPTION(cpu, ECN);
	/* sock_flag() loads all of them first. */
	if (sk->sk_flags & BIT(SOCK_KEEPOPEN))
		SOCKWATCH_SUMMARY_OPTION(cpu, KEEPALIVE);
	if (unlikely(tp->syn_data_acked))
		SOCKWATCH_SUMMARY_OPTION(cpu, FASTOPEN);
}

/* It is the congestion control that most have. */
static __always_inline bool
sockwatch_summary_is_common(const struct sockwatch_tcpstat *stat,
			    const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_ops->key == stat->common_key;
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
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	sockwatch_summary_options(cpu, sk);
	if (unlikely(!srtt_us || !sockwatch_summary_is_common(stat, sk)))
		return sockwatch_tcp_summary_rare(stat, sk, far);
	this_cpu_inc(cpu->common);
	if (unlikely(sockwatch_tcpstat_count(cpu, SOCKWATCH_H_RTT, far,
					     as_n(srtt_us))))
		sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_RTT, far,
					  as_n(srtt_us), sk);
}

#endif /* _SOCKWATCH_TCP_SUMMARY_H */
