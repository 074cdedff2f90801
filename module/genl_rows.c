// SPDX-License-Identifier: GPL-2.0
/* What each dump holds: which rows, and how they become attributes. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "filter.h"
#include "genl_rows.h"
#include "snapshot.h"

static int kind_put(struct sk_buff *skb, u64 key)
{
	struct sockwatch_kind kind = sockwatch_kind_unpack(key);

	if (key == SOCKWATCH_KIND_OTHER)
		return 0;
	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, kind.family) ||
	    nla_put_u16(skb, SOCKWATCH_A_TYPE, kind.type) ||
	    nla_put_u16(skb, SOCKWATCH_A_PROTOCOL, kind.protocol))
		return -EMSGSIZE;
	return 0;
}

static int counters_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_row *row = data;
	const u64 *count = row->count;

	if (kind_put(skb, row->key) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_ATTEMPTS,
			      sockwatch_row_attempts(row)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_FAILURES, row->failures) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_CREATED,
			      count[SOCKWATCH_C_CREATED]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_KERNEL,
			      count[SOCKWATCH_C_KERNEL]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_ACCEPTED,
			      count[SOCKWATCH_C_ACCEPTED]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_PREEXISTING,
			      count[SOCKWATCH_C_PREEXISTING]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_RELEASED,
			      count[SOCKWATCH_C_RELEASED]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_OPEN, sockwatch_row_open(row)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_KERNEL_OPEN,
			      sockwatch_row_kernel_open(row)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_CLONED,
			      count[SOCKWATCH_C_CLONED]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_UNACCEPTED,
			      count[SOCKWATCH_C_UNACCEPTED]) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_LOST, count[SOCKWATCH_C_LOST]))
		return -EMSGSIZE;
	return 0;
}

static int failure_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_row *row = data;
	bool connect = sockwatch_failure_is_connect(row->key);
	u16 error;

	if (nla_put_u8(skb, SOCKWATCH_A_OPERATION,
		       connect ? SOCKWATCH_OPERATION_CONNECT :
				 SOCKWATCH_OPERATION_CREATE) ||
	    kind_put(skb, sockwatch_failure_kind(row->key)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_COUNT, row->failures))
		return -EMSGSIZE;
	error = sockwatch_failure_errno(row->key);
	if (row->key == SOCKWATCH_KIND_OTHER || !error)
		return 0;
	return nla_put_u16(skb, SOCKWATCH_A_ERRNO, error);
}

static int state_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_state_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    nla_put_u8(skb, SOCKWATCH_A_STATE, row->state))
		return -EMSGSIZE;
	if (row->known &&
	    sockwatch_u64_put(skb, SOCKWATCH_A_SOCKETS, row->sockets))
		return -EMSGSIZE;
	if (!row->known && row->state == TCP_TIME_WAIT)
		return 0;
	return sockwatch_u64_put(skb, SOCKWATCH_A_ENTERED, row->entered);
}

static int transition_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_transition_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    (row->from && nla_put_u8(skb, SOCKWATCH_A_FROM, row->from)) ||
	    nla_put_u8(skb, SOCKWATCH_A_TO, row->to) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_COUNT, row->count))
		return -EMSGSIZE;
	return 0;
}

/* Only the buckets that hold something. */
static int buckets_put(struct sk_buff *skb,
		       const struct sockwatch_hist_sum *sum)
{
	struct sockwatch_bucket *bucket;
	unsigned int i, nr = 0;
	struct nlattr *attr;

	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++)
		nr += !!sum->bucket[i];
	attr = nla_reserve_64bit(skb, SOCKWATCH_A_BUCKETS,
				 nr * sizeof(*bucket), SOCKWATCH_A_PAD);
	if (!attr)
		return -EMSGSIZE;
	bucket = nla_data(attr);
	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++) {
		if (!sum->bucket[i])
			continue;
		bucket->le_ns = sockwatch_hist_bound(i);
		bucket->count = sum->bucket[i];
		bucket++;
	}
	return 0;
}

static int hist_put(struct sk_buff *skb, const struct sockwatch_hist_sum *sum)
{
	if (sockwatch_u64_put(skb, SOCKWATCH_A_COUNT, sum->count) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_SUM_NS, sum->sum_ns) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_MAX_NS, sum->max_ns))
		return -EMSGSIZE;
	return buckets_put(skb, sum);
}

static int latency_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_latency_row *row = data;

	if (nla_put_u8(skb, SOCKWATCH_A_METRIC, row->metric) ||
	    nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    (row->scope && nla_put_u8(skb, SOCKWATCH_A_SCOPE, row->scope)) ||
	    (row->state && nla_put_u8(skb, SOCKWATCH_A_STATE, row->state)))
		return -EMSGSIZE;
	if (row->unknown)
		return sockwatch_u64_put(skb, SOCKWATCH_A_UNKNOWN,
					 row->sum.count);
	return hist_put(skb, &row->sum);
}

static int sample_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_sample_row *row = data;

	if (nla_put_u8(skb, SOCKWATCH_A_METRIC, row->metric) ||
	    (row->slowest && nla_put_flag(skb, SOCKWATCH_A_SLOWEST)) ||
	    nla_put(skb, SOCKWATCH_A_EVENTS, sizeof(row->event), &row->event))
		return -EMSGSIZE;
	return 0;
}

static int known_put(struct sk_buff *skb, int attr,
		     const struct sockwatch_segment_row *row,
		     enum sockwatch_segment segment)
{
	if (!(row->known & BIT(segment)))
		return 0;
	return sockwatch_u64_put(skb, attr, row->count[segment]);
}

static int segment_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_segment_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    nla_put_u8(skb, SOCKWATCH_A_SCOPE, row->scope) ||
	    known_put(skb, SOCKWATCH_A_RETRANSMITS, row,
		      SOCKWATCH_SEGMENT_RETRANSMIT) ||
	    known_put(skb, SOCKWATCH_A_SYNACK_RETRANSMITS, row,
		      SOCKWATCH_SEGMENT_SYNACK_RETRANSMIT) ||
	    known_put(skb, SOCKWATCH_A_RESETS_SENT, row,
		      SOCKWATCH_SEGMENT_RESET_SENT) ||
	    known_put(skb, SOCKWATCH_A_RESETS_RECEIVED, row,
		      SOCKWATCH_SEGMENT_RESET_RECEIVED))
		return -EMSGSIZE;
	return 0;
}

static int option_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_option_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    nla_put_u16(skb, SOCKWATCH_A_PROTOCOL, row->protocol) ||
	    nla_put_u8(skb, SOCKWATCH_A_OPTION, row->option) ||
	    (*row->name && nla_put_string(skb, SOCKWATCH_A_NAME, row->name)) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_COUNT, row->count) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_TOTAL, row->total))
		return -EMSGSIZE;
	return 0;
}

static int listener_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_listener_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    nla_put(skb, SOCKWATCH_A_ADDRESS,
		    row->family == AF_INET6 ? 16 : 4, row->address) ||
	    nla_put_u16(skb, SOCKWATCH_A_PORT, row->port) ||
	    nla_put_u32(skb, SOCKWATCH_A_BACKLOG, row->backlog) ||
	    nla_put_u32(skb, SOCKWATCH_A_QUEUE, row->queue) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_DROPS, row->drops) ||
	    (row->pid && nla_put_u32(skb, SOCKWATCH_A_PID, row->pid)) ||
	    (*row->comm && nla_put_string(skb, SOCKWATCH_A_COMM, row->comm)) ||
	    nla_put_u32(skb, SOCKWATCH_A_UID, row->uid))
		return -EMSGSIZE;
	return row->timed ? hist_put(skb, &row->wait) : 0;
}

static int socket_names_put(struct sk_buff *skb,
			    const struct sockwatch_socket_row *row)
{
	int len = row->family == AF_INET6 ? 16 : 4;

	if ((sockwatch_row_has(row, SOCKWATCH_FIELD_ADDRESS) &&
	     nla_put(skb, SOCKWATCH_A_ADDRESS, len, row->address)) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_PORT) &&
	     nla_put_u16(skb, SOCKWATCH_A_PORT, row->port)) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_PEER_ADDRESS) &&
	     nla_put(skb, SOCKWATCH_A_PEER_ADDRESS, len, row->peer_address)) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_PEER_PORT) &&
	     nla_put_u16(skb, SOCKWATCH_A_PEER_PORT, row->peer_port)) ||
	    (row->path_len &&
	     nla_put(skb, SOCKWATCH_A_PATH, row->path_len, row->path)))
		return -EMSGSIZE;
	return 0;
}

static int socket_owner_put(struct sk_buff *skb,
			    const struct sockwatch_socket_row *row)
{
	if ((sockwatch_row_has(row, SOCKWATCH_FIELD_PID) &&
	     nla_put_u32(skb, SOCKWATCH_A_PID, row->pid)) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_COMM) &&
	     nla_put_string(skb, SOCKWATCH_A_COMM, row->comm)) ||
	    nla_put_u32(skb, SOCKWATCH_A_UID, row->uid) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_CGROUP) &&
	     sockwatch_u64_put(skb, SOCKWATCH_A_CGROUP, row->cgroup)))
		return -EMSGSIZE;
	return 0;
}

static int socket_put(struct sk_buff *skb, const void *data)
{
	const struct sockwatch_socket_row *row = data;

	if (nla_put_u16(skb, SOCKWATCH_A_FAMILY, row->family) ||
	    nla_put_u16(skb, SOCKWATCH_A_TYPE, row->type) ||
	    nla_put_u16(skb, SOCKWATCH_A_PROTOCOL, row->protocol) ||
	    nla_put_u8(skb, SOCKWATCH_A_ORIGIN, row->origin) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_STATE) &&
	     nla_put_u8(skb, SOCKWATCH_A_STATE, row->state)) ||
	    socket_names_put(skb, row) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_AGE_NS) &&
	     sockwatch_u64_put(skb, SOCKWATCH_A_AGE_NS, row->age_ns)) ||
	    (sockwatch_row_has(row, SOCKWATCH_FIELD_STATE_AGE_NS) &&
	     sockwatch_u64_put(skb, SOCKWATCH_A_STATE_AGE_NS,
			       row->state_age_ns)) ||
	    socket_owner_put(skb, row) ||
	    sockwatch_u64_put(skb, SOCKWATCH_A_ID, row->id) ||
	    (row->inode && nla_put_u32(skb, SOCKWATCH_A_INODE, row->inode)))
		return -EMSGSIZE;
	return 0;
}

static const struct sockwatch_genl_list lists[] = {
	{
		.cmd = SOCKWATCH_CMD_GET_COUNTERS,
		.take = sockwatch_snapshot_kinds,
		.put = counters_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_FAILURES,
		.take = sockwatch_snapshot_failures,
		.put = failure_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_STATES,
		.take = sockwatch_snapshot_states,
		.put = state_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_TRANSITIONS,
		.take = sockwatch_snapshot_transitions,
		.put = transition_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_LATENCY,
		.take = sockwatch_snapshot_latency,
		.put = latency_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_TCP,
		.take = sockwatch_snapshot_segments,
		.put = segment_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_OPTIONS,
		.take = sockwatch_snapshot_options,
		.put = option_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_LISTENERS,
		.admin = true,
		.take = sockwatch_snapshot_listeners,
		.put = listener_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_SOCKETS,
		.admin = true,
		.put = socket_put,
	},
	{
		.cmd = SOCKWATCH_CMD_GET_SAMPLES,
		.admin = true,
		.take = sockwatch_snapshot_samples,
		.put = sample_put,
	},
};

/**
 * sockwatch_genl_list() - what a command dumps
 * @cmd: a command of the family that is a dump
 *
 * Return: the list.
 */
const struct sockwatch_genl_list *sockwatch_genl_list(u8 cmd)
{
	unsigned int i = 0;

	while (lists[i].cmd != cmd)
		i++;
	return &lists[i];
}
