/* SPDX-License-Identifier: GPL-2.0 */
/* How TCP connections end that were open: for its room only. */
#ifndef _SOCKWATCH_TCP_CLOSE_H
#define _SOCKWATCH_TCP_CLOSE_H

#include <linux/percpu.h>
#include <net/sock.h>

#include "byname.h"
#include "tcp_count.h"
#include "tcp_step.h"
#include "tcp_summary.h"
#include "tcpstat.h"
#include "track.h"

DECLARE_PER_CPU(const struct sock *, sockwatch_tcp_reset_of);

void sockwatch_tcp_close_settle(struct sockwatch_tcpstat *stat,
				const struct sock *sk, unsigned int hist,
				unsigned long far, u64 n) __cold;
void sockwatch_tcp_close_other(struct sockwatch_tcpstat *stat,
			       struct sockwatch_entry *entry,
			       const struct sock *sk, u64 now_ns) __noendbr;

static __always_inline void reset_count(struct sockwatch_tcpstat *stat,
					const struct sock *sk,
					unsigned int flags)
{
	if (this_cpu_read(sockwatch_tcp_reset_of) != sk)
		return;
	this_cpu_write(sockwatch_tcp_reset_of, NULL);
	this_cpu_inc(stat->cpu->segment[scope_of(flags)]
				       [SOCKWATCH_SEGMENT_RESET_RECEIVED]);
}

/* A RST that is still to be sent asks for the scope. */
static __always_inline void forget(struct sockwatch_entry *entry,
				   unsigned int flags)
{
	entry->tcp_flags = flags & (OF_FAMILY | SOCKWATCH_TCP_SCOPED |
				    SOCKWATCH_TCP_REMOTE);
}

/* From ESTABLISHED: the time in that state is the lifetime. */
static __always_inline void close_established(struct sockwatch_tcpstat *stat,
					      struct sockwatch_entry *entry,
					      const struct sock *sk,
					      unsigned int flags, u64 now_ns)
{
	struct sockwatch_tcp_cpu __percpu *cpu = stat->cpu;
	u64 since_ns = entry->state_ns;

	forget(entry, flags);
	if (leave(cpu, entry, TCP_ESTABLISHED, TCP_CLOSE,
		  SOCKWATCH_H_RESET, far_of(flags), since_ns, now_ns))
		return sockwatch_tcp_close_settle(stat, sk, SOCKWATCH_H_RESET,
						  far_of(flags),
						  now_ns + ~since_ns);
	sockwatch_tcp_summarize(stat, cpu, sk, far_of(flags));
}

#endif /* _SOCKWATCH_TCP_CLOSE_H */
