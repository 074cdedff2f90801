// SPDX-License-Identifier: GPL-2.0
/* Single latencies as plain structs, for whoever shows them. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "clock.h"
#include "netns.h"
#include "samples.h"
#include "snapshot.h"

#define ROWS_MAX	(SOCKWATCH_NR_SAMPLES * 2 * SOCKWATCH_SAMPLES_MAX)

/* Rows in the making, of one metric or (0) all. */
struct rows {
	struct sockwatch_sample_row *rows;
	unsigned int nr;
	u64 offset_ns;
};

static unsigned int metric_of(unsigned int kind)
{
	return kind < SOCKWATCH_S_STATES ? kind :
					   SOCKWATCH_METRIC_TIME_IN_STATE;
}

static void row_add(struct rows *rows, unsigned int kind, bool slowest,
		    const struct sockwatch_event *event)
{
	struct sockwatch_sample_row *row = &rows->rows[rows->nr++];

	row->metric = metric_of(kind);
	row->slowest = slowest;
	row->event = *event;
	row->event.time_ns += rows->offset_ns;
}

/* As the reader's namespaces number them. */
static void owner_translate(struct sockwatch_event *event)
{
	struct pid *pid;

	if (event->known & SOCKWATCH_KNOWN_UID)
		event->uid = from_kuid_munged(current_user_ns(),
					      KUIDT_INIT(event->uid));
	if (!(event->known & SOCKWATCH_KNOWN_PID) ||
	    task_active_pid_ns(current) == &init_pid_ns)
		return;
	rcu_read_lock();
	pid = find_pid_ns(event->pid, &init_pid_ns);
	event->pid = pid_vnr(pid);
	rcu_read_unlock();
	if (!event->pid)
		event->known &= ~SOCKWATCH_KNOWN_PID;
}

static void list_fill(struct rows *rows, struct sockwatch_sample_list *list,
		      unsigned int kind)
{
	unsigned int i;

	raw_spin_lock_irq(&list->lock);
	for (i = 0; i < list->nr_slowest; i++)
		row_add(rows, kind, true, &list->slowest[i]);
	for (i = 1; i <= min_t(unsigned int, list->nr_latest,
			       SOCKWATCH_SAMPLES_MAX); i++)
		row_add(rows, kind, false,
			&list->latest[(list->nr_latest - i) %
				      SOCKWATCH_SAMPLES_MAX]);
	raw_spin_unlock_irq(&list->lock);
}

static void rows_fill(struct rows *rows, struct sockwatch_samples *samples,
		      unsigned int metric)
{
	unsigned int kind, i;

	for (kind = 0; kind < SOCKWATCH_NR_SAMPLES; kind++) {
		if (!metric || metric_of(kind) == metric)
			list_fill(rows, &samples->list[kind], kind);
	}
	for (i = 0; i < rows->nr; i++)
		owner_translate(&rows->rows[i].event);
}

/**
 * sockwatch_snapshot_samples() - single latencies
 * @snet: the namespace, which the caller keeps from going
 * @metric: only this &enum sockwatch_metric; 0: all
 *
 * Context: process, may sleep; pids and uids are as the current task sees
 * them.
 * Return: &struct sockwatch_sample_row; or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_samples(const struct sockwatch_net *snet,
			   unsigned int metric)
{
	struct sockwatch_samples *samples = READ_ONCE(snet->samples);
	struct sockwatch_snapshot *snapshot;
	struct rows rows = {
		.offset_ns = sockwatch_clock_real_offset_ns(),
	};

	rows.rows = kvcalloc(ROWS_MAX, sizeof(*rows.rows), GFP_KERNEL_ACCOUNT);
	if (!rows.rows)
		return ERR_PTR(-ENOMEM);
	if (samples)
		rows_fill(&rows, samples, metric);
	snapshot = sockwatch_snapshot_new(snet, rows.rows, sizeof(*rows.rows),
					  rows.nr);
	kvfree(rows.rows);
	return snapshot;
}
