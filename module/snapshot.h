/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers as plain structs, for whoever shows them. */
#ifndef _SOCKWATCH_SNAPSHOT_H
#define _SOCKWATCH_SNAPSHOT_H

#include <linux/sched.h>
#include <linux/types.h>
#include <net/tcp.h>

#include "classify.h"
#include "hist.h"
#include "netns.h"
#include "tcpstat.h"

/**
 * struct sockwatch_row - one row of a snapshot
 * @key: sockwatch_kind_pack(), sockwatch_failure_pack() or
 *	sockwatch_connect_pack();
 *	SOCKWATCH_KIND_OTHER for the row `other`
 * @failures: failed attempts
 * @count: &enum sockwatch_column; all zero in a snapshot of failures
 */
struct sockwatch_row {
	u64 key;
	u64 failures;
	u64 count[SOCKWATCH_C_MAX];
};

/**
 * struct sockwatch_state_row - sockets in a TCP state
 * @family: AF_INET or AF_INET6
 * @state: TCP_ESTABLISHED to TCP_CLOSING
 * @known: whether @sockets is
 * @sockets: those in it now
 * @entered: how often one came into it
 */
struct sockwatch_state_row {
	u8 family;
	u8 state;
	bool known;
	u64 sockets;
	u64 entered;
};

/**
 * struct sockwatch_transition_row - a cell of TCP's transition matrix
 * @family: AF_INET or AF_INET6
 * @from: a state; 0: the socket came into being
 * @to: a state
 * @count: how often
 */
struct sockwatch_transition_row {
	u8 family;
	u8 from;
	u8 to;
	u64 count;
};

/**
 * struct sockwatch_segment_row - segments of a family and scope
 * @family: AF_INET or AF_INET6
 * @scope: &enum sockwatch_scope
 * @known: which of @count are, a bit for each
 * @count: &enum sockwatch_segment
 */
struct sockwatch_segment_row {
	u8 family;
	u8 scope;
	u8 known;
	u64 count[SOCKWATCH_SEGMENT_MAX];
};

/**
 * struct sockwatch_option_row - how many had an option
 * @family: AF_INET or AF_INET6
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @option: &enum sockwatch_option
 * @name: of SOCKWATCH_OPTION_CONGESTION
 * @count: closed connections, or UDP sockets, that had it
 * @total: of so many
 */
struct sockwatch_option_row {
	u8 family;
	u8 protocol;
	u8 option;
	char name[TCP_CA_NAME_MAX];
	u64 count;
	u64 total;
};

/**
 * struct sockwatch_latency_row - a histogram
 * @metric: &enum sockwatch_metric
 * @family: AF_*
 * @scope: &enum sockwatch_scope; 0: has none
 * @state: of SOCKWATCH_METRIC_TIME_IN_STATE
 * @unknown: this is no histogram: @sum.count durations are not known
 * @sum: the histogram
 */
struct sockwatch_latency_row {
	u8 metric;
	u8 family;
	u8 scope;
	u8 state;
	bool unknown;
	struct sockwatch_hist_sum sum;
};

/**
 * struct sockwatch_listener_row - a socket that listens
 * @id: of its &struct sockwatch_listener
 * @family: AF_INET or AF_INET6
 * @port: its port
 * @address: its address, 4 or 16 bytes
 * @backlog: connections its queue may hold
 * @queue: connections it holds
 * @drops: connections dropped since it listens
 * @pid: who called listen(), as the reader sees it; 0: not known
 * @uid: of the socket, as the reader sees it
 * @comm: name of the process, empty: not known
 * @timed: whether @wait is known
 * @wait: waits in its accept queue
 */
struct sockwatch_listener_row {
	u32 id;
	u8 family;
	u16 port;
	u8 address[16];
	u32 backlog;
	u32 queue;
	u32 drops;
	pid_t pid;
	uid_t uid;
	char comm[TASK_COMM_LEN];
	bool timed;
	struct sockwatch_hist_sum wait;
};

/**
 * struct sockwatch_sample_row - a latency, and whose it was
 * @metric: &enum sockwatch_metric
 * @slowest: one of the slowest; else one of the latest
 * @event: see SOCKWATCH_CMD_GET_SAMPLES
 */
struct sockwatch_sample_row {
	u8 metric;
	bool slowest;
	struct sockwatch_event event;
};

/**
 * struct sockwatch_snapshot - the rows of one namespace at one time
 * @netns: the namespace's inode number
 * @time_ns: CLOCK_REALTIME
 * @next: for a list of snapshots
 * @nr: rows
 * @row_bytes: the size of one
 * @rows: of the struct that belongs to the call below
 */
struct sockwatch_snapshot {
	u32 netns;
	u64 time_ns;
	struct sockwatch_snapshot *next;
	unsigned int nr;
	size_t row_bytes;
	u8 rows[] __aligned(8);
};

/**
 * sockwatch_snapshot_row() - one row
 * @snapshot: the snapshot
 * @i: which, below @snapshot->nr
 *
 * Return: the row.
 */
static inline const void *
sockwatch_snapshot_row(const struct sockwatch_snapshot *snapshot,
		       unsigned int i)
{
	return snapshot->rows + i * snapshot->row_bytes;
}

/**
 * struct sockwatch_hook_status - a hook as `sockwatch info` shows it
 * @name: function or tracepoint
 * @kind: how it is attached
 * @required: the module does not load without it
 * @attached: it is in place
 * @is_timed: whether some of its hits are timed
 * @hits: how often it fired
 * @missed: how often the kernel could not call it
 * @timed: of its hits, those that were timed
 * @time_ns: what these took together
 */
struct sockwatch_hook_status {
	const char *name;
	const char *kind;
	bool required;
	bool attached;
	bool is_timed;
	u64 hits;
	u64 missed;
	u64 timed;
	u64 time_ns;
};

typedef bool (*sockwatch_hook_reader)(unsigned int id,
				      struct sockwatch_hook_status *status);

struct sockwatch_snapshot *
sockwatch_snapshot_new(const struct sockwatch_net *snet, const void *rows,
		       size_t row_bytes, unsigned int nr);
struct sockwatch_snapshot *
sockwatch_snapshot_kinds(const struct sockwatch_net *snet,
			 unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_failures(const struct sockwatch_net *snet,
			    unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_states(const struct sockwatch_net *snet,
			  unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_transitions(const struct sockwatch_net *snet,
			       unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_segments(const struct sockwatch_net *snet,
			    unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_options(const struct sockwatch_net *snet,
			   unsigned int unused);
struct sockwatch_snapshot *
sockwatch_snapshot_latency(const struct sockwatch_net *snet,
			   unsigned int metric);
struct sockwatch_snapshot *
sockwatch_snapshot_samples(const struct sockwatch_net *snet,
			   unsigned int metric);
struct sockwatch_snapshot *
sockwatch_snapshot_listeners(const struct sockwatch_net *snet,
			     unsigned int unused);
u64 sockwatch_snapshot_lost(const struct sockwatch_net *snet);
u64 sockwatch_row_attempts(const struct sockwatch_row *row);
u64 sockwatch_row_open(const struct sockwatch_row *row);
u64 sockwatch_row_kernel_open(const struct sockwatch_row *row);
void sockwatch_snapshot_free(struct sockwatch_snapshot *snapshot);

void sockwatch_snapshot_set_hooks(sockwatch_hook_reader reader);
bool sockwatch_snapshot_hook(unsigned int id,
			     struct sockwatch_hook_status *status);

#endif /* _SOCKWATCH_SNAPSHOT_H */
