// SPDX-License-Identifier: GPL-2.0
/* Histograms as plain structs, for whoever shows them. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "listen.h"
#include "snapshot.h"
#include "tcpstat.h"

static const u8 families[] = { AF_INET, AF_INET6 };

/* Most rows a namespace can have: histograms, and those for the unknown. */
#define ROWS_MAX	(AF_MAX + 2 + ARRAY_SIZE(families) *		\
			 (SOCKWATCH_H_MAX + SOCKWATCH_NR_METRICS))

/* Rows in the making, of one metric or (0) all. */
struct rows {
	struct sockwatch_latency_row *rows;
	unsigned int nr;
	unsigned int metric;
};

static bool wanted(const struct rows *rows, unsigned int metric)
{
	return !rows->metric || rows->metric == metric;
}

/* Takes the row only if there is something in it. */
static void hist_add(struct rows *rows, const struct sockwatch_hist *hist,
		     const struct sockwatch_latency_row *head)
{
	struct sockwatch_latency_row *row = &rows->rows[rows->nr];

	if (!hist || !wanted(rows, head->metric))
		return;
	*row = *head;
	sockwatch_hist_fold(hist, &row->sum);
	rows->nr += !!row->sum.count;
}

static void unknown_add(struct rows *rows, unsigned int metric,
			unsigned int family, u64 count)
{
	struct sockwatch_latency_row *row = &rows->rows[rows->nr];

	if (!count || !wanted(rows, metric))
		return;
	row->metric = metric;
	row->family = family;
	row->unknown = true;
	row->sum.count = count;
	rows->nr++;
}

static void create_add(struct rows *rows, const struct sockwatch_net *snet)
{
	unsigned int family;

	for (family = 0; family < AF_MAX; family++)
		hist_add(rows, READ_ONCE(snet->create[family]),
			 &(struct sockwatch_latency_row) {
				.metric = SOCKWATCH_METRIC_SOCKET_CREATE,
				.family = family,
			 });
}

static void metrics_add(struct rows *rows,
			const struct sockwatch_tcpstat *stat,
			unsigned int family)
{
	struct sockwatch_latency_row *row;
	unsigned int metric, remote, i;

	for (i = 0; i < 2 * SOCKWATCH_NR_METRICS; i++) {
		metric = SOCKWATCH_METRIC_FIRST + i / 2;
		remote = i % 2;
		row = &rows->rows[rows->nr];
		if (!wanted(rows, metric) ||
		    !sockwatch_tcpstat_metric(stat, metric, remote, &row->sum))
			continue;
		row->metric = metric;
		row->family = family;
		row->scope = SOCKWATCH_SCOPE_LOCAL + remote;
		rows->nr++;
	}
}

static void state_add(struct rows *rows, const struct sockwatch_tcpstat *stat,
		      unsigned int family, unsigned int state, bool remote)
{
	struct sockwatch_latency_row *row = &rows->rows[rows->nr];
	bool scoped = state != TCP_LISTEN && state != TCP_CLOSE;

	if (remote && !scoped)
		return;
	if (!sockwatch_tcpstat_state(stat, state, remote, &row->sum))
		return;
	row->metric = SOCKWATCH_METRIC_TIME_IN_STATE;
	row->family = family;
	row->scope = scoped ? SOCKWATCH_SCOPE_LOCAL + remote : 0;
	row->state = state;
	rows->nr++;
}

static void states_add(struct rows *rows,
		       const struct sockwatch_tcpstat *stat,
		       unsigned int family)
{
	unsigned int state;

	if (!wanted(rows, SOCKWATCH_METRIC_TIME_IN_STATE))
		return;
	for (state = 1; state < SOCKWATCH_STATES; state++) {
		if (state == TCP_TIME_WAIT)
			continue;
		state_add(rows, stat, family, state, false);
		state_add(rows, stat, family, state, true);
	}
}

static void tcp_unknown_add(struct rows *rows,
			    const struct sockwatch_tcpstat *stat,
			    unsigned int family)
{
	unsigned int i;
	u64 count;
	int cpu;

	for (i = 0; i < SOCKWATCH_NR_METRICS; i++) {
		count = 0;
		for_each_possible_cpu(cpu)
			count += READ_ONCE(per_cpu_ptr(stat->cpu,
						       cpu)->unknown[i]);
		unknown_add(rows, SOCKWATCH_METRIC_FIRST + i, family, count);
	}
}

static void rows_fill(struct rows *rows, const struct sockwatch_net *snet)
{
	const struct sockwatch_tcpstat *stat;
	unsigned int f;

	create_add(rows, snet);
	hist_add(rows, READ_ONCE(snet->unix_wait),
		 &(struct sockwatch_latency_row) {
			.metric = SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE,
			.family = AF_UNIX,
		 });
	unknown_add(rows, SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE, AF_UNIX,
		    sockwatch_counters_total(&snet->kinds,
					     SOCKWATCH_C_UNTIMED));
	for (f = 0; f < ARRAY_SIZE(families); f++) {
		stat = READ_ONCE(snet->tcp[f]);
		if (!stat)
			continue;
		metrics_add(rows, stat, families[f]);
		states_add(rows, stat, families[f]);
		tcp_unknown_add(rows, stat, families[f]);
	}
}

/**
 * sockwatch_snapshot_latency() - the histograms
 * @snet: the namespace, which the caller keeps from going
 * @metric: only this &enum sockwatch_metric; 0: all
 *
 * Context: process, may sleep.
 * Return: &struct sockwatch_latency_row, only those with samples; or
 * ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_latency(const struct sockwatch_net *snet,
			   unsigned int metric)
{
	struct sockwatch_snapshot *snapshot;
	struct rows rows = { .metric = metric };

	rows.rows = kvcalloc(ROWS_MAX, sizeof(*rows.rows), GFP_KERNEL);
	if (!rows.rows)
		return ERR_PTR(-ENOMEM);
	rows_fill(&rows, snet);
	snapshot = sockwatch_snapshot_new(snet, rows.rows, sizeof(*rows.rows),
					  rows.nr);
	kvfree(rows.rows);
	return snapshot;
}

static void address_fill(struct sockwatch_listener_row *row,
			 const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(row->address, &sk->sk_v6_rcv_saddr, 16);
		return;
	}
#endif
	memcpy(row->address, &inet_sk(sk)->inet_rcv_saddr, 4);
}

static void listener_fill(struct sockwatch_listener_row *row,
			  const struct sockwatch_listener *listener)
{
	const struct sock *sk = listener->sk;

	row->id = listener->id;
	row->family = sk->sk_family;
	row->port = inet_sk(sk)->inet_num;
	address_fill(row, sk);
	row->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	row->queue = READ_ONCE(sk->sk_ack_backlog);
	row->drops = atomic_read(&sk->sk_drops) - listener->drops;
	row->pid = pid_vnr(listener->pid);
	row->uid = from_kuid_munged(current_user_ns(), sk->sk_uid);
	if (listener->pid)
		memcpy(row->comm, listener->comm, sizeof(row->comm));
}

static unsigned int listeners_count(const struct sockwatch_net *snet)
{
	const struct sockwatch_listener *listener;
	unsigned int nr = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(listener, &snet->listeners, list)
		nr++;
	rcu_read_unlock();
	return nr;
}

static unsigned int listeners_fill(const struct sockwatch_net *snet,
				   struct sockwatch_listener_row *rows,
				   unsigned int max)
{
	const struct sockwatch_listener *listener;
	unsigned int nr = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(listener, &snet->listeners, list) {
		if (nr == max)
			break;
		if (sockwatch_listen_is_alive(listener, snet->net))
			listener_fill(&rows[nr++], listener);
	}
	rcu_read_unlock();
	return nr;
}

/**
 * sockwatch_snapshot_listeners() - the TCP sockets that listen
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * One that begins to listen meanwhile may be missing.
 *
 * Context: process, may sleep; pids and uids are as the current task sees
 * them.
 * Return: &struct sockwatch_listener_row; or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_listeners(const struct sockwatch_net *snet,
			     unsigned int unused)
{
	struct sockwatch_listener_row *rows;
	struct sockwatch_snapshot *snapshot;
	unsigned int max, nr, i;

	max = listeners_count(snet);
	rows = kvcalloc(max + 1, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return ERR_PTR(-ENOMEM);
	nr = listeners_fill(snet, rows, max);
	for (i = 0; i < nr; i++) {
		rows[i].timed = sockwatch_listen_fold(rows[i].id,
						      &rows[i].wait);
		cond_resched();
	}
	snapshot = sockwatch_snapshot_new(snet, rows, sizeof(*rows), nr);
	kvfree(rows);
	return snapshot;
}
