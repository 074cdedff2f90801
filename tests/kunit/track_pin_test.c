// SPDX-License-Identifier: GPL-2.0
/* track: a sock that somebody looks at does not go meanwhile. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "crowd.h"
#include "fake.h"
#include "suites.h"
#include "track.h"

#define SLOTS	128

/* A sock is a number here: addresses of a slab, 1 KB apart. */
static const void *sock_nr(unsigned long n)
{
	return (const void *)(0xffff888000000000UL + 1024 * n);
}

/* Another sock whose first slot is that of @sk. */
static const void *sock_beside(const void *sk)
{
	const void *other = sk;

	do {
		other += 1024;
	} while (sockwatch_track_hash(other) != sockwatch_track_hash(sk));
	return other;
}

static int pin_start(struct kunit *test)
{
	return sockwatch_track_init(SLOTS);
}

static void pin_stop(struct kunit *test)
{
	sockwatch_track_exit();
}

static const void *pin(unsigned int slot)
{
	const void *sk;

	local_irq_disable();
	sk = sockwatch_track_pin(slot);
	if (!sk)
		local_irq_enable();
	return sk;
}

static void unpin(unsigned int slot, const void *sk)
{
	sockwatch_track_unpin(slot, sk);
	local_irq_enable();
}

static void pin_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, pin(7));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0LL);
}

/* A sock that is pinned is still there for everybody else. */
static void pinned_found(struct kunit *test)
{
	const void *sk = sock_nr(3), *other = sock_beside(sk);
	struct sockwatch_entry *entry = sockwatch_track_add(sk);
	struct sockwatch_entry *found, *again, *behind;
	unsigned int slot = sockwatch_track_hash(sk);
	const void *pinned;

	KUNIT_ASSERT_NOT_NULL(test, entry);
	pinned = pin(slot);
	found = sockwatch_track_find(sk);
	again = sockwatch_track_add(sk);
	behind = sockwatch_track_add(other);
	unpin(slot, sk);
	KUNIT_EXPECT_PTR_EQ(test, pinned, sk);
	KUNIT_EXPECT_PTR_EQ(test, found, entry);
	KUNIT_EXPECT_PTR_EQ(test, again, entry);
	KUNIT_EXPECT_PTR_EQ(test, behind,
			    &sockwatch_track.entries[fake_place(slot, 1)]);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 2LL);
	KUNIT_EXPECT_PTR_EQ(test, sockwatch_track.keys[slot], sk);
}

/*
 * Where a sock went unseen its entry stays, and the next one may lie before: it
 * goes when that is pinned, or is not looked at.
 */
static void pinned_before_stale(struct kunit *test)
{
	const void *sk = sock_nr(3), *other = sock_beside(sk);
	unsigned int first = sockwatch_track_hash(sk), slot, behind, i;
	struct sockwatch_entry *found;

	/* As if sockwatch_track_add() had put them there. */
	sockwatch_track.last = SOCKWATCH_TRACK_NEAR + 1;
	for (i = 0; i <= SOCKWATCH_TRACK_NEAR; i++) {
		slot = fake_place(first, i);
		behind = fake_place(first, i + 1);
		sockwatch_track.keys[slot] = sk;
		sockwatch_track.keys[behind] = sk;
		pin(slot);
		found = sockwatch_track_find(sk);
		unpin(slot, sk);
		KUNIT_EXPECT_PTR_EQ(test, found,
				    &sockwatch_track.entries[slot]);
		if (i + 1 < SOCKWATCH_TRACK_NEAR)
			KUNIT_EXPECT_NULL(test,
					  sockwatch_track.keys[behind]);
		sockwatch_track.keys[slot] = other;
	}
}

#define PIN_US	500

static struct {
	bool pinned;
	bool gone;
	bool gone_early;
} pin_wait;

static void pin_member(unsigned int who, void *arg)
{
	const void *sk = arg;
	unsigned int slot = sockwatch_track_hash(sk);

	if (!who) {
		pin(slot);
		WRITE_ONCE(pin_wait.pinned, true);
		udelay(PIN_US);
		pin_wait.gone_early = READ_ONCE(pin_wait.gone);
		unpin(slot, sk);
	} else if (who == 1) {
		while (!READ_ONCE(pin_wait.pinned))
			cond_resched();
		sockwatch_track_del(sockwatch_track_find(sk));
		WRITE_ONCE(pin_wait.gone, true);
	}
}

/* It goes when it is let go, and not before. */
static void del_waits(struct kunit *test)
{
	const void *sk = sock_nr(3);

	memset(&pin_wait, 0, sizeof(pin_wait));
	KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_add(sk));
	KUNIT_ASSERT_EQ(test, crowd_run(test, pin_member, (void *)sk), 0);
	KUNIT_EXPECT_TRUE(test, pin_wait.gone);
	KUNIT_EXPECT_FALSE(test, pin_wait.gone_early);
	KUNIT_EXPECT_NULL(test, sockwatch_track_find(sk));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0LL);
}

/* Few for each, so that they meet most often. */
#define CROWD_SOCKS	4

/* What would be the memory of the socks: true while they have it. */
static bool memory[CROWD_SIZE * CROWD_SOCKS];
static atomic_t pins, wrong;
static unsigned int irqs;

static void memory_users(unsigned int who)
{
	struct sockwatch_entry *entry;
	unsigned int i, n;

	for (i = 0; i < CROWD_SOCKS; i++) {
		n = i * CROWD_SIZE + who;
		WRITE_ONCE(memory[n], true);
		entry = sockwatch_track_add(sock_nr(n));
		if (!entry)
			atomic_inc(&wrong);
		else
			entry->birth_ns = n;
	}
	for (i = 0; i < CROWD_SOCKS; i++) {
		n = i * CROWD_SIZE + who;
		entry = sockwatch_track_find(sock_nr(n));
		if (!entry || entry->birth_ns != n) {
			atomic_inc(&wrong);
			continue;
		}
		sockwatch_track_del(entry);
		WRITE_ONCE(memory[n], false);
	}
}

static void memory_reader(void)
{
	unsigned int slot, n;
	const void *sk;

	for (slot = 0; slot < SLOTS; slot++) {
		sk = sockwatch_track_pin(slot);
		if (!sk)
			continue;
		n = (sk - sock_nr(0)) / 1024;
		/* Long enough for others to get there. */
		udelay(1);
		if (n >= ARRAY_SIZE(memory) || !READ_ONCE(memory[n]))
			atomic_inc(&wrong);
		sockwatch_track_unpin(slot, sk);
		atomic_inc(&pins);
	}
}

static void memory_reader_irq(void)
{
	memory_reader();
	WRITE_ONCE(irqs, irqs + 1);
}

/* Two have socks that come and go, two and an interrupt look at them. */
static void pin_member_race(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;

	if (!who)
		crowd_disturb(memory_reader_irq);
	while (READ_ONCE(irqs) < CROWD_IRQS && time_before(jiffies, end)) {
		if (who < CROWD_SIZE / 2) {
			memory_users(who);
		} else {
			local_irq_disable();
			memory_reader();
			local_irq_enable();
		}
		cond_resched();
	}
	if (!who)
		crowd_leave_alone();
}

static void pin_del_race(struct kunit *test)
{
	unsigned int slot;

	atomic_set(&wrong, 0);
	atomic_set(&pins, 0);
	memset(memory, 0, sizeof(memory));
	irqs = 0;
	KUNIT_ASSERT_EQ(test, crowd_run(test, pin_member_race, NULL), 0);
	kunit_info(test, "%d pins\n", atomic_read(&pins));
	KUNIT_EXPECT_GT(test, atomic_read(&pins), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0LL);
	for (slot = 0; slot < SLOTS; slot++)
		KUNIT_EXPECT_NULL(test, sockwatch_track.keys[slot]);
}

static struct kunit_case track_pin_cases[] = {
	KUNIT_CASE(pin_nothing),
	KUNIT_CASE(pinned_found),
	KUNIT_CASE(pinned_before_stale),
	KUNIT_CASE(del_waits),
	KUNIT_CASE(pin_del_race),
	{}
};

struct kunit_suite sockwatch_track_pin_suite = {
	.name = "sockwatch_track_pin",
	.init = pin_start,
	.exit = pin_stop,
	.test_cases = track_pin_cases,
};
