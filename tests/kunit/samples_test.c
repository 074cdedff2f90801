// SPDX-License-Identifier: GPL-2.0
/* samples: the slowest are the slowest of all, and the latest the last. */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/prandom.h>
#include <linux/sort.h>

#include "hist.h"
#include "samples.h"
#include "suites.h"

#define KIND		SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE
#define OTHER_KIND	(SOCKWATCH_S_STATES + TCP_CLOSE_WAIT)
#define STREAM		5000

static struct sockwatch_samples *samples;
static struct rnd_state random;
static u64 stream[STREAM];

static int samples_start(struct kunit *test)
{
	prandom_seed_state(&random, 4711);
	samples = sockwatch_samples_new(GFP_KERNEL);
	return samples ? 0 : -ENOMEM;
}

static void samples_end(struct kunit *test)
{
	sockwatch_samples_free(samples);
}

/* The event has its number for its id. */
static void add(unsigned int kind, u64 id, u64 duration_ns)
{
	struct sockwatch_event event = {
		.id = id,
		.duration_ns = duration_ns,
	};

	sockwatch_samples_add(samples, kind, &event);
}

static const struct sockwatch_sample_list *list_of(unsigned int kind)
{
	return &samples->list[kind];
}

static int longer_first(const void *a, const void *b)
{
	const u64 *one = a, *other = b;

	return *one < *other ? 1 : *one > *other ? -1 : 0;
}

/* @nr durations were added: is what was kept of them what should be? */
static void expect_slowest(struct kunit *test, unsigned int nr)
{
	const struct sockwatch_sample_list *list = list_of(KIND);
	unsigned int i;

	sort(stream, nr, sizeof(*stream), longer_first, NULL);
	KUNIT_ASSERT_EQ(test, list->nr_slowest,
			min_t(unsigned int, nr, SOCKWATCH_SAMPLES_MAX));
	for (i = 0; i < list->nr_slowest; i++)
		KUNIT_EXPECT_EQ(test, list->slowest[i].duration_ns, stream[i]);
}

static void test_empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, list_of(KIND)->nr_slowest, 0u);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->nr_latest, 0u);
	/* Whatever comes is one of the slowest. */
	KUNIT_EXPECT_EQ(test, sockwatch_samples_limit(samples, KIND), 0ULL);
	/* Without any room nothing is. */
	KUNIT_EXPECT_EQ(test, sockwatch_samples_limit(NULL, KIND), U64_MAX);
}

static void test_slowest(struct kunit *test)
{
	unsigned int nr, i;

	for (nr = 0; nr < 40; nr++) {
		sockwatch_samples_reset(samples);
		for (i = 0; i < nr; i++) {
			stream[i] = prandom_u32_state(&random) % 50;
			add(KIND, i, stream[i]);
		}
		expect_slowest(test, nr);
	}
}

static void test_limit(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i < SOCKWATCH_SAMPLES_MAX; i++)
		add(KIND, i, i * 10);
	KUNIT_EXPECT_EQ(test, sockwatch_samples_limit(samples, KIND), 0ULL);
	add(KIND, i, i * 10);
	/* The least of them is 10, which is 9 as it is counted. */
	KUNIT_EXPECT_EQ(test, sockwatch_samples_limit(samples, KIND), 9ULL);
	add(KIND, 100, 10);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->slowest[i - 1].id, 1ULL);
	add(KIND, 101, 11);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->slowest[i - 1].id, 101ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_samples_limit(samples, KIND), 10ULL);
}

static void test_latest(struct kunit *test)
{
	const struct sockwatch_sample_list *list = list_of(KIND);
	unsigned int i;

	for (i = 0; i < 3 * SOCKWATCH_SAMPLES_MAX + 1; i++)
		add(KIND, i, 1000 - i);
	KUNIT_EXPECT_EQ(test, list->nr_latest, i);
	for (i = i - SOCKWATCH_SAMPLES_MAX; i < list->nr_latest; i++)
		KUNIT_EXPECT_EQ(test, list->latest[i % SOCKWATCH_SAMPLES_MAX].id,
				(u64)i);
}

static void test_apart(struct kunit *test)
{
	add(KIND, 1, 10);
	add(OTHER_KIND, 2, 20);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->slowest[0].id, 1ULL);
	KUNIT_EXPECT_EQ(test, list_of(OTHER_KIND)->slowest[0].id, 2ULL);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->nr_slowest, 1u);
}

static void test_reset(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		add(KIND, i, 1000 + i);
		add(OTHER_KIND, i, 1000 + i);
	}
	sockwatch_samples_reset(samples);
	test_empty(test);
	KUNIT_EXPECT_EQ(test, list_of(OTHER_KIND)->nr_latest, 0u);
	add(KIND, 30, 5);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->slowest[0].id, 30ULL);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->latest[0].id, 30ULL);
}

/* Only what the histogram does not pass over comes here at all. */
static void count(struct sockwatch_hist *hist, unsigned int i)
{
	u64 n = stream[i] - 1;

	if (sockwatch_hist_count(hist->cpu, n) &&
	    sockwatch_hist_settle(hist, n,
				  sockwatch_samples_limit(samples, KIND)))
		add(KIND, i, stream[i]);
}

static void test_behind_histogram(struct kunit *test)
{
	struct sockwatch_hist *hist = sockwatch_hist_new(GFP_KERNEL);
	unsigned int i, seen;

	KUNIT_ASSERT_NOT_NULL(test, hist);
	preempt_disable();
	for (i = 0; i < STREAM; i++) {
		/* Durations of every length, rarely alike. */
		stream[i] = 600 + (prandom_u32_state(&random) >>
				   prandom_u32_state(&random) % 24);
		count(hist, i);
		if (i % 1000 == 999)
			sockwatch_hist_arm(this_cpu_ptr(hist->cpu));
	}
	preempt_enable();
	seen = list_of(KIND)->nr_latest;
	kunit_info(test, "%u of %u were kept", seen, STREAM);
	/* Few, or it would cost too much. */
	KUNIT_EXPECT_LT(test, seen, STREAM / 20u);
	expect_slowest(test, STREAM);
	sockwatch_hist_free(hist);
}

/* When it was armed while its last duration was settled, it may be quick yet. */
static void test_armed_anew(struct kunit *test)
{
	struct sockwatch_hist *hist = sockwatch_hist_new(GFP_KERNEL);
	unsigned int i, seen;

	KUNIT_ASSERT_NOT_NULL(test, hist);
	stream[0] = 5000;
	preempt_disable();
	for (i = 0; i < STREAM; i++)
		count(hist, 0);
	seen = list_of(KIND)->nr_latest;
	this_cpu_write(hist->cpu->kept, 0);
	count(hist, 0);
	KUNIT_EXPECT_EQ(test, list_of(KIND)->nr_latest, seen);
	sockwatch_hist_arm(this_cpu_ptr(hist->cpu));
	count(hist, 0);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, list_of(KIND)->nr_latest, seen + 1);
	sockwatch_hist_free(hist);
}

static struct kunit_case samples_cases[] = {
	KUNIT_CASE(test_empty),
	KUNIT_CASE(test_slowest),
	KUNIT_CASE(test_limit),
	KUNIT_CASE(test_latest),
	KUNIT_CASE(test_apart),
	KUNIT_CASE(test_reset),
	KUNIT_CASE(test_behind_histogram),
	KUNIT_CASE(test_armed_anew),
	{}
};

struct kunit_suite sockwatch_samples_suite = {
	.name = "sockwatch_samples",
	.init = samples_start,
	.exit = samples_end,
	.test_cases = samples_cases,
};
