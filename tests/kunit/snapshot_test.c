// SPDX-License-Identifier: GPL-2.0
/* snapshot: the rows that have counted, in order, and what they add up to. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <net/tcp_states.h>

#include "crowd.h"
#include "event.h"
#include "fake.h"
#include "netns.h"
#include "snapshot.h"
#include "suites.h"
#include "tcp.h"

#define T0	1000ULL

static const struct sockwatch_net *snet(void)
{
	return sockwatch_net_held(&init_net);
}

static void empty(struct kunit *test)
{
	u64 before_ns = ktime_get_real_ns();
	struct sockwatch_snapshot *snapshot = sockwatch_snapshot_kinds(snet(), 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_EXPECT_EQ(test, snapshot->nr, 0U);
	KUNIT_EXPECT_EQ(test, snapshot->netns, init_net.ns.inum);
	KUNIT_EXPECT_NULL(test, snapshot->next);
	KUNIT_EXPECT_GE(test, snapshot->time_ns, before_ns);
	KUNIT_EXPECT_LE(test, snapshot->time_ns, ktime_get_real_ns());
	sockwatch_snapshot_free(snapshot);

	snapshot = sockwatch_snapshot_failures(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_EXPECT_EQ(test, snapshot->nr, 0U);
	sockwatch_snapshot_free(snapshot);
}

static void create(struct kunit *test, u64 kind)
{
	fake_create(&init_net, fake_sock(test, &init_net, kind), false, T0);
}

static u64 in_order(const struct sockwatch_row *row)
{
	struct sockwatch_kind kind = sockwatch_kind_unpack(row->key);

	return (u64)kind.family << 32 | (u64)kind.type << 16 | kind.protocol;
}

static void sorted(struct kunit *test)
{
	static const int protocols[] = { 9, 3, 255, 1, 17, 8, 200 };
	struct sockwatch_snapshot *snapshot;
	unsigned int i;

	create(test, TCP6);
	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		create(test, sockwatch_kind_pack(AF_INET,
						 i & 1 ? SOCK_RAW : SOCK_DGRAM,
						 protocols[i]));
	create(test, UNIX);
	snapshot = sockwatch_snapshot_kinds(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr,
			(unsigned int)ARRAY_SIZE(protocols) + 2);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->key, UNIX);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, snapshot->nr - 1)->key, TCP6);
	for (i = 1; i < snapshot->nr; i++)
		KUNIT_EXPECT_LT(test, in_order(row_of(snapshot, i - 1)),
				in_order(row_of(snapshot, i)));
	sockwatch_snapshot_free(snapshot);
}

static void other_last(struct kunit *test)
{
	struct sockwatch_snapshot *snapshot;
	int i;

	sockwatch_account_create_failed(&init_net, -1, 0, 0, -EINVAL);
	for (i = 0; i < FAKE_KINDS; i++)
		create(test, sockwatch_kind_pack(U16_MAX, U16_MAX, i));
	snapshot = sockwatch_snapshot_kinds(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr, FAKE_KINDS + 1U);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, FAKE_KINDS)->key,
			SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, 1ULL,
			sockwatch_row_attempts(row_of(snapshot, FAKE_KINDS)));
	sockwatch_snapshot_free(snapshot);
}

/* A row that has a key, and whose counters are all 0. */
static void untouched_left_out(struct kunit *test)
{
	struct sockwatch_net *mine = sockwatch_net_held(&init_net);
	struct sockwatch_snapshot *snapshot;

	sockwatch_counters_row(&mine->kinds, LLC);
	create(test, TCP);
	KUNIT_EXPECT_EQ(test, sockwatch_counters_used(&mine->kinds), 2U);
	snapshot = sockwatch_snapshot_kinds(mine, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr, 1U);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->key, TCP);
	sockwatch_snapshot_free(snapshot);
}

/* Each column comes from its own counter, and the sums from the right ones. */
static void sums(struct kunit *test)
{
	struct sockwatch_net *mine = sockwatch_net_held(&init_net);
	struct sockwatch_snapshot *snapshot;
	const struct sockwatch_row *row;
	u64 __percpu *cells;
	unsigned int i;

	cells = sockwatch_counters_cells(&mine->kinds,
					 sockwatch_counters_row(&mine->kinds,
								TCP));
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EPERM);
	for (i = 0; i < SOCKWATCH_C_MAX; i++)
		this_cpu_add(cells[i], 1ULL << (4 * i));
	snapshot = sockwatch_snapshot_kinds(mine, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr, 1U);
	row = row_of(snapshot, 0);
	for (i = 0; i < SOCKWATCH_C_MAX; i++)
		KUNIT_EXPECT_EQ(test, row->count[i], 1ULL << (4 * i));
	KUNIT_EXPECT_EQ(test, sockwatch_row_attempts(row),
			1 + (1ULL << (4 * SOCKWATCH_C_CREATED)) +
			(1ULL << (4 * SOCKWATCH_C_KERNEL)));
	KUNIT_EXPECT_EQ(test, sockwatch_row_open(row),
			(1ULL << (4 * SOCKWATCH_C_CREATED)) +
			(1ULL << (4 * SOCKWATCH_C_KERNEL)) +
			(1ULL << (4 * SOCKWATCH_C_ACCEPTED)) +
			(1ULL << (4 * SOCKWATCH_C_PREEXISTING)) -
			(1ULL << (4 * SOCKWATCH_C_RELEASED)));
	KUNIT_EXPECT_EQ(test, sockwatch_row_kernel_open(row),
			(1ULL << (4 * SOCKWATCH_C_KERNEL_HELD)) -
			(1ULL << (4 * SOCKWATCH_C_KERNEL_RELEASED)));
	KUNIT_EXPECT_EQ(test, sockwatch_snapshot_lost(mine),
			1ULL << (4 * SOCKWATCH_C_LOST));
	sockwatch_snapshot_free(snapshot);
}

/* What must be seen before what, so that no sum is negative or too much. */
static void fold_order(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_LOST,
			(int)SOCKWATCH_C_RELEASED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_CONNECTED,
			(int)SOCKWATCH_C_RELEASED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_RELEASED,
			(int)SOCKWATCH_C_KERNEL_RELEASED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_KERNEL_HELD,
			(int)SOCKWATCH_C_CREATED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_KERNEL_HELD,
			(int)SOCKWATCH_C_KERNEL);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_KERNEL_HELD,
			(int)SOCKWATCH_C_ACCEPTED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_KERNEL_HELD,
			(int)SOCKWATCH_C_PREEXISTING);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_RELEASED,
			(int)SOCKWATCH_C_CREATED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_RELEASED,
			(int)SOCKWATCH_C_KERNEL);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_RELEASED,
			(int)SOCKWATCH_C_ACCEPTED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_RELEASED,
			(int)SOCKWATCH_C_PREEXISTING);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_KERNEL_RELEASED,
			(int)SOCKWATCH_C_KERNEL_HELD);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_UNACCEPTED,
			(int)SOCKWATCH_C_CLONED);
	KUNIT_EXPECT_LT(test, (int)SOCKWATCH_C_ACCEPTED,
			(int)SOCKWATCH_C_CLONED);
}

/**
 * struct held - a socket comes and goes while its row is read
 * @sk: the socket
 * @kind: its kind
 * @kern: the kernel holds it
 * @there: it is there now
 * @irqs: interrupts
 * @wrong: readings in which a part is more than its whole
 */
static struct held {
	struct sock *sk;
	u64 kind;
	bool kern;
	bool there;
	unsigned int irqs;
	unsigned int wrong;
} held;

static void held_come_or_go(void)
{
	if (held.there) {
		sockwatch_account_free(held.sk);
	} else {
		sockwatch_account_alloc(held.sk);
		fake_create(&init_net, held.sk, held.kern, T0);
	}
	held.there = !held.there;
}

static void held_come_or_go_irq(void)
{
	held_come_or_go();
	held.irqs++;
}

/* More that the kernel holds than are open, or more with a peer than went. */
static bool is_wrong(const struct sockwatch_row *row)
{
	return sockwatch_row_kernel_open(row) > sockwatch_row_open(row) ||
	       row->count[SOCKWATCH_C_CONNECTED] >
	       row->count[SOCKWATCH_C_RELEASED] - row->count[SOCKWATCH_C_LOST];
}

static void held_read(void)
{
	struct sockwatch_snapshot *snapshot;

	snapshot = sockwatch_snapshot_kinds(snet(), 0);
	if (IS_ERR(snapshot))
		return;
	held.wrong += is_wrong(row_of(snapshot, 0));
	sockwatch_snapshot_free(snapshot);
}

/* As a snapshot does it, which cannot be taken in an interrupt. */
static void held_read_irq(void)
{
	static u64 sums[FAKE_KINDS + 1];
	struct sockwatch_row row;
	unsigned int i, nr;

	nr = sockwatch_counters_row(&sockwatch_net_held(&init_net)->kinds,
				    held.kind);
	for (i = 0; i < SOCKWATCH_C_MAX; i++) {
		sockwatch_counters_fold(&snet()->kinds, i, sums);
		row.count[i] = sums[nr];
	}
	held.wrong += is_wrong(&row);
	held.irqs++;
}

static void held_until_enough(void (*fn)(void), void (*irq)(void))
{
	unsigned long end = jiffies + 3 * HZ;

	crowd_disturb(irq);
	while (held.irqs < 4 * CROWD_IRQS && time_before(jiffies, end)) {
		fn();
		cond_resched();
	}
	crowd_leave_alone();
}

static void held_reader(unsigned int who, void *arg)
{
	if (!who)
		held_until_enough(held_read, held_come_or_go_irq);
}

static void held_writer(unsigned int who, void *arg)
{
	if (!who)
		held_until_enough(held_come_or_go, held_read_irq);
}

static void held_run(struct kunit *test, u64 kind,
		     void (*fn)(unsigned int who, void *arg))
{
	unsigned int i;

	memset(&held, 0, sizeof(held));
	held.kind = kind;
	held.kern = kind == TCP;
	held.sk = fake_sock(test, &init_net, kind);
	if (kind == UDP)
		held.sk->sk_state = TCP_ESTABLISHED;
	/* The fake sink would take it the long way. */
	sockwatch_event_set_sink(NULL);
	/* What the first ones need is made where it can be waited for. */
	for (i = 0; i < 2 * FAKE_KINDS; i++)
		held_come_or_go();
	KUNIT_ASSERT_EQ(test, crowd_run(test, fn, NULL), 0);
	kunit_info(test, "%u interrupts\n", held.irqs);
	KUNIT_EXPECT_GT(test, held.irqs, 0U);
	KUNIT_EXPECT_EQ(test, held.wrong, 0U);
	if (held.there)
		held_come_or_go();
}

/* No more are held than are open: a hook runs in the midst of a reading. */
static void held_are_open_read(struct kunit *test)
{
	held_run(test, TCP, held_reader);
}

/* The same: a reading is made in the midst of a hook. */
static void held_are_open_written(struct kunit *test)
{
	held_run(test, TCP, held_writer);
}

/* Likewise: no more had a peer when they went than have gone. */
static void connected_are_gone_read(struct kunit *test)
{
	held_run(test, UDP, held_reader);
}

static void connected_are_gone_written(struct kunit *test)
{
	held_run(test, UDP, held_writer);
}

static void failures(struct kunit *test)
{
	struct sockwatch_snapshot *snapshot;
	int i;

	for (i = 0; i < 3; i++)
		sockwatch_account_create_failed(&init_net, AF_INET,
						SOCK_STREAM, IPPROTO_TCP,
						-EMFILE);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EPERM);
	sockwatch_account_create_failed(&init_net, -1, 0, 0, -EPERM);
	snapshot = sockwatch_snapshot_failures(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr, 3U);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->key,
			sockwatch_failure_pack(TCP, -EPERM));
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->failures, 1ULL);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 1)->key,
			sockwatch_failure_pack(TCP, -EMFILE));
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 1)->failures, 3ULL);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 2)->key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 2)->failures, 1ULL);
	sockwatch_snapshot_free(snapshot);
}

/* A failed connect is a failure, but no attempt at a socket. */
static void connect_failures(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	struct sockwatch_snapshot *snapshot;

	create(test, TCP);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EPERM);
	sockwatch_tcp_connect_failed(sk, -EPERM);
	sockwatch_tcp_connect_failed(sk, -EPERM);
	sockwatch_tcp_connect_failed(sk, 0);
	snapshot = sockwatch_snapshot_failures(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_ASSERT_EQ(test, snapshot->nr, 3U);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->key,
			sockwatch_failure_pack(TCP, -EPERM));
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 0)->failures, 1ULL);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 1)->key,
			sockwatch_connect_pack(TCP, 0));
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 1)->failures, 1ULL);
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 2)->key,
			sockwatch_connect_pack(TCP, -EPERM));
	KUNIT_EXPECT_EQ(test, row_of(snapshot, 2)->failures, 2ULL);
	sockwatch_snapshot_free(snapshot);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 2, .failures = 1,
		   .created = 1, .open = 1);
}

/* A kind that has nothing but failed connects is no row of kinds. */
static void connect_failures_only(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP6);
	struct sockwatch_snapshot *snapshot;

	sockwatch_tcp_connect_failed(sk, -ECONNREFUSED);
	snapshot = sockwatch_snapshot_kinds(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_EXPECT_EQ(test, snapshot->nr, 0U);
	sockwatch_snapshot_free(snapshot);
}

/* However many errnos a kind failed with, and whether any worked: one row. */
static void one_row_a_kind(struct kunit *test)
{
	struct sockwatch_snapshot *snapshot;
	int err;

	for (err = 1; err <= 5; err++) {
		sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
						IPPROTO_TCP, -err);
		sockwatch_account_create_failed(&init_net, AF_INET, SOCK_DGRAM,
						IPPROTO_UDP, -err);
	}
	create(test, TCP);
	snapshot = sockwatch_snapshot_kinds(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	KUNIT_EXPECT_EQ(test, snapshot->nr, 2U);
	sockwatch_snapshot_free(snapshot);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 6, .failures = 5,
		   .created = 1, .open = 1);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 5, .failures = 5);
}

static bool two_hooks(unsigned int id, struct sockwatch_hook_status *status)
{
	status->hits = 100 + id;
	return id < 2;
}

static void hooks(struct kunit *test)
{
	struct sockwatch_hook_status status = {};

	KUNIT_EXPECT_FALSE(test, sockwatch_snapshot_hook(0, &status));
	sockwatch_snapshot_set_hooks(two_hooks);
	KUNIT_EXPECT_TRUE(test, sockwatch_snapshot_hook(1, &status));
	KUNIT_EXPECT_EQ(test, status.hits, 101ULL);
	KUNIT_EXPECT_FALSE(test, sockwatch_snapshot_hook(2, &status));
	sockwatch_snapshot_set_hooks(NULL);
	KUNIT_EXPECT_FALSE(test, sockwatch_snapshot_hook(0, &status));
}

static struct kunit_case snapshot_cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(sorted),
	KUNIT_CASE(other_last),
	KUNIT_CASE(untouched_left_out),
	KUNIT_CASE(sums),
	KUNIT_CASE(fold_order),
	KUNIT_CASE(held_are_open_read),
	KUNIT_CASE(held_are_open_written),
	KUNIT_CASE(connected_are_gone_read),
	KUNIT_CASE(connected_are_gone_written),
	KUNIT_CASE(failures),
	KUNIT_CASE(connect_failures),
	KUNIT_CASE(connect_failures_only),
	KUNIT_CASE(one_row_a_kind),
	KUNIT_CASE(hooks),
	{}
};

struct kunit_suite sockwatch_snapshot_suite = {
	.name = "sockwatch_snapshot",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = snapshot_cases,
};
