// SPDX-License-Identifier: GPL-2.0
/* What is known of each live sock: a bounded table, filled without a lock. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mm.h>

#include "track.h"

/*
 * Open addressing: a sock lies in one of SOCKWATCH_TRACK_PLACES slots, in an
 * order of its own: sockwatch_track_next().  A search cannot stop at an empty
 * slot, since slots empty in any order; but almost every sock lies in one of its
 * first, and only a sock that is not there costs the walk to the last place that
 * any sock ever had.  The census looks for each sock so.
 */

struct sockwatch_track sockwatch_track __read_mostly;

/**
 * sockwatch_track_init() - allocate the table
 * @max_sockets: entries, a power of two of at least 128
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sockwatch_track_init(unsigned int max_sockets)
{
	sockwatch_track.mask = max_sockets - 1;
	sockwatch_track.places = sockwatch_track.mask * sizeof(void *);
	/* Up to there nobody says that it rises. */
	sockwatch_track.last = SOCKWATCH_TRACK_NEAR - 1;
	sockwatch_track.keys = kvcalloc(max_sockets,
					sizeof(*sockwatch_track.keys),
					GFP_KERNEL);
	if (!sockwatch_track.keys)
		return -ENOMEM;
	sockwatch_track.entries = kvcalloc(max_sockets,
					   sizeof(*sockwatch_track.entries),
					   GFP_KERNEL);
	if (!sockwatch_track.entries)
		goto err_keys;
	return 0;

err_keys:
	kvfree(sockwatch_track.keys);
	return -ENOMEM;
}

/**
 * sockwatch_track_exit() - free the table
 *
 * Context: process, after the last hook is gone.
 */
void sockwatch_track_exit(void)
{
	kvfree(sockwatch_track.entries);
	kvfree(sockwatch_track.keys);
}

/**
 * sockwatch_track_max() - how many socks the table can hold
 *
 * Context: any.
 * Return: entries.
 */
unsigned int sockwatch_track_max(void)
{
	return sockwatch_track.mask + 1;
}

/**
 * sockwatch_track_used() - how many socks the table holds
 *
 * Nobody counts on the way, so this goes through all keys.
 *
 * Context: process.  A sock that comes or goes meanwhile may be counted or not.
 * Return: entries in use.
 */
u64 sockwatch_track_used(void)
{
	unsigned int slot;
	u64 used = 0;

	for (slot = 0; slot <= sockwatch_track.mask; slot++) {
		used += !!READ_ONCE(sockwatch_track.keys[slot]);
		if (!(slot % 4096))
			cond_resched();
	}
	return used;
}

/**
 * sockwatch_track_bytes() - the memory of the table
 *
 * Context: any.
 * Return: bytes.
 */
size_t sockwatch_track_bytes(void)
{
	return (size_t)sockwatch_track_max() *
	       (sizeof(*sockwatch_track.keys) +
		sizeof(*sockwatch_track.entries));
}

/* Before a sock lies there, so that whoever knows of the sock looks there. */
static __cold void last_raise(unsigned int nr)
{
	unsigned int last = READ_ONCE(sockwatch_track.last);

	while (last < nr && !try_cmpxchg(&sockwatch_track.last, &last, nr))
		;
}

/**
 * sockwatch_track_add() - track a sock
 * @sk: the sock, used as a number only
 *
 * A stale entry of the same address is taken over where the search meets it:
 * sk_prot_alloc() gives the memory back without security_sk_free() where an
 * LSM has no memory for its part (net/core/sock.c), so a sock can have gone
 * unseen.  Met or not, it takes one slot.
 *
 * Context: any.  No lock, no allocation.
 * Return: an entry in state SOCKWATCH_PENDING, or NULL: no room.
 */
struct sockwatch_entry *sockwatch_track_add(const void *sk)
{
	unsigned long first = sockwatch_track_place(sk), place;
	struct sockwatch_entry *entry;
	const void **key, *have;
	unsigned int i;

	for (i = 0; i < SOCKWATCH_TRACK_PLACES; i++) {
		place = sockwatch_track_next(first, i);
		key = sockwatch_track_key(place);
		have = READ_ONCE(*key);
		if (!have) {
			if (unlikely(i > READ_ONCE(sockwatch_track.last)))
				last_raise(i);
			have = cmpxchg(key, NULL, sk);
		}
		entry = sockwatch_track_entry(place);
		if (!have)
			return entry;
		if (sockwatch_track_sock(have) == sk) {
			sockwatch_entry_clear(entry);
			return entry;
		}
	}
	return NULL;
}

/**
 * sockwatch_track_search() - the long way of sockwatch_track_find()
 * @sk: as there
 *
 * Context: any.  No lock.
 * Return: as there.
 */
struct sockwatch_entry *sockwatch_track_search(const void *sk)
{
	unsigned long first = sockwatch_track_place(sk), place;
	unsigned int last = READ_ONCE(sockwatch_track.last), i;

	for (i = 0; i <= last; i++) {
		place = sockwatch_track_next(first, i);
		if (sockwatch_track_has(place, sk))
			return sockwatch_track_entry(place);
	}
	return NULL;
}

/* The key of a sock with the mark that it is pinned. */
static const void *pinned(const void *sk)
{
	return (void *)((unsigned long)sk | SOCKWATCH_TRACK_PINNED);
}

/* Another who has it is waited for; false: it is not @sk's any more. */
static bool twin_pin(const void **key, const void *sk)
{
	while (unlikely(sockwatch_track_sock(READ_ONCE(*key)) == sk)) {
		if (cmpxchg(key, sk, pinned(sk)) == sk)
			return true;
		cpu_relax();
	}
	return false;
}

/*
 * A stale key behind that of a sock, see sockwatch_track_add(), would be found
 * by sockwatch_track_near() in its stead while that is pinned.  So it is pinned
 * itself before: then both are looked for by sockwatch_track_search(), which
 * finds the first.  From the last on, as all do, so that none has what another
 * waits for.
 *
 * Return: a bit for each place.
 */
static unsigned long twins_pin(unsigned int slot, const void *sk)
{
	unsigned long first = sockwatch_track_place(sk), place, twins = 0;
	unsigned int i = SOCKWATCH_TRACK_NEAR, at = 0;

	while (at < SOCKWATCH_TRACK_NEAR &&
	       sockwatch_track_next(first, at) != slot * sizeof(void *))
		at++;
	while (--i > at) {
		place = sockwatch_track_next(first, i);
		if (twin_pin(sockwatch_track_key(place), sk))
			twins |= BIT(i);
	}
	return twins;
}

/* They are stale, and go, or it is not known any more. */
static noinline void twins_unpin(unsigned long twins, const void *sk, bool stale)
{
	unsigned long first = sockwatch_track_place(sk), place;
	unsigned int i;

	for_each_set_bit(i, &twins, SOCKWATCH_TRACK_NEAR) {
		place = sockwatch_track_next(first, i);
		if (stale)
			sockwatch_entry_clear(sockwatch_track_entry(place));
		/* It is empty before another may have it. */
		smp_store_release(sockwatch_track_key(place),
				  stale ? NULL : sk);
	}
}

/**
 * sockwatch_track_pin() - keep a sock from going away for a moment
 * @slot: where it lies, at most sockwatch_track_max() - 1
 *
 * Much of what a sock may be is given back at once, not after a grace period.
 * But not before sockwatch_track_del(), which waits as long as the key says
 * that the sock is pinned; so until then its memory is that of this sock.  It
 * may already have been taken apart: only its own fields may be read, and
 * whoever wants more takes a reference, if there still is one to take.
 *
 * Another who pins it is waited for.
 *
 * Context: any but NMI, with interrupts off until sockwatch_track_unpin():
 * the sock may be freed by one that comes on this CPU.
 * Return: the sock, or NULL: there is none.
 */
const void *sockwatch_track_pin(unsigned int slot)
{
	const void **key = &sockwatch_track.keys[slot];
	unsigned long twins;
	const void *sk;
	bool done;

	lockdep_assert_irqs_disabled();
	do {
		sk = sockwatch_track_sock(READ_ONCE(*key));
		if (!sk)
			return NULL;
		twins = twins_pin(slot, sk);
		done = cmpxchg(key, sk, pinned(sk)) == sk;
		if (unlikely(twins))
			twins_unpin(twins, sk, done);
		if (!done)
			cpu_relax();
	} while (!done);
	return sk;
}

/**
 * sockwatch_track_unpin() - the opposite of sockwatch_track_pin()
 * @slot: as there
 * @sk: what it returned
 *
 * Context: as there.
 */
void sockwatch_track_unpin(unsigned int slot, const void *sk)
{
	/* What was read of the sock comes before it may go. */
	smp_store_release(&sockwatch_track.keys[slot], sk);
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

	for (slot = 0; slot <= sockwatch_track.mask; slot++) {
		if (READ_ONCE(sockwatch_track.keys[slot]))
			fn(&sockwatch_track.entries[slot], arg);
		if (!(slot % 4096))
			cond_resched();
	}
}
