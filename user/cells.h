/* SPDX-License-Identifier: GPL-2.0 */
/* The cells of tables, by what is in them; only the renderers use this. */
#ifndef _SOCKWATCH_CELLS_H
#define _SOCKWATCH_CELLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "client.h"
#include "render.h"
#include "table.h"

/**
 * cells_number_text() - a number as text, `-` if it is not known
 *
 * @buf: at least NAMES_BYTES
 * @number: the number
 */
void cells_number_text(char *buf, const struct client_number *number);

/**
 * cells_number() - fill a cell with a number, `-` if it is not known
 *
 * @table: the table
 * @number: the number
 * @bad: whether one other than zero wants attention
 */
void cells_number(struct table *table, const struct client_number *number,
		  bool bad);

/**
 * cells_name() - fill a cell with the name of a number, or as it is for
 *	--numeric
 *
 * @table: the table
 * @style: whether it is for --numeric
 * @number: the number
 * @absent: what to print if it is not known
 * @name: names it
 */
void cells_name(struct table *table, const struct render_style *style,
		const struct client_number *number, const char *absent,
		void (*name)(char *buf, uint64_t number));

/**
 * cells_protocol() - fill a cell with a protocol, by its name in a family
 *
 * @table: the table
 * @style: whether it is for --numeric
 * @family: the family
 * @protocol: the protocol
 * @absent: what to print if it is not known
 */
void cells_protocol(struct table *table, const struct render_style *style,
		    const struct client_number *family,
		    const struct client_number *protocol, const char *absent);

/**
 * cells_duration() - fill a cell with a duration, `-` if it is not known
 *
 * @table: the table
 * @style: with --numeric it is nanoseconds
 * @ns: the duration
 */
void cells_duration(struct table *table, const struct render_style *style,
		    const struct client_number *ns);

/**
 * cells_age() - fill a cell with a duration that may be days, `-` if it is not
 *	known
 *
 * @table: the table
 * @style: with --numeric it is nanoseconds
 * @ns: the duration
 */
void cells_age(struct table *table, const struct render_style *style,
	       const struct client_number *ns);

/**
 * cells_text() - fill a cell with text, `-` if it is empty
 *
 * @table: the table
 * @text: the text
 */
void cells_text(struct table *table, const char *text);

/**
 * cells_addresses() - fill two cells with the addresses of a socket
 *
 * @table: the table
 * @sock: the socket
 */
void cells_addresses(struct table *table, const struct client_socket *sock);

/**
 * cells_quantile() - fill a cell with a quantile, `-` without samples
 *
 * @table: the table
 * @style: with --numeric it is nanoseconds
 * @times: the histogram
 * @permille: of so many of a thousand
 */
void cells_quantile(struct table *table, const struct render_style *style,
		    const struct client_times *times, unsigned int permille);

/**
 * cells_longest() - fill a cell with the longest time of a histogram
 *
 * @table: the table
 * @style: with --numeric it is nanoseconds
 * @times: the histogram; if only a limit is known, `<=` stands before that
 */
void cells_longest(struct table *table, const struct render_style *style,
		   const struct client_times *times);

/**
 * cells_title() - print a line that stands above a table
 *
 * @out: where to
 * @style: how, --no-header is without
 * @text: the line
 */
void cells_title(FILE *out, const struct render_style *style,
		 const char *text);

/**
 * cells_table() - a table for cells_rows(), with a column for the namespace if
 *	there are several
 *
 * @style: whether there are
 *
 * Return: the table.
 */
struct table *cells_table(const struct render_style *style);

/**
 * cells_rows() - every row of every namespace
 *
 * @table: from cells_table()
 * @style: how
 * @dump: where the rows are
 * @has: which of them; NULL for all
 * @add_row: fills the cells of one
 */
void cells_rows(struct table *table, const struct render_style *style,
		const struct client_dump *dump, bool (*has)(const void *row),
		void (*add_row)(struct table *table,
				const struct render_style *style,
				const void *row));

/**
 * cells_print() - print a table and free it
 *
 * @table: the table
 * @out: where to
 * @style: how
 *
 * Return: 0, or -ENOMEM.
 */
int cells_print(struct table *table, FILE *out,
		const struct render_style *style);

#endif /* _SOCKWATCH_CELLS_H */
