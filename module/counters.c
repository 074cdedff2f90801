// SPDX-License-Identifier: GPL-2.0
/* A bounded table of keys, each with a row of counters on every CPU. */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "counters.h"

/**
 * sockwatch_counters_init() - make an empty table
 * @c: the table
 * @nr: rows with a key, a power of two
 * @width: counters in a row
 *
 * One allocation per CPU is at most PCPU_MIN_UNIT_SIZE, 32 KB
 * (include/linux/percpu.h); more gives -ENOMEM.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_counters_init(struct sockwatch_counters *c, unsigned int nr,
			    unsigned int width)
{
	c->nr = nr;
	c->shift = 64 - ilog2(nr);
	c->width = width;
	atomic_set(&c->used, 0);
	c->keys = kvcalloc(nr, sizeof(*c->keys), GFP_KERNEL_ACCOUNT);
	if (!c->keys)
		return -ENOMEM;
	c->cells = __alloc_percpu_gfp((nr + 1) * width * sizeof(u64),
				      __alignof__(u64), GFP_KERNEL_ACCOUNT);
	if (!c->cells)
		goto err_keys;
	return 0;

err_keys:
	kvfree(c->keys);
	return -ENOMEM;
}

/**
 * sockwatch_counters_free() - the opposite of sockwatch_counters_init()
 * @c: the table; nobody may count in it any more
 *
 * Context: process, may sleep.
 */
void sockwatch_counters_free(struct sockwatch_counters *c)
{
	free_percpu(c->cells);
	kvfree(c->keys);
}

/* The row was empty: take it, unless another CPU was faster with another key. */
static bool row_take(struct sockwatch_counters *c, unsigned int row, u64 key)
{
	u64 old = cmpxchg(&c->keys[row], 0, key);

	if (!old)
		atomic_inc(&c->used);
	return !old || old == key;
}

/**
 * sockwatch_counters_search() - the long way of sockwatch_counters_row()
 * @c: the table
 * @key: as there
 *
 * Context: any.  No lock, no allocation.
 * Return: as there.
 */
unsigned int sockwatch_counters_search(struct sockwatch_counters *c, u64 key)
{
	unsigned int row = sockwatch_counters_hash(c, key);
	unsigned int left;
	u64 have;

	if (key == SOCKWATCH_KEY_OTHER)
		return c->nr;

	for (left = c->nr; left; left--, row = (row + 1) & (c->nr - 1)) {
		have = READ_ONCE(c->keys[row]);
		if (have == key)
			return row;
		if (have)
			continue;
		if (row_take(c, row, key))
			return row;
	}
	return c->nr;
}

/**
 * sockwatch_counters_fold() - sum one counter of each row over all CPUs
 * @c: the table
 * @column: which counter
 * @sums: room for @c->nr + 1 sums, the last one of the overflow row
 *
 * Context: any.  A CPU may count while this runs; a caller that subtracts one
 * column from another folds the one that moves later first.
 */
void sockwatch_counters_fold(const struct sockwatch_counters *c,
			     unsigned int column, u64 *sums)
{
	const u64 *cells;
	unsigned int row;
	int cpu;

	for (row = 0; row <= c->nr; row++)
		sums[row] = 0;
	for_each_possible_cpu(cpu) {
		cells = per_cpu_ptr(c->cells, cpu);
		for (row = 0; row <= c->nr; row++)
			sums[row] += READ_ONCE(cells[row * c->width + column]);
	}
}

/**
 * sockwatch_counters_total() - sum one counter over all rows and CPUs
 * @c: the table
 * @column: which counter
 *
 * Context: any.
 * Return: the sum.
 */
u64 sockwatch_counters_total(const struct sockwatch_counters *c,
			     unsigned int column)
{
	const u64 *cells;
	unsigned int row;
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		cells = per_cpu_ptr(c->cells, cpu);
		for (row = 0; row <= c->nr; row++)
			sum += READ_ONCE(cells[row * c->width + column]);
	}
	return sum;
}

/**
 * sockwatch_counters_bytes() - the memory of a table
 * @c: the table
 *
 * Context: any.
 * Return: bytes, of all CPUs together.
 */
size_t sockwatch_counters_bytes(const struct sockwatch_counters *c)
{
	return c->nr * sizeof(*c->keys) + num_possible_cpus() * (c->nr + 1) *
					  c->width * sizeof(*c->cells);
}
