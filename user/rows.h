/* SPDX-License-Identifier: GPL-2.0 */
/* Rows kept in memory, namespace after namespace. */
#ifndef _SOCKWATCH_ROWS_H
#define _SOCKWATCH_ROWS_H

#include <stddef.h>

#include "client.h"

/**
 * struct rows - a dump that grows
 *
 * @dump: what there is; its layout is given, all else zero
 * @capacity: rows there is room for in it
 */
struct rows {
	struct client_dump dump;
	size_t capacity;
};

/**
 * rows_netns() - begin another namespace
 *
 * @rows: the rows
 * @netns: the namespace, no rows yet
 *
 * Return: 0, or -ENOMEM.
 */
int rows_netns(struct rows *rows, const struct client_netns *netns);

/**
 * rows_add() - add a row to the last namespace
 *
 * @rows: the rows; there is a namespace
 *
 * Return: the row, all zero, until the next one is added; NULL without memory.
 */
void *rows_add(struct rows *rows);

/**
 * rows_last() - the namespace that rows are added to
 *
 * @rows: the rows
 *
 * Return: the last one, NULL if there is none.
 */
struct client_netns *rows_last(struct rows *rows);

#endif /* _SOCKWATCH_ROWS_H */
