// SPDX-License-Identifier: GPL-2.0
/* Draws a histogram with bars. */
#include <string.h>

#include "bars.h"
#include "cells.h"
#include "names.h"

/* Columns of the screen, and what the longest bounds take of them. */
#define SCREEN 80
#define BOUND_TEXT 7	/* 0.512us */
#define BOUND_DIGITS 12	/* 137438953472 */

/* The gaps between four columns, and the line that bars stand on. */
#define BETWEEN 7

static uint64_t highest(const struct hist *hist)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++)
		if (hist->count[i] > count)
			count = hist->count[i];
	return count;
}

/* What a bar may take: the column of counts is as wide as its title or more. */
static int room(const struct render_style *style, uint64_t most)
{
	int bound = style->numeric ? BOUND_DIGITS : BOUND_TEXT;
	char text[NAMES_BYTES];
	int digits;

	names_number(text, most);
	digits = strlen(text);
	if (digits < (int)strlen("count"))
		digits = strlen("count");
	return SCREEN - 2 * bound - digits - BETWEEN;
}

static void bar_cell(struct table *table, uint64_t count, uint64_t most,
		     int room)
{
	char text[SCREEN + 1] = "|";
	int len = (double)count / most * room;

	/* A sample is seen, however few there are. */
	if (count && !len)
		len = 1;
	memset(text + 1, '#', len);
	text[len + 1] = '\0';
	table_cell(table, TABLE_PLAIN, text);
}

static void bound_cell(struct table *table, const struct render_style *style,
		       uint64_t ns)
{
	const struct client_number number = { true, ns };

	if (ns == HIST_NO_LIMIT)
		table_cell(table, TABLE_PLAIN, "inf");
	else
		cells_duration(table, style, &number);
}

int bars_print(FILE *out, const struct render_style *style,
	       const struct hist *hist)
{
	struct client_number count = { .known = true };
	struct table *table = table_new();
	uint64_t most = highest(hist);
	int width = room(style, most);
	size_t i, first, last;

	table_column(table, "over", true);
	table_column(table, "to", true);
	table_column(table, "count", true);
	table_column(table, "|", false);
	if (!hist_ends(hist, &first, &last))
		return cells_print(table, out, style);
	for (i = first; i <= last; i++) {
		count.value = hist->count[i];
		bound_cell(table, style, hist_lower(i));
		bound_cell(table, style, hist_bound(i));
		cells_number(table, &count, false);
		bar_cell(table, count.value, most, width);
	}
	return cells_print(table, out, style);
}
