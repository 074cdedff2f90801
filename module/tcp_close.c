// SPDX-License-Identifier: GPL-2.0
/* How TCP connections end that were open. */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "event.h"
#include "tcp_close.h"
#include "tcp_count.h"
#include "tcp_step.h"
#include "tcp_summary.h"

/** sockwatch_tcp_reset_of - the sock that a RST closes next, in softirq */
DEFINE_PER_CPU(const struct sock *, sockwatch_tcp_reset_of);

static __always_inline void reset_note(const struct sock *sk)
{
	if (likely(in_softirq()))
		this_cpu_write(sockwatch_tcp_reset_of, sk);
	else
		sockwatch_tcp_reset_received(sk);
}

static noinline void reset_tell(const struct sock *sk)
{
	sockwatch_tcp_tell_segment(sk, SOCKWATCH_SEGMENT_RESET_RECEIVED, 1);
	reset_note(sk);
}

/**
 * sockwatch_tcp_reset() - a RST has come, and is about to end a connection
 * @sk: the sock
 *
 * Next tcp_reset() closes it (net/ipv4/tcp_input.c).  In softirq no other RST
 * comes on this CPU before, so it is counted then, where all is at hand.  The
 * backlog is worked off with bottom halves on (__release_sock(),
 * net/core/sock.c).
 *
 * Context: process or softirq, with preemption off and the sock's lock held.
 */
__noendbr void sockwatch_tcp_reset(const struct sock *sk)
{
	if (unlikely(sk->sk_state == TCP_CLOSE))
		return;
	if (sockwatch_event_wanted())
		reset_tell(sk);
	else
		reset_note(sk);
}

/**
 * sockwatch_tcp_close_settle() - a connection ends, and a duration is to be
 * settled before what it was is summed up
 * @stat: the numbers
 * @sk: the sock
 * @hist: &enum sockwatch_tcp_hist
 * @far: as for sockwatch_tcpstat_count()
 * @n: likewise
 *
 * Context: that of sockwatch_tcp_state().
 */
void sockwatch_tcp_close_settle(struct sockwatch_tcpstat *stat,
				const struct sock *sk, unsigned int hist,
				unsigned long far, u64 n)
{
	sockwatch_tcp_settle_sock(stat, hist, far, n, sk);
	sockwatch_tcp_summary(stat, sk, far);
}

static noinline __cold void close_other_settle(struct sockwatch_tcpstat *stat,
					       const struct sock *sk,
					       unsigned int hist,
					       unsigned long far, u64 n,
					       u64 life)
{
	sockwatch_tcp_settle_sock(stat, hist, far, n, sk);
	sampled(stat, SOCKWATCH_H_LIFETIME, far, life, sk);
	sockwatch_tcp_summary(stat, sk, far);
}

/**
 * sockwatch_tcp_close_other() - a connection ends that was open, and is not any
 * more
 * @stat: the numbers
 * @entry: of the sock, in any state but ESTABLISHED, with OPEN_FLAGS
 * @sk: the sock
 * @now_ns: sockwatch_clock_ns()
 *
 * Context: that of sockwatch_tcp_state().
 */
__noendbr void sockwatch_tcp_close_other(struct sockwatch_tcpstat *stat,
					 struct sockwatch_entry *entry,
					 const struct sock *sk, u64 now_ns)
{
	unsigned int from = entry->tcp_state, flags = entry->tcp_flags;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from,
								 TCP_CLOSE)];
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u64 life = now_ns + ~entry->conn_ns;
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(cpu, entry, from, TCP_CLOSE, hist, far_of(flags),
		  since_ns, now_ns))
		return close_other_settle(stat, sk, hist, far_of(flags),
					  now_ns + ~since_ns, life);
	if (sockwatch_tcpstat_count(cpu, SOCKWATCH_H_LIFETIME,
				    far_of(flags), life))
		return sockwatch_tcp_close_settle(stat, sk,
						  SOCKWATCH_H_LIFETIME,
						  far_of(flags), life);
	sockwatch_tcp_summarize(stat, cpu, sk, far_of(flags));
}
