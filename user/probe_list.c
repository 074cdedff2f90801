// SPDX-License-Identifier: GPL-2.0
/* Sorts what the probe found and sums up what is not usable. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe_list.h"

static int compare_numbers(const struct client_number *a,
			   const struct client_number *b)
{
	return (a->value > b->value) - (a->value < b->value);
}

static int compare(const void *a, const void *b)
{
	const struct probe_result *x = a, *y = b;
	int order = compare_numbers(&x->kind.family, &y->kind.family);

	if (!order)
		order = compare_numbers(&x->kind.sock_type, &y->kind.sock_type);
	if (!order)
		order = compare_numbers(&x->kind.protocol, &y->kind.protocol);
	if (!order)
		order = (int)x->status - (int)y->status;
	return order;
}

static bool same_family(const struct probe_result *a,
			const struct probe_result *b)
{
	return a->kind.family.value == b->kind.family.value;
}

static bool same_type(const struct probe_result *a,
		      const struct probe_result *b)
{
	return same_family(a, b) &&
	       a->kind.sock_type.value == b->kind.sock_type.value;
}

static bool same_kind(const struct probe_result *a,
		      const struct probe_result *b)
{
	return same_type(a, b) &&
	       a->kind.protocol.value == b->kind.protocol.value;
}

/* Several ways of asking lead to one kind; the best answer counts. */
static void drop_doubles(struct probe_list *list)
{
	size_t kept = 0, i;

	for (i = 0; i < list->count; i++)
		if (!kept || !same_kind(&list->results[kept - 1],
					&list->results[i]))
			list->results[kept++] = list->results[i];
	list->count = kept;
}

typedef bool (*same_fn)(const struct probe_result *a,
			const struct probe_result *b);

/* How many results from @first on belong together. */
static size_t run_length(const struct probe_list *list, size_t first,
			 same_fn same)
{
	size_t n = 1;

	while (first + n < list->count &&
	       same(&list->results[first], &list->results[first + n]))
		n++;
	return n;
}

/* The best status among them, which is the lowest. */
static enum probe_status best_of(const struct probe_result *results, size_t n)
{
	enum probe_status best = results->status;
	size_t i;

	for (i = 1; i < n; i++)
		if (results[i].status < best)
			best = results[i].status;
	return best;
}

/* Replace what is not usable at all by one result that stands for it. */
static void sum_up(struct probe_list *list, same_fn same)
{
	size_t kept = 0, first, n;

	for (first = 0; first < list->count; first += n) {
		struct probe_result *run = &list->results[first];
		enum probe_status best;

		n = run_length(list, first, same);
		best = best_of(run, n);
		/* EAFNOSUPPORT was said once, about the whole family. */
		if (best < PROBE_NOT_PERMITTED ||
		    (n < 2 && run->error != EAFNOSUPPORT)) {
			memmove(&list->results[kept], run, n * sizeof(*run));
			kept += n;
			continue;
		}
		while (run->status != best)
			run++;
		list->results[kept] = *run;
		list->results[kept].kind.protocol.known = false;
		if (same == same_family)
			list->results[kept].kind.sock_type.known = false;
		kept++;
	}
	list->count = kept;
}

static void drop_not_supported(struct probe_list *list)
{
	size_t kept = 0, first, n, i;

	for (first = 0; first < list->count; first += n) {
		n = run_length(list, first, same_family);
		for (i = first; i < first + n; i++)
			if (n == 1 ||
			    list->results[i].status != PROBE_NOT_SUPPORTED)
				list->results[kept++] = list->results[i];
	}
	list->count = kept;
}

void probe_arrange(struct probe_list *list, bool all)
{
	if (list->count)
		qsort(list->results, list->count, sizeof(*list->results),
		      compare);
	drop_doubles(list);
	if (all)
		return;
	sum_up(list, same_family);
	sum_up(list, same_type);
	drop_not_supported(list);
}

void probe_free(struct probe_list *list)
{
	free(list->results);
	*list = (struct probe_list) { 0 };
}
