/* SPDX-License-Identifier: GPL-2.0 */
/* TCP's numbers of one family in one namespace. */
#ifndef _SOCKWATCH_TCPSTAT_H
#define _SOCKWATCH_TCPSTAT_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <net/tcp_states.h>
#include <uapi/linux/sockwatch.h>

#include "hist.h"
#include "hist_rare.h"

/* TCP_ESTABLISHED to TCP_CLOSING; what is above are no states of a sock. */
#define SOCKWATCH_STATES	12

/**
 * enum sockwatch_move - what is no state, in the matrix of moves
 *
 * @SOCKWATCH_MOVE_BORN: from: a child came into being
 * @SOCKWATCH_MOVE_PLACED: from: the census or IPV6_ADDRFORM put it there
 * @SOCKWATCH_MOVE_TAKEN: to: IPV6_ADDRFORM took it to the other family
 */
enum sockwatch_move {
	SOCKWATCH_MOVE_BORN = 0,
	SOCKWATCH_MOVE_PLACED = SOCKWATCH_STATES,
	SOCKWATCH_MOVE_TAKEN = SOCKWATCH_STATES,
	/* private: */
	SOCKWATCH_MOVE_MAX
};

/* A move as an index: from << SOCKWATCH_MOVE_SHIFT | to. */
#define SOCKWATCH_MOVE_SHIFT	4

/**
 * sockwatch_move() - a move as an index
 * @from: a state, SOCKWATCH_MOVE_BORN or SOCKWATCH_MOVE_PLACED
 * @to: a state or SOCKWATCH_MOVE_TAKEN
 *
 * Return: the index.
 */
static __always_inline unsigned int sockwatch_move(unsigned int from,
						   unsigned int to)
{
	return from << SOCKWATCH_MOVE_SHIFT | to;
}

/**
 * enum sockwatch_tw - what happens to a time-wait sock
 *
 * @SOCKWATCH_TW_FOUND: the census found it
 * @SOCKWATCH_TW_MADE: a sock became it
 * @SOCKWATCH_TW_TURNED: in FIN_WAIT2, it went on to TIME_WAIT
 * @SOCKWATCH_TW_GONE: it was freed
 */
enum sockwatch_tw {
	SOCKWATCH_TW_FOUND,
	SOCKWATCH_TW_MADE,
	SOCKWATCH_TW_TURNED,
	SOCKWATCH_TW_GONE,
	/* private: */
	SOCKWATCH_TW_MAX
};

/**
 * enum sockwatch_segment - segments that are counted
 *
 * @SOCKWATCH_SEGMENT_RETRANSMIT: sent again
 * @SOCKWATCH_SEGMENT_SYNACK_RETRANSMIT: SYN/ACK sent again
 * @SOCKWATCH_SEGMENT_RESET_SENT: RST sent
 * @SOCKWATCH_SEGMENT_RESET_RECEIVED: RST that ended a connection
 */
enum sockwatch_segment {
	SOCKWATCH_SEGMENT_RETRANSMIT,
	SOCKWATCH_SEGMENT_SYNACK_RETRANSMIT,
	SOCKWATCH_SEGMENT_RESET_SENT,
	SOCKWATCH_SEGMENT_RESET_RECEIVED,
	/* private: */
	SOCKWATCH_SEGMENT_MAX
};

/* The options of a connection: n is option n + 1. */
#define SOCKWATCH_NR_FLAGS	SOCKWATCH_OPTION_FASTOPEN

/*
 * Those that almost every connection has, as bits: counted where they are
 * missing.
 */
#define SOCKWATCH_USUAL_FLAGS	(1 << (SOCKWATCH_OPTION_SACK - 1) |	\
				 1 << (SOCKWATCH_OPTION_TIMESTAMPS - 1) | \
				 1 << (SOCKWATCH_OPTION_WSCALE - 1))

/* Metrics of connections: those from here, this many. */
#define SOCKWATCH_METRIC_FIRST	SOCKWATCH_METRIC_TCP_CONNECT
#define SOCKWATCH_NR_METRICS	(SOCKWATCH_METRIC_TCP_RTT -		\
				 SOCKWATCH_METRIC_FIRST + 1)

/**
 * enum sockwatch_tcp_hist - histograms as they are filled
 *
 * @SOCKWATCH_H_OPEN: SYN_SENT that led to ESTABLISHED: time in state, and the
 *	time of a connect too
 * @SOCKWATCH_H_RESET: ESTABLISHED that led to CLOSE: time in state, and a
 *	lifetime too
 * @SOCKWATCH_H_LIFETIME: lifetimes that ended by another way
 * @SOCKWATCH_H_HANDSHAKE: handshakes
 * @SOCKWATCH_H_ACCEPT: waits in accept queues
 * @SOCKWATCH_H_RTT: round trips
 * @SOCKWATCH_H_ESTABLISHED: time in the state, other than SOCKWATCH_H_RESET
 * @SOCKWATCH_H_SYN_SENT: time in the state, other than SOCKWATCH_H_OPEN
 * @SOCKWATCH_H_SYN_RECV: time in the state
 * @SOCKWATCH_H_FIN_WAIT1: time in the state
 * @SOCKWATCH_H_FIN_WAIT2: time in the state
 * @SOCKWATCH_H_CLOSE_WAIT: time in the state
 * @SOCKWATCH_H_LAST_ACK: time in the state
 * @SOCKWATCH_H_CLOSING: time in the state
 * @SOCKWATCH_H_CLOSE: time in the state; it has no scope, so there is one
 * @SOCKWATCH_H_RARE: those from here on are &struct sockwatch_rare
 * @SOCKWATCH_H_CONNECT: connects by another way (simultaneous open)
 * @SOCKWATCH_H_LISTEN: time in the state; without a scope, likewise
 *
 * The others have two, the second for what is remote.  What would be one
 * duration in two histograms is counted once, and added to both on read.
 */
enum sockwatch_tcp_hist {
	SOCKWATCH_H_OPEN = 0,
	SOCKWATCH_H_RESET = 2,
	SOCKWATCH_H_LIFETIME = 4,
	SOCKWATCH_H_HANDSHAKE = 6,
	SOCKWATCH_H_ACCEPT = 8,
	SOCKWATCH_H_RTT = 10,
	SOCKWATCH_H_ESTABLISHED = 12,
	SOCKWATCH_H_SYN_SENT = 14,
	SOCKWATCH_H_SYN_RECV = 16,
	SOCKWATCH_H_FIN_WAIT1 = 18,
	SOCKWATCH_H_FIN_WAIT2 = 20,
	SOCKWATCH_H_CLOSE_WAIT = 22,
	SOCKWATCH_H_LAST_ACK = 24,
	SOCKWATCH_H_CLOSING = 26,
	SOCKWATCH_H_CLOSE = 28,
	SOCKWATCH_H_RARE = 30,
	SOCKWATCH_H_CONNECT = SOCKWATCH_H_RARE,
	SOCKWATCH_H_LISTEN = 32,
	/* private: */
	SOCKWATCH_H_MAX
};

/* Those with a part on each CPU, and the others. */
#define SOCKWATCH_NR_HISTS	(SOCKWATCH_H_CLOSE + 1)
#define SOCKWATCH_NR_RARE	(SOCKWATCH_H_MAX - SOCKWATCH_H_RARE)

/**
 * struct sockwatch_tcp_cpu - one CPU's part
 * @move: sockets that went from a state (or &enum sockwatch_move) to another,
 *	by sockwatch_move()
 * @tw: time-wait socks in FIN_WAIT2 (0) and TIME_WAIT (1), &enum sockwatch_tw
 * @segment: by scope (0: local), &enum sockwatch_segment
 * @closed: connections that were ESTABLISHED, and are closed
 * @option: of these, those with the option n + 1, or without it where it is one
 *	of SOCKWATCH_USUAL_FLAGS
 * @uncommon: closed connections with another congestion control than
 *	@common_key
 * @unknown: durations of each metric that could not be known
 * @hist: &enum sockwatch_tcp_hist, below SOCKWATCH_H_RARE
 */
struct sockwatch_tcp_cpu {
	u64 move[SOCKWATCH_MOVE_MAX << SOCKWATCH_MOVE_SHIFT];
	u64 tw[2][SOCKWATCH_TW_MAX];
	u64 segment[2][SOCKWATCH_SEGMENT_MAX];
	u64 unknown[SOCKWATCH_NR_METRICS];
	u64 closed;
	u64 option[SOCKWATCH_NR_FLAGS];
	u64 uncommon;
	struct sockwatch_hist_cpu hist[SOCKWATCH_NR_HISTS];
};

/**
 * struct sockwatch_tcpstat - TCP's numbers of one family in one namespace
 * @cpu: each CPU's part
 * @common_key: the congestion control that came first, mostly the only one
 * @hist: the histograms, whose parts lie in @cpu
 * @rare: those from SOCKWATCH_H_RARE on
 */
struct sockwatch_tcpstat {
	struct sockwatch_tcp_cpu __percpu *cpu;
	u32 common_key;
	struct sockwatch_hist hist[SOCKWATCH_NR_HISTS];
	struct sockwatch_rare rare[SOCKWATCH_NR_RARE];
};

/**
 * struct sockwatch_tcp_sum - the counters, added up
 * @move: as in &struct sockwatch_tcp_cpu, and so are the others
 * @tw: likewise
 * @segment: likewise
 * @unknown: likewise
 * @closed: connections that were ESTABLISHED, and are closed
 * @option: of these, those with the option n + 1
 * @common: of these, those with the most common congestion control
 */
struct sockwatch_tcp_sum {
	u64 move[SOCKWATCH_MOVE_MAX << SOCKWATCH_MOVE_SHIFT];
	u64 tw[2][SOCKWATCH_TW_MAX];
	u64 segment[2][SOCKWATCH_SEGMENT_MAX];
	u64 unknown[SOCKWATCH_NR_METRICS];
	u64 closed;
	u64 option[SOCKWATCH_NR_FLAGS];
	u64 common;
};

extern const u8 sockwatch_tcp_hist_of[SOCKWATCH_STATES << SOCKWATCH_MOVE_SHIFT];

/*
 * A scope as the step in the array of histograms from what is local to what is
 * remote: this many bytes, or 0.
 */
#define SOCKWATCH_FAR	sizeof(struct sockwatch_hist_cpu)

/**
 * sockwatch_tcpstat_hist() - one of many
 * @cpu: of the numbers
 * @hist: &enum sockwatch_tcp_hist, below SOCKWATCH_H_RARE
 * @far: SOCKWATCH_FAR: that of what is remote; else 0
 *
 * Return: its part.
 */
static __always_inline struct sockwatch_hist_cpu __percpu *
sockwatch_tcpstat_hist(struct sockwatch_tcp_cpu __percpu *cpu,
		       unsigned int hist, unsigned long far)
{
	return (void __percpu *)&cpu->hist[hist] + far;
}

/**
 * sockwatch_tcpstat_count() - sockwatch_hist_count() for one of many
 * @cpu: of the numbers
 * @hist: &enum sockwatch_tcp_hist, below SOCKWATCH_H_RARE
 * @far: SOCKWATCH_FAR: that of what is remote; else 0
 * @n: nanoseconds less one
 *
 * Context: that of sockwatch_hist_count().
 * Return: whether sockwatch_tcp_settle() must be called.
 */
static __always_inline bool
sockwatch_tcpstat_count(struct sockwatch_tcp_cpu __percpu *cpu,
			unsigned int hist, unsigned long far, u64 n)
{
	return sockwatch_hist_count(sockwatch_tcpstat_hist(cpu, hist, far), n);
}

struct sockwatch_tcpstat *sockwatch_tcpstat_new(gfp_t gfp);
void sockwatch_tcpstat_free(struct sockwatch_tcpstat *stat);
void sockwatch_tcpstat_fold(const struct sockwatch_tcpstat *stat,
			    struct sockwatch_tcp_sum *sum);
bool sockwatch_tcpstat_metric(const struct sockwatch_tcpstat *stat,
			      enum sockwatch_metric metric, bool remote,
			      struct sockwatch_hist_sum *sum);
bool sockwatch_tcpstat_state(const struct sockwatch_tcpstat *stat,
			     unsigned int state, bool remote,
			     struct sockwatch_hist_sum *sum);

#endif /* _SOCKWATCH_TCPSTAT_H */
