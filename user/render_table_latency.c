// SPDX-License-Identifier: GPL-2.0
/* Prints latencies as tables and as bars. */
#include <stdio.h>
#include <string.h>

#include "bars.h"
#include "cells.h"
#include "names.h"
#include "render.h"

static void latency_row(struct table *table, const struct render_style *style,
			const void *row)
{
	const struct client_latency *latency = row;
	const struct client_times *times = &latency->times;

	cells_name(table, style, &latency->metric, "-", names_metric);
	cells_name(table, style, &latency->family, "-", names_family);
	cells_name(table, style, &latency->scope, "-", names_scope);
	cells_name(table, style, &latency->state, "-", names_state);
	cells_number(table, &times->count, false);
	cells_quantile(table, style, times, 500);
	cells_quantile(table, style, times, 900);
	cells_quantile(table, style, times, 990);
	cells_quantile(table, style, times, 999);
	cells_longest(table, style, times);
}

static int print_latency(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "metric", false);
	table_column(table, "family", false);
	table_column(table, "scope", false);
	table_column(table, "state", false);
	table_column(table, "count", true);
	table_column(table, "p50", true);
	table_column(table, "p90", true);
	table_column(table, "p99", true);
	table_column(table, "p99.9", true);
	table_column(table, "max", true);
	cells_rows(table, style, dump, render_has_times, latency_row);
	return cells_print(table, out, style);
}

static void unknown_row(struct table *table, const struct render_style *style,
			const void *row)
{
	const struct client_latency *latency = row;

	cells_name(table, style, &latency->metric, "-", names_metric);
	cells_name(table, style, &latency->family, "-", names_family);
	cells_number(table, &latency->unknown, false);
}

static int print_unknown(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "metric", false);
	table_column(table, "family", false);
	table_column(table, "unknown", true);
	cells_rows(table, style, dump, render_has_unknown, unknown_row);
	return cells_print(table, out, style);
}

/* A word of a title, if there is one. */
static void title_word(char *title, size_t bytes,
		       const struct render_style *style,
		       const struct client_number *number,
		       void (*name)(char *buf, uint64_t number))
{
	size_t used = strlen(title);
	char text[NAMES_BYTES];

	if (!number->known)
		return;
	(style->numeric ? names_number : name)(text, number->value);
	snprintf(title + used, bytes - used, "%s%s", used ? " " : "", text);
}

/* Its title is what the row of the table begins with. */
static int print_bars(FILE *out, const struct render_style *style,
		      const struct client_netns *netns,
		      const struct client_latency *latency)
{
	const struct client_number inode = { style->by_netns, netns->inode };
	char title[5 * NAMES_BYTES] = "";

	title_word(title, sizeof(title), style, &inode, names_number);
	title_word(title, sizeof(title), style, &latency->metric,
		   names_metric);
	title_word(title, sizeof(title), style, &latency->family,
		   names_family);
	title_word(title, sizeof(title), style, &latency->scope, names_scope);
	title_word(title, sizeof(title), style, &latency->state, names_state);
	fputc('\n', out);
	cells_title(out, style, title);
	return bars_print(out, style, &latency->times.hist);
}

static int print_all_bars(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	const struct client_latency *rows = dump->rows;
	const struct client_netns *netns = dump->netns;
	size_t i, row, first, last;
	int rc = 0;

	for (i = 0; i < dump->netns_count; i++, netns++)
		for (row = 0; !rc && row < netns->count; row++)
			if (hist_ends(&rows[netns->first + row].times.hist,
				      &first, &last))
				rc = print_bars(out, style, netns,
						&rows[netns->first + row]);
	return rc;
}

static bool any_unknown(const struct client_dump *dump)
{
	const struct client_latency *rows = dump->rows;
	size_t i, row;

	for (i = 0; i < dump->netns_count; i++)
		for (row = 0; row < dump->netns[i].count; row++)
			if (render_has_unknown(&rows[dump->netns[i].first +
						     row]))
				return true;
	return false;
}

int render_table_latency(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	int rc = print_latency(out, style, dump);

	if (!rc && any_unknown(dump)) {
		fputc('\n', out);
		rc = print_unknown(out, style, dump);
	}
	if (!rc && style->hist)
		rc = print_all_bars(out, style, dump);
	return rc;
}
