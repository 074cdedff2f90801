/* SPDX-License-Identifier: GPL-2.0 */
/* A table of text whose columns line up. */
#ifndef _SOCKWATCH_TABLE_H
#define _SOCKWATCH_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct table;

/**
 * enum table_mark - how a cell looks when there is color
 *
 * @TABLE_PLAIN: as it is
 * @TABLE_GOOD: green
 * @TABLE_WARN: yellow
 * @TABLE_BAD: red
 * @TABLE_DIM: faint
 */
enum table_mark {
	TABLE_PLAIN,
	TABLE_GOOD,
	TABLE_WARN,
	TABLE_BAD,
	TABLE_DIM,
};

/**
 * table_new() - an empty table
 *
 * Return: the table, or NULL without memory; every call below takes a NULL.
 */
struct table *table_new(void);

/**
 * table_column() - add a column, before the first cell
 *
 * @table: the table
 * @header: its title, which must outlive the table
 * @right: whether it is aligned to the right, as numbers are
 */
void table_column(struct table *table, const char *header, bool right);

/**
 * table_cell() - fill the next cell, row by row
 *
 * @table: the table
 * @mark: how it looks
 * @text: what it says
 */
void table_cell(struct table *table, enum table_mark mark, const char *text);

/**
 * table_print() - print all rows and forget them
 *
 * @table: the table
 * @out: where to
 * @header: whether the titles are printed first
 * @color: whether marks are shown
 *
 * A table that is too long to be kept is printed piece by piece: the titles
 * stand above the first one, and each has at least the widths of those before.
 *
 * Return: 0, or -ENOMEM if a cell was lost for want of memory.
 */
int table_print(struct table *table, FILE *out, bool header, bool color);

/**
 * table_free() - free a table
 *
 * @table: may be NULL
 */
void table_free(struct table *table);

#endif /* _SOCKWATCH_TABLE_H */
