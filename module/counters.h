/* SPDX-License-Identifier: GPL-2.0 */
/* A bounded table of keys, each with a row of counters on every CPU. */
#ifndef _SOCKWATCH_COUNTERS_H
#define _SOCKWATCH_COUNTERS_H

#include <asm/barrier.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "classify.h"

/**
 * SOCKWATCH_KEY_OTHER - the key of the overflow row, never stored
 */
#define SOCKWATCH_KEY_OTHER	SOCKWATCH_KIND_OTHER

/**
 * struct sockwatch_counters - keys and their counters
 * @nr: rows with a key, a power of two; row @nr is the overflow row
 * @mask: @nr - 1
 * @keys: the key of each row, 0 where there is none; written once
 * @cells: the counters of each row, those of the overflow row among them;
 *	written before its key
 * @width: counters in a row
 * @block: rows that get their counters at once
 * @lock: taken by whoever takes a row
 * @used: rows that have a key now
 * @room: rows that there are counters for
 * @blocks: the counters, @block * @width of them on each CPU; the first ones
 *	are those of the overflow row
 *
 * A row gets its key and its counters under the lock and keeps them as long as
 * the table lives, so a row number found once stays right.
 */
struct sockwatch_counters {
	unsigned int nr;
	unsigned long mask;
	u64 *keys;
	u64 __percpu **cells;
	unsigned int width;
	unsigned int block;
	spinlock_t lock;	/* of a key that is new, and of these: */
	unsigned int used;
	unsigned int room;
	u64 __percpu **blocks;
};

/*
 * To shift by as many bits as there are rows takes four instructions, so the
 * shift is the same for any number, up to 65,536.  A key that finds its first
 * row taken goes the long way each time: of many factors that were tried this
 * is one by which no two kinds of a usual machine do, in 128 rows or in 256.
 */
#define SOCKWATCH_COUNTERS_FACTOR	0x1f766a913d9fdf5dULL
#define SOCKWATCH_COUNTERS_SHIFT	48

/* Rows that those who cannot wait for memory may take meanwhile. */
#define SOCKWATCH_COUNTERS_SPARE	8

int sockwatch_counters_init(struct sockwatch_counters *c, unsigned int nr,
			    unsigned int width, unsigned int block);
void sockwatch_counters_free(struct sockwatch_counters *c);
bool sockwatch_counters_grow(struct sockwatch_counters *c, gfp_t gfp);
unsigned int sockwatch_counters_search(struct sockwatch_counters *c, u64 key);
void sockwatch_counters_fold(const struct sockwatch_counters *c,
			     unsigned int column, u64 *sums);
u64 sockwatch_counters_total(const struct sockwatch_counters *c,
			     unsigned int column);
size_t sockwatch_counters_bytes(const struct sockwatch_counters *c, bool most);

/**
 * sockwatch_counters_short() - whether there should be more rows
 * @c: the table
 *
 * Context: any.
 * Return: true: call sockwatch_counters_grow() where memory can be waited for.
 */
static inline bool sockwatch_counters_short(const struct sockwatch_counters *c)
{
	unsigned int room = READ_ONCE(c->room);

	return room < c->nr &&
	       room < READ_ONCE(c->used) + SOCKWATCH_COUNTERS_SPARE;
}

/**
 * sockwatch_counters_used() - how many rows have a key
 * @c: the table
 *
 * Context: any.
 * Return: rows.
 */
static inline unsigned int
sockwatch_counters_used(const struct sockwatch_counters *c)
{
	return READ_ONCE(c->used);
}

/**
 * sockwatch_counters_key() - the key of a row
 * @c: the table
 * @row: at most @c->nr - 1
 *
 * Context: any.
 * Return: the key, or 0.
 */
static inline u64 sockwatch_counters_key(const struct sockwatch_counters *c,
					 unsigned int row)
{
	return READ_ONCE(c->keys[row]);
}

/**
 * sockwatch_counters_hash() - the first row in which a key may lie
 * @c: the table
 * @key: the key
 *
 * Context: any.
 * Return: a row, as wide as what it is computed from: to cut it costs more.
 */
static __always_inline unsigned long
sockwatch_counters_hash(const struct sockwatch_counters *c, u64 key)
{
	return key * SOCKWATCH_COUNTERS_FACTOR >> SOCKWATCH_COUNTERS_SHIFT &
	       c->mask;
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
			unsigned long *row)
{
	*row = sockwatch_counters_hash(c, key);
	/* An aligned word that is written once: whole, or still 0. */
	if (unlikely(data_race(c->keys[*row]) != key))
		return false;
	/* With its counters: pairs with row_take(). */
	smp_acquire__after_ctrl_dep();
	return true;
}

/**
 * sockwatch_counters_row() - the row of a key, made if need be
 * @c: the table
 * @key: not 0; SOCKWATCH_KEY_OTHER for the overflow row
 *
 * Context: any but NMI.  Only for a key that is new there is a lock and, if
 * nobody has called sockwatch_counters_grow() in time, an allocation.
 * Return: a row, @c->nr being the overflow row.
 */
static __always_inline unsigned int
sockwatch_counters_row(struct sockwatch_counters *c, u64 key)
{
	unsigned long row;

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
sockwatch_counters_cells(const struct sockwatch_counters *c,
			 unsigned long row)
{
	return c->cells[row];
}

#endif /* _SOCKWATCH_COUNTERS_H */
