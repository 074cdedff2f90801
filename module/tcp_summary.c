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

/**
 * sockwatch_tcp_summary_rare() - the rest of sockwatch_tcp_summarize()
 * @stat: as there
 * @sk: likewise
 * @far: likewise
 *
 * Context: that of sockwatch_tcp_summarize().
 */
void sockwatch_tcp_summary_rare(struct sockwatch_tcpstat *stat,
				const struct sock *sk, unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (srtt_us)
		sampled(stat, SOCKWATCH_H_RTT, far, as_n(srtt_us), sk);
	else
		unknown(stat, SOCKWATCH_METRIC_TCP_RTT);
	if (sockwatch_summary_is_common(stat, sk))
		this_cpu_inc(stat->cpu->common);
	else
		congestion_rare(stat, sk);
}

/**
 * sockwatch_tcp_summary() - sockwatch_tcp_summarize(), for who is not hot
 * @stat: as there
 * @sk: likewise
 * @far: likewise
 *
 * Context: that of sockwatch_tcp_summarize().
 */
void sockwatch_tcp_summary(struct sockwatch_tcpstat *stat,
			   const struct sock *sk, unsigned long far)
{
	sockwatch_tcp_summarize(stat, stat->cpu, sk, far);
}
