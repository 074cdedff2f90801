/* SPDX-License-Identifier: GPL-2.0 */
/* A bounded table of keys, each with a row of counters on every CPU. */
#ifndef _SOCKWATCH_COUNTERS_H
#define _SOCKWATCH_COUNTERS_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "classify.h"

/**
 * SOCKWATCH_KEY_OTHER - the key of the overflow row, never stored
 */
#define SOCKWATCH_KEY_OTHER	SOCKWATCH_KIND_OTHER

/**
 * struct sockwatch_counters - keys and their counters
 * @nr: rows with a key, a power of two; row @nr is the overflow row
 * @shift: 64 - log2 of @nr
 * @width: counters in a row
 * @used: rows that have a key now
 * @keys: the key of each row, 0 where there is none; written once
 * @cells: (@nr + 1) * @width counters on each CPU
 *
 * A row gets its key by a compare-and-exchange and keeps it as long as the
 * table lives, so a row number found once stays right.
 */
struct sockwatch_counters {
	unsigned int nr;
	unsigned int shift;
	unsigned int width;
	atomic_t used;
	u64 *keys;
	u64 __percpu *cells;
};

int sockwatch_counters_init(struct sockwatch_counters *c, unsigned int nr,
			    unsigned int width);
void sockwatch_counters_free(struct sockwatch_counters *c);
unsigned int sockwatch_counters_search(struct sockwatch_counters *c, u64 key);
void sockwatch_counters_fold(const struct sockwatch_counters *c,
			     unsigned int column, u64 *sums);
u64 sockwatch_counters_total(const struct sockwatch_counters *c,
			     unsigned int column);
size_t sockwatch_counters_bytes(const struct sockwatch_counters *c);

/**
 * sockwatch_counters_hash() - the first row in which a key may lie
 * @c: the table
 * @key: the key
 *
 * Context: any.
 * Return: a row.
 */
static __always_inline unsigned int
sockwatch_counters_hash(const struct sockwatch_counters *c, u64 key)
{
	return key * GOLDEN_RATIO_64 >> c->shift;
}

/**
 * sockwatch_counters_find() - the row of a key, if it is its first
 * @c: the table
 * @key: not 0
 * @row: filled if so
 *
 * Context: any.  No lock.
 * Return: false: ask sockwatch_counters_row().
 */
static __always_inline bool
sockwatch_counters_find(const struct sockwatch_counters *c, u64 key,
			unsigned int *row)
{
	*row = sockwatch_counters_hash(c, key);
	/* A key once written stays: one that is not seen yet is searched. */
	return likely(data_race(c->keys[*row] == key));
}

/**
 * sockwatch_counters_row() - the row of a key, made if need be
 * @c: the table
 * @key: not 0; SOCKWATCH_KEY_OTHER for the overflow row
 *
 * Context: any.  No lock, no allocation.
 * Return: a row, @c->nr being the overflow row.
 */
static __always_inline unsigned int
sockwatch_counters_row(struct sockwatch_counters *c, u64 key)
{
	unsigned int row;

	if (sockwatch_counters_find(c, key, &row))
		return row;
	return sockwatch_counters_search(c, key);
}

/**
 * sockwatch_counters_cells() - the counters of a row
 * @c: the table
 * @row: what sockwatch_counters_row() returned
 *
 * Context: any.
 * Return: @c->width counters, for this_cpu_inc() and its kin, which are one
 * instruction on x86: no preemption to think of.
 */
static __always_inline u64 __percpu *
sockwatch_counters_cells(const struct sockwatch_counters *c, unsigned int row)
{
	return c->cells + row * c->width;
}

#endif /* _SOCKWATCH_COUNTERS_H */
