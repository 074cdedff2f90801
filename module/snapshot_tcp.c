// SPDX-License-Identifier: GPL-2.0
/* TCP's numbers as plain structs, for whoever shows them. */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "classify.h"
#include "counters.h"
#include "listen.h"
#include "segment.h"
#include "snapshot.h"
#include "tcpstat.h"
#include "timewait.h"

#define FAMILIES	2

static const u8 families[FAMILIES] = { AF_INET, AF_INET6 };

/* What states are made of, for both families. */
struct numbers {
	struct sockwatch_tcp_sum tcp[FAMILIES];
	struct sockwatch_state_row rows[FAMILIES * (SOCKWATCH_STATES - 1)];
};

static void tcp_fold(const struct sockwatch_net *snet, unsigned int f,
		     struct sockwatch_tcp_sum *sum)
{
	const struct sockwatch_tcpstat *stat = READ_ONCE(snet->tcp[f]);

	if (stat)
		sockwatch_tcpstat_fold(stat, sum);
	else
		memset(sum, 0, sizeof(*sum));
}

/* What comes and goes meanwhile may make a difference of one negative. */
static u64 at_least_none(s64 n)
{
	return n < 0 ? 0 : n;
}

static s64 in_state(const struct sockwatch_tcp_sum *tcp, unsigned int state)
{
	unsigned int i;
	s64 n = 0;

	for (i = 0; i < SOCKWATCH_MOVE_MAX; i++)
		n += tcp->move[sockwatch_move(i, state)] -
		     tcp->move[sockwatch_move(state, i)];
	return n;
}

static u64 entered(const struct sockwatch_tcp_sum *tcp, unsigned int state)
{
	unsigned int i;
	u64 n = 0;

	if (state == TCP_TIME_WAIT)
		return tcp->tw[1][SOCKWATCH_TW_MADE] +
		       tcp->tw[0][SOCKWATCH_TW_TURNED];
	for (i = 0; i < SOCKWATCH_STATES; i++)
		n += tcp->move[sockwatch_move(i, state)];
	return n;
}

static s64 timewaits(const struct sockwatch_tcp_sum *tcp, unsigned int state)
{
	const u64 *fin_wait2 = tcp->tw[0];
	const u64 *time_wait = tcp->tw[1];

	if (state == TCP_FIN_WAIT2)
		return fin_wait2[SOCKWATCH_TW_FOUND] +
		       fin_wait2[SOCKWATCH_TW_MADE] -
		       fin_wait2[SOCKWATCH_TW_TURNED] -
		       fin_wait2[SOCKWATCH_TW_GONE];
	return time_wait[SOCKWATCH_TW_FOUND] + time_wait[SOCKWATCH_TW_MADE] +
	       fin_wait2[SOCKWATCH_TW_TURNED] - time_wait[SOCKWATCH_TW_GONE];
}

/*
 * The kernel counts the time-wait socks of both families and states in one
 * (tw_refcount has one for itself).  What the others leave of it is inet's
 * TIME_WAIT.
 */
static s64 timewaits_inet(const struct sockwatch_net *snet,
			  const struct numbers *numbers)
{
	s64 all = refcount_read(&snet->net->ipv4.tcp_death_row.tw_refcount);

	return all - 1 - timewaits(&numbers->tcp[0], TCP_FIN_WAIT2) -
	       timewaits(&numbers->tcp[1], TCP_FIN_WAIT2) -
	       timewaits(&numbers->tcp[1], TCP_TIME_WAIT);
}

/* Requests hang on their listener, which counts them. */
static u64 requests(const struct sockwatch_net *snet, unsigned int family)
{
	const struct sockwatch_listener *listener;
	u64 n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(listener, &snet->listeners, list) {
		if (sockwatch_listen_is_alive(listener, snet->net) &&
		    listener->sk->sk_family == family)
			n += reqsk_queue_len(&inet_csk(listener->sk)->icsk_accept_queue);
	}
	rcu_read_unlock();
	return n;
}

/* All socks there are; false: their kind has no row of its own. */
static bool alive(const struct sockwatch_net *snet, unsigned int family,
		  s64 *n)
{
	u64 key = sockwatch_kind_pack(family, SOCK_STREAM, IPPROTO_TCP);
	const struct sockwatch_row *row;
	struct sockwatch_snapshot *kinds;
	bool found = false, other = false;
	unsigned int i;

	kinds = sockwatch_snapshot_kinds(snet, 0);
	if (IS_ERR(kinds))
		return false;
	*n = 0;
	for (i = 0; i < kinds->nr; i++) {
		row = sockwatch_snapshot_row(kinds, i);
		other |= row->key == SOCKWATCH_KIND_OTHER;
		if (row->key != key)
			continue;
		found = true;
		*n = row->count[SOCKWATCH_C_CREATED] +
		     row->count[SOCKWATCH_C_KERNEL] +
		     row->count[SOCKWATCH_C_PREEXISTING] +
		     row->count[SOCKWATCH_C_CLONED] -
		     row->count[SOCKWATCH_C_RELEASED] -
		     row->count[SOCKWATCH_C_UNACCEPTED];
	}
	sockwatch_snapshot_free(kinds);
	return found || !other;
}

static void states_fill(const struct sockwatch_net *snet,
			struct numbers *numbers, unsigned int f)
{
	const struct sockwatch_tcp_sum *tcp = &numbers->tcp[f];
	struct sockwatch_state_row *rows;
	unsigned int state;
	s64 others = 0;
	s64 n;

	/* So that a state is an index. */
	rows = numbers->rows + f * (SOCKWATCH_STATES - 1) - 1;
	for (state = 1; state < SOCKWATCH_STATES; state++) {
		n = in_state(tcp, state);
		if (state != TCP_CLOSE)
			others += n;
		rows[state] = (struct sockwatch_state_row) {
			.family = families[f],
			.state = state,
			.known = true,
			.sockets = at_least_none(n),
			.entered = entered(tcp, state),
		};
	}
	rows[TCP_SYN_RECV].sockets += requests(snet, families[f]);
	rows[TCP_SYN_RECV].known = !atomic_read(&snet->listeners_lost);
	rows[TCP_FIN_WAIT2].sockets +=
		at_least_none(timewaits(tcp, TCP_FIN_WAIT2));
	rows[TCP_FIN_WAIT2].known = sockwatch_timewait_known();
	n = f ? timewaits(tcp, TCP_TIME_WAIT) : timewaits_inet(snet, numbers);
	rows[TCP_TIME_WAIT].sockets = at_least_none(n);
	rows[TCP_TIME_WAIT].known = sockwatch_timewait_known();
	rows[TCP_CLOSE].known = alive(snet, families[f], &n);
	rows[TCP_CLOSE].sockets = at_least_none(n - others);
}

/**
 * sockwatch_snapshot_states() - sockets by TCP state
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * No table of sockets is walked, only the list of those that listen.
 *
 * Context: process, may sleep.
 * Return: &struct sockwatch_state_row, one for each family and state; or
 * ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_states(const struct sockwatch_net *snet,
			  unsigned int unused)
{
	struct sockwatch_snapshot *snapshot;
	struct numbers *numbers;
	unsigned int f;

	numbers = kvzalloc(sizeof(*numbers), GFP_KERNEL);
	if (!numbers)
		return ERR_PTR(-ENOMEM);
	for (f = 0; f < FAMILIES; f++)
		tcp_fold(snet, f, &numbers->tcp[f]);
	for (f = 0; f < FAMILIES; f++)
		states_fill(snet, numbers, f);
	snapshot = sockwatch_snapshot_new(snet, numbers->rows,
					  sizeof(numbers->rows[0]),
					  ARRAY_SIZE(numbers->rows));
	kvfree(numbers);
	return snapshot;
}

/* A list of rows in the making. */
struct list {
	void *rows;
	size_t row_bytes;
	unsigned int nr;
	unsigned int max;
	struct sockwatch_tcp_sum tcp;
};

static void *row_add(struct list *list)
{
	if (WARN_ON_ONCE(list->nr == list->max))
		return list->rows;
	return list->rows + list->row_bytes * list->nr++;
}

/* For each family that has numbers, calls @fill with their sums. */
static struct sockwatch_snapshot *
tcp_take(const struct sockwatch_net *snet, unsigned int max, size_t row_bytes,
	 void (*fill)(const struct sockwatch_net *snet, struct list *list,
		      unsigned int f))
{
	struct sockwatch_snapshot *snapshot = ERR_PTR(-ENOMEM);
	struct list *list;
	unsigned int f;

	list = kvzalloc(sizeof(*list), GFP_KERNEL);
	if (!list)
		return snapshot;
	list->row_bytes = row_bytes;
	list->max = max;
	list->rows = kvcalloc(max, row_bytes, GFP_KERNEL);
	if (!list->rows)
		goto out;
	for (f = 0; f < FAMILIES; f++) {
		tcp_fold(snet, f, &list->tcp);
		fill(snet, list, f);
	}
	snapshot = sockwatch_snapshot_new(snet, list->rows, row_bytes,
					  list->nr);
	kvfree(list->rows);
out:
	kvfree(list);
	return snapshot;
}

static void transitions_fill(const struct sockwatch_net *snet,
			     struct list *list, unsigned int f)
{
	struct sockwatch_transition_row *row;
	unsigned int from, to;
	u64 count;

	for (from = 0; from < SOCKWATCH_STATES; from++) {
		for (to = 1; to < SOCKWATCH_STATES; to++) {
			count = list->tcp.move[sockwatch_move(from, to)];
			if (!count)
				continue;
			row = row_add(list);
			row->family = families[f];
			row->from = from;
			row->to = to;
			row->count = count;
		}
	}
}

/**
 * sockwatch_snapshot_transitions() - TCP's transition matrix
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * Context: process, may sleep.
 * Return: &struct sockwatch_transition_row, only what has happened; or
 * ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_transitions(const struct sockwatch_net *snet,
			       unsigned int unused)
{
	return tcp_take(snet, FAMILIES * SOCKWATCH_STATES * SOCKWATCH_STATES,
			sizeof(struct sockwatch_transition_row),
			transitions_fill);
}

static void segments_fill(const struct sockwatch_net *snet, struct list *list,
			  unsigned int f)
{
	struct sockwatch_segment_row *row;
	unsigned int scope, i;

	for (scope = 0; scope < 2; scope++) {
		row = row_add(list);
		row->family = families[f];
		row->scope = scope + SOCKWATCH_SCOPE_LOCAL;
		for (i = 0; i < SOCKWATCH_SEGMENT_MAX; i++) {
			row->count[i] = list->tcp.segment[scope][i];
			row->known |= sockwatch_segment_known(i) << i;
		}
	}
}

/**
 * sockwatch_snapshot_segments() - TCP's retransmits and resets
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * Context: process, may sleep.
 * Return: &struct sockwatch_segment_row, one for each family and scope; or
 * ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_segments(const struct sockwatch_net *snet,
			    unsigned int unused)
{
	return tcp_take(snet, FAMILIES * 2,
			sizeof(struct sockwatch_segment_row), segments_fill);
}

static struct sockwatch_option_row *option_add(struct list *list,
					       unsigned int f, u8 protocol,
					       u8 option)
{
	struct sockwatch_option_row *row = row_add(list);

	row->family = families[f];
	row->protocol = protocol;
	row->option = option;
	return row;
}

/* What found no row is counted for both families: it goes with the first. */
static bool congestion_of(const struct sockwatch_counters *c, unsigned int i,
			  unsigned int f, u32 *key)
{
	if (i == c->nr)
		return !f;
	*key = sockwatch_counters_key(c, i);
	return sockwatch_counters_key(c, i) ==
	       sockwatch_congestion_pack(families[f], *key);
}

static void congestion_fill(const struct sockwatch_net *snet,
			    struct list *list, unsigned int f)
{
	const struct sockwatch_tcpstat *stat = READ_ONCE(snet->tcp[f]);
	const struct sockwatch_counters *c = &snet->congestion;
	u64 sums[SOCKWATCH_CONGESTION_ROWS];
	struct sockwatch_option_row *row;
	unsigned int i;
	u32 key = 0;

	if (!stat)
		return;
	sockwatch_counters_fold(c, 0, sums);
	/* Pairs with row_take(): what has counted has its key. */
	smp_rmb();
	for (i = 0; i <= c->nr; i++) {
		if (!sums[i] || !congestion_of(c, i, f, &key))
			continue;
		row = option_add(list, f, IPPROTO_TCP,
				 SOCKWATCH_OPTION_CONGESTION);
		memcpy(row->name, snet->congestion_name[i],
		       sizeof(row->name));
		row->count = sums[i];
		/* It counted one here when it became the common one. */
		if (i < c->nr && key == READ_ONCE(stat->common_key))
			row->count += list->tcp.common;
		row->total = list->tcp.closed;
	}
}

static void udp_fill(const struct sockwatch_net *snet, struct list *list,
		     unsigned int f)
{
	u64 key = sockwatch_kind_pack(families[f], SOCK_DGRAM, IPPROTO_UDP);
	const struct sockwatch_row *kind;
	struct sockwatch_snapshot *kinds;
	struct sockwatch_option_row *row;
	unsigned int i;

	kinds = sockwatch_snapshot_kinds(snet, 0);
	if (IS_ERR(kinds))
		return;
	for (i = 0; i < kinds->nr; i++) {
		kind = sockwatch_snapshot_row(kinds, i);
		if (kind->key != key)
			continue;
		row = option_add(list, f, IPPROTO_UDP,
				 SOCKWATCH_OPTION_CONNECTED);
		row->count = kind->count[SOCKWATCH_C_CONNECTED];
		row->total = kind->count[SOCKWATCH_C_RELEASED] -
			     kind->count[SOCKWATCH_C_LOST];
	}
	sockwatch_snapshot_free(kinds);
}

static void options_fill(const struct sockwatch_net *snet, struct list *list,
			 unsigned int f)
{
	struct sockwatch_option_row *row;
	unsigned int i;

	for (i = 0; i < SOCKWATCH_NR_FLAGS; i++) {
		row = option_add(list, f, IPPROTO_TCP, i + 1);
		row->count = list->tcp.option[i];
		row->total = list->tcp.closed;
	}
	congestion_fill(snet, list, f);
	udp_fill(snet, list, f);
}

/**
 * sockwatch_snapshot_options() - options in use when connections closed
 * @snet: the namespace, which the caller keeps from going
 * @unused: all of them have one argument more
 *
 * Context: process, may sleep.
 * Return: &struct sockwatch_option_row; or ERR_PTR(-ENOMEM).
 */
struct sockwatch_snapshot *
sockwatch_snapshot_options(const struct sockwatch_net *snet,
			   unsigned int unused)
{
	return tcp_take(snet,
			FAMILIES * (SOCKWATCH_NR_FLAGS +
				    SOCKWATCH_CONGESTION_ROWS + 1),
			sizeof(struct sockwatch_option_row), options_fill);
}
