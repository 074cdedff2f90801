// SPDX-License-Identifier: GPL-2.0
/* account: what the census finds is counted once, and nothing else is. */
#include <kunit/test.h>

#include "fake.h"
#include "suites.h"
#include "track.h"

#define T0	1000ULL

static void found(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	const struct sockwatch_entry *entry;

	sockwatch_account_found(sk, true);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .open = 1);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_OPEN);
	KUNIT_EXPECT_EQ(test, entry->origin, SOCKWATCH_ORIGIN_PREEXISTING);
	/* Who made it, and when, is not known: 0, not a guess. */
	KUNIT_EXPECT_EQ(test, entry->birth_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, entry->owner.pid, 0U);
	KUNIT_EXPECT_STREQ(test, entry->owner.comm, "");

	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .released = 1);
	EXPECT_TOTALS(test, 0, 0);
}

/* Through a file, through a hash table, through a second descriptor. */
static void found_again(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_found(sk, true);
	sockwatch_account_found(sk, false);
	sockwatch_account_found(sk, true);
	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .open = 1);
	sockwatch_account_free(sk);
}

static void found_kernel(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, RTNL);

	sk->sk_kern_sock = 1;
	sockwatch_account_found(sk, false);
	EXPECT_ROW(test, &init_net, RTNL, .preexisting = 1, .open = 1,
		   .kernel_open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, RTNL, .preexisting = 1, .released = 1);
}

static void found_created(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_create(&init_net, sk, false, T0);
	sockwatch_account_found(sk, true);
	sockwatch_account_found(sk, false);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

/* Allocated under the hooks, and its creation is still to come. */
static void found_pending(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_found(sk, false);
	EXPECT_ROW(test, &init_net, TCP);
	fake_create(&init_net, sk, false, T0);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

/* Allocated under the hooks, created before the last was in place. */
static void found_pending_installed(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_found(sk, true);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .released = 1);
	EXPECT_TOTALS(test, 0, 0);
}

/*
 * The sock's entry lies behind its first place, which has become free since:
 * it must not get a second one there.
 */
static void found_pending_elsewhere(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	int first = sockwatch_track_hash(sk);
	int behind = fake_place(first, 3);

	fake_table_fill(test);
	sockwatch_track_del(&sockwatch_track.entries[behind]);
	sockwatch_account_alloc(sk);
	KUNIT_ASSERT_EQ(test, fake_slot(sk), behind);
	sockwatch_track_del(&sockwatch_track.entries[first]);
	sockwatch_account_found(sk, true);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), FAKE_SOCKETS - 1ULL);
	sockwatch_account_free(sk);
	KUNIT_EXPECT_EQ(test, fake_slot(sk), -1);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), FAKE_SOCKETS - 2ULL);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .released = 1);
}

static void found_child_accepted(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .released = 1);
}

static void found_child_unaccepted(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_found_child(sk, false);
	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .unaccepted = 1);
	EXPECT_TOTALS(test, 0, 0);
}

/* A UNIX embryo in a connect() that has not come to the hook yet. */
static void found_child_without_type(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net,
				    sockwatch_kind_pack(AF_UNIX, 0, 0));

	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, sockwatch_kind_pack(AF_UNIX, 0, 0));
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, UNIX, .cloned = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, UNIX, .cloned = 1, .unaccepted = 1);
	EXPECT_TOTALS(test, 0, 0);
}

/* The clone hook was first. */
static void found_child_known(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .unaccepted = 1);
}

static void found_lost(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_table_fill(test);
	sockwatch_account_found(sk, true);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .released = 1,
		   .lost = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .preexisting = 1, .released = 1,
		   .lost = 1);
	EXPECT_TOTALS(test, 1, 0);
}

static void found_child_lost(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_table_fill(test);
	sockwatch_account_found_child(sk, false);
	EXPECT_ROW(test, &init_net, TCP);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .released = 1, .lost = 1);
}

static void took(struct kunit *test)
{
	struct sockwatch_totals totals;

	sockwatch_account_census(12345);
	fake_totals(&totals);
	KUNIT_EXPECT_EQ(test, totals.census_ns, 12345ULL);
	sockwatch_account_census(0);
}

static struct kunit_case census_cases[] = {
	KUNIT_CASE(found),
	KUNIT_CASE(found_again),
	KUNIT_CASE(found_kernel),
	KUNIT_CASE(found_created),
	KUNIT_CASE(found_pending),
	KUNIT_CASE(found_pending_installed),
	KUNIT_CASE(found_pending_elsewhere),
	KUNIT_CASE(found_child_accepted),
	KUNIT_CASE(found_child_unaccepted),
	KUNIT_CASE(found_child_without_type),
	KUNIT_CASE(found_child_known),
	KUNIT_CASE(found_lost),
	KUNIT_CASE(found_child_lost),
	KUNIT_CASE(took),
	{}
};

struct kunit_suite sockwatch_account_census_suite = {
	.name = "sockwatch_account_census",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = census_cases,
};
