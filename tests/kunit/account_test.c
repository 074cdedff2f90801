// SPDX-License-Identifier: GPL-2.0
/* account: what each fact that a hook reports does to the numbers. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/sched.h>

#include "event.h"
#include "fake.h"
#include "netns.h"
#include "suites.h"
#include "track.h"

/* Any time will do: it is an argument. */
#define T0	1000ULL

static void create_call(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	const struct sockwatch_entry *entry;

	sockwatch_account_alloc(sk);
	EXPECT_ROW(test, &init_net, TCP);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);

	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	EXPECT_EVENT(test, 1, CREATE, sk, 0);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_OPEN);
	KUNIT_EXPECT_EQ(test, entry->origin, SOCKWATCH_ORIGIN_CREATED);
	KUNIT_EXPECT_EQ(test, entry->birth_ns, T0);
	KUNIT_EXPECT_FALSE(test, entry->kernel);
	KUNIT_EXPECT_EQ(test, (int)entry->owner.pid, current->tgid);
	KUNIT_EXPECT_STREQ(test, entry->owner.comm, current->comm);

	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .released = 1);
	EXPECT_EVENT(test, 2, CLOSE, sk, 0);
	EXPECT_TOTALS(test, 0, 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

static void create_kernel(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, RTNL);

	sockwatch_account_alloc(sk);
	fake_create(&init_net, sk, true, T0);
	EXPECT_ROW(test, &init_net, RTNL, .attempts = 1, .kernel = 1,
		   .open = 1, .kernel_open = 1);
	EXPECT_EVENT(test, 1, CREATE, sk, 0);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, RTNL, .attempts = 1, .kernel = 1,
		   .released = 1);
	EXPECT_EVENT(test, 2, CLOSE, sk, 0);
}

/* Allocated before the hook for that was in place. */
static void create_without_alloc(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, UDP);

	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .released = 1);
	EXPECT_TOTALS(test, 0, 0);
}

/* The family resolves the protocol after the allocation. */
static void create_resolved_protocol(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net,
				    sockwatch_kind_pack(AF_INET, SOCK_STREAM,
							0));

	sockwatch_account_alloc(sk);
	sk->sk_protocol = IPPROTO_TCP;
	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

static u64 failures_of(struct kunit *test, u64 key)
{
	struct sockwatch_snapshot *snapshot;
	unsigned int i;
	u64 count = 0;

	snapshot = sockwatch_snapshot_failures(sockwatch_net_held(&init_net),
					       0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	for (i = 0; i < snapshot->nr; i++)
		if (row_of(snapshot, i)->key == key)
			count += row_of(snapshot, i)->failures;
	sockwatch_snapshot_free(snapshot);
	return count;
}

static void create_failed(struct kunit *test)
{
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EMFILE);
	EXPECT_EVENT(test, 1, FAIL, NULL, -EMFILE);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EACCES);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EACCES);
	EXPECT_EVENT(test, 3, FAIL, NULL, -EACCES);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 3, .failures = 3);
	KUNIT_EXPECT_EQ(test, 1ULL,
			failures_of(test, sockwatch_failure_pack(TCP,
								 -EMFILE)));
	KUNIT_EXPECT_EQ(test, 2ULL,
			failures_of(test, sockwatch_failure_pack(TCP,
								 -EACCES)));
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

/* A creation that fails late: its sock was allocated, and is freed. */
static void create_failed_late(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_free(sk);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -ENOBUFS);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .failures = 1);
	EXPECT_TOTALS(test, 0, 1);
}

/* Whoever makes up families takes no row that a socket may need. */
static void create_failed_flood(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, UDP);
	int n;

	for (n = 0; n < 3 * FAKE_KINDS; n++)
		sockwatch_account_create_failed(&init_net, 100 + n, SOCK_RAW, n,
						-EAFNOSUPPORT);
	EXPECT_ROW(test, &init_net, sockwatch_kind_pack(100, SOCK_RAW, 0),
		   .attempts = 1, .failures = 1);
	/* There are two rows of failures for each of kinds. */
	EXPECT_ROW(test, &init_net, SOCKWATCH_KIND_OTHER,
		   .attempts = FAKE_KINDS, .failures = FAKE_KINDS);
	KUNIT_EXPECT_EQ(test, (u64)FAKE_KINDS,
			failures_of(test, SOCKWATCH_KIND_OTHER));
	KUNIT_EXPECT_EQ(test, 0U, sockwatch_net_held(&init_net)->kinds.used);
	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

/* Their counters come before they are needed, while memory is waited for. */
static void create_failed_grow(struct kunit *test)
{
	struct sockwatch_net *snet = sockwatch_net_held(&init_net);
	unsigned int room = snet->failures.room;
	int n;

	for (n = 0; n < 2 * FAKE_KINDS; n++) {
		sockwatch_account_create_failed(&init_net, 100 + n, SOCK_RAW,
						0, -EAFNOSUPPORT);
		preempt_disable();
		sockwatch_account_failures_grow(&init_net, GFP_KERNEL);
		preempt_enable();
		KUNIT_EXPECT_GE(test, snet->failures.room,
				min_t(unsigned int, 2 * FAKE_KINDS,
				      n + 1 + SOCKWATCH_COUNTERS_SPARE));
	}
	KUNIT_EXPECT_LT(test, room, snet->failures.room);
	KUNIT_EXPECT_EQ(test, snet->failures.room, 2U * FAKE_KINDS);
	KUNIT_EXPECT_EQ(test, 0ULL, failures_of(test, SOCKWATCH_KIND_OTHER));
}

static void create_failed_nonsense(struct kunit *test)
{
	sockwatch_account_create_failed(&init_net, -1, SOCK_RAW, 0,
					-EAFNOSUPPORT);
	sockwatch_account_create_failed(&init_net, AF_INET, INT_MAX, 0,
					-EINVAL);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_RAW, INT_MIN,
					-EINVAL);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_RAW, 1 << 16,
					-EPROTONOSUPPORT);
	EXPECT_ROW(test, &init_net, SOCKWATCH_KIND_OTHER, .attempts = 4,
		   .failures = 4);
	KUNIT_EXPECT_EQ(test, failures_of(test, SOCKWATCH_KIND_OTHER), 4ULL);
}

/* LLC grafts its sock while it creates it. */
static void create_after_graft(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, LLC);

	sockwatch_account_alloc(sk);
	fake_accept(sk, sk->sk_type, T0);
	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, LLC, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, LLC, .attempts = 1, .created = 1,
		   .released = 1);
}

static void create_after_graft_kernel(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, LLC);

	sk->sk_kern_sock = 1;
	sockwatch_account_alloc(sk);
	fake_accept(sk, sk->sk_type, T0);
	fake_create(&init_net, sk, true, T0);
	EXPECT_ROW(test, &init_net, LLC, .attempts = 1, .kernel = 1,
		   .open = 1, .kernel_open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, LLC, .attempts = 1, .kernel = 1,
		   .released = 1);
}

static void free_untracked(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP);
	EXPECT_TOTALS(test, 1, 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
}

static void free_pending(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP);
	EXPECT_TOTALS(test, 0, 1);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
}

static void free_twice(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_create(&init_net, sk, false, T0);
	sockwatch_account_free(sk);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .released = 1);
	EXPECT_TOTALS(test, 1, 0);
}

/* The same memory again, for another kind: nothing sticks to the address. */
static void address_again(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sk->sk_kern_sock = 1;
	sockwatch_account_alloc(sk);
	fake_create(&init_net, sk, true, T0);
	sockwatch_account_free(sk);

	sk->sk_type = SOCK_DGRAM;
	sk->sk_protocol = IPPROTO_UDP;
	sk->sk_kern_sock = 0;
	sockwatch_account_alloc(sk);
	fake_create(&init_net, sk, false, T0 + 9);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .kernel = 1,
		   .released = 1);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .released = 1);
}

/* IPV6_ADDRFORM: an inet6 sock becomes an inet one, and goes as what it was. */
static void addrform(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP6);

	sockwatch_account_alloc(sk);
	fake_create(&init_net, sk, false, T0);
	sk->sk_family = AF_INET;
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP6, .attempts = 1, .created = 1,
		   .released = 1);
	EXPECT_ROW(test, &init_net, TCP);
}

/* By the time of the free hook the sock has let its namespace go. */
static void free_without_net(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_create(&init_net, sk, false, T0);
	sock_net_set(sk, NULL);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .released = 1);
}

static void lost_created(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_table_fill(test);
	sockwatch_account_alloc(sk);
	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .released = 1, .lost = 1);
	fake_create(&init_net, sk, true, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 2, .created = 1,
		   .kernel = 1, .released = 2, .lost = 2);
	KUNIT_EXPECT_EQ(test, 2ULL,
			sockwatch_snapshot_lost(sockwatch_net_held(&init_net)));
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 2, .created = 1,
		   .kernel = 1, .released = 2, .lost = 2);
	EXPECT_TOTALS(test, 1, 0);
}

static void lost_accepted(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_table_fill(test);
	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .released = 1, .lost = 1);
	sockwatch_account_free(sk);
	EXPECT_TOTALS(test, 1, 0);
}

/* Once there is room again, nothing is lost any more. */
static void lost_then_room(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	struct sock *next = fake_sock(test, &init_net, TCP);

	fake_table_fill(test);
	fake_create(&init_net, sk, false, T0);
	sockwatch_track_del(&sockwatch_track.entries[5]);
	fake_create(&init_net, next, false, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 2, .created = 2,
		   .open = 1, .released = 1, .lost = 1);
	sockwatch_account_free(next);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 2, .created = 2,
		   .released = 2, .lost = 1);
}

/* More kinds than rows: the row `other` keeps the same promises. */
static void kinds_overflow(struct kunit *test)
{
	struct sock *sk[FAKE_KINDS + 3];
	int i;

	for (i = 0; i < ARRAY_SIZE(sk); i++) {
		sk[i] = fake_sock(test, &init_net,
				  sockwatch_kind_pack(AF_INET, SOCK_RAW, i));
		fake_create(&init_net, sk[i], false, T0);
	}
	EXPECT_ROW(test, &init_net, SOCKWATCH_KIND_OTHER, .attempts = 3,
		   .created = 3, .open = 3);
	for (i = 0; i < ARRAY_SIZE(sk); i++)
		sockwatch_account_free(sk[i]);
	EXPECT_ROW(test, &init_net, SOCKWATCH_KIND_OTHER, .attempts = 3,
		   .created = 3, .released = 3);
}

static void no_sink(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_event_set_sink(NULL);
	fake_create(&init_net, sk, false, T0);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM, 0,
					-EPERM);
	sockwatch_account_free(sk);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .released = 1);
}

static struct kunit_case account_cases[] = {
	KUNIT_CASE(create_call),
	KUNIT_CASE(create_kernel),
	KUNIT_CASE(create_without_alloc),
	KUNIT_CASE(create_resolved_protocol),
	KUNIT_CASE(create_failed),
	KUNIT_CASE(create_failed_late),
	KUNIT_CASE(create_failed_flood),
	KUNIT_CASE(create_failed_grow),
	KUNIT_CASE(create_failed_nonsense),
	KUNIT_CASE(create_after_graft),
	KUNIT_CASE(create_after_graft_kernel),
	KUNIT_CASE(free_untracked),
	KUNIT_CASE(free_pending),
	KUNIT_CASE(free_twice),
	KUNIT_CASE(address_again),
	KUNIT_CASE(addrform),
	KUNIT_CASE(free_without_net),
	KUNIT_CASE(lost_created),
	KUNIT_CASE(lost_accepted),
	KUNIT_CASE(lost_then_room),
	KUNIT_CASE(kinds_overflow),
	KUNIT_CASE(no_sink),
	{}
};

struct kunit_suite sockwatch_account_suite = {
	.name = "sockwatch_account",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = account_cases,
};
