// SPDX-License-Identifier: GPL-2.0
/* What has come to latencies from one round of --interval to the next. */
#include "latency.h"

static bool same_number(const struct client_number *a,
			const struct client_number *b)
{
	return a->known == b->known && a->value == b->value;
}

static bool same_latency(const struct client_latency *a,
			 const struct client_latency *b)
{
	return a->unknown.known == b->unknown.known &&
	       same_number(&a->metric, &b->metric) &&
	       same_number(&a->family, &b->family) &&
	       same_number(&a->scope, &b->scope) &&
	       same_number(&a->state, &b->state);
}

static const struct client_netns *find_netns(const struct client_dump *dump,
					     uint64_t inode)
{
	size_t i;

	for (i = 0; i < dump->netns_count; i++)
		if (dump->netns[i].inode == inode)
			return &dump->netns[i];
	return NULL;
}

static const struct client_latency *find_row(const struct client_dump *dump,
					     const struct client_netns *netns,
					     const struct client_latency *like)
{
	const struct client_latency *rows = dump->rows;
	size_t i;

	for (i = netns->first; i < netns->first + netns->count; i++)
		if (same_latency(&rows[i], like))
			return &rows[i];
	return NULL;
}

static void subtract_number(struct client_number *now,
			    const struct client_number *before)
{
	if (now->known && now->value >= before->value)
		now->value -= before->value;
}

static void subtract(struct client_latency *now,
		     const struct client_latency *before)
{
	struct client_times *times = &now->times;

	subtract_number(&now->unknown, &before->unknown);
	if (!hist_subtract(&times->hist, &before->times.hist))
		return;
	subtract_number(&times->count, &before->times.count);
	subtract_number(&times->sum_ns, &before->times.sum_ns);
}

static void limit(struct client_times *times)
{
	size_t first, last;

	times->max_ns = (struct client_number) { 0 };
	if (hist_ends(&times->hist, &first, &last) &&
	    hist_bound(last) < times->limit_ns)
		times->limit_ns = hist_bound(last);
}

static void since_netns(struct client_dump *now,
			const struct client_netns *netns,
			const struct client_dump *before)
{
	const struct client_netns *then = find_netns(before, netns->inode);
	struct client_latency *row = now->rows;
	const struct client_latency *old;
	size_t i;

	row += netns->first;
	for (i = 0; i < netns->count; i++, row++) {
		old = then ? find_row(before, then, row) : NULL;
		if (old)
			subtract(row, old);
		limit(&row->times);
	}
}

void latency_since(struct client_dump *now, const struct client_dump *before)
{
	size_t i;

	for (i = 0; i < now->netns_count; i++)
		since_netns(now, &now->netns[i], before);
}
