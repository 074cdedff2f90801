/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers as plain structs, for whoever shows them. */
#ifndef _SOCKWATCH_SNAPSHOT_H
#define _SOCKWATCH_SNAPSHOT_H

#include <linux/types.h>

#include "classify.h"
#include "netns.h"

/**
 * struct sockwatch_row - one row of a snapshot
 * @key: sockwatch_kind_pack() or sockwatch_failure_pack();
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
 * struct sockwatch_snapshot - the rows of one namespace at one time
 * @netns: the namespace's inode number
 * @time_ns: CLOCK_REALTIME
 * @next: for a list of snapshots
 * @nr: rows
 * @rows: sorted by key, `other` last, only those that have counted
 */
struct sockwatch_snapshot {
	u32 netns;
	u64 time_ns;
	struct sockwatch_snapshot *next;
	unsigned int nr;
	struct sockwatch_row rows[];
};

/**
 * struct sockwatch_hook_status - a hook as `sockwatch info` shows it
 * @name: function or tracepoint
 * @kind: how it is attached
 * @required: the module does not load without it
 * @attached: it is in place
 * @hits: how often it fired
 * @missed: how often the kernel could not call it
 */
struct sockwatch_hook_status {
	const char *name;
	const char *kind;
	bool required;
	bool attached;
	u64 hits;
	u64 missed;
};

typedef bool (*sockwatch_hook_reader)(unsigned int id,
				      struct sockwatch_hook_status *status);

struct sockwatch_snapshot *
sockwatch_snapshot_kinds(const struct sockwatch_net *snet);
struct sockwatch_snapshot *
sockwatch_snapshot_failures(const struct sockwatch_net *snet);
u64 sockwatch_snapshot_lost(const struct sockwatch_net *snet);
u64 sockwatch_row_attempts(const struct sockwatch_row *row);
u64 sockwatch_row_open(const struct sockwatch_row *row);
u64 sockwatch_row_kernel_open(const struct sockwatch_row *row);
void sockwatch_snapshot_free(struct sockwatch_snapshot *snapshot);

void sockwatch_snapshot_set_hooks(sockwatch_hook_reader reader);
bool sockwatch_snapshot_hook(unsigned int id,
			     struct sockwatch_hook_status *status);

#endif /* _SOCKWATCH_SNAPSHOT_H */
