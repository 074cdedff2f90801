// SPDX-License-Identifier: GPL-2.0
/* Prints what TCP does as tables for people. */
#include <stdio.h>

#include "cells.h"
#include "names.h"
#include "render.h"

static void state_row(struct table *table, const struct render_style *style,
		      const void *row)
{
	const struct client_state *state = row;

	cells_name(table, style, &state->family, "-", names_family);
	cells_name(table, style, &state->state, "-", names_state);
	cells_number(table, &state->sockets, false);
	cells_number(table, &state->entered, false);
}

static int print_states(FILE *out, const struct render_style *style,
			const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "family", false);
	table_column(table, "state", false);
	table_column(table, "sockets", true);
	table_column(table, "entered", true);
	cells_rows(table, style, dump, NULL, state_row);
	return cells_print(table, out, style);
}

static void transition_row(struct table *table,
			   const struct render_style *style, const void *row)
{
	const struct client_transition *transition = row;

	cells_name(table, style, &transition->family, "-", names_family);
	cells_name(table, style, &transition->from, "new", names_state);
	cells_name(table, style, &transition->to, "-", names_state);
	cells_number(table, &transition->count, false);
}

static int print_transitions(FILE *out, const struct render_style *style,
			     const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "family", false);
	table_column(table, "from", false);
	table_column(table, "to", false);
	table_column(table, "count", true);
	cells_rows(table, style, dump, NULL, transition_row);
	return cells_print(table, out, style);
}

static void time_row(struct table *table, const struct render_style *style,
		     const void *row)
{
	const struct client_latency *latency = row;
	const struct client_times *times = &latency->times;

	cells_name(table, style, &latency->family, "-", names_family);
	cells_name(table, style, &latency->scope, "-", names_scope);
	cells_name(table, style, &latency->state, "-", names_state);
	cells_number(table, &times->count, false);
	cells_quantile(table, style, times, 500);
	cells_quantile(table, style, times, 900);
	cells_quantile(table, style, times, 990);
	cells_longest(table, style, times);
}

static int print_times(FILE *out, const struct render_style *style,
		       const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "family", false);
	table_column(table, "scope", false);
	table_column(table, "state", false);
	table_column(table, "count", true);
	table_column(table, "p50", true);
	table_column(table, "p90", true);
	table_column(table, "p99", true);
	table_column(table, "max", true);
	cells_rows(table, style, dump, render_has_times, time_row);
	return cells_print(table, out, style);
}

static void tcp_row(struct table *table, const struct render_style *style,
		    const void *row)
{
	const struct client_tcp *tcp = row;
	const struct render_column *column;

	cells_name(table, style, &tcp->family, "-", names_family);
	cells_name(table, style, &tcp->scope, "-", names_scope);
	for (column = render_tcp_columns; column->name; column++)
		cells_number(table, render_number_at(row, column), false);
}

static int print_tcp(FILE *out, const struct render_style *style,
		     const struct client_dump *dump)
{
	struct table *table = cells_table(style);
	const struct render_column *column;

	table_column(table, "family", false);
	table_column(table, "scope", false);
	for (column = render_tcp_columns; column->name; column++)
		table_column(table, column->name, true);
	cells_rows(table, style, dump, NULL, tcp_row);
	return cells_print(table, out, style);
}

int render_table_states(FILE *out, const struct render_style *style,
			const struct render_states *all)
{
	const struct {
		const char *title;
		int (*print)(FILE *out, const struct render_style *style,
			     const struct client_dump *dump);
		const struct client_dump *dump;
	} parts[] = {
		{ "Sockets by state", print_states, &all->states },
		{ "Transitions", print_transitions, &all->transitions },
		{ "Time in state", print_times, &all->times },
		{ "Retransmits and resets", print_tcp, &all->tcp },
	};
	size_t i;
	int rc = 0;

	if (!all->stats)
		return print_states(out, style, &all->states);
	for (i = 0; !rc && i < sizeof(parts) / sizeof(*parts); i++) {
		if (i)
			fputc('\n', out);
		cells_title(out, style, parts[i].title);
		rc = parts[i].print(out, style, parts[i].dump);
	}
	return rc;
}

static void option_cell(struct table *table, const struct render_style *style,
			const struct client_option *option)
{
	char text[NAMES_BYTES + CLIENT_TEXT_BYTES], name[NAMES_BYTES] = "-";

	if (option->option.known && style->numeric)
		names_number(name, option->option.value);
	else if (option->option.known)
		names_option(name, option->option.value);
	snprintf(text, sizeof(text), "%s%s%s", name,
		 option->name[0] ? ":" : "", option->name);
	table_cell(table, TABLE_PLAIN, text);
}

static void share_cell(struct table *table, const struct client_number *part,
		       const struct client_number *whole)
{
	char text[NAMES_BYTES] = "-";

	if (part->known && whole->value)
		snprintf(text, sizeof(text), "%.1f%%",
			 100.0 * part->value / whole->value);
	table_cell(table, TABLE_PLAIN, text);
}

static void option_row(struct table *table, const struct render_style *style,
		       const void *row)
{
	const struct client_option *option = row;

	cells_name(table, style, &option->family, "-", names_family);
	cells_protocol(table, style, &option->family, &option->protocol, "-");
	option_cell(table, style, option);
	cells_number(table, &option->count, false);
	cells_number(table, &option->total, false);
	share_cell(table, &option->count, &option->total);
}

int render_table_options(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "family", false);
	table_column(table, "protocol", false);
	table_column(table, "option", false);
	table_column(table, "count", true);
	table_column(table, "total", true);
	table_column(table, "share", true);
	cells_rows(table, style, dump, NULL, option_row);
	return cells_print(table, out, style);
}

static void listener_row(struct table *table, const struct render_style *style,
			 const void *row)
{
	const struct client_listener *listener = row;
	const struct client_times *waits = &listener->waits;
	char local[RENDER_ENDPOINT_BYTES] = "-";

	render_endpoint(local, &listener->address, &listener->port);
	table_cell(table, TABLE_PLAIN, local);
	cells_number(table, &listener->backlog, false);
	cells_number(table, &listener->queue, false);
	cells_number(table, &listener->drops, true);
	cells_number(table, &waits->count, false);
	cells_quantile(table, style, waits, 500);
	cells_quantile(table, style, waits, 990);
	cells_longest(table, style, waits);
	cells_number(table, &listener->pid, false);
	cells_text(table, listener->comm);
	cells_number(table, &listener->uid, false);
}

int render_table_listeners(FILE *out, const struct render_style *style,
			   const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, "local", false);
	table_column(table, "backlog", true);
	table_column(table, "queue", true);
	table_column(table, "drops", true);
	table_column(table, "waits", true);
	table_column(table, "p50", true);
	table_column(table, "p99", true);
	table_column(table, "max", true);
	table_column(table, "pid", true);
	table_column(table, "comm", false);
	table_column(table, "uid", true);
	cells_rows(table, style, dump, NULL, listener_row);
	return cells_print(table, out, style);
}
