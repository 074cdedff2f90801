/* SPDX-License-Identifier: GPL-2.0 */
/* A bounded table of keys, each with a row of counters on every CPU. */
#ifndef _SOCKWATCH_COUNTERS_H
#define _SOCKWATCH_COUNTERS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct sockwatch_counters - keys and their counters
 * @nr: rows with a key, a power of two; row @nr is the overflow row
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
	unsigned int width;
	atomic_t used;
	u64 *keys;
	u64 __percpu *cells;
};

int sockwatch_counters_init(struct sockwatch_counters *c, unsigned int nr,
			    unsigned int width);
void sockwatch_counters_free(struct sockwatch_counters *c);
unsigned int sockwatch_counters_row(struct sockwatch_counters *c, u64 key,
				    unsigned int limit);
void sockwatch_counters_fold(const struct sockwatch_counters *c,
			     unsigned int column, u64 *sums);
u64 sockwatch_counters_total(const struct sockwatch_counters *c,
			     unsigned int column);

/**
 * sockwatch_counters_add() - add to a counter of this CPU
 * @c: the table
 * @row: what sockwatch_counters_row() returned
 * @column: which counter of the row
 * @n: what to add
 *
 * Context: any; one instruction on x86, so no preemption to think of.
 */
static inline void sockwatch_counters_add(struct sockwatch_counters *c,
					  unsigned int row,
					  unsigned int column, s64 n)
{
	this_cpu_add(c->cells[row * c->width + column], n);
}

#endif /* _SOCKWATCH_COUNTERS_H */
