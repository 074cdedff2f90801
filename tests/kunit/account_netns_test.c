// SPDX-License-Identifier: GPL-2.0
/* account: namespaces apart, those that come up and those that go. */
#include <kunit/test.h>
#include <linux/umh.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "fake.h"
#include "netns.h"
#include "suites.h"
#include "track.h"

#define T0	1000ULL

static void apart(struct kunit *test)
{
	struct net *other = fake_net(test, true);
	struct sock *here = fake_sock(test, &init_net, TCP);
	struct sock *there = fake_sock(test, other, TCP);

	fake_create(&init_net, here, false, T0);
	fake_create(other, there, true, T0);
	sockwatch_account_create_failed(other, AF_INET, SOCK_DGRAM,
					IPPROTO_UDP, -EPERM);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	EXPECT_ROW(test, &init_net, UDP);
	EXPECT_ROW(test, other, TCP, .attempts = 1, .kernel = 1, .open = 1,
		   .kernel_open = 1);
	EXPECT_ROW(test, other, UDP, .attempts = 1, .failures = 1);
	sockwatch_account_free(there);
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	EXPECT_ROW(test, other, TCP, .attempts = 1, .kernel = 1,
		   .released = 1);
	sockwatch_account_free(here);
	fake_net_free(other);
}

/* A namespace that is still being set up: nothing to count in yet. */
static void early(struct kunit *test)
{
	struct net *young = fake_net(test, false);
	struct sock *sk = fake_sock(test, young, RTNL);
	const struct sockwatch_entry *entry;

	sockwatch_account_alloc(sk);
	fake_create(young, sk, true, T0);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	entry = sockwatch_track_find(sk);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->state, SOCKWATCH_EARLY);
	KUNIT_EXPECT_EQ(test, entry->early_kind, RTNL);
	KUNIT_EXPECT_PTR_EQ(test, entry->early_net, young);

	/* The namespace did not come up after all. */
	sockwatch_account_free(sk);
	EXPECT_TOTALS(test, 0, 0);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

/* A namespace whose array ends before our number, which came later. */
static void early_short_array(struct kunit *test)
{
	struct net *young = fake_net(test, true);
	struct sock *sk = fake_sock(test, young, RTNL);

	rcu_dereference_protected(young->gen, true)->s.len = sockwatch_net_id;
	fake_create(young, sk, true, T0);
	KUNIT_ASSERT_NOT_NULL(test, sockwatch_track_find(sk));
	KUNIT_EXPECT_EQ(test, sockwatch_track_find(sk)->state,
			SOCKWATCH_EARLY);
	EXPECT_ROW(test, young, RTNL);
	sockwatch_account_free(sk);
	fake_net_free(young);
}

static void early_lost(struct kunit *test)
{
	struct net *young = fake_net(test, false);
	struct sock *sk = fake_sock(test, young, RTNL);

	fake_table_fill(test);
	sockwatch_account_alloc(sk);
	fake_create(young, sk, true, T0);
	sockwatch_account_free(sk);
	EXPECT_TOTALS(test, 1, 0);
}

/* Verbs that have no account to go to do nothing, and do not fall over. */
static void no_account(struct kunit *test)
{
	struct net *young = fake_net(test, false);
	struct sock *sk = fake_sock(test, young, TCP);

	sockwatch_account_create_failed(young, AF_INET, SOCK_STREAM, 0,
					-EPERM);
	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	fake_accept(sk, sk->sk_type, T0);
	sockwatch_account_found(sk, true);
	sockwatch_account_found_child(sk, false);
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	sockwatch_account_free(sk);
	EXPECT_TOTALS(test, 0, 1);
}

/* A namespace that is going, its account still there: leave it alone. */
static void going(struct kunit *test)
{
	struct net *old = fake_net(test, true);
	struct sock *sk = fake_sock(test, old, TCP);

	fake_create(old, sk, false, T0);
	refcount_set(&old->ns.count, 0);
	sockwatch_account_create_failed(old, AF_INET, SOCK_STREAM, IPPROTO_TCP,
					-EPERM);
	EXPECT_ROW(test, old, TCP, .attempts = 1, .created = 1, .open = 1);
	/* What is tracked still goes where it was counted. */
	sockwatch_account_free(sk);
	EXPECT_ROW(test, old, TCP, .attempts = 1, .created = 1, .released = 1);
	fake_net_free(old);
}

/* What net_stop() leaves of a sock that outlives its namespace. */
static void gone(struct kunit *test)
{
	struct net *old = fake_net(test, true);
	struct sock *sk = fake_sock(test, old, TCP);

	fake_create(old, sk, true, T0);
	sockwatch_track_find(sk)->snet = NULL;
	sockwatch_account_free(sk);
	EXPECT_EVENT(test, 1, CREATE, sk, 0);
	EXPECT_ROW(test, old, TCP, .attempts = 1, .kernel = 1, .open = 1,
		   .kernel_open = 1);
	EXPECT_TOTALS(test, 0, 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
	fake_net_free(old);
}

/*
 * A real namespace that comes and goes.  This protocol of ours is registered
 * before account, as the kernel's are: so its start runs before there is an
 * account, and its stop when that has gone.
 */
static struct real {
	struct kunit *test;
	struct sock *sk;
	struct net *net;
	unsigned int state_after_start;
	bool snet_after_stop;
	unsigned int stops;
} real;

static int real_start(struct net *net)
{
	if (net_eq(net, &init_net))
		return 0;
	real.net = net;
	sock_net_set(real.sk, net);
	sockwatch_account_alloc(real.sk);
	fake_create(net, real.sk, true, T0);
	real.state_after_start = sockwatch_track_find(real.sk)->state;
	return 0;
}

static void real_stop(struct net *net)
{
	struct sockwatch_entry *entry;

	if (!real.net || !net_eq(net, real.net))
		return;
	entry = sockwatch_track_find(real.sk);
	real.snet_after_stop = entry && entry->snet;
	sockwatch_account_free(real.sk);
	real.stops++;
}

static struct pernet_operations real_ops = {
	.init = real_start,
	.exit = real_stop,
};

/* Registered after account: sees the numbers of the namespace as it is up. */
static int ready_start(struct net *net)
{
	if (!net_eq(net, real.net))
		return 0;
	EXPECT_ROW(real.test, net, RTNL, .attempts = 1, .kernel = 1,
		   .open = 1, .kernel_open = 1);
	KUNIT_EXPECT_EQ(real.test, sockwatch_track_find(real.sk)->state,
			SOCKWATCH_OPEN);
	return 0;
}

static struct pernet_operations ready_ops = {
	.init = ready_start,
};

static int namespace_come_and_go(void)
{
	static char program[] = "/usr/bin/unshare", flag[] = "--net",
		    command[] = "/bin/true";
	static char *argv[] = { program, flag, command, NULL };
	static char *envp[] = { NULL };

	return call_usermodehelper(program, argv, envp, UMH_WAIT_PROC);
}

/* cleanup_net() runs in a work of its own. */
static void wait_for_stop(void)
{
	unsigned long end = jiffies + 30 * HZ;

	while (!READ_ONCE(real.stops) && time_before(jiffies, end))
		schedule_timeout_uninterruptible(HZ / 50 + 1);
}

static int real_setup(struct kunit *test)
{
	int err;

	memset(&real, 0, sizeof(real));
	real.test = test;
	real.sk = fake_sock(test, &init_net, RTNL);
	err = register_pernet_subsys(&real_ops);
	if (err)
		return err;
	err = fake_start(test);
	if (err)
		goto err_real;
	err = register_pernet_subsys(&ready_ops);
	if (err)
		goto err_fake;
	return 0;

err_fake:
	fake_stop(test);
err_real:
	unregister_pernet_subsys(&real_ops);
	return err;
}

static void come_and_go(struct kunit *test)
{
	int status;

	/* The order of registering is the point: account comes second. */
	fake_stop(test);
	KUNIT_ASSERT_EQ(test, real_setup(test), 0);
	status = namespace_come_and_go();
	if (real.net)
		wait_for_stop();
	unregister_pernet_subsys(&ready_ops);
	sockwatch_account_exit();
	unregister_pernet_subsys(&real_ops);
	KUNIT_EXPECT_EQ(test, sockwatch_account_init(FAKE_SOCKETS, FAKE_KINDS),
			0);
	if (!real.net)
		kunit_skip(test, "unshare ended with %d", status);

	KUNIT_EXPECT_EQ(test, real.state_after_start, SOCKWATCH_EARLY);
	KUNIT_EXPECT_EQ(test, real.stops, 1U);
	KUNIT_EXPECT_FALSE(test, real.snet_after_stop);
	/* That a namespace is ready tells the sink nothing, nor does its end. */
	KUNIT_EXPECT_EQ(test, fake_events.nr, 0U);
	EXPECT_TOTALS(test, 0, 0);
}

static int net_seen(struct sockwatch_net *snet, void *arg)
{
	unsigned int *seen = arg;

	*seen += net_eq(snet->net, &init_net);
	return 0;
}

static int net_stop_walk(struct sockwatch_net *snet, void *arg)
{
	return -EINTR;
}

static void walk(struct kunit *test)
{
	unsigned int seen = 0;

	KUNIT_EXPECT_EQ(test, sockwatch_net_for_each(net_seen, &seen), 0);
	KUNIT_EXPECT_EQ(test, seen, 1U);
	KUNIT_EXPECT_EQ(test, sockwatch_net_for_each(net_stop_walk, NULL),
			-EINTR);
	KUNIT_EXPECT_EQ(test, sockwatch_net_max_kinds(),
			(unsigned int)FAKE_KINDS);
}

static struct kunit_case netns_cases[] = {
	KUNIT_CASE(apart),
	KUNIT_CASE(early),
	KUNIT_CASE(early_short_array),
	KUNIT_CASE(early_lost),
	KUNIT_CASE(no_account),
	KUNIT_CASE(going),
	KUNIT_CASE(gone),
	KUNIT_CASE(come_and_go),
	KUNIT_CASE(walk),
	{}
};

struct kunit_suite sockwatch_account_netns_suite = {
	.name = "sockwatch_account_netns",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = netns_cases,
};
