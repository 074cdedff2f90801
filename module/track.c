// SPDX-License-Identifier: GPL-2.0
/* What is known of each live sock: a bounded table, filled without a lock. */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>

#include "track.h"

/*
 * Open addressing: a sock lies at most PROBES slots behind its hash.  A search
 * cannot stop at an empty slot, since slots empty in any order; but almost
 * every sock lies in one of the first, and only a sock that is not there costs
 * the whole walk.
 */
#define PROBES	64

/*
 * The keys lie apart from the entries: eight of them share a cache line, which
 * is what a search reads.  A key is the sock's address; it never leaves here.
 */
static struct {
	unsigned int bits;
	unsigned int mask;
	const void **keys;
	struct sockwatch_entry *entries;
} table __read_mostly;

static DEFINE_PER_CPU(s64, used);

/**
 * sockwatch_track_init() - allocate the table
 * @max_sockets: entries, a power of two of at least 64
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_track_init(unsigned int max_sockets)
{
	int cpu;

	table.bits = ilog2(max_sockets);
	table.mask = max_sockets - 1;
	table.keys = kvcalloc(max_sockets, sizeof(*table.keys), GFP_KERNEL);
	if (!table.keys)
		return -ENOMEM;
	table.entries = kvcalloc(max_sockets, sizeof(*table.entries),
				 GFP_KERNEL);
	if (!table.entries)
		goto err_keys;
	for_each_possible_cpu(cpu)
		per_cpu(used, cpu) = 0;
	return 0;

err_keys:
	kvfree(table.keys);
	return -ENOMEM;
}

/**
 * sockwatch_track_exit() - free the table
 *
 * Context: process, after the last hook is gone.
 */
void sockwatch_track_exit(void)
{
	kvfree(table.entries);
	kvfree(table.keys);
}

/**
 * sockwatch_track_max() - how many socks the table can hold
 *
 * Context: any.
 * Return: entries.
 */
unsigned int sockwatch_track_max(void)
{
	return table.mask + 1;
}

/**
 * sockwatch_track_used() - how many socks the table holds
 *
 * Context: any.  A sock that comes or goes meanwhile may be counted or not.
 * Return: entries in use.
 */
s64 sockwatch_track_used(void)
{
	s64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(used, cpu));
	return sum < 0 ? 0 : sum;
}

static unsigned int slot_first(const void *sk)
{
	return hash_64((u64)sk, table.bits);
}

/**
 * sockwatch_track_add() - track a sock
 * @sk: the sock, used as a number only
 *
 * A stale entry of the same address is taken over: sk_prot_alloc() gives the
 * memory back without security_sk_free() where an LSM refuses
 * (net/core/sock.c), so a sock can have gone unseen.
 *
 * Context: any.  No lock, no allocation.
 * Return: an entry in state SOCKWATCH_PENDING, or NULL: no room.
 */
struct sockwatch_entry *sockwatch_track_add(const void *sk)
{
	unsigned int slot = slot_first(sk);
	struct sockwatch_entry *entry;
	unsigned int left;
	const void *have;

	for (left = PROBES; left; left--, slot = (slot + 1) & table.mask) {
		have = READ_ONCE(table.keys[slot]);
		if (likely(!have) && !cmpxchg(&table.keys[slot], NULL, sk)) {
			this_cpu_inc(used);
			return &table.entries[slot];
		}
		if (unlikely(have == sk)) {
			entry = &table.entries[slot];
			WRITE_ONCE(entry->snet, NULL);
			WRITE_ONCE(entry->state, SOCKWATCH_PENDING);
			return entry;
		}
	}
	return NULL;
}

static int slot_find(const void *sk)
{
	unsigned int slot = slot_first(sk);
	unsigned int left;

	for (left = PROBES; left; left--, slot = (slot + 1) & table.mask)
		if (likely(READ_ONCE(table.keys[slot]) == sk))
			return slot;
	return -1;
}

/**
 * sockwatch_track_find() - the entry of a sock
 * @sk: the sock; it must not go away meanwhile
 *
 * Context: any.  No lock.
 * Return: the entry, or NULL.
 */
struct sockwatch_entry *sockwatch_track_find(const void *sk)
{
	int slot = slot_find(sk);

	return slot < 0 ? NULL : &table.entries[slot];
}

/**
 * sockwatch_track_del() - forget a sock
 * @sk: the sock, which nobody else uses any more
 * @last: filled with @snet, @row, @state and @kernel as they were
 *
 * The entry is PENDING and without a namespace before its key goes, so that
 * sockwatch_track_add() finds it ready.
 *
 * Context: any.  No lock.
 * Return: whether it was tracked.
 */
bool sockwatch_track_del(const void *sk, struct sockwatch_entry *last)
{
	int slot = slot_find(sk);
	struct sockwatch_entry *entry;

	if (unlikely(slot < 0))
		return false;
	entry = &table.entries[slot];
	last->snet = READ_ONCE(entry->snet);
	last->row = entry->row;
	last->state = entry->state;
	last->kernel = entry->kernel;
	WRITE_ONCE(entry->snet, NULL);
	WRITE_ONCE(entry->state, SOCKWATCH_PENDING);
	smp_store_release(&table.keys[slot], NULL);
	this_cpu_dec(used);
	return true;
}

/**
 * sockwatch_track_for_each() - look at every entry in use
 * @fn: called with each; its sock may go away at any time
 * @arg: handed on to @fn
 *
 * Context: process; may be long.
 */
void sockwatch_track_for_each(void (*fn)(struct sockwatch_entry *entry,
					 void *arg), void *arg)
{
	unsigned int slot;

	for (slot = 0; slot <= table.mask; slot++) {
		if (READ_ONCE(table.keys[slot]))
			fn(&table.entries[slot], arg);
		cond_resched();
	}
}
