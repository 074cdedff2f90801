// SPDX-License-Identifier: GPL-2.0
/* Prints structs as tables for people. */
#include <string.h>

#include "names.h"
#include "render.h"
#include "table.h"

static void put_number(char *buf, const struct client_number *number)
{
	if (number->known)
		names_number(buf, number->value);
	else
		strcpy(buf, "-");
}

static void number_cell(struct table *table, const struct client_number *number,
			bool bad)
{
	char text[NAMES_BYTES];

	put_number(text, number);
	table_cell(table, bad && number->value ? TABLE_BAD : TABLE_PLAIN, text);
}

/* A part of a kind that has no number is @absent, else @name names it. */
static void name_cell(struct table *table, const struct render_style *style,
		      const struct client_number *number, const char *absent,
		      void (*name)(char *buf, uint64_t number))
{
	char text[NAMES_BYTES];

	if (!number->known) {
		table_cell(table, TABLE_PLAIN, absent);
		return;
	}
	if (style->numeric)
		name = names_number;
	name(text, number->value);
	table_cell(table, TABLE_PLAIN, text);
}

static void protocol_cell(struct table *table, const struct render_style *style,
			  const struct client_kind *kind, const char *absent)
{
	char text[NAMES_BYTES];

	if (!kind->protocol.known || style->numeric) {
		name_cell(table, style, &kind->protocol, absent, names_number);
		return;
	}
	names_protocol(text, kind->family.value, kind->protocol.value);
	table_cell(table, TABLE_PLAIN, text);
}

static void kind_cells(struct table *table, const struct render_style *style,
		       const struct client_kind *kind, const char *absent)
{
	name_cell(table, style, &kind->family, absent, names_family);
	name_cell(table, style, &kind->sock_type, absent, names_type);
	protocol_cell(table, style, kind, absent);
}

static struct table *new_kind_table(bool by_netns)
{
	struct table *table = table_new();

	if (by_netns)
		table_column(table, "netns", true);
	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	return table;
}

static int print_and_free(struct table *table, FILE *out,
			  const struct render_style *style)
{
	int rc = table_print(table, out, style->header, style->color);

	table_free(table);
	return rc;
}

/* Every row of every namespace, by @add_row. */
static void dump_rows(struct table *table, const struct render_style *style,
		      const struct client_dump *dump,
		      void (*add_row)(struct table *table,
				      const struct render_style *style,
				      const void *row))
{
	struct client_number inode = { .known = true };
	size_t i, j;

	for (i = 0; i < dump->netns_count; i++) {
		const struct client_netns *netns = &dump->netns[i];
		const char *row = (const char *)dump->rows +
				  netns->first * dump->row_bytes;

		inode.value = netns->inode;
		for (j = 0; j < netns->count; j++) {
			if (style->by_netns)
				number_cell(table, &inode, false);
			add_row(table, style, row + j * dump->row_bytes);
		}
	}
}

static void counters_row(struct table *table, const struct render_style *style,
			 const void *row)
{
	const struct client_counters *counters = row;
	const struct render_column *column;

	kind_cells(table, style, &counters->kind, "other");
	for (column = render_counters_columns; column->name; column++)
		if (!column->json_only)
			number_cell(table, render_number_at(row, column),
				    column->bad);
}

int render_table_counters(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	struct table *table = new_kind_table(style->by_netns);
	const struct render_column *column;

	for (column = render_counters_columns; column->name; column++)
		if (!column->json_only)
			table_column(table, column->name, true);
	dump_rows(table, style, dump, counters_row);
	return print_and_free(table, out, style);
}

static void failure_row(struct table *table, const struct render_style *style,
			const void *row)
{
	const struct client_failure *failure = row;

	name_cell(table, style, &failure->operation, "-", names_operation);
	kind_cells(table, style, &failure->kind, "other");
	name_cell(table, style, &failure->error, "other", names_errno);
	number_cell(table, &failure->count, false);
}

int render_table_failures(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	struct table *table = table_new();

	if (style->by_netns)
		table_column(table, "netns", true);
	table_column(table, "operation", false);
	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	table_column(table, "errno", false);
	table_column(table, "count", true);
	dump_rows(table, style, dump, failure_row);
	return print_and_free(table, out, style);
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
	name_cell(table, style, &error, "-", names_errno);
}

int render_table_kinds(FILE *out, const struct render_style *style,
		       const struct probe_list *list)
{
	struct table *table = new_kind_table(false);
	size_t i;

	table_column(table, "status", false);
	table_column(table, "errno", false);
	for (i = 0; i < list->count; i++)
		kinds_row(table, style, &list->results[i]);
	return print_and_free(table, out, style);
}

static void hook_row(struct table *table, const struct client_hook *hook)
{
	bool wanting = hook->required && !hook->attached;

	table_cell(table, TABLE_PLAIN, hook->name);
	table_cell(table, TABLE_PLAIN, hook->kind);
	table_cell(table, TABLE_PLAIN, hook->required ? "yes" : "no");
	table_cell(table, wanting ? TABLE_BAD : TABLE_PLAIN,
		   hook->attached ? "yes" : "no");
	number_cell(table, &hook->hits, false);
	number_cell(table, &hook->missed, true);
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
	for (i = 0; i < info->hook_count; i++)
		hook_row(table, &info->hooks[i]);
	return print_and_free(table, out, style);
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
	number_cell(table, number, false);
}

static void info_share(struct table *table, const char *name,
		       const struct client_number *part,
		       const struct client_number *whole)
{
	char used[NAMES_BYTES], room[NAMES_BYTES], text[2 * NAMES_BYTES + 8];

	put_number(used, part);
	put_number(room, whole);
	snprintf(text, sizeof(text), "%s of %s", used, room);
	info_line(table, name, text);
}

static void info_duration(struct table *table, const char *name,
			  const struct client_number *ns)
{
	char text[NAMES_BYTES] = "-";

	if (ns->known)
		snprintf(text, sizeof(text), "%.3f ms", ns->value / 1e6);
	info_line(table, name, text);
}

int render_table_info(FILE *out, const struct render_style *style,
		      const struct client_info *info)
{
	struct table *table = table_new();
	int rc;

	table_column(table, "", false);
	table_column(table, "", false);
	info_line(table, "version", info->version[0] ? info->version : "-");
	info_number(table, "netns", &info->netns);
	info_share(table, "kinds", &info->kinds, &info->max_kinds);
	info_number(table, "lost", &info->lost);
	info_share(table, "tracked", &info->tracked, &info->max_sockets);
	info_number(table, "untracked", &info->untracked);
	info_number(table, "discarded", &info->discarded);
	info_duration(table, "census", &info->census_ns);
	rc = table_print(table, out, false, style->color);
	table_free(table);
	if (rc)
		return rc;
	fputc('\n', out);
	return print_hooks(out, style, info);
}
