/* SPDX-License-Identifier: GPL-2.0 */
/* The steps that every move of a TCP sock is made of: for its room only. */
#ifndef _SOCKWATCH_TCP_STEP_H
#define _SOCKWATCH_TCP_STEP_H

#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/sock.h>

#include "tcp_count.h"
#include "tcpstat.h"
#include "track.h"

/* What outlives a connection. */
#define OF_FAMILY	(SOCKWATCH_TCP_INET6 | SOCKWATCH_TCP_TURNED)

/* The connection was ESTABLISHED, and conn_ns says when. */
#define OPEN_FLAGS	(SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED)

static __always_inline void enter(struct sockwatch_tcp_cpu __percpu *cpu,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  u64 now_ns)
{
	this_cpu_inc(cpu->move[sockwatch_move(from, state)]);
	entry->state_ns = now_ns;
	WRITE_ONCE(entry->tcp_state, state);
}

/*
 * Where it is known since when it was in the old state, as it is with
 * SOCKWATCH_TCP_TIMED.  Returns whether the time in that is still to be
 * settled, which the caller does last.
 */
static __always_inline bool leave(struct sockwatch_tcp_cpu __percpu *cpu,
				  struct sockwatch_entry *entry,
				  unsigned int from, unsigned int state,
				  unsigned int hist, unsigned long far,
				  u64 since_ns, u64 now_ns)
{
	enter(cpu, entry, from, state, now_ns);
	return unlikely(sockwatch_tcpstat_count(cpu, hist, far,
						now_ns + ~since_ns));
}

/* From any state to any other, likewise. */
static __always_inline void leave_timed(struct sockwatch_tcpstat *stat,
					struct sockwatch_entry *entry,
					unsigned int state, unsigned long far,
					u64 now_ns)
{
	unsigned int from = entry->tcp_state;
	unsigned int hist = sockwatch_tcp_hist_of[sockwatch_move(from, state)];
	u64 since_ns = entry->state_ns;

	if (leave(stat->cpu, entry, from, state, hist, far, since_ns, now_ns))
		sockwatch_tcp_settle(stat, hist, far, now_ns + ~since_ns,
				     entry);
}

static __always_inline void opened(struct sockwatch_entry *entry,
				   unsigned int flags, u64 now_ns)
{
	entry->tcp_flags = flags | SOCKWATCH_TCP_OPENED | SOCKWATCH_TCP_TIMED;
	entry->conn_ns = now_ns;
}

static __always_inline void begin(struct sockwatch_entry *entry,
				  unsigned int flags, u64 now_ns)
{
	entry->conn_ns = now_ns;
	entry->tcp_flags = (flags & OF_FAMILY) | SOCKWATCH_TCP_ACTIVE |
			   SOCKWATCH_TCP_TIMED;
}

/*
 * The round trip that the kernel took from its SYN/ACK (tcp_check_req() and
 * tcp_rcv_state_process() call tcp_synack_rtt_meas()): none after a
 * retransmission without timestamps.
 */
static __always_inline void handshake(struct sockwatch_tcpstat *stat,
				      struct sockwatch_tcp_cpu __percpu *cpu,
				      const struct sock *sk,
				      unsigned int flags, unsigned long far)
{
	u32 srtt_us = tcp_sk(sk)->srtt_us >> 3;

	if (unlikely(!srtt_us || (flags & SOCKWATCH_TCP_UNTIMED)))
		unknown(stat, SOCKWATCH_METRIC_TCP_HANDSHAKE);
	else if (unlikely(sockwatch_tcpstat_count(cpu, SOCKWATCH_H_HANDSHAKE,
						  far, as_n(srtt_us))))
		sockwatch_tcp_settle_sock(stat, SOCKWATCH_H_HANDSHAKE, far,
					  as_n(srtt_us), sk);
}

#endif /* _SOCKWATCH_TCP_STEP_H */
