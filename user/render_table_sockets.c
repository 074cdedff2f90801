// SPDX-License-Identifier: GPL-2.0
/* Prints sockets, and groups of them, as tables for people. */
#include <netinet/tcp.h>

#include "cells.h"
#include "names.h"
#include "render_sockets.h"

/*
 * So many rows are measured before they are printed: enough for columns that
 * fit nearly all others, few enough to be held.
 */
#define BATCH 1000

static void begin(struct render_sockets *list)
{
	struct table *table = cells_table(list->style);

	table_column(table, "family", false);
	table_column(table, "type", false);
	table_column(table, "protocol", false);
	table_column(table, "state", false);
	table_column(table, "age", true);
	table_column(table, "state-age", true);
	table_column(table, "local", false);
	table_column(table, "peer", false);
	table_column(table, "pid", true);
	table_column(table, "comm", false);
	table_column(table, "uid", true);
	table_column(table, "cgroup", false);
	table_column(table, "origin", false);
	table_column(table, "id", false);
	list->table = table;
}

static void begin_netns(struct render_sockets *list,
			const struct client_netns *netns)
{
	list->netns = (struct client_number) { true, netns->inode };
	list->netns_count++;
}

/* The peer has gone and the process has not noticed: where leaks are. */
static void state_cell(struct table *table, const struct render_style *style,
		       const struct client_number *state)
{
	char text[NAMES_BYTES];

	if (!style->color || style->numeric ||
	    state->value != TCP_CLOSE_WAIT) {
		cells_name(table, style, state, "-", names_state);
		return;
	}
	names_state(text, state->value);
	table_cell(table, TABLE_WARN, text);
}

static void cgroup_cell(struct table *table,
			const struct client_number *cgroup, const char *path)
{
	if (path)
		cells_text(table, path);
	else
		cells_number(table, cgroup, false);
}

static void owner_cells(struct render_sockets *list,
			const struct client_socket *sock)
{
	struct table *table = list->table;

	cells_number(table, &sock->pid, false);
	cells_text(table, sock->comm);
	cells_number(table, &sock->uid, false);
	cgroup_cell(table, &sock->cgroup,
		    render_cgroup(list, &sock->cgroup));
	cells_name(table, list->style, &sock->origin, "-", names_origin);
	cells_name(table, list->style, &sock->id, "-", names_cookie);
}

static int print_rows(struct render_sockets *list)
{
	list->row_count = 0;
	return table_print(list->table, list->out, list->style->header,
			   list->style->color);
}

static int row(struct render_sockets *list, const struct client_socket *sock)
{
	const struct render_style *style = list->style;
	struct table *table = list->table;

	if (style->by_netns)
		cells_number(table, &list->netns, false);
	cells_name(table, style, &sock->kind.family, "-", names_family);
	cells_name(table, style, &sock->kind.sock_type, "-", names_type);
	cells_protocol(table, style, &sock->kind.family, &sock->kind.protocol,
		       "-");
	state_cell(table, style, &sock->state);
	cells_age(table, style, &sock->age_ns);
	cells_age(table, style, &sock->state_age_ns);
	cells_addresses(table, sock);
	owner_cells(list, sock);
	return ++list->row_count == BATCH ? print_rows(list) : 0;
}

const struct render_sockets_form render_sockets_table = {
	.begin = begin,
	.netns = begin_netns,
	.row = row,
	.end = print_rows,
};

static void group_row(struct table *table, const struct render_style *style,
		      const void *row)
{
	const struct group *group = row;

	if (group->key == GROUP_COMM)
		cells_text(table, group->comm);
	else if (group->key == GROUP_CGROUP)
		cgroup_cell(table, &group->number,
			    style->numeric ? NULL : group->path);
	else if (group->key == GROUP_STATE)
		state_cell(table, style, &group->number);
	else
		cells_number(table, &group->number, false);
	cells_number(table, &(struct client_number) { true, group->sockets },
		     false);
	cells_age(table, style, &group->oldest_age_ns);
	cells_age(table, style, &group->oldest_state_age_ns);
}

int render_table_groups(FILE *out, const struct render_style *style,
			enum group_key key, const struct client_dump *dump)
{
	struct table *table = cells_table(style);

	table_column(table, groups_key_name(key),
		     key == GROUP_PID || key == GROUP_UID);
	table_column(table, "sockets", true);
	table_column(table, "oldest-age", true);
	table_column(table, "oldest-state-age", true);
	cells_rows(table, style, dump, NULL, group_row);
	return cells_print(table, out, style);
}
