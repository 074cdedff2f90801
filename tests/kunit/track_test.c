// SPDX-License-Identifier: GPL-2.0
/* track: every live sock found, none twice, none that went. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "crowd.h"
#include "fake.h"
#include "suites.h"
#include "track.h"

/* As many as a search looks at, so that the table can be filled to the last. */
#define SMALL	128
#define LARGE	4096

/* A sock is a number here: addresses of a slab, 1 KB apart. */
static const void *sock_nr(unsigned long n)
{
	return (const void *)(0xffff888000000000UL + 1024 * n);
}

/* The @n-th sock whose first slot is @slot. */
static const void *sock_at(unsigned int slot, unsigned int n)
{
	unsigned long i;

	for (i = 0; i < 1 << 20; i++)
		if (sockwatch_track_hash(sock_nr(i)) == slot && !n--)
			return sock_nr(i);
	return NULL;
}

static int track_start(struct kunit *test)
{
	return sockwatch_track_init(SMALL);
}

/* For the tests that need more room. */
static int track_grow(void)
{
	sockwatch_track_exit();
	return sockwatch_track_init(LARGE);
}

static void track_stop(struct kunit *test)
{
	sockwatch_track_exit();
}

static void empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sockwatch_track_max(), (unsigned int)SMALL);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sock_nr(1)));
	KUNIT_EXPECT_EQ(test, fake_slot(sock_nr(1)), -1);
}

static void add_find_del(struct kunit *test)
{
	struct sockwatch_entry *entry = sockwatch_track_add(sock_nr(1));

	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_PENDING);
	KUNIT_EXPECT_NULL(test, entry->snet);
	KUNIT_EXPECT_PTR_EQ(test, sockwatch_track_find(sock_nr(1)), entry);
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sock_nr(2)));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 1ULL);

	sockwatch_track_del(sockwatch_track_find(sock_nr(1)));
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sock_nr(1)));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

/* Whoever comes next finds nothing of the one before. */
static void del_cleans(struct kunit *test)
{
	struct sockwatch_entry *entry = sockwatch_track_add(sock_nr(3));
	struct sockwatch_entry *next;

	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->snet = (void *)8;
	entry->state = SOCKWATCH_OPEN;
	sockwatch_track_del(sockwatch_track_find(sock_nr(3)));
	next = sockwatch_track_add(sock_nr(3));
	KUNIT_ASSERT_PTR_EQ(test, next, entry);
	KUNIT_EXPECT_NULL(test, next->snet);
	KUNIT_EXPECT_EQ(test, next->state, SOCKWATCH_PENDING);
}

/* A sock that went unseen, its address in use again. */
static void stale_taken_over(struct kunit *test)
{
	struct sockwatch_entry *entry = sockwatch_track_add(sock_nr(3));

	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->snet = (void *)8;
	entry->state = SOCKWATCH_CHILD;
	KUNIT_EXPECT_PTR_EQ(test, sockwatch_track_add(sock_nr(3)), entry);
	KUNIT_EXPECT_NULL(test, entry->snet);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_PENDING);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 1ULL);
}

/*
 * The same, but the search does not meet the stale entry, since the first slot
 * has become free: the sock has two slots, and the new one is found.
 */
static void stale_not_met(struct kunit *test)
{
	struct sockwatch_entry *entry, *fresh;
	const void *first = sock_at(9, 0);
	const void *sk = sock_at(9, 1);

	KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(first));
	entry = sockwatch_track_add(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->state = SOCKWATCH_OPEN;
	sockwatch_track_del(sockwatch_track_find(first));
	fresh = sockwatch_track_add(sk);
	KUNIT_ASSERT_NOT_NULL(test, fresh);
	KUNIT_EXPECT_PTR_NE(test, fresh, entry);
	KUNIT_EXPECT_EQ(test, fresh->state, SOCKWATCH_PENDING);
	KUNIT_EXPECT_PTR_EQ(test, sockwatch_track_find(sk), fresh);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 2ULL);
}

/* The inline claim of an allocation does the same as adding. */
static void alloc(struct kunit *test)
{
	const void *sk[2] = { sock_at(9, 0), sock_at(9, 1) };
	struct sockwatch_entry *entry;

	sockwatch_track_alloc(sk[0]);
	sockwatch_track_alloc(sk[1]);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 2ULL);
	KUNIT_EXPECT_EQ(test, fake_slot(sk[0]), 9);
	KUNIT_EXPECT_EQ(test, fake_slot(sk[1]), 8);
	entry = sockwatch_track_find(sk[0]);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	entry->state = SOCKWATCH_OPEN;
	entry->snet = (void *)8;
	sockwatch_track_alloc(sk[0]);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_PENDING);
	KUNIT_EXPECT_NULL(test, entry->snet);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 2ULL);
}

static void full(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < SMALL; i++)
		KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(sock_nr(i)));
	KUNIT_EXPECT_NULL(test, sockwatch_track_add(sock_nr(SMALL)));
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sock_nr(SMALL)));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), (u64)SMALL);
	for (i = 0; i < SMALL; i++)
		KUNIT_EXPECT_NOT_NULL(test, sockwatch_track_find(sock_nr(i)));

	/* One that is there needs no room; one that goes makes some. */
	KUNIT_EXPECT_NOT_NULL(test, sockwatch_track_add(sock_nr(7)));
	sockwatch_track_del(sockwatch_track_find(sock_nr(7)));
	KUNIT_EXPECT_NOT_NULL(test, sockwatch_track_add(sock_nr(SMALL)));
	KUNIT_EXPECT_NOT_NULL(test, sockwatch_track_find(sock_nr(SMALL)));
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sock_nr(7)));
}

/* Those of one slot share a piece, and are found over what became empty. */
static void collisions(struct kunit *test)
{
	const void *sk[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sk); i++) {
		sk[i] = sock_at(SMALL - 1, i);
		KUNIT_ASSERT_NOT_NULL(test, sk[i]);
		KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(sk[i]));
		KUNIT_EXPECT_EQ(test, fake_slot(sk[i]),
				(int)fake_place(SMALL - 1, i));
	}
	sockwatch_track_del(sockwatch_track_find(sk[0]));
	sockwatch_track_del(sockwatch_track_find(sk[1]));
	KUNIT_EXPECT_EQ(test, fake_slot(sk[2]),
			(int)fake_place(SMALL - 1, 2));
	KUNIT_EXPECT_EQ(test, fake_slot(sk[0]), -1);
}

/* A search goes as far as any sock ever lay, and no farther. */
static void last_place(struct kunit *test)
{
	unsigned int near = SOCKWATCH_TRACK_NEAR, nr = near + 5, i;
	struct sockwatch_entry *entry;

	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, sockwatch_track.last,
				max(near, i) - 1);
		KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(sock_at(9, i)));
	}
	KUNIT_EXPECT_EQ(test, sockwatch_track.last, nr - 1);
	for (i = 0; i < nr - 1; i++) {
		entry = sockwatch_track_find(sock_at(9, i));
		KUNIT_ASSERT_NOT_NULL(test, entry);
		sockwatch_track_del(entry);
	}
	KUNIT_EXPECT_EQ(test, fake_slot(sock_at(9, nr - 1)),
			(int)fake_place(9, nr - 1));
	KUNIT_EXPECT_EQ(test, sockwatch_track.last, nr - 1);
}

/* What is looked at without a call is those places, all and no others. */
static void near_places(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i <= SOCKWATCH_TRACK_NEAR; i++) {
		const void *sk = sock_at(9, i);
		unsigned long place = sockwatch_track_place(sk);

		KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(sk));
		if (i == SOCKWATCH_TRACK_NEAR) {
			KUNIT_EXPECT_FALSE(test,
					   sockwatch_track_near(&place, sk));
			break;
		}
		KUNIT_EXPECT_TRUE(test, sockwatch_track_near(&place, sk));
		KUNIT_EXPECT_EQ(test, place / sizeof(void *),
				(unsigned long)fake_place(9, i));
	}
}

#define MODEL_SOCKS	2048
#define MODEL_STEPS	40000

static DECLARE_BITMAP(model, MODEL_SOCKS);

/* One random step in the table and in the model; how many socks came. */
static int model_step(struct kunit *test, struct rnd_state *rnd)
{
	unsigned int n = prandom_u32_state(rnd) % MODEL_SOCKS;
	struct sockwatch_entry *entry = sockwatch_track_find(sock_nr(n));
	bool known = test_bit(n, model);

	KUNIT_EXPECT_EQ_MSG(test, !!entry, known, "sock %u", n);
	change_bit(n, model);
	if (entry) {
		KUNIT_EXPECT_EQ(test, entry->birth_ns, (u64)n);
		sockwatch_track_del(sockwatch_track_find(sock_nr(n)));
		return -1;
	}
	entry = sockwatch_track_add(sock_nr(n));
	KUNIT_EXPECT_NOT_NULL(test, entry);
	if (entry)
		entry->birth_ns = n;
	return 1;
}

static void random_order(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;
	s64 live = 0;

	KUNIT_ASSERT_EQ(test, track_grow(), 0);
	bitmap_zero(model, MODEL_SOCKS);
	prandom_seed_state(&rnd, 20240607);
	for (i = 0; i < MODEL_STEPS; i++) {
		live += model_step(test, &rnd);
		if (!(i % 1024)) {
			KUNIT_EXPECT_EQ(test, sockwatch_track_used(), live);
			cond_resched();
		}
	}
	for (i = 0; i < MODEL_SOCKS; i++)
		KUNIT_EXPECT_EQ(test, !!sockwatch_track_find(sock_nr(i)),
				test_bit(i, model));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), live);
}

static void each_seen(struct sockwatch_entry *entry, void *arg)
{
	unsigned int *seen = arg;

	seen[entry->birth_ns]++;
}

static void for_each(struct kunit *test)
{
	struct sockwatch_entry *entry;
	unsigned int seen[40] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		entry = sockwatch_track_add(sock_nr(i));
		KUNIT_ASSERT_NOT_NULL(test, entry);
		entry->birth_ns = i;
	}
	for (i = 0; i < ARRAY_SIZE(seen); i += 2)
		sockwatch_track_del(sockwatch_track_find(sock_nr(i)));
	sockwatch_track_for_each(each_seen, seen);
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		KUNIT_EXPECT_EQ(test, seen[i], i % 2);
}

/* Few for each thread and many for the interrupt: so they meet most often. */
#define CROWD_SOCKS	4
#define IRQ_SOCKS	24

static atomic_t crowd_wrong;
static unsigned int crowd_irqs;

/* Both ways to add. */
static struct sockwatch_entry *add_some_way(const void *sk, unsigned int n)
{
	if (n & 1)
		return sockwatch_track_add(sk);
	sockwatch_track_alloc(sk);
	return sockwatch_track_find(sk);
}

static void crowd_add(unsigned int who, unsigned int nr)
{
	struct sockwatch_entry *entry;
	unsigned int i, n;

	for (i = 0; i < nr; i++) {
		n = i * (CROWD_SIZE + 1) + who;
		entry = add_some_way(sock_nr(n), i);
		if (!entry || entry->state != SOCKWATCH_PENDING ||
		    entry->snet) {
			atomic_inc(&crowd_wrong);
			continue;
		}
		entry->birth_ns = n;
		entry->snet = (void *)8;
		entry->state = SOCKWATCH_OPEN;
	}
}

static void crowd_del(unsigned int who, unsigned int nr)
{
	struct sockwatch_entry *entry;
	unsigned int i, n;

	for (i = 0; i < nr; i++) {
		n = i * (CROWD_SIZE + 1) + who;
		entry = sockwatch_track_find(sock_nr(n));
		if (!entry || entry->birth_ns != n)
			atomic_inc(&crowd_wrong);
		else
			sockwatch_track_del(entry);
	}
}

/* One more, whose socks come or go between any two steps of the others. */
static void crowd_irq(void)
{
	if (crowd_irqs & 1)
		crowd_del(CROWD_SIZE, IRQ_SOCKS);
	else
		crowd_add(CROWD_SIZE, IRQ_SOCKS);
	WRITE_ONCE(crowd_irqs, crowd_irqs + 1);
}

/*
 * Each has socks of its own, which lie between those of the others: they get
 * in each other's way, and must never see each other's socks.
 */
static void crowd_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;

	if (!who)
		crowd_disturb(crowd_irq);
	while (READ_ONCE(crowd_irqs) < CROWD_IRQS && time_before(jiffies, end)) {
		crowd_add(who, CROWD_SOCKS);
		crowd_del(who, CROWD_SOCKS);
		cond_resched();
	}
	if (!who)
		crowd_leave_alone();
}

static void add_del_race(struct kunit *test)
{
	unsigned int slot;

	atomic_set(&crowd_wrong, 0);
	crowd_irqs = 0;
	KUNIT_ASSERT_EQ(test, crowd_run(test, crowd_member, NULL), 0);
	if (crowd_irqs & 1)
		crowd_irq();
	kunit_info(test, "%u interrupts\n", crowd_irqs);
	KUNIT_EXPECT_GT(test, crowd_irqs, 0U);
	KUNIT_EXPECT_EQ(test, atomic_read(&crowd_wrong), 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
	for (slot = 0; slot < SMALL; slot++)
		KUNIT_EXPECT_NULL(test, sockwatch_track.keys[slot]);
}

static struct kunit_case track_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(add_find_del),
	KUNIT_CASE(del_cleans),
	KUNIT_CASE(stale_taken_over),
	KUNIT_CASE(stale_not_met),
	KUNIT_CASE(alloc),
	KUNIT_CASE(full),
	KUNIT_CASE(collisions),
	KUNIT_CASE(last_place),
	KUNIT_CASE(near_places),
	KUNIT_CASE(random_order),
	KUNIT_CASE(for_each),
	KUNIT_CASE(add_del_race),
	{}
};

struct kunit_suite sockwatch_track_suite = {
	.name = "sockwatch_track",
	.init = track_start,
	.exit = track_stop,
	.test_cases = track_cases,
};
