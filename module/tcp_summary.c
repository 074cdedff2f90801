// SPDX-License-Identifier: GPL-2.0
/* What a connection tells when it is over: its options, and its round trip. */
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "classify.h"
#include "counters.h"
#include "tcp_count.h"
#include "tcp_summary.h"
#include "track.h"

#define OPTION(cpu, name) \
	this_cpu_inc((cpu)->option[SOCKWATCH_OPTION_##name - 1])

/* Those of SOCKWATCH_USUAL_FLAGS count where they are not. */
static void options_count(struct sockwatch_tcp_cpu __percpu *cpu,
			  const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->nonagle & TCP_NAGLE_OFF)
		OPTION(cpu, NODELAY);
	if (tp->nonagle & TCP_NAGLE_CORK)
		OPTION(cpu, CORK);
	if (!tp->rx_opt.sack_ok)
		OPTION(cpu, SACK);
	if (!tp->rx_opt.tstamp_ok)
		OPTION(cpu, TIMESTAMPS);
	if (!tp->rx_opt.wscale_ok)
		OPTION(cpu, WSCALE);
	if (tp->ecn_flags & TCP_ECN_OK)
		OPTION(cpu, ECN);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		OPTION(cpu, KEEPALIVE);
	if (tp->syn_data_acked)
		OPTION(cpu, FASTOPEN);
}

/* One that is not the common one. */
static noinline __cold void
congestion_count(struct sockwatch_tcpstat *stat, const struct sock *sk)
{
	const struct tcp_congestion_ops *ops = inet_csk(sk)->icsk_ca_ops;
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);
	struct sockwatch_net *snet = READ_ONCE(entry->snet);
	unsigned int row;
	u64 key;

	this_cpu_inc(stat->cpu->uncommon);
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

/**
 * sockwatch_tcp_rtt_settle() - what is left to do of a round trip
 * @stat: as for sockwatch_tcp_summarize()
 * @sk: likewise
 * @far: likewise
 *
 * Context: likewise.
 */
void sockwatch_tcp_rtt_settle(struct sockwatch_tcpstat *stat,
			      const struct sock *sk, unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (srtt_us)
		sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_RTT, far,
					  as_n(srtt_us), sk);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_RTT);
}

/**
 * sockwatch_tcp_summary() - sockwatch_tcp_summarize(), of any connection
 * @stat: as there
 * @sk: likewise
 * @far: likewise
 *
 * Context: that of sockwatch_tcp_summarize().
 */
void sockwatch_tcp_summary(struct sockwatch_tcpstat *stat,
			   const struct sock *sk, unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	this_cpu_inc(stat->cpu->closed);
	options_count(stat->cpu, sk);
	if (unlikely(inet_csk(sk)->icsk_ca_ops->key != stat->common_key))
		congestion_count(stat, sk);
	if (unlikely(sockwatch_tcpstat_count(stat->cpu, SOCKWATCH_H_RTT, far,
					     as_n(srtt_us))))
		sockwatch_tcp_rtt_settle(stat, sk, far);
}
