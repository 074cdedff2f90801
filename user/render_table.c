// SPDX-License-Identifier: GPL-2.0
/* Prints structs as tables for people. */
#include "cells.h"
#include "names.h"
#include "render.h"
#include "table.h"

static void kind_cells(struct table *table, const struct render_style *style,
		       const struct client_kind *kind, const char *absent)
{
	cells_name(table, style, &kind->family, absent, names_family);
	cells_name(table, style, &kind->sock_type, absent, names_type);
	cells_protocol(table, style, &kind->family, &kind->protocol, absent);
}

static struct table *new_kind_table(const struct render_style *style)
{
	struct table *table = cells_table(style);

	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	return table;
}

static void counters_row(struct table *table, const struct render_style *style,
			 const void *row)
{
	const struct client_counters *counters = row;
	const struct render_column *column;

	kind_cells(table, style, &counters->kind, "other");
	for (column = render_counters_columns; column->name; column++)
		if (!column->json_only)
			cells_number(table, render_number_at(row, column),
				     column->bad);
}

int render_table_counters(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	struct table *table = new_kind_table(style);
	const struct render_column *column;

	for (column = render_counters_columns; column->name; column++)
		if (!column->json_only)
			table_column(table, column->name, true);
	cells_rows(table, style, dump, NULL, counters_row);
	return cells_print(table, out, style);
}

static void failure_row(struct table *table, const struct render_style *style,
			const void *row)
{
	const struct client_failure *failure = row;
	/* The overflow row has no family either. */
	const char *absent = failure->kind.family.known ? "unknown" : "other";

	cells_name(table, style, &failure->operation, "-", names_operation);
	kind_cells(table, style, &failure->kind, "other");
	cells_name(table, style, &failure->error, absent, names_errno);
	cells_number(table, &failure->count, false);
}

int render_table_failures(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "operation", false);
	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	table_column(table, "errno", false);
	table_column(table, "count", true);
	cells_rows(table, style, dump, NULL, failure_row);
	return cells_print(table, out, style);
}

static void kinds_row(struct table *table, const struct render_style *style,
		      const struct probe_result *result)
{
	static const enum table_mark marks[] = {
		[PROBE_USABLE] = TABLE_GOOD,
		[PROBE_NOT_PERMITTED] = TABLE_WARN,
		[PROBE_NOT_SUPPORTED] = TABLE_DIM,
	};
	struct client_number error = {
		.known = result->error,
		.value = result->error,
	};

	kind_cells(table, style, &result->kind, "any");
	table_cell(table, marks[result->status], render_status(result->status));
	cells_name(table, style, &error, "-", names_errno);
}

int render_table_kinds(FILE *out, const struct render_style *style,
		       const struct probe_list *list)
{
	struct table *table = new_kind_table(style);
	size_t i;

	table_column(table, "status", false);
	table_column(table, "errno", false);
	for (i = 0; i < list->count; i++)
		kinds_row(table, style, &list->results[i]);
	return cells_print(table, out, style);
}

static void hook_time(struct table *table, const struct client_hook *hook)
{
	struct client_number mean = { 0 };

	if (hook->timed.value) {
		mean.known = true;
		mean.value = hook->time_ns.value / hook->timed.value;
	}
	cells_number(table, &mean, false);
}

static void hook_row(struct table *table, const struct client_hook *hook)
{
	bool wanting = hook->required && !hook->attached;

	table_cell(table, TABLE_PLAIN, hook->name);
	table_cell(table, TABLE_PLAIN, hook->kind);
	table_cell(table, TABLE_PLAIN, hook->required ? "yes" : "no");
	table_cell(table, wanting ? TABLE_BAD : TABLE_PLAIN,
		   hook->attached ? "yes" : "no");
	cells_number(table, &hook->hits, false);
	cells_number(table, &hook->missed, true);
	hook_time(table, hook);
}

static int print_hooks(FILE *out, const struct render_style *style,
		       const struct client_info *info)
{
	struct table *table = table_new();
	size_t i;

	table_column(table, "hook", false);
	table_column(table, "kind", false);
	table_column(table, "required", false);
	table_column(table, "attached", false);
	table_column(table, "hits", true);
	table_column(table, "missed", true);
	table_column(table, "ns/hit", true);
	for (i = 0; i < info->hook_count; i++)
		hook_row(table, &info->hooks[i]);
	return cells_print(table, out, style);
}

static void info_line(struct table *table, const char *name, const char *text)
{
	table_cell(table, TABLE_PLAIN, name);
	table_cell(table, TABLE_PLAIN, text);
}

static void info_number(struct table *table, const char *name,
			const struct client_number *number)
{
	table_cell(table, TABLE_PLAIN, name);
	cells_number(table, number, false);
}

static void info_share(struct table *table, const char *name,
		       const struct client_number *part,
		       const struct client_number *whole)
{
	char used[NAMES_BYTES], room[NAMES_BYTES], text[2 * NAMES_BYTES + 8];

	cells_number_text(used, part);
	cells_number_text(room, whole);
	snprintf(text, sizeof(text), "%s of %s", used, room);
	info_line(table, name, text);
}

static void info_scaled(struct table *table, const char *name,
			const struct client_number *number, double unit,
			const char *format)
{
	char text[NAMES_BYTES] = "-";

	if (number->known)
		snprintf(text, sizeof(text), format, number->value / unit);
	info_line(table, name, text);
}

int render_table_info(FILE *out, const struct render_style *style,
		      const struct client_info *info)
{
	struct table *table = table_new();
	const char *kib = "%.1f KiB";
	int rc;

	table_column(table, "", false);
	table_column(table, "", false);
	info_line(table, "version", info->version[0] ? info->version : "-");
	info_number(table, "netns", &info->netns);
	info_share(table, "kinds", &info->kinds, &info->max_kinds);
	info_number(table, "lost", &info->lost);
	info_share(table, "tracked", &info->tracked, &info->max_sockets);
	info_number(table, "listeners lost", &info->listeners_lost);
	info_number(table, "no memory", &info->no_memory);
	info_number(table, "events sent", &info->events_sent);
	info_number(table, "events lost", &info->events_lost);
	info_number(table, "events overrun", &info->events_overrun);
	info_number(table, "untracked", &info->untracked);
	info_number(table, "discarded", &info->discarded);
	info_scaled(table, "census", &info->census_ns, 1e6, "%.3f ms");
	info_scaled(table, "memory", &info->memory_bytes, 1024, kib);
	info_scaled(table, "memory at most", &info->memory_max_bytes, 1024,
		    kib);
	info_scaled(table, "tracking table", &info->table_bytes, 1024, kib);
	rc = table_print(table, out, false, style->color);
	table_free(table);
	if (rc)
		return rc;
	fputc('\n', out);
	return print_hooks(out, style, info);
}
