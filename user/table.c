// SPDX-License-Identifier: GPL-2.0
/* Measures the cells of a table and prints them aligned. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define TABLE_COLUMNS 16

/* Spaces between two columns. */
#define TABLE_GAP 2

struct table_cell {
	char *text;
	enum table_mark mark;
};

struct table {
	struct {
		const char *header;
		bool right;
		size_t width;
	} column[TABLE_COLUMNS];
	size_t columns;
	struct table_cell *cells;
	size_t count;
	size_t capacity;
	bool begun;
	bool failed;
};

struct table *table_new(void)
{
	return calloc(1, sizeof(struct table));
}

void table_column(struct table *table, const char *header, bool right)
{
	if (!table)
		return;
	if (table->columns == TABLE_COLUMNS) {
		table->failed = true;
		return;
	}
	table->column[table->columns].header = header;
	table->column[table->columns].right = right;
	table->columns++;
}

static bool make_room(struct table *table)
{
	size_t capacity = table->capacity ? 2 * table->capacity : 256;
	void *cells;

	if (table->count < table->capacity)
		return true;
	cells = reallocarray(table->cells, capacity, sizeof(*table->cells));
	if (!cells)
		return false;
	table->cells = cells;
	table->capacity = capacity;
	return true;
}

void table_cell(struct table *table, enum table_mark mark, const char *text)
{
	char *copy;

	if (!table || table->failed)
		return;
	copy = strdup(text);
	if (!copy || !make_room(table)) {
		free(copy);
		table->failed = true;
		return;
	}
	table->cells[table->count++] = (struct table_cell) { copy, mark };
}

static const char *mark_code(enum table_mark mark)
{
	switch (mark) {
	case TABLE_GOOD:
		return "\033[32m";
	case TABLE_WARN:
		return "\033[33m";
	case TABLE_BAD:
		return "\033[31m";
	case TABLE_DIM:
		return "\033[2m";
	case TABLE_PLAIN:
		break;
	}
	return NULL;
}

/* Columns only grow: what was printed before stays in line if it can. */
static void widen(struct table *table, size_t column, const char *text)
{
	size_t len = strlen(text);

	if (len > table->column[column].width)
		table->column[column].width = len;
}

static void measure(struct table *table, bool header)
{
	size_t i;

	for (i = 0; header && i < table->columns; i++)
		widen(table, i, table->column[i].header);
	for (i = 0; i < table->count; i++)
		widen(table, i % table->columns, table->cells[i].text);
}

/* Color goes around the text only, so that it does not count as width. */
static void print_cell(const struct table *table, FILE *out, size_t column,
		       const char *text, const char *code)
{
	int pad = table->column[column].width - strlen(text);
	bool last = column + 1 == table->columns;

	if (table->column[column].right)
		fprintf(out, "%*s", pad, "");
	fprintf(out, "%s%s%s", code ? code : "", text, code ? "\033[0m" : "");
	if (last)
		fputc('\n', out);
	else
		fprintf(out, "%*s",
			TABLE_GAP + (table->column[column].right ? 0 : pad), "");
}

static void free_cells(struct table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		free(table->cells[i].text);
	table->count = 0;
}

int table_print(struct table *table, FILE *out, bool header, bool color)
{
	size_t i;

	if (!table || table->failed)
		return -ENOMEM;
	header = header && !table->begun;
	measure(table, header);
	for (i = 0; header && i < table->columns; i++)
		print_cell(table, out, i, table->column[i].header,
			   color ? "\033[1m" : NULL);
	for (i = 0; i < table->count; i++)
		print_cell(table, out, i % table->columns,
			   table->cells[i].text,
			   color ? mark_code(table->cells[i].mark) : NULL);
	table->begun = true;
	free_cells(table);
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	free_cells(table);
	free(table->cells);
	free(table);
}
