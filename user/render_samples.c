// SPDX-License-Identifier: GPL-2.0
/* Prints single latencies, as a table and as JSON. */
#include <json-c/json.h>

#include "cells.h"
#include "clock.h"
#include "json.h"
#include "names.h"
#include "render.h"

static struct table *new_table(const struct render_style *style)
{
	struct table *table = cells_table(style);

	table_column(table, "metric", false);
	table_column(table, "which", false);
	table_column(table, "duration", true);
	table_column(table, "time", false);
	table_column(table, "state", false);
	table_column(table, "scope", false);
	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	table_column(table, "local", false);
	table_column(table, "peer", false);
	table_column(table, "pid", true);
	table_column(table, "comm", false);
	table_column(table, "uid", true);
	table_column(table, "id", false);
	return table;
}

static void time_cell(struct table *table, const struct client_number *time_ns)
{
	struct clock clock = { 0 };
	char text[CLOCK_BYTES] = "";

	if (time_ns->known)
		*clock_date(&clock, text, time_ns->value) = '\0';
	cells_text(table, text);
}

static void socket_cells(struct table *table, const struct render_style *style,
			 const struct client_socket *sock)
{
	cells_name(table, style, &sock->kind.family, "-", names_family);
	cells_name(table, style, &sock->kind.sock_type, "-", names_type);
	cells_protocol(table, style, &sock->kind.family, &sock->kind.protocol,
		       "-");
	cells_addresses(table, sock);
	cells_number(table, &sock->pid, false);
	cells_text(table, sock->comm);
	cells_number(table, &sock->uid, false);
	cells_name(table, style, &sock->id, "-", names_cookie);
}

static void table_row(struct table *table, const struct render_style *style,
		      const void *row)
{
	const struct client_sample *sample = row;

	cells_name(table, style, &sample->metric, "-", names_metric);
	cells_text(table, render_which(sample));
	cells_duration(table, style, &sample->duration_ns);
	time_cell(table, &sample->time_ns);
	cells_name(table, style, &sample->sock.state, "-", names_state);
	cells_name(table, style, &sample->scope, "-", names_scope);
	socket_cells(table, style, &sample->sock);
}

int render_table_samples(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	struct table *table = new_table(style);

	cells_rows(table, style, dump, NULL, table_row);
	return cells_print(table, out, style);
}

static void add_owner(struct json_object *object,
		      const struct client_socket *sock, const char *cgroup_path)
{
	json_add_number(object, "pid", &sock->pid);
	json_add_text(object, "comm", sock->comm);
	json_add_number(object, "uid", &sock->uid);
	json_add_cgroup(object, &sock->cgroup, cgroup_path);
	json_add_number(object, "id", &sock->id);
}

static struct json_object *json_row(const void *row, bool numeric)
{
	struct json_object *object = json_object_new_object();
	const struct client_sample *sample = row;
	const struct client_socket *sock = &sample->sock;

	json_add_name(object, "metric", &sample->metric, numeric,
		      names_metric);
	json_add_text(object, "which", render_which(sample));
	json_add_number(object, "duration_ns", &sample->duration_ns);
	json_add_number(object, "time_ns", &sample->time_ns);
	json_add_name(object, "family", &sock->kind.family, numeric,
		      names_family);
	json_add_name(object, "sock_type", &sock->kind.sock_type, numeric,
		      names_type);
	json_add_protocol(object, &sock->kind.family, &sock->kind.protocol,
			  numeric);
	json_add_name(object, "state", &sock->state, numeric, names_state);
	json_add_name(object, "scope", &sample->scope, numeric, names_scope);
	json_add_addresses(object, sock);
	add_owner(object, sock, numeric ? NULL : sample->cgroup_path);
	return object;
}

int render_json_samples(FILE *out, const struct render_style *style,
			const struct client_dump *dump)
{
	const struct json_list list = { "samples", dump, NULL, json_row };

	return json_print_lists(out, style, &list, 1);
}
