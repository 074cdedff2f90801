// SPDX-License-Identifier: GPL-2.0
/* hist_rare: each duration in its bucket, and none lost between CPUs. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "crowd.h"
#include "hist_rare.h"
#include "suites.h"

static struct sockwatch_rare rare;
static struct sockwatch_hist_sum sum;

static int rare_start(struct kunit *test)
{
	memset(&rare, 0, sizeof(rare));
	return 0;
}

static bool add(u64 ns, u64 limit)
{
	return sockwatch_rare_add(&rare, ns - 1, limit);
}

static void fold(void)
{
	memset(&sum, 0, sizeof(sum));
	sockwatch_rare_fold(&rare, &sum);
}

/* As those of a histogram that has a part on each CPU. */
static void every_bucket(struct kunit *test)
{
	unsigned int i;
	u64 want = 0;

	for (i = 0; i < SOCKWATCH_HIST_OPEN; i++) {
		add(sockwatch_hist_bound(i), U64_MAX);
		add(sockwatch_hist_bound(i) + 1, U64_MAX);
		want += 2 * sockwatch_hist_bound(i) + 1;
	}
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 1ULL);
	for (i = 1; i < SOCKWATCH_HIST_OPEN; i++)
		KUNIT_EXPECT_EQ(test, sum.bucket[i], 2ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[SOCKWATCH_HIST_OPEN], 1ULL);
	KUNIT_EXPECT_EQ(test, sum.count, 2ULL * SOCKWATCH_HIST_OPEN);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, want);
	KUNIT_EXPECT_EQ(test, sum.max_ns,
			sockwatch_hist_bound(SOCKWATCH_HIST_OPEN - 1) + 1);
}

/* A clock that begins anew is no 584 years. */
static void below_zero(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, add(3000, U64_MAX));
	KUNIT_EXPECT_FALSE(test, add(0, 0));
	KUNIT_EXPECT_FALSE(test, add(-200ULL, 0));
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, 3ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 2ULL);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 3000ULL);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 3000ULL);
}

/* It adds to what is there, and leaves the longest of both. */
static void merge(struct kunit *test)
{
	add(5000, U64_MAX);
	fold();
	atomic64_set(&rare.max_ns, 100);
	sockwatch_rare_fold(&rare, &sum);
	KUNIT_EXPECT_EQ(test, sum.count, 2ULL);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 10000ULL);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 5000ULL);
}

/* No cell is so small that it could be full. */
static void no_wrap(struct kunit *test)
{
	atomic64_set(&rare.bucket[1], U32_MAX);
	add(600, U64_MAX);
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[1], 1ULL << 32);
	KUNIT_EXPECT_EQ(test, sum.count, 1ULL << 32);
}

/* The first ones, and then what is above the limit. */
static void kept(struct kunit *test)
{
	unsigned int round, i;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < SOCKWATCH_HIST_KEEP; i++)
			KUNIT_EXPECT_TRUE(test, add(600, 9999));
		KUNIT_EXPECT_FALSE(test, add(10000, 9999));
		KUNIT_EXPECT_TRUE(test, add(10001, 9999));
		KUNIT_EXPECT_FALSE(test, add(600, U64_MAX));
		sockwatch_rare_arm(&rare);
	}
}

#define ROUNDS	20000

static void race_member(unsigned int who, void *arg)
{
	unsigned int i;

	for (i = 1; i <= ROUNDS; i++)
		add(600 + i * CROWD_SIZE + who, U64_MAX);
}

static void race(struct kunit *test)
{
	const u64 all = CROWD_SIZE * ROUNDS;
	u64 last = CROWD_SIZE * (ROUNDS + 1) - 1;
	u64 buckets = 0;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, crowd_run(test, race_member, NULL), 0);
	fold();
	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++)
		buckets += sum.bucket[i];
	KUNIT_EXPECT_EQ(test, sum.count, all);
	KUNIT_EXPECT_EQ(test, buckets, all);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 600 + last);
	/* 600 each, and every number from CROWD_SIZE to the last. */
	KUNIT_EXPECT_EQ(test, sum.sum_ns,
			600 * all + (CROWD_SIZE + last) * all / 2);
}

/**
 * struct disturbed - what a thread and an interrupt have added
 * @irqs: interrupts
 * @count: durations
 * @sum_ns: their sum
 * @wrong: how often the longest was another one
 */
static struct disturbed {
	unsigned int irqs;
	atomic64_t count;
	atomic64_t sum_ns;
	unsigned int wrong;
} disturbed;

static void disturbed_add(u64 ns)
{
	add(ns, U64_MAX);
	atomic64_inc(&disturbed.count);
	atomic64_add(ns, &disturbed.sum_ns);
}

/* Longer than what the thread may be raising the longest to. */
static void disturb(void)
{
	disturbed_add(atomic64_read(&rare.max_ns) + 100000);
	WRITE_ONCE(disturbed.irqs, disturbed.irqs + 1);
}

static void disturbed_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;
	u64 longest;

	if (who)
		return;
	crowd_disturb(disturb);
	while (READ_ONCE(disturbed.irqs) < CROWD_IRQS &&
	       time_before(jiffies, end)) {
		longest = atomic64_read(&rare.max_ns) + 1;
		disturbed_add(longest);
		disturbed.wrong += atomic64_read(&rare.max_ns) < longest;
	}
	crowd_leave_alone();
}

static void interrupted(struct kunit *test)
{
	memset(&disturbed, 0, sizeof(disturbed));
	KUNIT_ASSERT_EQ(test, crowd_run(test, disturbed_member, NULL), 0);
	kunit_info(test, "%u interrupts\n", disturbed.irqs);
	KUNIT_EXPECT_GT(test, disturbed.irqs, 0U);
	fold();
	KUNIT_EXPECT_EQ(test, sum.count,
			(u64)atomic64_read(&disturbed.count));
	KUNIT_EXPECT_EQ(test, sum.sum_ns,
			(u64)atomic64_read(&disturbed.sum_ns));
	KUNIT_EXPECT_GE(test, sum.max_ns, 100000ULL * disturbed.irqs);
	KUNIT_EXPECT_EQ(test, disturbed.wrong, 0U);
}

static struct kunit_case rare_cases[] = {
	KUNIT_CASE(every_bucket),
	KUNIT_CASE(below_zero),
	KUNIT_CASE(merge),
	KUNIT_CASE(no_wrap),
	KUNIT_CASE(kept),
	KUNIT_CASE(race),
	KUNIT_CASE(interrupted),
	{}
};

struct kunit_suite sockwatch_hist_rare_suite = {
	.name = "sockwatch_hist_rare",
	.init = rare_start,
	.test_cases = rare_cases,
};
