// SPDX-License-Identifier: GPL-2.0
/* tcpstat: every CPU's part in the sums, and two histograms in one. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "suites.h"
#include "tcpstat.h"

static struct sockwatch_tcpstat *stat;
static struct sockwatch_tcp_sum sum;
static struct sockwatch_hist_sum hist_sum;

static int tcpstat_start(struct kunit *test)
{
	stat = sockwatch_tcpstat_new(GFP_KERNEL);
	return stat ? 0 : -ENOMEM;
}

static void tcpstat_stop(struct kunit *test)
{
	sockwatch_tcpstat_free(stat);
}

static void add(unsigned int hist, u64 ns)
{
	preempt_disable();
	if (hist < SOCKWATCH_H_RARE)
		sockwatch_hist_add(&stat->hist[hist], ns);
	else
		sockwatch_rare_add(&stat->rare[hist - SOCKWATCH_H_RARE],
				   ns - 1, U64_MAX);
	preempt_enable();
}

static void empty(struct kunit *test)
{
	unsigned int i;

	memset(&sum, 0xff, sizeof(sum));
	sockwatch_tcpstat_fold(stat, &sum);
	for (i = 0; i < ARRAY_SIZE(sum.move); i++)
		KUNIT_EXPECT_EQ(test, sum.move[i], 0ULL);
	for (i = 0; i < SOCKWATCH_NR_METRICS; i++)
		KUNIT_EXPECT_EQ(test, sum.unknown[i], 0ULL);
	for (i = 0; i < SOCKWATCH_NR_FLAGS; i++)
		KUNIT_EXPECT_EQ(test, sum.option[i], 0ULL);
	KUNIT_EXPECT_EQ(test, sum.closed, 0ULL);
	KUNIT_EXPECT_EQ(test, sum.common, 0ULL);
	KUNIT_EXPECT_FALSE(test,
			   sockwatch_tcpstat_state(stat, TCP_CLOSE, false,
						   &hist_sum));
	KUNIT_EXPECT_EQ(test, hist_sum.count, 0ULL);
}

#define HERE (smp_processor_id() + 1)

/* Every counter, each with a value of its own. */
static void count_here(void *unused)
{
	struct sockwatch_tcp_cpu *cpu = this_cpu_ptr(stat->cpu);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cpu->move); i++)
		cpu->move[i] += HERE * (i + 1);
	for (i = 0; i < SOCKWATCH_TW_MAX; i++) {
		cpu->tw[0][i] += HERE * (i + 1);
		cpu->tw[1][i] += HERE * (i + 100);
	}
	for (i = 0; i < SOCKWATCH_SEGMENT_MAX; i++) {
		cpu->segment[0][i] += HERE * (i + 1);
		cpu->segment[1][i] += HERE * (i + 100);
	}
	for (i = 0; i < SOCKWATCH_NR_METRICS; i++)
		cpu->unknown[i] += HERE * (i + 1);
	cpu->closed += HERE * 3;
	cpu->uncommon += HERE;
	sockwatch_hist_add(&stat->hist[SOCKWATCH_H_RTT], 1000 * HERE);
}

/* Each counter of the sum is that of all CPUs, and of no neighbour. */
static void every_cpu(struct kunit *test)
{
	u64 here = 0;
	unsigned int i;
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_EQ(test, 0,
				smp_call_function_single(cpu, count_here, NULL,
							 true));
		here += cpu + 1;
	}
	sockwatch_tcpstat_fold(stat, &sum);
	for (i = 0; i < ARRAY_SIZE(sum.move); i++)
		KUNIT_EXPECT_EQ(test, sum.move[i], here * (i + 1));
	for (i = 0; i < SOCKWATCH_TW_MAX; i++) {
		KUNIT_EXPECT_EQ(test, sum.tw[0][i], here * (i + 1));
		KUNIT_EXPECT_EQ(test, sum.tw[1][i], here * (i + 100));
	}
	for (i = 0; i < SOCKWATCH_SEGMENT_MAX; i++) {
		KUNIT_EXPECT_EQ(test, sum.segment[0][i], here * (i + 1));
		KUNIT_EXPECT_EQ(test, sum.segment[1][i], here * (i + 100));
	}
	for (i = 0; i < SOCKWATCH_NR_METRICS; i++)
		KUNIT_EXPECT_EQ(test, sum.unknown[i], here * (i + 1));
	KUNIT_EXPECT_EQ(test, sum.closed, here * 3);
	KUNIT_EXPECT_EQ(test, sum.common, here * 2);
	KUNIT_EXPECT_TRUE(test,
			  sockwatch_tcpstat_metric(stat,
						   SOCKWATCH_METRIC_TCP_RTT,
						   false, &hist_sum));
	KUNIT_EXPECT_EQ(test, hist_sum.sum_ns, 1000 * here);
}

/* Place n is option n + 1; some are counted where they are missing. */
static void options(struct kunit *test)
{
	unsigned int i;

	this_cpu_add(stat->cpu->closed, 1ULL << 60);
	for (i = 0; i < SOCKWATCH_NR_FLAGS; i++)
		this_cpu_add(stat->cpu->option[i], 1ULL << (4 * i));
	sockwatch_tcpstat_fold(stat, &sum);
	KUNIT_EXPECT_EQ(test, sum.closed, 1ULL << 60);
	for (i = 0; i < SOCKWATCH_NR_FLAGS; i++)
		KUNIT_EXPECT_EQ(test, sum.option[i],
				i + 1 == SOCKWATCH_OPTION_SACK ||
				i + 1 == SOCKWATCH_OPTION_TIMESTAMPS ||
				i + 1 == SOCKWATCH_OPTION_WSCALE ?
					(1ULL << 60) - (1ULL << (4 * i)) :
					1ULL << (4 * i));
}

static void expect_metric(struct kunit *test, enum sockwatch_metric metric,
			  bool remote, u64 count, u64 sum_ns)
{
	KUNIT_EXPECT_EQ(test, !!count,
			sockwatch_tcpstat_metric(stat, metric, remote,
						 &hist_sum));
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.count, count, "metric %d", metric);
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.sum_ns, sum_ns, "metric %d",
			    metric);
}

static void expect_state(struct kunit *test, unsigned int state, bool remote,
			 u64 count, u64 sum_ns)
{
	KUNIT_EXPECT_EQ(test, !!count,
			sockwatch_tcpstat_state(stat, state, remote,
						&hist_sum));
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.count, count, "state %u", state);
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.sum_ns, sum_ns, "state %u", state);
}

/* Each histogram has a value of its own, a power of two above 512. */
static void all_add(void)
{
	unsigned int i;

	for (i = 0; i < SOCKWATCH_H_MAX; i++)
		if (i != SOCKWATCH_NR_HISTS)
			add(i, 1024ULL << i);
}

#define OF(hist) (1024ULL << SOCKWATCH_H_##hist)

/*
 * A connect straight from SYN_SENT, and a life that ends straight from
 * ESTABLISHED, lie in one histogram and count for a metric and a state.
 */
static void metrics(struct kunit *test)
{
	unsigned int r;

	all_add();
	for (r = 0; r < 2; r++) {
		expect_metric(test, SOCKWATCH_METRIC_TCP_CONNECT, r, 2,
			      (OF(OPEN) + OF(CONNECT)) << r);
		expect_metric(test, SOCKWATCH_METRIC_TCP_LIFETIME, r, 2,
			      (OF(RESET) + OF(LIFETIME)) << r);
		expect_metric(test, SOCKWATCH_METRIC_TCP_HANDSHAKE, r, 1,
			      OF(HANDSHAKE) << r);
		expect_metric(test, SOCKWATCH_METRIC_TCP_ACCEPT_QUEUE, r, 1,
			      OF(ACCEPT) << r);
		expect_metric(test, SOCKWATCH_METRIC_TCP_RTT, r, 1,
			      OF(RTT) << r);
	}
}

static void states(struct kunit *test)
{
	unsigned int r;

	all_add();
	for (r = 0; r < 2; r++) {
		expect_state(test, TCP_ESTABLISHED, r, 2,
			     (OF(ESTABLISHED) + OF(RESET)) << r);
		expect_state(test, TCP_SYN_SENT, r, 2,
			     (OF(SYN_SENT) + OF(OPEN)) << r);
		expect_state(test, TCP_SYN_RECV, r, 1, OF(SYN_RECV) << r);
		expect_state(test, TCP_FIN_WAIT1, r, 1, OF(FIN_WAIT1) << r);
		expect_state(test, TCP_FIN_WAIT2, r, 1, OF(FIN_WAIT2) << r);
		expect_state(test, TCP_CLOSE_WAIT, r, 1, OF(CLOSE_WAIT) << r);
		expect_state(test, TCP_LAST_ACK, r, 1, OF(LAST_ACK) << r);
		expect_state(test, TCP_CLOSING, r, 1, OF(CLOSING) << r);
	}
	expect_state(test, TCP_LISTEN, false, 1, OF(LISTEN));
	expect_state(test, TCP_CLOSE, false, 1, OF(CLOSE));
}

/* What is in the second alone must not look empty. */
static void second_only(struct kunit *test)
{
	add(SOCKWATCH_H_CONNECT + 1, 700);
	add(SOCKWATCH_H_RESET, 800);
	expect_metric(test, SOCKWATCH_METRIC_TCP_CONNECT, true, 1, 700);
	expect_metric(test, SOCKWATCH_METRIC_TCP_CONNECT, false, 0, 0);
	expect_state(test, TCP_ESTABLISHED, false, 1, 800);
	expect_state(test, TCP_ESTABLISHED, true, 0, 0);
}

/* Where each move's time goes is where it is read from: none is missing. */
static void every_move(struct kunit *test)
{
	unsigned int from, to, i;
	u64 n = 0;

	for (from = 1; from < SOCKWATCH_STATES; from++) {
		if (from == TCP_TIME_WAIT || from == TCP_LISTEN)
			continue;
		for (to = 1; to < SOCKWATCH_STATES; to++) {
			i = sockwatch_tcp_hist_of[sockwatch_move(from, to)];
			add(i, 1000);
		}
		n++;
		expect_state(test, from, false, SOCKWATCH_STATES - 1,
			     1000 * (SOCKWATCH_STATES - 1));
	}
	KUNIT_EXPECT_EQ(test, n, 9ULL);
}

static struct kunit_case tcpstat_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(every_cpu),
	KUNIT_CASE(options),
	KUNIT_CASE(metrics),
	KUNIT_CASE(states),
	KUNIT_CASE(second_only),
	KUNIT_CASE(every_move),
	{}
};

struct kunit_suite sockwatch_tcpstat_suite = {
	.name = "sockwatch_tcpstat",
	.init = tcpstat_start,
	.exit = tcpstat_stop,
	.test_cases = tcpstat_cases,
};
