// SPDX-License-Identifier: GPL-2.0
/* alloc: what is written by hand does what the probe does, and keeps more. */
#include <kunit/test.h>
#include <linux/preempt.h>

#include "alloc.h"
#include "cost.h"
#include "fake.h"
#include "suites.h"
#include "track.h"

#define SLOTS	128
#define EVERY	4
#define MANY	(SOCKWATCH_TRACK_NEAR + 4)
#define ID	SOCKWATCH_HOOK_ALLOC

/* The @n-th sock, a number here, whose first slot is @slot. */
static const void *sock_at(unsigned int slot, unsigned int n)
{
	const void *sk = (const void *)0xffff888000000000UL;

	for (;; sk += 1024)
		if (sockwatch_track_hash(sk) == slot && !n--)
			return sk;
}

static int alloc_start(struct kunit *test)
{
	sockwatch_cost_init(0);
	return sockwatch_track_init(SLOTS);
}

static void alloc_stop(struct kunit *test)
{
	sockwatch_track_exit();
	sockwatch_cost_init(0);
}

#ifdef SOCKWATCH_HAS_ALLOC_STUB
/* As a function calls it where it begins, with arguments in three registers. */
static void call_stub(struct kunit *test, const void *sk)
{
	unsigned long first = (unsigned long)sk, second = 2, third = 3;

	asm volatile("call sockwatch_alloc_stub"
		     : ASM_CALL_CONSTRAINT,
		       "+D" (first), "+S" (second), "+d" (third) :
		     : "rax", "rcx", "r8", "r9", "r10", "r11", "memory", "cc");
	KUNIT_EXPECT_EQ(test, first, (unsigned long)sk);
	KUNIT_EXPECT_EQ(test, second, 2UL);
	KUNIT_EXPECT_EQ(test, third, 3UL);
}
#else
static void call_stub(struct kunit *test, const void *sk)
{
	kunit_skip(test, "no function can be made to call a stub here");
}
#endif

static u64 hits(void)
{
	struct sockwatch_cost cost;

	sockwatch_cost_read(ID, &cost);
	return cost.hits;
}

/* Where its places are taken, and where more are. */
static void each_place(struct kunit *test)
{
	const void *sk;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		sk = sock_at(9, i);
		call_stub(test, sk);
		KUNIT_EXPECT_EQ(test, fake_slot(sk), (int)fake_place(9, i));
	}
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), (u64)MANY);
	KUNIT_EXPECT_EQ(test, hits(), (u64)MANY);
}

/* The last and the first slot: nothing lies beside the table. */
static void both_ends(struct kunit *test)
{
	unsigned int slot, i;
	const void *sk;

	for (i = 0; i < 12; i++) {
		slot = i % 2 ? SLOTS - 1 : 0;
		sk = sock_at(slot, i / 2);
		call_stub(test, sk);
		KUNIT_EXPECT_EQ(test, fake_slot(sk), (int)fake_place(slot, i / 2));
	}
}

/* A sock that went unseen, its address in use again: it has one slot. */
static void stale(struct kunit *test)
{
	const void *sk = sock_at(9, 0);
	struct sockwatch_entry *entry;

	call_stub(test, sk);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->snet = (void *)8;
	entry->state = SOCKWATCH_OPEN;
	call_stub(test, sk);
	KUNIT_EXPECT_PTR_EQ(test, sockwatch_track_find(sk), entry);
	KUNIT_EXPECT_NULL(test, entry->snet);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_PENDING);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 1ULL);
}

/*
 * Behind others: the entry that it left is found for the next one, and what
 * that gets besides takes one slot, however often the address is used.  (Where
 * it is the last that the stub looks at, sockwatch_track_add() meets it.)
 */
static void stale_behind(struct kunit *test)
{
	struct sockwatch_entry *entry;
	const void *sk;
	unsigned int i, n;

	for (i = 1; i < SOCKWATCH_TRACK_NEAR - 1; i++) {
		sockwatch_track_exit();
		KUNIT_ASSERT_EQ(test, sockwatch_track_init(SLOTS), 0);
		for (n = 0; n < i; n++)
			call_stub(test, sock_at(9, n));
		sk = sock_at(9, i);
		call_stub(test, sk);
		for (n = 0; n < 3; n++) {
			call_stub(test, sk);
			KUNIT_EXPECT_EQ(test, fake_slot(sk),
					(int)fake_place(9, i));
			KUNIT_EXPECT_EQ(test, sockwatch_track_used(), i + 2ULL);
			entry = sockwatch_track_find(sk);
			KUNIT_ASSERT_NOT_NULL(test, entry);
			sockwatch_track_del(entry);
		}
	}
}

/* Nowhere is room: it is not tracked, and nothing else is lost. */
static void full(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i <= SLOTS; i++)
		call_stub(test, sock_at(i % SLOTS, i / SLOTS));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), (u64)SLOTS);
	KUNIT_EXPECT_EQ(test, fake_slot(sock_at(0, 1)), -1);
	KUNIT_EXPECT_EQ(test, fake_slot(sock_at(0, 0)), 0);
}

/* One in so many goes another way, to be timed, and counts once as well. */
static void timed(struct kunit *test)
{
	struct sockwatch_cost cost;
	unsigned int i;

	sockwatch_cost_init(EVERY);
	preempt_disable();
	for (i = 0; i < 5 * EVERY; i++)
		call_stub(test, sock_at(i, 0));
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, sockwatch_cost_read(ID, &cost));
	KUNIT_EXPECT_EQ(test, cost.hits, 5ULL * EVERY);
	KUNIT_EXPECT_EQ(test, cost.timed, 5ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 5ULL * EVERY);
	for (i = 0; i < 5 * EVERY; i++)
		KUNIT_EXPECT_EQ(test, fake_slot(sock_at(i, 0)), (int)i);
}

static struct kunit_case alloc_cases[] = {
	KUNIT_CASE(each_place),
	KUNIT_CASE(both_ends),
	KUNIT_CASE(stale),
	KUNIT_CASE(stale_behind),
	KUNIT_CASE(full),
	KUNIT_CASE(timed),
	{}
};

struct kunit_suite sockwatch_alloc_suite = {
	.name = "sockwatch_alloc",
	.init = alloc_start,
	.exit = alloc_stop,
	.test_cases = alloc_cases,
};
