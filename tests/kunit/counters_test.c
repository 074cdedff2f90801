// SPDX-License-Identifier: GPL-2.0
/* counters: a bounded table of keys, counted on every CPU. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/smp.h>
#include <linux/socket.h>

#include "classify.h"
#include "counters.h"
#include "crowd.h"
#include "netns.h"
#include "suites.h"

#define NR	16
#define WIDTH	3
#define BLOCK	4

static struct sockwatch_counters table;

static int counters_start(struct kunit *test)
{
	return sockwatch_counters_init(&table, NR, WIDTH, BLOCK);
}

static void counters_stop(struct kunit *test)
{
	if (table.keys)
		sockwatch_counters_free(&table);
	table.keys = NULL;
}

static unsigned int row_get(u64 key)
{
	return sockwatch_counters_row(&table, key);
}

static void row_add(unsigned int row, unsigned int column, u64 n)
{
	this_cpu_add(sockwatch_counters_cells(&table, row)[column], n);
}

/* The @n-th key whose place is @row. */
static u64 key_at(unsigned int row, unsigned int n)
{
	u64 key = 0;

	do {
		key++;
		if (sockwatch_counters_hash(&table, key) == row && !n--)
			return key;
	} while (key < 1 << 20);
	return 0;
}

static void empty(struct kunit *test)
{
	u64 sums[NR + 1];
	unsigned int row;

	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), 0U);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, 0), 0ULL);
	sockwatch_counters_fold(&table, WIDTH - 1, sums);
	for (row = 0; row <= NR; row++)
		KUNIT_EXPECT_EQ(test, sums[row], 0ULL);
}

/* A key keeps its row, and no two keys share one. */
static void rows_stay(struct kunit *test)
{
	unsigned int rows[NR];
	u64 key;

	for (key = 1; key <= NR; key++) {
		rows[key - 1] = row_get(sockwatch_kind_pack(2, 1, key));
		KUNIT_ASSERT_LT(test, rows[key - 1], (unsigned int)NR);
		KUNIT_EXPECT_EQ(test, sockwatch_kind_pack(2, 1, key),
				sockwatch_counters_key(&table,
						       rows[key - 1]));
		KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table),
				(unsigned int)key);
	}
	for (key = 1; key <= NR; key++)
		KUNIT_EXPECT_EQ(test, row_get(sockwatch_kind_pack(2, 1, key)),
				rows[key - 1]);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), (unsigned int)NR);
}

/* Three keys of one place, the last, lie behind it and around the end. */
static void collisions(struct kunit *test)
{
	u64 keys[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		keys[i] = key_at(NR - 1, i);
		KUNIT_ASSERT_NE(test, keys[i], 0ULL);
	}
	KUNIT_EXPECT_EQ(test, row_get(keys[0]), (unsigned int)NR - 1);
	KUNIT_EXPECT_EQ(test, row_get(keys[1]), 0U);
	KUNIT_EXPECT_EQ(test, row_get(keys[2]), 1U);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		row_add(row_get(keys[i]), 1, i + 1);
		row_add(row_get(keys[i]), 1, i + 1);
	}
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), 3U);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, 1), 12ULL);
}

static void overflow(struct kunit *test)
{
	u64 sums[NR + 1];
	unsigned int i;

	KUNIT_EXPECT_EQ(test, row_get(SOCKWATCH_KEY_OTHER), (unsigned int)NR);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), 0U);
	for (i = 0; i < NR + 5; i++)
		row_add(row_get(sockwatch_kind_pack(2, 3, i)), 0, 1);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), (unsigned int)NR);
	sockwatch_counters_fold(&table, 0, sums);
	for (i = 0; i < NR; i++)
		KUNIT_EXPECT_EQ(test, sums[i], 1ULL);
	KUNIT_EXPECT_EQ(test, sums[NR], 5ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, 0), NR + 5ULL);
}

/* One column must not run into its neighbours. */
static void columns(struct kunit *test)
{
	unsigned int row = row_get(7);
	u64 sums[NR + 1];
	unsigned int i;

	for (i = 0; i < WIDTH; i++)
		row_add(row, i, 10 * (i + 1));
	row_add(NR, WIDTH - 1, 5);
	for (i = 0; i < WIDTH; i++) {
		sockwatch_counters_fold(&table, i, sums);
		KUNIT_EXPECT_EQ(test, sums[row], 10ULL * (i + 1));
	}
	KUNIT_EXPECT_EQ(test, sums[NR], 5ULL);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, WIDTH - 1),
			35ULL);
}

static void count_here(void *arg)
{
	row_add(*(unsigned int *)arg, 2, smp_processor_id() + 1);
}

static void every_cpu(struct kunit *test)
{
	unsigned int row = row_get(42);
	u64 want = 0, sums[NR + 1];
	int cpu;

	for_each_online_cpu(cpu) {
		KUNIT_ASSERT_EQ(test, 0,
				smp_call_function_single(cpu, count_here, &row,
							 true));
		want += cpu + 1;
		KUNIT_EXPECT_EQ(test, cpu + 1ULL,
				per_cpu_ptr(table.cells[row], cpu)[2]);
	}
	sockwatch_counters_fold(&table, 2, sums);
	KUNIT_EXPECT_EQ(test, sums[row], want);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, 2), want);
}

/* A counter moved down on another CPU than it went up on. */
static void count_back(void *arg)
{
	row_add(*(unsigned int *)arg, 0, -1);
}

static void up_here_down_there(struct kunit *test)
{
	unsigned int row = row_get(42);
	int cpu = cpumask_last(cpu_online_mask);

	row_add(row, 0, 1);
	smp_call_function_single(cpu, count_back, &row, true);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_total(&table, 0), 0ULL);
}

/* Four keys find no row. */
#define RACE_KEYS	(NR + 4)
#define RACE_ROUNDS	256

static void race_count(unsigned int n)
{
	row_add(row_get(sockwatch_kind_pack(2, 1, n)), 0, 1);
}

/* A key has one row, or none and then always the overflow row. */
static unsigned int twins(u64 each)
{
	unsigned int wrong = sockwatch_counters_used(&table) != NR;
	u64 sums[NR + 1];
	unsigned int i, j;

	sockwatch_counters_fold(&table, 0, sums);
	for (i = 0; i < NR; i++) {
		wrong += sums[i] != each;
		for (j = 0; j < i; j++)
			wrong += table.keys[i] == table.keys[j];
	}
	return wrong + (sums[NR] != each * (RACE_KEYS - NR));
}

/* Everybody comes with the same new keys, each from another end. */
static void race_member(unsigned int who, void *arg)
{
	unsigned int i;

	for (i = 0; i < RACE_KEYS * RACE_ROUNDS; i++)
		race_count(who & 1 ? RACE_KEYS - 1 - i % RACE_KEYS :
				     i % RACE_KEYS);
}

static void key_race(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, crowd_run(test, race_member, NULL), 0);
	KUNIT_EXPECT_EQ(test, twins(CROWD_SIZE * RACE_ROUNDS), 0U);
}

/**
 * struct irq_race - an interrupt brings the keys that a thread is bringing
 * @irqs: interrupts in this round
 * @disturbed: rounds that had one
 * @wrong: what was wrong in all rounds
 */
static struct irq_race {
	unsigned int irqs;
	unsigned int disturbed;
	unsigned int wrong;
} irq_race;

static void race_irq(void)
{
	unsigned int n = RACE_KEYS;

	while (n--)
		race_count(n);
	irq_race.irqs++;
}

/* The interrupt sees an empty table or one that is being filled. */
static void race_round(void)
{
	unsigned int n;

	local_irq_disable();
	memset(table.keys, 0, NR * sizeof(table.keys[0]));
	for (n = 0; n * BLOCK <= table.room; n++)
		memset(this_cpu_ptr(table.blocks[n]), 0,
		       BLOCK * WIDTH * sizeof(u64));
	table.used = 0;
	irq_race.irqs = 0;
	local_irq_enable();
	for (n = 0; n < RACE_KEYS; n++)
		race_count(n);
	local_irq_disable();
	irq_race.wrong += twins(1 + irq_race.irqs);
	irq_race.disturbed += !!irq_race.irqs;
	local_irq_enable();
}

static void irq_race_member(unsigned int who, void *arg)
{
	unsigned long end = jiffies + 3 * HZ;

	if (who)
		return;
	crowd_disturb(race_irq);
	while (irq_race.disturbed < CROWD_IRQS && time_before(jiffies, end)) {
		race_round();
		cond_resched();
	}
	crowd_leave_alone();
}

static void key_race_irq(struct kunit *test)
{
	memset(&irq_race, 0, sizeof(irq_race));
	KUNIT_ASSERT_EQ(test, crowd_run(test, irq_race_member, NULL), 0);
	kunit_info(test, "interrupts in %u rounds\n", irq_race.disturbed);
	KUNIT_EXPECT_GT(test, irq_race.disturbed, 0U);
	KUNIT_EXPECT_EQ(test, irq_race.wrong, 0U);
}

/* The numbers of rows that there is room for, from the first one on. */
static void grows(struct kunit *test)
{
	size_t bytes = sockwatch_counters_bytes(&table, false);
	size_t most = sockwatch_counters_bytes(&table, true);
	const size_t block = num_possible_cpus() * BLOCK * WIDTH * sizeof(u64);
	unsigned int i;

	/* The overflow row is one of the first four. */
	KUNIT_EXPECT_EQ(test, table.room, BLOCK - 1U);
	/* 17 rows are five blocks. */
	KUNIT_EXPECT_EQ(test, bytes + 4 * block, most);
	KUNIT_EXPECT_TRUE(test, sockwatch_counters_short(&table));
	for (i = 1; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test,
				  sockwatch_counters_grow(&table, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, table.room, (i + 1) * BLOCK - 1U);
		KUNIT_EXPECT_EQ(test, bytes + i * block,
				sockwatch_counters_bytes(&table, false));
	}
	/* Eleven rows are eight to spare, till the fourth is taken. */
	for (i = 1; i < 4; i++)
		row_get(i);
	KUNIT_EXPECT_FALSE(test, sockwatch_counters_short(&table));
	sockwatch_counters_grow(&table, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, table.room, 3 * BLOCK - 1U);
	row_get(4);
	KUNIT_EXPECT_TRUE(test, sockwatch_counters_short(&table));
	for (i = 5; i <= NR; i++) {
		sockwatch_counters_grow(&table, GFP_KERNEL);
		row_get(i);
	}
	KUNIT_EXPECT_EQ(test, table.room, (unsigned int)NR);
	KUNIT_EXPECT_FALSE(test, sockwatch_counters_short(&table));
	KUNIT_EXPECT_EQ(test, most, sockwatch_counters_bytes(&table, false));
}

/* A key that finds no memory is counted, and finds its row later. */
static void no_memory(struct kunit *test)
{
	unsigned int block = table.block;
	u64 sums[NR + 1];
	unsigned int i;

	for (i = 1; i < BLOCK; i++)
		row_add(row_get(i), 0, 1);
	/* More than there can be on a CPU. */
	table.block = 1 << 20;
	KUNIT_EXPECT_FALSE(test,
			   sockwatch_counters_grow(&table, GFP_KERNEL |
							   __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, row_get(BLOCK), (unsigned int)NR);
	row_add(row_get(BLOCK), 0, 1);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&table), BLOCK - 1U);
	table.block = block;
	row_add(row_get(BLOCK), 0, 2);
	sockwatch_counters_fold(&table, 0, sums);
	for (i = 1; i < BLOCK; i++)
		KUNIT_EXPECT_EQ(test, sums[row_get(i)], 1ULL);
	KUNIT_EXPECT_EQ(test, sums[row_get(BLOCK)], 2ULL);
	KUNIT_EXPECT_EQ(test, sums[NR], 1ULL);
}

/* The largest table that the module's parameters allow fits. */
static void widest(struct kunit *test)
{
	struct sockwatch_counters wide;
	unsigned int row;

	KUNIT_ASSERT_EQ(test, 0,
			sockwatch_counters_init(&wide, SOCKWATCH_KINDS_LIMIT,
						SOCKWATCH_C_MAX, 32));
	row = sockwatch_counters_row(&wide, 1);
	this_cpu_inc(sockwatch_counters_cells(&wide, row)[SOCKWATCH_C_MAX - 1]);
	this_cpu_inc(sockwatch_counters_cells(&wide, SOCKWATCH_KINDS_LIMIT)
			     [SOCKWATCH_C_MAX - 1]);
	KUNIT_EXPECT_EQ(test, 2ULL,
			sockwatch_counters_total(&wide, SOCKWATCH_C_MAX - 1));
	sockwatch_counters_free(&wide);
}

static const struct sockwatch_kind usual[] = {
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	{ AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET6, SOCK_STREAM, IPPROTO_MPTCP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_RAW, 58 /* ICMPv6 */ },
	{ AF_UNIX, SOCK_STREAM, 0 },
	{ AF_UNIX, SOCK_DGRAM, 0 },
	{ AF_UNIX, SOCK_SEQPACKET, 0 },
	{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
	{ AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE },
	{ AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG },
	{ AF_NETLINK, SOCK_RAW, NETLINK_XFRM },
	{ AF_NETLINK, SOCK_RAW, NETLINK_AUDIT },
	{ AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER },
	{ AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT },
	{ AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT },
	{ AF_NETLINK, SOCK_RAW, NETLINK_GENERIC },
	{ AF_NETLINK, SOCK_DGRAM, NETLINK_GENERIC },
	{ AF_PACKET, SOCK_RAW, 0 },
	{ AF_PACKET, SOCK_DGRAM, 0 },
	{ AF_VSOCK, SOCK_STREAM, 0 },
	{ AF_ALG, SOCK_SEQPACKET, 0 },
};

static unsigned int first_row(const struct sockwatch_counters *c,
			      const struct sockwatch_kind *kind)
{
	return sockwatch_counters_hash(c, sockwatch_kind_of(kind->family,
							    kind->type,
							    kind->protocol));
}

/* With the number of rows that there are by default, and with all. */
static void usual_apart(struct kunit *test)
{
	static const struct sockwatch_counters tables[] = {
		{ .mask = 127 }, { .mask = SOCKWATCH_KINDS_LIMIT - 1 },
	};
	unsigned int t, i, j;

	for (t = 0; t < ARRAY_SIZE(tables); t++)
		for (i = 0; i < ARRAY_SIZE(usual); i++)
			for (j = 0; j < i; j++)
				KUNIT_EXPECT_NE_MSG(test,
						    first_row(&tables[t],
							      &usual[i]),
						    first_row(&tables[t],
							      &usual[j]),
						    "%u %u", i, j);
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(rows_stay),
	KUNIT_CASE(collisions),
	KUNIT_CASE(overflow),
	KUNIT_CASE(columns),
	KUNIT_CASE(every_cpu),
	KUNIT_CASE(up_here_down_there),
	KUNIT_CASE(key_race),
	KUNIT_CASE(key_race_irq),
	KUNIT_CASE(grows),
	KUNIT_CASE(no_memory),
	KUNIT_CASE(widest),
	KUNIT_CASE(usual_apart),
	{}
};

struct kunit_suite sockwatch_counters_suite = {
	.name = "sockwatch_counters",
	.init = counters_start,
	.exit = counters_stop,
	.test_cases = counters_cases,
};
