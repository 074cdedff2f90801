// SPDX-License-Identifier: GPL-2.0
/* Makes room for rows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

int rows_netns(struct rows *rows, const struct client_netns *netns)
{
	struct client_dump *dump = &rows->dump;
	struct client_netns *all;

	all = reallocarray(dump->netns, dump->netns_count + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	dump->netns = all;
	all += dump->netns_count++;
	*all = *netns;
	all->first = dump->row_count;
	return 0;
}

void *rows_add(struct rows *rows)
{
	struct client_dump *dump = &rows->dump;
	size_t bytes = dump->layout->row_bytes;
	char *row;

	if (dump->row_count == rows->capacity) {
		size_t capacity = rows->capacity ? 2 * rows->capacity : 64;
		void *all = reallocarray(dump->rows, capacity, bytes);

		if (!all)
			return NULL;
		dump->rows = all;
		rows->capacity = capacity;
	}
	rows_last(rows)->count++;
	row = (char *)dump->rows + dump->row_count++ * bytes;
	return memset(row, 0, bytes);
}

struct client_netns *rows_last(struct rows *rows)
{
	if (!rows->dump.netns_count)
		return NULL;
	return &rows->dump.netns[rows->dump.netns_count - 1];
}
