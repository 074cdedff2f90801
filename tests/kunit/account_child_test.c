// SPDX-License-Identifier: GPL-2.0
/* account: socks made for incoming connections, until they are accepted. */
#include <kunit/test.h>
#include <linux/sched.h>

#include "event.h"
#include "fake.h"
#include "suites.h"
#include "track.h"

/* Any time will do: it is an argument. */
#define T0	1000ULL

static void child_accepted(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	const struct sockwatch_entry *entry;

	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	/* Until something happens to it. */
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);

	fake_accept(sk, sk->sk_type, T0 + 5);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .open = 1);
	EXPECT_EVENT(test, 1, ACCEPT, sk, 0);
	KUNIT_EXPECT_EQ(test, fake_events.last.duration_ns, 5ULL);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->birth_ns, T0);
	KUNIT_EXPECT_EQ(test, entry->origin, SOCKWATCH_ORIGIN_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (int)entry->owner.pid, current->tgid);

	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .released = 1);
	EXPECT_EVENT(test, 2, CLOSE, sk, 0);
}

static void child_unaccepted(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .unaccepted = 1);
	EXPECT_EVENT(test, 1, CLOSE, sk, 0);
	KUNIT_EXPECT_EQ(test, (int)fake_events.last.origin,
			(int)SOCKWATCH_SOCKET_ORIGIN_QUEUED);
	EXPECT_TOTALS(test, 0, 0);
}

/* Without numbers of TCP it has no state, and is counted when it is set up. */
static void child_of_unknown(struct kunit *test)
{
	struct sock *listener = fake_sock(test, &init_net, TCP);
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_inherits = true;
	sockwatch_account_alloc(sk);
	sockwatch_account_inherit(listener, sk, T0);
	EXPECT_ROW(test, &init_net, TCP);
	KUNIT_EXPECT_FALSE(test, sockwatch_account_inherits);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	sockwatch_account_free(sk);
}

/* The type of an AF_UNIX child is set after the hook, and stays out of it. */
static void child_of_unix(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net,
				    sockwatch_kind_pack(AF_UNIX, 0, 0));

	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, UNIX, .cloned = 1);
	sk->sk_type = SOCK_STREAM;
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, UNIX, .cloned = 1, .accepted = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, UNIX, .cloned = 1, .accepted = 1,
		   .released = 1);
	EXPECT_ROW(test, &init_net, sockwatch_kind_pack(AF_UNIX, 0, 0));
}

/* A family without a hook for the clone, such as vsock. */
static void accepted_unseen_clone(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net,
				    sockwatch_kind_pack(AF_VSOCK, SOCK_STREAM,
							0));
	u64 kind = sockwatch_kind_pack(AF_VSOCK, SOCK_STREAM, 0);
	const struct sockwatch_entry *entry;

	sockwatch_account_alloc(sk);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, kind, .cloned = 1, .accepted = 1,
		   .open = 1);
	EXPECT_EVENT(test, 1, ACCEPT, sk, 0);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->birth_ns, T0);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, kind, .cloned = 1, .accepted = 1,
		   .released = 1);
}

static void accepted_without_alloc(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP6);

	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP6, .cloned = 1, .accepted = 1,
		   .open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP6, .cloned = 1, .accepted = 1,
		   .released = 1);
}

/* LLC and phonet set sk_type only after the graft: the new socket knows it. */
static void accepted_without_type(struct kunit *test)
{
	u64 kind = sockwatch_kind_pack(AF_LLC, SOCK_STREAM, 0);
	struct sock *sk = fake_sock(test, &init_net,
				    sockwatch_kind_pack(AF_LLC, 0, 0));

	sockwatch_account_alloc(sk);
	fake_accept(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, kind, .cloned = 1, .accepted = 1,
		   .open = 1);
	EXPECT_ROW(test, &init_net, sockwatch_kind_pack(AF_LLC, 0, 0));
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, kind, .cloned = 1, .accepted = 1,
		   .released = 1);
}

/* Nobody owns a child before it is accepted, whoever's entry it was before. */
static void child_has_no_owner(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	const struct sockwatch_entry *entry;

	fake_create(&init_net, sk, false, T0);
	sockwatch_account_free(sk);
	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->owner.pid, 0U);
	sockwatch_account_free(sk);
}

/* The kernel accepts for itself (a kernel service's listener). */
static void accepted_by_kernel(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sk->sk_kern_sock = 1;
	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .open = 1, .kernel_open = 1);
	sockwatch_account_free(sk);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .released = 1);
}

/* Whatever grafts twice, or grafts what was created, counts once. */
static void accept_again(struct kunit *test)
{
	struct sock *child = fake_sock(test, &init_net, TCP);
	struct sock *made = fake_sock(test, &init_net, UDP);

	sockwatch_account_alloc(child);
	fake_accept(child, child->sk_type, T0);
	fake_accept(child, child->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .open = 1);
	fake_create(&init_net, made, false, T0);
	fake_accept(made, made->sk_type, T0);
	sockwatch_account_clone(made, SOCK_DGRAM, T0);
	EXPECT_ROW(test, &init_net, UDP, .attempts = 1, .created = 1,
		   .open = 1);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 2U);
	sockwatch_account_free(child);
	sockwatch_account_free(made);
}

/* A clone that no allocation came before is left for accept to count. */
static void clone_without_alloc(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	fake_accept(sk, sk->sk_type, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1, .accepted = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

static struct kunit_case account_child_cases[] = {
	KUNIT_CASE(child_accepted),
	KUNIT_CASE(child_unaccepted),
	KUNIT_CASE(child_of_unknown),
	KUNIT_CASE(child_of_unix),
	KUNIT_CASE(accepted_unseen_clone),
	KUNIT_CASE(accepted_without_alloc),
	KUNIT_CASE(accepted_without_type),
	KUNIT_CASE(child_has_no_owner),
	KUNIT_CASE(accepted_by_kernel),
	KUNIT_CASE(accept_again),
	KUNIT_CASE(clone_without_alloc),
	{}
};

struct kunit_suite sockwatch_account_child_suite = {
	.name = "sockwatch_account_child",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = account_child_cases,
};
