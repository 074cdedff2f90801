// SPDX-License-Identifier: GPL-2.0
/* hist: each duration in its bucket, none lost, quantiles near the truth. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/preempt.h>
#include <linux/prandom.h>
#include <linux/smp.h>
#include <linux/sort.h>
#include <linux/time64.h>

#include "hist.h"
#include "one_hist.h"
#include "suites.h"

#define OPEN	SOCKWATCH_HIST_OPEN

/* A quantile above the one, up to the other, is good to an eighth. */
#define SHORTEST_NS	512ULL
#define LONGEST_NS	BIT_ULL(37)

static void empty(struct kunit *test)
{
	unsigned int i;

	fold();
	KUNIT_EXPECT_EQ(test, sum.count, 0ULL);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 0ULL);
	for (i = 0; i < SOCKWATCH_HIST_BUCKETS; i++)
		KUNIT_EXPECT_EQ(test, sum.bucket[i], 0ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_quantile(&sum, 500), 0ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_quantile(&sum, 999), 0ULL);
}

/* Whoever reads the table on the other side makes the bounds this way. */
static void bounds(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < OPEN; n++)
		KUNIT_EXPECT_EQ(test, sockwatch_hist_bound(n),
				((4ULL + n % 4) << n / 4) * 128);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bound(0), SHORTEST_NS);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bound(OPEN - 1), LONGEST_NS);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bound(OPEN), U64_MAX);
}

/* A bound is the last duration of its bucket: the next is in the next one. */
static void at_the_bounds(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < OPEN; n++) {
		KUNIT_EXPECT_EQ(test, n,
				sockwatch_hist_bucket(sockwatch_hist_bound(n)));
		KUNIT_EXPECT_EQ(test, n + 1,
				sockwatch_hist_bucket(sockwatch_hist_bound(n) +
						      1));
		KUNIT_EXPECT_EQ(test, n,
				sockwatch_hist_bucket(sockwatch_hist_bound(n) -
						      1));
	}
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bucket(0), 0U);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bucket(1), 0U);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bucket(LONGEST_NS + 1),
			(unsigned int)OPEN);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bucket(S64_MAX),
			(unsigned int)OPEN);
}

/* The first bucket whose bound is not less, by looking at each. */
static unsigned int bucket_by_search(u64 ns)
{
	unsigned int n = 0;

	while (sockwatch_hist_bound(n) < ns)
		n++;
	return n;
}

/* A longer duration is never in a lower bucket, over all 63 bits. */
static void monotone(struct kunit *test)
{
	unsigned int last = 0, bucket;
	u64 ns;

	for (ns = 1; ns < 1ULL << 62; ns += ns / 61 + 1) {
		bucket = sockwatch_hist_bucket(ns);
		KUNIT_EXPECT_GE(test, bucket, last);
		KUNIT_EXPECT_EQ(test, bucket, bucket_by_search(ns));
		last = bucket;
	}
	KUNIT_EXPECT_EQ(test, last, (unsigned int)OPEN);
}

/*
 * Two CPUs' clocks may differ by a little, so that what ends is before what
 * began; and a TSC begins anew after a suspend.  That is none of 584 years, but
 * as short as can be.
 */
static void below_zero(struct kunit *test)
{
	add(3000);
	add(-1ULL);
	add(-200ULL);
	fold();
	KUNIT_EXPECT_EQ(test, sockwatch_hist_bucket(U64_MAX), 0U);
	KUNIT_EXPECT_EQ(test, sum.count, 3ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 2ULL);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 3000ULL);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 3000ULL);
}

/* Count, sum and maximum are no estimates. */
static void exact(struct kunit *test)
{
	static const u64 ns[] = { 0, 1, 512, 513, 777777, NSEC_PER_SEC, 3,
				  LONGEST_NS + 7, 1000 };
	u64 want = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ns); i++) {
		add(ns[i]);
		want += ns[i];
	}
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, (u64)ARRAY_SIZE(ns));
	KUNIT_EXPECT_EQ(test, sum.sum_ns, want);
	KUNIT_EXPECT_EQ(test, sum.max_ns, LONGEST_NS + 7);
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 4ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[1], 1ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[OPEN], 1ULL);
}

/*
 * Once some are kept, what is not longer is counted without a look at each end
 * of the range; what is beyond either must not be.
 */
static void after_the_longest(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 3 * SOCKWATCH_HIST_KEEP; i++)
		add(LONGEST_NS * 4 + i);
	add(LONGEST_NS * 3);
	add(LONGEST_NS + 1);
	add(LONGEST_NS);
	add(SHORTEST_NS + 1);
	add(SHORTEST_NS);
	add(1);
	add(0);
	add(-1ULL);
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[OPEN], 3ULL * SOCKWATCH_HIST_KEEP + 2);
	KUNIT_EXPECT_EQ(test, sum.bucket[OPEN - 1], 1ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[1], 1ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 4ULL);
	KUNIT_EXPECT_EQ(test, sum.count, 3ULL * SOCKWATCH_HIST_KEEP + 8);
}

/* All lie in the first bucket, or around its end: none is quick, or all are. */
static void around_the_shortest(struct kunit *test)
{
	unsigned int ns;

	for (ns = 1; ns <= 2 * SHORTEST_NS; ns++)
		add(ns);
	for (ns = 1; ns <= 2 * SHORTEST_NS; ns++)
		add(ns);
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 2 * SHORTEST_NS);
	/* A quarter of the octave each. */
	for (ns = 1; ns <= 4; ns++)
		KUNIT_EXPECT_EQ(test, sum.bucket[ns], SHORTEST_NS / 2);
	KUNIT_EXPECT_EQ(test, sum.sum_ns,
			2 * SHORTEST_NS * (2 * SHORTEST_NS + 1));
	KUNIT_EXPECT_EQ(test, sum.max_ns, 2 * SHORTEST_NS);
}

/* Of what is above all bounds only the longest is known. */
static void open_end(struct kunit *test)
{
	add(LONGEST_NS * 4);
	add(LONGEST_NS * 9);
	fold();
	KUNIT_EXPECT_EQ(test, sum.bucket[OPEN], 2ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_quantile(&sum, 1),
			LONGEST_NS * 9);
	KUNIT_EXPECT_EQ(test, sockwatch_hist_quantile(&sum, 999),
			LONGEST_NS * 9);
}

/* Eighths of @want that @have is off, rounded up; a quantile's is at most 1. */
static u64 eighths_off(u64 have, u64 want)
{
	u64 off = have > want ? have - want : want - have;

	return DIV64_U64_ROUND_UP(off * 8, want);
}

/* Each value alone, spread over the whole range, and at each bucket's ends. */
static void single_value(struct kunit *test)
{
	unsigned int n = 0;
	u64 ns, have;

	for (ns = SHORTEST_NS + 1; ns <= LONGEST_NS; ns += ns / 97 + 1) {
		memset(&sum, 0, sizeof(sum));
		sum.bucket[sockwatch_hist_bucket(ns)] = 1;
		sum.count = 1;
		/* Without the maximum, which would give it away. */
		sum.max_ns = U64_MAX;
		have = sockwatch_hist_quantile(&sum, 500);
		KUNIT_EXPECT_LE_MSG(test, eighths_off(have, ns), 1ULL,
				    "%llu for %llu", have, ns);
		sum.max_ns = ns;
		KUNIT_EXPECT_LE(test, sockwatch_hist_quantile(&sum, 999), ns);
		n++;
	}
	KUNIT_EXPECT_GT(test, n, 1000U);
}

/* The error can hardly be smaller: right above a power of two it is there. */
static void worst_value(struct kunit *test)
{
	u64 ns = (1ULL << 30) + 1;

	memset(&sum, 0, sizeof(sum));
	sum.bucket[sockwatch_hist_bucket(ns)] = 1;
	sum.count = 1;
	sum.max_ns = U64_MAX;
	KUNIT_EXPECT_EQ(test, sockwatch_hist_quantile(&sum, 500),
			(1ULL << 30) + (1ULL << 27));
}

#define SAMPLES	3001

static u64 samples[SAMPLES];

static int u64_cmp(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The quantiles against the sample of that rank, which is known exactly. */
static void expect_quantiles(struct kunit *test, unsigned int nr)
{
	static const unsigned int permille[] = { 1, 10, 250, 500, 750, 900,
						 990, 999, 1000 };
	unsigned int i, rank;
	u64 have, want;

	sort(samples, nr, sizeof(samples[0]), u64_cmp, NULL);
	for (i = 0; i < nr; i++)
		add(samples[i]);
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, (u64)nr);
	for (i = 0; i < ARRAY_SIZE(permille); i++) {
		rank = DIV_ROUND_UP(nr * permille[i], 1000);
		want = samples[rank - 1];
		have = sockwatch_hist_quantile(&sum, permille[i]);
		KUNIT_EXPECT_LE_MSG(test, eighths_off(have, want), 1ULL,
				    "%u of 1000: %llu for %llu", permille[i],
				    have, want);
	}
}

/* As many in each octave as in any other. */
static void mixed_octaves(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 815);
	for (i = 0; i < SAMPLES; i++) {
		samples[i] = (SHORTEST_NS << prandom_u32_state(&rnd) % 27) + 1;
		samples[i] += samples[i] * (prandom_u32_state(&rnd) % 1000) /
			      1000;
	}
	expect_quantiles(test, SAMPLES);
}

/* Most are short, and a few take ten thousand times as long. */
static void mixed_tail(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 42);
	for (i = 0; i < SAMPLES; i++) {
		samples[i] = 20000 + prandom_u32_state(&rnd) % 5000;
		if (!(i % 50))
			samples[i] *= 10000;
	}
	expect_quantiles(test, SAMPLES);
}

/* Few samples: each rank is another one. */
static void mixed_few(struct kunit *test)
{
	static const u64 few[] = { 600, 90000, 1000000, 1ULL << 36 };

	memcpy(samples, few, sizeof(few));
	expect_quantiles(test, ARRAY_SIZE(few));
}

/* A fold adds to what is there: so two histograms become one. */
static void merge(struct kunit *test)
{
	struct sockwatch_hist *other = sockwatch_hist_new(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	add(600);
	add(10);
	preempt_disable();
	sockwatch_hist_add(other, 600);
	sockwatch_hist_add(other, 70000);
	preempt_enable();
	fold();
	sockwatch_hist_fold(other, &sum);
	sockwatch_hist_free(other);
	KUNIT_EXPECT_EQ(test, sum.count, 4ULL);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 71210ULL);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 70000ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[0], 1ULL);
	KUNIT_EXPECT_EQ(test, sum.bucket[1], 2ULL);
}

/* The longest may come first: the second histogram does not replace it. */
static void merge_max(struct kunit *test)
{
	struct sockwatch_hist *other = sockwatch_hist_new(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, other);
	add(5000);
	fold();
	sockwatch_hist_fold(other, &sum);
	sockwatch_hist_free(other);
	KUNIT_EXPECT_EQ(test, sum.max_ns, 5000ULL);
}

static void add_here(void *arg)
{
	add(1000 * (smp_processor_id() + 1));
}

static void every_cpu(struct kunit *test)
{
	u64 n = 0, want = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_EQ(test, 0,
				smp_call_function_single(cpu, add_here, NULL,
							 true));
		want += 1000 * (cpu + 1);
		n++;
	}
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, n);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, want);
	KUNIT_EXPECT_EQ(test, sum.max_ns,
			1000ULL * (cpumask_last(cpu_online_mask) + 1));
}

static void carry(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		add(600);
		if (i != SOCKWATCH_HIST_CARRY - 2 &&
		    i != SOCKWATCH_HIST_CARRY - 1)
			continue;
		/* One before the carry, and right at it. */
		fold();
		KUNIT_EXPECT_EQ(test, sum.count, i + 1ULL);
	}
	fold();
	KUNIT_EXPECT_EQ(test, sum.count, (u64)MANY);
	KUNIT_EXPECT_EQ(test, sum.bucket[1], (u64)MANY);
	KUNIT_EXPECT_EQ(test, sum.sum_ns, 600ULL * MANY);
}

static struct kunit_case hist_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(bounds),
	KUNIT_CASE(at_the_bounds),
	KUNIT_CASE(monotone),
	KUNIT_CASE(below_zero),
	KUNIT_CASE(exact),
	KUNIT_CASE(after_the_longest),
	KUNIT_CASE(around_the_shortest),
	KUNIT_CASE(open_end),
	KUNIT_CASE(single_value),
	KUNIT_CASE(worst_value),
	KUNIT_CASE(mixed_octaves),
	KUNIT_CASE(mixed_tail),
	KUNIT_CASE(mixed_few),
	KUNIT_CASE(merge),
	KUNIT_CASE(merge_max),
	KUNIT_CASE(every_cpu),
	KUNIT_CASE(carry),
	{}
};

struct kunit_suite sockwatch_hist_suite = {
	.name = "sockwatch_hist",
	.init = hist_start,
	.exit = hist_stop,
	.test_cases = hist_cases,
};
