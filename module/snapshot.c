// SPDX-License-Identifier: GPL-2.0
/* The numbers as plain structs, for whoever shows them. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "snapshot.h"

static sockwatch_hook_reader hook_reader;

static int row_cmp(const void *a, const void *b)
{
	u64 x = sockwatch_kind_order(((const struct sockwatch_row *)a)->key);
	u64 y = sockwatch_kind_order(((const struct sockwatch_row *)b)->key);

	return x < y ? -1 : x > y;
}

static void row_merge(struct sockwatch_row *to,
		      const struct sockwatch_row *from)
{
	unsigned int i;

	to->failures += from->failures;
	for (i = 0; i < SOCKWATCH_C_MAX; i++)
		to->count[i] += from->count[i];
}

static bool row_counted(const struct sockwatch_row *row)
{
	u64 any = row->failures;
	unsigned int i;

	for (i = 0; i < SOCKWATCH_C_MAX; i++)
		any |= row->count[i];
	return any;
}

/*
 * The columns are folded in their order, for the reasons that enum
 * sockwatch_column has: a socket that comes or goes meanwhile never makes a
 * difference negative, or a part more than the whole.
 */
static void kinds_fold(struct sockwatch_row *rows,
		       const struct sockwatch_counters *c, u64 *sums)
{
	unsigned int column;
	unsigned int row;

	for (column = 0; column < c->width; column++) {
		sockwatch_counters_fold(c, column, sums);
		/*
		 * Pairs with the order in which one socket's hooks run, and
		 * with count_part() and release().
		 */
		smp_rmb();
		for (row = 0; row <= c->nr; row++)
			rows[row].count[column] = sums[row];
	}
	for (row = 0; row < c->nr; row++)
		rows[row].key = sockwatch_counters_key(c, row);
	rows[c->nr].key = SOCKWATCH_KEY_OTHER;
}

static void failures_fold(struct sockwatch_row *rows,
			  const struct sockwatch_counters *c, u64 *sums)
{
	unsigned int row;

	sockwatch_counters_fold(c, 0, sums);
	/* Pairs with row_take(): what has counted has its key. */
	smp_rmb();
	for (row = 0; row < c->nr; row++) {
		rows[row].key = sockwatch_counters_key(c, row);
		rows[row].failures = sums[row];
	}
	rows[c->nr].key = SOCKWATCH_KEY_OTHER;
	rows[c->nr].failures = sums[c->nr];
}

/*
 * Sorts the rows, makes one of those with the same key, leaves out the zero.
 * Returns how many are left.
 */
static unsigned int rows_tidy(struct sockwatch_row *rows, unsigned int nr)
{
	unsigned int left = 0;
	unsigned int i;

	sort(rows, nr, sizeof(rows[0]), row_cmp, NULL);
	for (i = 0; i < nr; i++) {
		if (!row_counted(&rows[i]))
			continue;
		if (left && rows[left - 1].key == rows[i].key)
			row_merge(&rows[left - 1], &rows[i]);
		else
			rows[left++] = rows[i];
	}
	return left;
}

/**
 * sockwatch_snapshot_new() - keep rows
 * @snet: their namespace, which the caller keeps from going
 * @rows: the rows
 * @row_bytes: the size of one
 * @nr: how many
 *
 * What is kept is charged to its reader: it lives as long as the reader likes.
 *
 * Context: process, may sleep.
 * Return: the snapshot, for sockwatch_snapshot_free(); or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_new(const struct sockwatch_net *snet, const void *rows,
		       size_t row_bytes, unsigned int nr)
{
	struct sockwatch_snapshot *snapshot;

	snapshot = kvmalloc(struct_size(snapshot, rows, nr * row_bytes),
			    GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		return ERR_PTR(-ENOMEM);
	snapshot->netns = snet->net->ns.inum;
	snapshot->time_ns = ktime_get_real_ns();
	snapshot->next = NULL;
	snapshot->nr = nr;
	snapshot->row_bytes = row_bytes;
	memcpy(snapshot->rows, rows, nr * row_bytes);
	return snapshot;
}

/*
 * @nr_kinds rows of kinds, if any, then those of failures; of which a connect
 * is no attempt at a socket.
 */
static void rows_fold(struct sockwatch_row *rows, unsigned int nr_kinds,
		      const struct sockwatch_net *snet, u64 *sums)
{
	struct sockwatch_row *row = rows + nr_kinds;
	unsigned int i;

	failures_fold(row, &snet->failures, sums);
	if (!nr_kinds)
		return;
	kinds_fold(rows, &snet->kinds, sums);
	for (i = 0; i <= snet->failures.nr; i++) {
		if (sockwatch_failure_is_connect(row[i].key))
			row[i].failures = 0;
		row[i].key = sockwatch_failure_kind(row[i].key);
	}
}

static struct sockwatch_snapshot *
snapshot_take(const struct sockwatch_net *snet, unsigned int nr_kinds)
{
	unsigned int nr = nr_kinds + snet->failures.nr + 1;
	struct sockwatch_snapshot *snapshot;
	struct sockwatch_row *rows;
	u64 *sums;

	rows = kvcalloc(nr, sizeof(*rows), GFP_KERNEL);
	sums = kvcalloc(nr, sizeof(*sums), GFP_KERNEL);
	if (!rows || !sums) {
		snapshot = ERR_PTR(-ENOMEM);
		goto out;
	}
	rows_fold(rows, nr_kinds, snet, sums);
	snapshot = sockwatch_snapshot_new(snet, rows, sizeof(*rows),
					  rows_tidy(rows, nr));
out:
	kvfree(sums);
	kvfree(rows);
	return snapshot;
}

/**
 * sockwatch_snapshot_kinds() - the counters of every kind
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * Context: process, may sleep.
 * Return: the snapshot, for sockwatch_snapshot_free(); or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_kinds(const struct sockwatch_net *snet,
			 unsigned int unused)
{
	return snapshot_take(snet, snet->kinds.nr + 1);
}

/**
 * sockwatch_snapshot_failures() - the failed attempts by kind and errno
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * Context: process, may sleep.
 * Return: the snapshot, for sockwatch_snapshot_free(); or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_failures(const struct sockwatch_net *snet,
			    unsigned int unused)
{
	return snapshot_take(snet, 0);
}

/**
 * sockwatch_snapshot_lost() - sockets the tracking table had no room for
 * @snet: the namespace, which the caller keeps from going
 *
 * Context: any.
 * Return: how many, of all kinds.
 */
u64 sockwatch_snapshot_lost(const struct sockwatch_net *snet)
{
	return sockwatch_counters_total(&snet->kinds, SOCKWATCH_C_LOST);
}

/**
 * sockwatch_row_attempts() - calls for a new socket that have ended
 * @row: of sockwatch_snapshot_kinds()
 *
 * Return: a number of calls.
 */
u64 sockwatch_row_attempts(const struct sockwatch_row *row)
{
	return row->failures + row->count[SOCKWATCH_C_CREATED] +
	       row->count[SOCKWATCH_C_KERNEL];
}

/**
 * sockwatch_row_open() - sockets that are open
 * @row: of sockwatch_snapshot_kinds()
 *
 * Return: a number of sockets.
 */
u64 sockwatch_row_open(const struct sockwatch_row *row)
{
	return row->count[SOCKWATCH_C_CREATED] +
	       row->count[SOCKWATCH_C_KERNEL] +
	       row->count[SOCKWATCH_C_ACCEPTED] +
	       row->count[SOCKWATCH_C_PREEXISTING] -
	       row->count[SOCKWATCH_C_RELEASED];
}

/**
 * sockwatch_row_kernel_open() - open sockets that the kernel holds
 * @row: of sockwatch_snapshot_kinds()
 *
 * Return: a number of sockets.
 */
u64 sockwatch_row_kernel_open(const struct sockwatch_row *row)
{
	return row->count[SOCKWATCH_C_KERNEL_HELD] -
	       row->count[SOCKWATCH_C_KERNEL_RELEASED];
}

/**
 * sockwatch_snapshot_free() - give a snapshot back
 * @snapshot: the snapshot
 *
 * Context: process.
 */
void sockwatch_snapshot_free(struct sockwatch_snapshot *snapshot)
{
	kvfree(snapshot);
}

/**
 * sockwatch_snapshot_set_hooks() - say who knows the state of the hooks
 * @reader: gives the status of hook @id, or false behind the last one
 *
 * Context: process; while nothing reads: before the files and the netlink
 * family are there, or after.
 */
void sockwatch_snapshot_set_hooks(sockwatch_hook_reader reader)
{
	hook_reader = reader;
}

/**
 * sockwatch_snapshot_hook() - the status of a hook
 * @id: counted from 0
 * @status: filled
 *
 * Context: process.
 * Return: false: there are no more.
 */
bool sockwatch_snapshot_hook(unsigned int id,
			     struct sockwatch_hook_status *status)
{
	return hook_reader && hook_reader(id, status);
}
