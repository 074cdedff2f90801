// SPDX-License-Identifier: GPL-2.0
/* What a connection tells when it is over: its options, and its round trip. */
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "classify.h"
#include "counters.h"
#include "tcp_count.h"
#include "track.h"

static noinline __cold void
congestion_rare(struct sockwatch_tcpstat *stat, const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = inet_csk(sk)->icsk_ca_ops;
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int row;
	u64 key;

	if (!snet)
		return;
	key = sockwatch_congestion_pack(entry->tcp_flags & SOCKWATCH_TCP_INET6 ?
						AF_INET6 : AF_INET, ops->key);
	row = sockwatch_counters_row(&snet->congestion, key);

	/* Kept, since it may be unloaded before anybody asks. */
	if (!*snet->congestion_name[row])
		memcpy(snet->congestion_name[row], ops->name,
		       TCP_CA_NAME_MAX);
	if (!READ_ONCE(stat->common_key) && row != snet->congestion.nr)
		cmpxchg(&stat->common_key, 0, ops->key);
	this_cpu_inc(*sockwatch_counters_cells(&snet->congestion, row));
}

#define OPTION(cpu, name)						\
	this_cpu_inc((cpu)->option[SOCKWATCH_OPTION_##name - 1])

/* What most connections have not, and the other way about. */
static __always_inline void
options_count(struct sockwatch_tcp_cpu __percpu *cpu, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	this_cpu_inc(cpu->closed);
	if (tp->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK)) {
		if (tp->nonagle & TCP_NAGLE_OFF)
			OPTION(cpu, NODELAY);
		if (tp->nonagle & TCP_NAGLE_CORK)
			OPTION(cpu, CORK);
	}
	if (unlikely(!tp->rx_opt.sack_ok))
		OPTION(cpu, SACK);
	if (unlikely(!tp->rx_opt.tstamp_ok))
		OPTION(cpu, TIMESTAMPS);
	if (unlikely(!tp->rx_opt.wscale_ok))
		OPTION(cpu, WSCALE);
	if (unlikely(tp->ecn_flags & TCP_ECN_OK))
		OPTION(cpu, ECN);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		OPTION(cpu, KEEPALIVE);
	if (unlikely(tp->syn_data_acked))
		OPTION(cpu, FASTOPEN);
}

static __always_inline bool is_common(const struct sockwatch_tcpstat *stat,
				      const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_ops->key == stat->common_key;
}

static noinline __cold void summary_rare(struct sockwatch_tcpstat *stat,
					 const struct sock *sk,
					 unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (srtt_us)
		sampled(stat, SOCKWATCH_H_RTT, far, as_n(srtt_us), sk);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_RTT);
	if (is_common(stat, sk))
		this_cpu_inc(stat->cpu->common);
	else
		congestion_rare(stat, sk);
}

/**
 * sockwatch_tcp_summary() - a connection is over
 * @stat: where it counts
 * @sk: its sock
 * @far: its scope, as for sockwatch_tcpstat_count()
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
void sockwatch_tcp_summary(struct sockwatch_tcpstat *stat,
			   const struct sock *sk, unsigned long far)
{
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	options_count(cpu, sk);
	if (unlikely(!srtt_us || !is_common(stat, sk)))
		return summary_rare(stat, sk, far);
	this_cpu_inc(cpu->common);
	sampled(stat, SOCKWATCH_H_RTT, far, as_n(srtt_us), sk);
}
