// SPDX-License-Identifier: GPL-2.0
/* The latencies of connections that are settled, and whose they were. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <net/tcp_states.h>

#include "clock.h"
#include "event.h"
#include "samples.h"
#include "tcp_count.h"
#include "track.h"

#define METRIC(name)	(SOCKWATCH_S_METRICS + SOCKWATCH_METRIC_##name)
#define STATE(name)	(SOCKWATCH_S_STATES + TCP_##name)

/* What a duration is a sample of, by its histogram: one kind or two. */
static const u8 kinds[SOCKWATCH_H_LISTEN / 2][2] = {
	[SOCKWATCH_H_OPEN / 2] = { METRIC(TCP_CONNECT), STATE(SYN_SENT) },
	[SOCKWATCH_H_RESET / 2] = { METRIC(TCP_LIFETIME), STATE(ESTABLISHED) },
	[SOCKWATCH_H_LIFETIME / 2] = { METRIC(TCP_LIFETIME) },
	[SOCKWATCH_H_HANDSHAKE / 2] = { METRIC(TCP_HANDSHAKE) },
	[SOCKWATCH_H_ACCEPT / 2] = { METRIC(TCP_ACCEPT_QUEUE) },
	[SOCKWATCH_H_RTT / 2] = { METRIC(TCP_RTT) },
	[SOCKWATCH_H_ESTABLISHED / 2] = { STATE(ESTABLISHED) },
	[SOCKWATCH_H_SYN_SENT / 2] = { STATE(SYN_SENT) },
	[SOCKWATCH_H_SYN_RECV / 2] = { STATE(SYN_RECV) },
	[SOCKWATCH_H_FIN_WAIT1 / 2] = { STATE(FIN_WAIT1) },
	[SOCKWATCH_H_FIN_WAIT2 / 2] = { STATE(FIN_WAIT2) },
	[SOCKWATCH_H_CLOSE_WAIT / 2] = { STATE(CLOSE_WAIT) },
	[SOCKWATCH_H_LAST_ACK / 2] = { STATE(LAST_ACK) },
	[SOCKWATCH_H_CLOSING / 2] = { STATE(CLOSING) },
	[SOCKWATCH_H_CONNECT / 2] = { METRIC(TCP_CONNECT) },
};

/* The scope of CLOSE and LISTEN is none, and how long they lasted no matter. */
static const u8 *kinds_of(unsigned int hist)
{
	return hist == SOCKWATCH_H_CLOSE || hist == SOCKWATCH_H_LISTEN ?
		       NULL : kinds[hist / 2];
}

static u64 limit_of(const struct sockwatch_samples *samples, const u8 *kind)
{
	u64 limit = sockwatch_samples_limit(samples, kind[0]);

	if (kind[1])
		limit = min(limit, sockwatch_samples_limit(samples, kind[1]));
	return limit;
}

static void keep(struct sockwatch_samples *samples, unsigned int kind,
		 struct sockwatch_event *event)
{
	event->state = 0;
	event->known &= ~SOCKWATCH_KNOWN_STATE;
	if (kind >= SOCKWATCH_S_STATES) {
		event->state = kind - SOCKWATCH_S_STATES;
		event->known |= SOCKWATCH_KNOWN_STATE;
	}
	sockwatch_samples_add(samples, kind, event);
}

static void keep_all(struct sockwatch_samples *samples, const u8 *kind,
		     unsigned long far, u64 n,
		     const struct sockwatch_entry *entry, const struct sock *sk)
{
	struct sockwatch_event event;

	sockwatch_event_begin(&event, 0);
	sockwatch_event_sock(&event, entry, sk);
	sockwatch_event_cgroup(&event, sk);
	sockwatch_event_took(&event, n + 1);
	event.time_ns = sockwatch_clock_ns();
	event.scope = far ? SOCKWATCH_SCOPE_REMOTE : SOCKWATCH_SCOPE_LOCAL;
	event.known |= SOCKWATCH_KNOWN_SCOPE;
	keep(samples, kind[0], &event);
	if (kind[1])
		keep(samples, kind[1], &event);
}

/* Returns whether it may be kept. */
static bool hist_settle(struct sockwatch_tcpstat *stat, unsigned int hist,
			u64 n, u64 limit)
{
	if (hist < SOCKWATCH_H_RARE)
		return sockwatch_hist_settle(&stat->hist[hist], n, limit);
	return sockwatch_rare_add(&stat->rare[hist - SOCKWATCH_H_RARE], n,
				  limit);
}

static void settle(struct sockwatch_tcpstat *stat, unsigned int hist,
		   unsigned long far, u64 n,
		   const struct sockwatch_entry *entry, const struct sock *sk)
{
	const struct sockwatch_net *snet = entry ? READ_ONCE(entry->snet) :
						   NULL;
	struct sockwatch_samples *samples = NULL;
	const u8 *kind = kinds_of(hist);
	u64 limit = U64_MAX;

	if (kind && snet)
		samples = READ_ONCE(snet->samples);
	if (samples)
		limit = limit_of(samples, kind);
	if (hist_settle(stat, hist + far / SOCKWATCH_FAR, n, limit) && samples)
		keep_all(samples, kind, far, n, entry, sk);
}

/**
 * sockwatch_tcp_settle() - what sockwatch_tcpstat_count() leaves to do
 * @stat: the numbers
 * @hist: as there; or one from SOCKWATCH_H_RARE on, all of which is left
 * @far: as there
 * @n: as there
 * @entry: of whose duration it is
 *
 * Context: that of sockwatch_hist_count().
 */
void sockwatch_tcp_settle(struct sockwatch_tcpstat *stat, unsigned int hist,
			  unsigned long far, u64 n,
			  const struct sockwatch_entry *entry)
{
	size_t slot = entry - sockwatch_track.entries;
	const void *key = READ_ONCE(sockwatch_track.keys[slot]);

	settle(stat, hist, far, n, entry, sockwatch_track_sock(key));
}

/**
 * sockwatch_tcp_settle_sock() - the same, by the sock
 * @stat: as for sockwatch_tcp_settle()
 * @hist: likewise
 * @far: likewise
 * @n: likewise
 * @sk: whose duration it is
 *
 * Context: that of sockwatch_hist_count().
 */
void sockwatch_tcp_settle_sock(struct sockwatch_tcpstat *stat,
			       unsigned int hist, unsigned long far, u64 n,
			       const struct sock *sk)
{
	settle(stat, hist, far, n, sockwatch_track_find(sk), sk);
}
