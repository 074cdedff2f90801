/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each live sock: a bounded table, filled without a lock. */
#ifndef _SOCKWATCH_TRACK_H
#define _SOCKWATCH_TRACK_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <asm/processor.h>

struct net;
struct sockwatch_net;

/**
 * enum sockwatch_state - how far the account of a sock has come
 *
 * @SOCKWATCH_PENDING: allocated; nobody has said yet what it is for
 * @SOCKWATCH_EARLY: the kernel made it for a namespace that is still being set
 *	up; counted when that namespace is ready
 * @SOCKWATCH_CHILD: made for an incoming connection, counted as cloned
 * @SOCKWATCH_OPEN: counted in `open`
 */
enum sockwatch_state {
	SOCKWATCH_PENDING,
	SOCKWATCH_EARLY,
	SOCKWATCH_CHILD,
	SOCKWATCH_OPEN,
};

/**
 * enum sockwatch_origin - how a sock in `open` came to be
 *
 * @SOCKWATCH_ORIGIN_CREATED: by a system call
 * @SOCKWATCH_ORIGIN_KERNEL: by the kernel
 * @SOCKWATCH_ORIGIN_ACCEPTED: by accept
 * @SOCKWATCH_ORIGIN_PREEXISTING: found by the census
 */
enum sockwatch_origin {
	SOCKWATCH_ORIGIN_CREATED,
	SOCKWATCH_ORIGIN_KERNEL,
	SOCKWATCH_ORIGIN_ACCEPTED,
	SOCKWATCH_ORIGIN_PREEXISTING,
};

/**
 * struct sockwatch_owner - who made or accepted a sock
 * @pid: thread group id in the initial pid namespace, 0: nothing is known
 * @comm: name of the task
 *
 * The uid and the cgroup stay with the sock itself: sk_uid, sk_cgrp_data.
 */
struct sockwatch_owner {
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct sockwatch_entry - one tracked sock
 * @snet: the namespace it is counted in; NULL once that is gone, and before
 * @early_net: the namespace of a SOCKWATCH_EARLY sock
 * @birth_ns: sockwatch_clock_ns() when it was made, cloned or found
 * @early_kind: the kind of a SOCKWATCH_EARLY sock
 * @state_ns: of TCP: when it came into its state; 0: not known
 * @conn_ns: of TCP: when its connection began, see SOCKWATCH_TCP_TIMED
 * @owner: who made or accepted it
 * @listener: of TCP: what sockwatch_listen_start() said, of itself or, for a
 *	child, of its listener; 0: nothing
 * @row: its row in @snet's counters
 * @state: &enum sockwatch_state
 * @origin: &enum sockwatch_origin, valid when SOCKWATCH_OPEN
 * @kernel: it is held by the kernel
 * @tcp_state: of TCP: its state; 0: the one that it began with
 * @tcp_flags: of TCP: &enum sockwatch_tcp_flags
 * @flags: all of these from @row on, to clear them at once
 *
 * The hooks of one sock follow each other (allocation, creation or clone,
 * accept, free), each being ordered after the last by whatever made the sock
 * visible; so an entry has one writer at a time.  The census keeps accept away
 * by the sock's own lock; the end of a namespace changes @snet by
 * compare-and-exchange.
 */
struct sockwatch_entry {
	struct sockwatch_net *snet;
	union {
		u64 state_ns;
		const struct net *early_net;
	};
	union {
		u64 birth_ns;
		u64 early_kind;
	};
	u64 conn_ns;
	struct sockwatch_owner owner;
	u32 listener;
	union {
		struct {
			u16 row;
			u8 state;
			u8 origin;
			bool kernel;
			u8 tcp_state;
			u16 tcp_flags;
		};
		u64 flags;
	};
} ____cacheline_aligned;

/**
 * struct sockwatch_track - the table
 * @mask: its size - 1
 * @places: likewise, of places: see sockwatch_track_place()
 * @last: no sock ever lay in a place behind the one of this number; it rises a
 *	few times in all
 * @keys: the sock of each slot, or NULL; see sockwatch_track_pin()
 * @entries: what is known of it
 *
 * The keys lie apart from the entries: eight of them share a cache line, which
 * is what a search reads.  A key is the sock's address; it never leaves here.
 */
struct sockwatch_track {
	unsigned int mask;
	unsigned int places;
	unsigned int last;
	const void **keys;
	struct sockwatch_entry *entries;
};

extern struct sockwatch_track sockwatch_track;

int sockwatch_track_init(unsigned int max_sockets);
void sockwatch_track_exit(void);
unsigned int sockwatch_track_max(void);
u64 sockwatch_track_used(void);
size_t sockwatch_track_bytes(void);

struct sockwatch_entry *sockwatch_track_add(const void *sk);
const void *sockwatch_track_pin(unsigned int slot);
void sockwatch_track_unpin(unsigned int slot, const void *sk);

struct sockwatch_entry *sockwatch_track_search(const void *sk);
void sockwatch_track_for_each(void (*fn)(struct sockwatch_entry *entry,
					 void *arg), void *arg);

/* In a key: somebody looks at the sock, which must not go. */
#define SOCKWATCH_TRACK_PINNED	1UL

/**
 * sockwatch_track_sock() - the sock of a key
 * @key: a key, pinned or not
 *
 * Context: any.
 * Return: the sock, or NULL.
 */
static __always_inline const void *sockwatch_track_sock(const void *key)
{
	return (const void *)((unsigned long)key & ~SOCKWATCH_TRACK_PINNED);
}

/* From what an address is multiplied to, to a place. */
#define SOCKWATCH_TRACK_SHIFT	(32 - ilog2(sizeof(void *)))

/**
 * sockwatch_track_place() - the first place in which a sock may lie
 * @sk: the sock, used as a number only
 *
 * A place is the offset of a slot's key, in bytes, and so that of its entry by
 * a factor that is part of an address.
 *
 * Fibonacci hashing, by a factor short enough to be a part of the instruction:
 * the bits from 32 on depend on all of an address but its first few.
 *
 * Context: any.
 * Return: a place.
 */
static __always_inline unsigned long sockwatch_track_place(const void *sk)
{
	return (u64)sk * GOLDEN_RATIO_32 >> SOCKWATCH_TRACK_SHIFT &
	       sockwatch_track.places;
}

/**
 * sockwatch_track_hash() - the first slot in which a sock may lie
 * @sk: the sock, used as a number only
 *
 * Context: any.
 * Return: a slot.
 */
static inline unsigned int sockwatch_track_hash(const void *sk)
{
	return sockwatch_track_place(sk) / sizeof(void *);
}

/**
 * sockwatch_track_key() - the key in a place
 * @place: the place
 *
 * Context: any.
 * Return: where it is.
 */
static __always_inline const void **sockwatch_track_key(unsigned long place)
{
	return (void *)sockwatch_track.keys + place;
}

/**
 * sockwatch_track_entry() - the entry in a place
 * @place: the place
 *
 * Context: any.
 * Return: where it is; see sockwatch_track_has() for whose.
 */
static __always_inline struct sockwatch_entry *
sockwatch_track_entry(unsigned long place)
{
	return (void *)sockwatch_track.entries +
	       place * (sizeof(struct sockwatch_entry) / sizeof(void *));
}

/**
 * sockwatch_track_key_of() - the key of an entry
 * @entry: the entry
 *
 * Context: any.
 * Return: where it is.
 */
static __always_inline const void **
sockwatch_track_key_of(const struct sockwatch_entry *entry)
{
	return &sockwatch_track.keys[entry - sockwatch_track.entries];
}

/* Places in which a sock may lie: a power of two. */
#define SOCKWATCH_TRACK_PLACES	128

/* Those that are looked at without a call. */
#define SOCKWATCH_TRACK_NEAR	16

/**
 * sockwatch_track_next() - one of the places in which a sock may lie
 * @place: the first one
 * @nr: which, less than SOCKWATCH_TRACK_PLACES
 *
 * All are those of one piece of the table, which begins where a multiple of its
 * size does: so none lies behind the table's end.  The order is that of
 * quadratic probing, whose triangular numbers are all different modulo a power
 * of two: two socks that share their first places part soon, so a place is
 * found almost as early as by chance alone.  The first four are in one cache
 * line.
 *
 * Context: any.
 * Return: a place.
 */
static __always_inline unsigned long sockwatch_track_next(unsigned long place,
							  unsigned int nr)
{
	return place ^ nr * (nr + 1) / 2 % SOCKWATCH_TRACK_PLACES *
		       sizeof(void *);
}

/**
 * sockwatch_track_step() - from one of them to the next
 * @nr: the next one, at least 1
 *
 * Context: any.
 * Return: what the place before is to be combined with, by exclusive or.
 */
static __always_inline unsigned long sockwatch_track_step(unsigned int nr)
{
	return sockwatch_track_next(sockwatch_track_next(0, nr), nr - 1);
}

/**
 * sockwatch_track_has() - whether a place is that of a sock, pinned or not
 * @place: the place
 * @sk: the sock; it must not go away meanwhile
 *
 * Context: any.  No lock.
 * Return: true: sockwatch_track_entry() is its entry.
 */
static __always_inline bool sockwatch_track_has(unsigned long place,
						const void *sk)
{
	/* While it is there its key is, and no other key becomes the same. */
	const void *key = data_race(*sockwatch_track_key(place));

	return ((unsigned long)key ^ (unsigned long)sk) <=
	       SOCKWATCH_TRACK_PINNED;
}

/**
 * sockwatch_track_alloc() - track a sock that was just allocated
 * @sk: the sock, used as a number only
 *
 * The short way of sockwatch_track_add().
 *
 * Context: any.  No lock, no allocation.
 */
static __always_inline void sockwatch_track_alloc(const void *sk)
{
	const void **key = sockwatch_track_key(sockwatch_track_place(sk));
	const void *none = NULL;

	/* Mostly free: to look first would cost all of them. */
	if (unlikely(!try_cmpxchg(key, &none, sk)))
		sockwatch_track_add(sk);
}

/**
 * sockwatch_track_near() - whether a sock lies in one of its first places
 * @place: the first one; filled with the one that is its
 * @sk: the sock; it must not go away meanwhile
 *
 * One that is pinned is not found here.
 *
 * Context: any.  No lock.
 * Return: true: sockwatch_track_entry() is its entry; false: ask
 * sockwatch_track_search().
 */
static __always_inline bool sockwatch_track_near(unsigned long *place,
						 const void *sk)
{
	unsigned int i;

	/* Almost all lie in the first one. */
	if (likely(data_race(*sockwatch_track_key(*place) == sk)))
		return true;
#pragma GCC unroll 16
	for (i = 1; i < SOCKWATCH_TRACK_NEAR; i++) {
		*place ^= sockwatch_track_step(i);
		/* Each from the one before: to keep the first takes a move. */
		OPTIMIZER_HIDE_VAR(*place);
		/* As in sockwatch_track_has(). */
		if (data_race(*sockwatch_track_key(*place) == sk))
			return true;
	}
	return false;
}

/**
 * sockwatch_track_find() - the entry of a sock
 * @sk: the sock; it must not go away meanwhile
 *
 * Context: any.  No lock.
 * Return: the entry, or NULL.
 */
static __always_inline struct sockwatch_entry *
sockwatch_track_find(const void *sk)
{
	unsigned long place = sockwatch_track_place(sk);

	if (sockwatch_track_near(&place, sk))
		return sockwatch_track_entry(place);
	return sockwatch_track_search(sk);
}

/* What the next sock of an entry relies on. */
static __always_inline void
sockwatch_entry_clear(struct sockwatch_entry *entry)
{
	WRITE_ONCE(entry->snet, NULL);
	WRITE_ONCE(entry->flags, 0);
	entry->listener = 0;
}

/**
 * sockwatch_track_clear() - make a place free
 * @entry: the entry of a sock that nobody uses any more
 * @key: its key
 * @sk: the sock
 *
 * The entry is as empty as it was at first before its key goes, so that
 * sockwatch_track_add() finds it ready.  Whoever has the sock pinned is waited
 * for: it does so with interrupts off, for a few instructions.
 *
 * Context: any but NMI.
 */
static __always_inline void
sockwatch_track_clear(struct sockwatch_entry *entry, const void **key,
		      const void *sk)
{
	const void *have = sk;

	sockwatch_entry_clear(entry);
	while (unlikely(!try_cmpxchg(key, &have, NULL))) {
		have = sk;
		cpu_relax();
	}
}

/**
 * sockwatch_track_del() - forget a sock that nobody uses any more
 * @entry: what sockwatch_track_find() returned
 *
 * Context: any but NMI.
 */
static inline void sockwatch_track_del(struct sockwatch_entry *entry)
{
	const void **key = sockwatch_track_key_of(entry);

	sockwatch_track_clear(entry, key,
			      sockwatch_track_sock(READ_ONCE(*key)));
}

#endif /* _SOCKWATCH_TRACK_H */
