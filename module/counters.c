// SPDX-License-Identifier: GPL-2.0
/* A bounded table of keys, each with a row of counters on every CPU. */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "counters.h"

static u64 __percpu *block_new(const struct sockwatch_counters *c, gfp_t gfp)
{
	return __alloc_percpu_gfp(c->block * c->width * sizeof(u64),
				  __alignof__(u64), gfp);
}

/**
 * sockwatch_counters_init() - make an empty table
 * @c: the table
 * @nr: rows with a key, a power of two
 * @width: counters in a row
 * @block: rows to make counters for at once, the overflow row being one of the
 *	first; @nr + 1: all
 *
 * The counters of a block are at most PCPU_MIN_UNIT_SIZE, 32 KB
 * (include/linux/percpu.h); more gives -ENOMEM.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_counters_init(struct sockwatch_counters *c, unsigned int nr,
			    unsigned int width, unsigned int block)
{
	c->nr = nr;
	c->mask = nr - 1;
	c->width = width;
	c->block = block;
	c->used = 0;
	c->room = min(block - 1, nr);
	spin_lock_init(&c->lock);
	c->keys = kvcalloc(nr, sizeof(*c->keys), GFP_KERNEL_ACCOUNT);
	if (!c->keys)
		return -ENOMEM;
	c->cells = kvcalloc(nr + 1, sizeof(*c->cells), GFP_KERNEL_ACCOUNT);
	if (!c->cells)
		goto err_keys;
	c->blocks = kcalloc(DIV_ROUND_UP(nr + 1, block), sizeof(*c->blocks),
			    GFP_KERNEL_ACCOUNT);
	if (!c->blocks)
		goto err_cells;
	c->blocks[0] = block_new(c, GFP_KERNEL_ACCOUNT);
	if (!c->blocks[0])
		goto err_blocks;
	c->cells[nr] = c->blocks[0];
	return 0;

err_blocks:
	kfree(c->blocks);
err_cells:
	kvfree(c->cells);
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
	unsigned int i;

	for (i = 0; i * c->block <= c->room; i++)
		free_percpu(c->blocks[i]);
	kfree(c->blocks);
	kvfree(c->cells);
	kvfree(c->keys);
}

/**
 * sockwatch_counters_grow() - make counters for more rows, if there are too few
 * @c: the table
 * @gfp: how to allocate
 *
 * Context: as @gfp says.
 * Return: false: there was no memory.
 */
bool sockwatch_counters_grow(struct sockwatch_counters *c, gfp_t gfp)
{
	u64 __percpu *cells = block_new(c, gfp);
	unsigned long flags;

	if (!cells)
		return false;
	spin_lock_irqsave(&c->lock, flags);
	/* Another CPU may have been faster. */
	if (sockwatch_counters_short(c)) {
		c->blocks[(c->room + 1) / c->block] = cells;
		WRITE_ONCE(c->room, min(c->room + c->block, c->nr));
		cells = NULL;
	}
	spin_unlock_irqrestore(&c->lock, flags);
	free_percpu(cells);
	return true;
}

/* The row of a key, or the first one without a key behind its place. */
static unsigned int row_find(const struct sockwatch_counters *c, u64 key)
{
	unsigned int row = sockwatch_counters_hash(c, key);
	unsigned int left;
	u64 have;

	for (left = c->nr; left; left--, row = (row + 1) & c->mask) {
		/* With its counters: pairs with row_take(). */
		have = smp_load_acquire(&c->keys[row]);
		if (have == key || !have)
			return row;
	}
	return c->nr;
}

/* Returns false if there are no counters for another row. */
static bool row_take(struct sockwatch_counters *c, u64 key, unsigned int *row)
{
	unsigned int nth;
	unsigned long flags;
	bool taken = true;

	spin_lock_irqsave(&c->lock, flags);
	/* Another CPU may have been faster, with this key or with others. */
	*row = row_find(c, key);
	if (*row < c->nr && !c->keys[*row]) {
		nth = c->used + 1;
		taken = nth <= c->room;
		if (taken) {
			/* All zero, for whoever adds them up. */
			smp_store_release(&c->cells[*row],
					  c->blocks[nth / c->block] +
					  nth % c->block * c->width);
			/* Pairs with whoever finds the key. */
			smp_store_release(&c->keys[*row], key);
			WRITE_ONCE(c->used, nth);
		}
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return taken;
}

/**
 * sockwatch_counters_search() - the long way of sockwatch_counters_row()
 * @c: the table
 * @key: as there
 *
 * Context: as there.
 * Return: as there.
 */
unsigned int sockwatch_counters_search(struct sockwatch_counters *c, u64 key)
{
	unsigned int row;

	if (key == SOCKWATCH_KEY_OTHER)
		return c->nr;
	row = row_find(c, key);
	if (row == c->nr || sockwatch_counters_key(c, row) == key ||
	    row_take(c, key, &row))
		return row;
	if (sockwatch_counters_grow(c, GFP_NOWAIT | __GFP_NOWARN |
				       __GFP_ACCOUNT) &&
	    row_take(c, key, &row))
		return row;
	return c->nr;
}

/* Of a row without a key it is 0. */
static u64 row_sum(const struct sockwatch_counters *c, unsigned int row,
		   unsigned int column)
{
	const u64 __percpu *cells = READ_ONCE(c->cells[row]);
	u64 sum = 0;
	int cpu;

	if (!cells)
		return 0;
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(cells, cpu)[column]);
	return sum;
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
	unsigned int row;

	for (row = 0; row <= c->nr; row++)
		sums[row] = row_sum(c, row, column);
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
	unsigned int row;
	u64 sum = 0;

	for (row = 0; row <= c->nr; row++)
		sum += row_sum(c, row, column);
	return sum;
}

/**
 * sockwatch_counters_bytes() - the memory of a table
 * @c: the table
 * @most: what it can come to; else what it is
 *
 * Context: any.
 * Return: bytes, of all CPUs together.
 */
size_t sockwatch_counters_bytes(const struct sockwatch_counters *c, bool most)
{
	unsigned int rows = most ? c->nr : READ_ONCE(c->room);
	size_t block = c->block * c->width * sizeof(u64);

	return c->nr * sizeof(*c->keys) + (c->nr + 1) * sizeof(*c->cells) +
	       DIV_ROUND_UP(c->nr + 1, c->block) * sizeof(*c->blocks) +
	       num_possible_cpus() * DIV_ROUND_UP(rows + 1, c->block) * block;
}
