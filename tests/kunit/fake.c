// SPDX-License-Identifier: GPL-2.0
/* Socks, namespaces and a sink that are not real, and what they must add to. */
#include <linux/err.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "fake.h"
#include "netns.h"
#include "snapshot.h"
#include "track.h"

struct fake_events fake_events;

static struct sockwatch_totals before;

static void fake_event(enum sockwatch_event_id id, const struct sock *sk,
		       int err)
{
	if (preemptible())
		fake_events.preemptible++;
	fake_events.nr++;
	fake_events.last = id;
	fake_events.sk = sk;
	fake_events.err = err;
}

static const struct sockwatch_sink fake_sink = {
	.event = fake_event,
};

/**
 * fake_start() - an account of every namespace, with nothing in it
 * @test: the test
 *
 * Return: 0 or a negative errno.
 */
int fake_start(struct kunit *test)
{
	int err = sockwatch_account_init(FAKE_SOCKETS, FAKE_KINDS);

	if (err)
		return err;
	memset(&fake_events, 0, sizeof(fake_events));
	sockwatch_account_set_sink(&fake_sink);
	sockwatch_account_totals(&before);
	return 0;
}

/**
 * fake_stop() - the opposite of fake_start()
 * @test: the test
 */
void fake_stop(struct kunit *test)
{
	sockwatch_account_set_sink(NULL);
	sockwatch_account_exit();
	KUNIT_EXPECT_EQ(test, fake_events.preemptible, 0U);
}

/**
 * fake_sock() - a sock with just what account looks at
 * @test: the test; the sock goes with it
 * @net: its namespace
 * @kind: sockwatch_kind_pack()
 *
 * Return: the sock.
 */
struct sock *fake_sock(struct kunit *test, struct net *net, u64 kind)
{
	struct sockwatch_kind parts = sockwatch_kind_unpack(kind);
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sk);
	sk->sk_family = parts.family;
	sk->sk_type = parts.type;
	sk->sk_protocol = parts.protocol;
	sock_net_set(sk, net);
	return sk;
}

/**
 * fake_net() - a namespace that the kernel does not know of
 * @test: the test; ends when there is no memory
 * @ready: it has an account; if not, it is still being set up
 *
 * Return: the namespace, for fake_net_free().
 */
struct net *fake_net(struct kunit *test, bool ready)
{
	struct net *net = kunit_kzalloc(test, sizeof(*net), GFP_KERNEL);
	unsigned int nr = sockwatch_net_id + 1;
	struct sockwatch_net *snet = NULL;
	struct net_generic *gen;

	KUNIT_ASSERT_NOT_NULL(test, net);
	gen = kunit_kzalloc(test, struct_size(gen, ptr, nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gen);
	if (ready) {
		snet = kunit_kzalloc(test, sizeof(*snet), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, snet);
		snet->net = net;
		KUNIT_ASSERT_EQ(test, 0,
				sockwatch_counters_init(&snet->kinds,
							FAKE_KINDS,
							SOCKWATCH_C_MAX));
		KUNIT_ASSERT_EQ(test, 0,
				sockwatch_counters_init(&snet->failures,
							2 * FAKE_KINDS, 1));
	}
	gen->s.len = nr;
	gen->ptr[sockwatch_net_id] = snet;
	RCU_INIT_POINTER(net->gen, gen);
	refcount_set(&net->ns.count, 1);
	return net;
}

/**
 * fake_net_free() - the opposite of fake_net()
 * @net: the namespace
 */
void fake_net_free(struct net *net)
{
	struct sockwatch_net *snet = sockwatch_net_held(net);

	if (!snet)
		return;
	sockwatch_counters_free(&snet->failures);
	sockwatch_counters_free(&snet->kinds);
}

/**
 * fake_table_fill() - leave no room in the tracking table
 * @test: the test
 */
void fake_table_fill(struct kunit *test)
{
	unsigned long address = 64;

	while (sockwatch_track_used() < FAKE_SOCKETS) {
		KUNIT_ASSERT_NOT_NULL(test,
				      sockwatch_track_add((void *)address));
		address += 64;
	}
}

/**
 * fake_totals() - what the machine's totals have gained in this test
 * @totals: filled
 */
void fake_totals(struct sockwatch_totals *totals)
{
	sockwatch_account_totals(totals);
	totals->untracked -= before.untracked;
	totals->discarded -= before.discarded;
}

static void row_read(struct sockwatch_snapshot *snapshot, u64 kind,
		     struct sockwatch_row *row)
{
	unsigned int i;

	memset(row, 0, sizeof(*row));
	for (i = 0; i < snapshot->nr; i++)
		if (snapshot->rows[i].key == kind)
			*row = snapshot->rows[i];
}

static void expect_number(struct kunit *test, int line, const char *name,
			  u64 have, u64 want)
{
	KUNIT_EXPECT_EQ_MSG(test, have, want, "%s at line %d", name, line);
}

/**
 * fake_expect_row() - compare a row with what it must say
 * @test: the test
 * @line: where it is expected
 * @net: the namespace
 * @kind: the row
 * @want: what it must say
 */
void fake_expect_row(struct kunit *test, int line, const struct net *net,
		     u64 kind, const struct fake_row *want)
{
	struct sockwatch_snapshot *snapshot;
	struct sockwatch_row row;

	snapshot = sockwatch_snapshot_kinds(sockwatch_net_held(net));
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	row_read(snapshot, kind, &row);
	sockwatch_snapshot_free(snapshot);

#define EXPECT_NUMBER(name, value) \
	expect_number(test, line, #name, value, want->name)
	EXPECT_NUMBER(attempts, sockwatch_row_attempts(&row));
	EXPECT_NUMBER(failures, row.failures);
	EXPECT_NUMBER(created, row.count[SOCKWATCH_C_CREATED]);
	EXPECT_NUMBER(kernel, row.count[SOCKWATCH_C_KERNEL]);
	EXPECT_NUMBER(accepted, row.count[SOCKWATCH_C_ACCEPTED]);
	EXPECT_NUMBER(preexisting, row.count[SOCKWATCH_C_PREEXISTING]);
	EXPECT_NUMBER(released, row.count[SOCKWATCH_C_RELEASED]);
	EXPECT_NUMBER(open, sockwatch_row_open(&row));
	EXPECT_NUMBER(kernel_open, sockwatch_row_kernel_open(&row));
	EXPECT_NUMBER(cloned, row.count[SOCKWATCH_C_CLONED]);
	EXPECT_NUMBER(unaccepted, row.count[SOCKWATCH_C_UNACCEPTED]);
	EXPECT_NUMBER(lost, row.count[SOCKWATCH_C_LOST]);
#undef EXPECT_NUMBER
}

/**
 * fake_expect_event() - compare what the sink was told
 * @test: the test
 * @line: where it is expected
 * @nr: how many events since the start
 * @last: the last one
 * @sk: its sock
 * @err: its error
 */
void fake_expect_event(struct kunit *test, int line, unsigned int nr,
		       enum sockwatch_event_id last, const struct sock *sk,
		       int err)
{
	KUNIT_EXPECT_EQ_MSG(test, fake_events.nr, nr, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, (int)fake_events.last, (int)last, "line %d",
			    line);
	KUNIT_EXPECT_PTR_EQ_MSG(test, fake_events.sk, sk, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, fake_events.err, err, "line %d", line);
}
