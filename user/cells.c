// SPDX-License-Identifier: GPL-2.0
/* The cells of tables, by what is in them. */
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "duration.h"
#include "names.h"

void cells_number_text(char *buf, const struct client_number *number)
{
	if (number->known)
		names_number(buf, number->value);
	else
		strcpy(buf, "-");
}

void cells_number(struct table *table, const struct client_number *number,
		  bool bad)
{
	char text[NAMES_BYTES];

	cells_number_text(text, number);
	table_cell(table, bad && number->value ? TABLE_BAD : TABLE_PLAIN, text);
}

void cells_name(struct table *table, const struct render_style *style,
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

void cells_protocol(struct table *table, const struct render_style *style,
		    const struct client_number *family,
		    const struct client_number *protocol, const char *absent)
{
	char text[NAMES_BYTES];

	if (!protocol->known || style->numeric) {
		cells_name(table, style, protocol, absent, names_number);
		return;
	}
	names_protocol(text, family->value, protocol->value);
	table_cell(table, TABLE_PLAIN, text);
}

static void duration(char *buf, const struct render_style *style, uint64_t ns)
{
	if (style->numeric)
		names_number(buf, ns);
	else
		duration_text(buf, ns);
}

void cells_duration(struct table *table, const struct render_style *style,
		    const struct client_number *ns)
{
	char text[NAMES_BYTES] = "-";

	if (ns->known)
		duration(text, style, ns->value);
	table_cell(table, TABLE_PLAIN, text);
}

void cells_age(struct table *table, const struct render_style *style,
	       const struct client_number *ns)
{
	char text[NAMES_BYTES];

	if (!ns->known || style->numeric) {
		cells_duration(table, style, ns);
		return;
	}
	duration_age_text(text, ns->value);
	table_cell(table, TABLE_PLAIN, text);
}

void cells_text(struct table *table, const char *text)
{
	table_cell(table, TABLE_PLAIN, *text ? text : "-");
}

void cells_addresses(struct table *table, const struct client_socket *sock)
{
	char text[RENDER_ENDPOINT_BYTES];

	cells_text(table, render_local(text, sock) ? text : "");
	cells_text(table, render_endpoint(text, &sock->peer_address,
					  &sock->peer_port) ? text : "");
}

void cells_quantile(struct table *table, const struct render_style *style,
		    const struct client_times *times, unsigned int permille)
{
	const struct client_number ns = render_quantile(times, permille);

	cells_duration(table, style, &ns);
}

void cells_longest(struct table *table, const struct render_style *style,
		   const struct client_times *times)
{
	char text[NAMES_BYTES + 2] = "<=";
	size_t first, last;

	if (!hist_ends(&times->hist, &first, &last) ||
	    times->limit_ns == HIST_NO_LIMIT) {
		table_cell(table, TABLE_PLAIN, "-");
		return;
	}
	duration(text + 2, style, times->limit_ns);
	table_cell(table, TABLE_PLAIN, text + 2 * times->max_ns.known);
}

void cells_title(FILE *out, const struct render_style *style, const char *text)
{
	if (style->header)
		fprintf(out, style->color ? "\033[1m%s\033[0m\n" : "%s\n",
			text);
}

struct table *cells_table(const struct render_style *style)
{
	struct table *table = table_new();

	if (style->by_netns)
		table_column(table, "netns", true);
	return table;
}

void cells_rows(struct table *table, const struct render_style *style,
		const struct client_dump *dump, bool (*has)(const void *row),
		void (*add_row)(struct table *table,
				const struct render_style *style,
				const void *row))
{
	struct client_number inode = { .known = true };
	size_t bytes = dump->layout->row_bytes;
	size_t i, j;

	for (i = 0; i < dump->netns_count; i++) {
		const struct client_netns *netns = &dump->netns[i];
		const char *row = (const char *)dump->rows +
				  netns->first * bytes;

		inode.value = netns->inode;
		for (j = 0; j < netns->count; j++, row += bytes) {
			if (has && !has(row))
				continue;
			if (style->by_netns)
				cells_number(table, &inode, false);
			add_row(table, style, row);
		}
	}
}

int cells_print(struct table *table, FILE *out,
		const struct render_style *style)
{
	int rc = table_print(table, out, style->header, style->color);

	table_free(table);
	return rc;
}
