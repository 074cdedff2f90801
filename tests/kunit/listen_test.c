// SPDX-License-Identifier: GPL-2.0
/* listen: who listens, for how long its connections waited, and who is lost. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "fake_tcp.h"
#include "listen.h"
#include "snapshot.h"
#include "suites.h"

#define T0	1000ULL

/* The rows of the last look(), for the test to compare. */
static struct sockwatch_snapshot *listeners;

static struct sockwatch_net *snet(void)
{
	return sockwatch_net_held(&init_net);
}

static const struct sockwatch_listener_row *row(unsigned int i)
{
	return sockwatch_snapshot_row(listeners, i);
}

/* Takes the list anew; there must be @nr in it. */
static void look(struct kunit *test, unsigned int nr)
{
	if (listeners)
		sockwatch_snapshot_free(listeners);
	listeners = sockwatch_snapshot_listeners(snet(), 0);
	if (IS_ERR(listeners))
		listeners = NULL;
	KUNIT_ASSERT_NOT_NULL(test, listeners);
	KUNIT_ASSERT_EQ(test, listeners->nr, nr);
}

static void listen_stop(struct kunit *test)
{
	if (listeners)
		sockwatch_snapshot_free(listeners);
	listeners = NULL;
	fake_stop(test);
}

static struct sock *listener_new(struct kunit *test, u16 port)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	inet_sk(sk)->inet_num = port;
	fake_tcp_move(sk, TCP_LISTEN, T0 + 1);
	return sk;
}

static void wait(u32 id, u64 ns)
{
	preempt_disable();
	sockwatch_listen_wait(id, ns);
	preempt_enable();
}

static void start_stop(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);
	u32 id;

	atomic_set(&sk->sk_drops, 40);
	sk->sk_max_ack_backlog = 128;
	sk->sk_ack_backlog = 3;
	inet_sk(sk)->inet_num = 8080;
	inet_sk(sk)->inet_rcv_saddr = htonl(INADDR_LOOPBACK);
	sk->sk_state = TCP_LISTEN;
	id = sockwatch_listen_start(snet(), sk, true);
	KUNIT_ASSERT_NE(test, id, 0U);
	/* What was dropped before it listened was no connection. */
	atomic_add(2, &sk->sk_drops);
	look(test, 1);
	KUNIT_EXPECT_EQ(test, (int)row(0)->family, AF_INET);
	KUNIT_EXPECT_EQ(test, (int)row(0)->port, 8080);
	KUNIT_EXPECT_EQ(test, (int)row(0)->address[0], 127);
	KUNIT_EXPECT_EQ(test, (int)row(0)->address[3], 1);
	KUNIT_EXPECT_EQ(test, row(0)->backlog, 128U);
	KUNIT_EXPECT_EQ(test, row(0)->queue, 3U);
	KUNIT_EXPECT_EQ(test, row(0)->drops, 2U);
	KUNIT_EXPECT_EQ(test, row(0)->pid, current->tgid);
	KUNIT_EXPECT_STREQ(test, row(0)->comm, current->comm);
	KUNIT_EXPECT_TRUE(test, row(0)->timed);
	KUNIT_EXPECT_EQ(test, row(0)->wait.count, 0ULL);
	sockwatch_listen_stop(snet(), id);
	look(test, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&snet()->listeners_lost), 0);
}

/* Who called listen() before the module came is not known: not whoever looks. */
static void found(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_LISTEN);

	look(test, 1);
	KUNIT_EXPECT_EQ(test, row(0)->pid, 0);
	KUNIT_EXPECT_STREQ(test, row(0)->comm, "");
	fake_tcp_move(sk, TCP_CLOSE, T0);
	look(test, 0);
	sockwatch_account_free(sk);
}

/* A socket that stops, and one that is freed while it listens. */
static void by_state(struct kunit *test)
{
	struct sock *one = listener_new(test, 1);
	struct sock *two = listener_new(test, 2);

	look(test, 2);
	KUNIT_EXPECT_EQ(test, (int)row(0)->port, 1);
	KUNIT_EXPECT_EQ(test, (int)row(1)->port, 2);
	fake_tcp_move(one, TCP_CLOSE, T0 + 5);
	look(test, 1);
	KUNIT_EXPECT_EQ(test, (int)row(0)->port, 2);
	sockwatch_account_free(two);
	look(test, 0);
	/* And again: what it was does not stand in the way. */
	fake_tcp_move(one, TCP_LISTEN, T0 + 6);
	look(test, 1);
	sockwatch_account_free(one);
	look(test, 0);
}

/* The list shows only those whose sock says that it listens. */
static struct sock *fake_listener(struct kunit *test, struct net *net)
{
	struct sock *sk = fake_sock(test, net, TCP);

	sk->sk_state = TCP_LISTEN;
	return sk;
}

static void stop_nonsense(struct kunit *test)
{
	struct sock *sk = fake_listener(test, &init_net);
	u32 id = sockwatch_listen_start(snet(), sk, true);

	/* 0 is nobody; of a place nobody has there is nobody to stop. */
	sockwatch_listen_stop(snet(), 0);
	sockwatch_listen_stop(snet(), id + 1);
	wait(0, 700);
	wait(id + 1, 700);
	look(test, 1);
	KUNIT_EXPECT_EQ(test, row(0)->wait.count, 0ULL);
	sockwatch_listen_stop(snet(), id);
	sockwatch_listen_stop(snet(), id);
	look(test, 0);
}

/* A connection may outlive its listener, whose place has another by then. */
static void id_not_again(struct kunit *test)
{
	struct sock *one = fake_listener(test, &init_net);
	struct sock *two = fake_listener(test, &init_net);
	u32 old = sockwatch_listen_start(snet(), one, true);
	u32 id;

	sockwatch_listen_stop(snet(), old);
	id = sockwatch_listen_start(snet(), two, true);
	KUNIT_EXPECT_NE(test, id, old);
	/* It is the same place, or this test says nothing. */
	KUNIT_EXPECT_EQ(test, id & 0xffff, old & 0xffff);
	wait(old, 5000);
	wait(id, 700);
	sockwatch_listen_stop(snet(), old);
	look(test, 1);
	KUNIT_EXPECT_EQ(test, row(0)->wait.count, 1ULL);
	KUNIT_EXPECT_EQ(test, row(0)->wait.sum_ns, 700ULL);
	sockwatch_listen_stop(snet(), id);
}

/* Full: one more is counted while it listens, and the next finds room. */
static void lost(struct kunit *test)
{
	struct sock *sk[FAKE_LISTENERS + 1];
	struct sock *child;
	int i;

	for (i = 0; i <= FAKE_LISTENERS; i++)
		sk[i] = listener_new(test, i);
	look(test, FAKE_LISTENERS);
	KUNIT_EXPECT_EQ(test, atomic_read(&snet()->listeners_lost), 1);
	/* It listens all the same, and so do its children wait. */
	EXPECT_STATE(test, AF_INET, LISTEN, FAKE_LISTENERS + 1,
		     FAKE_LISTENERS + 1);
	child = fake_tcp_child(test, sk[FAKE_LISTENERS], T0);
	fake_tcp_move(child, TCP_ESTABLISHED, T0 + 10);
	fake_tcp_accept(child, T0 + 710);
	EXPECT_METRIC(test, ACCEPT_QUEUE, false, 1, 700);
	sockwatch_account_free(child);

	sockwatch_account_free(sk[FAKE_LISTENERS]);
	sockwatch_account_free(sk[1]);
	sk[1] = listener_new(test, 1);
	look(test, FAKE_LISTENERS);
	KUNIT_EXPECT_EQ(test, atomic_read(&snet()->listeners_lost), 0);
	for (i = 0; i < FAKE_LISTENERS; i++)
		sockwatch_account_free(sk[i]);
	look(test, 0);
}

/* Requests hang on listeners: with one lost their number is not known. */
static void lost_unknown(struct kunit *test)
{
	const struct sockwatch_state_row *state;
	struct sockwatch_snapshot *states;
	unsigned int i;

	atomic_inc(&snet()->listeners_lost);
	states = sockwatch_snapshot_states(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(states));
	for (i = 0; i < states->nr; i++) {
		state = sockwatch_snapshot_row(states, i);
		if (state->state == TCP_SYN_RECV)
			KUNIT_EXPECT_FALSE(test, state->known);
		if (state->state == TCP_LISTEN)
			KUNIT_EXPECT_TRUE(test, state->known);
	}
	sockwatch_snapshot_free(states);
}

/* Requests are in SYN_RECV, and counted where they hang. */
static void requests(struct kunit *test)
{
	struct sock *sk = listener_new(test, 1);

	atomic_set(&inet_csk(sk)->icsk_accept_queue.qlen, 5);
	EXPECT_STATE(test, AF_INET, SYN_RECV, 5, 0);
	EXPECT_STATE(test, AF_INET6, SYN_RECV, 0, 0);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, SYN_RECV, 0, 0);
}

/* Each child's wait goes to its own listener. */
static void waits(struct kunit *test)
{
	struct sock *sk[2] = { listener_new(test, 1), listener_new(test, 2) };
	struct sock *child;
	int i;

	for (i = 0; i < 5; i++) {
		child = fake_tcp_child(test, sk[i & 1], T0);
		fake_tcp_move(child, TCP_ESTABLISHED, T0 + 10);
		fake_tcp_accept(child, T0 + 10 + 1000 * (i + 1));
		sockwatch_account_free(child);
	}
	look(test, 2);
	KUNIT_EXPECT_EQ(test, row(0)->wait.count, 3ULL);
	KUNIT_EXPECT_EQ(test, row(0)->wait.sum_ns, 9000ULL);
	KUNIT_EXPECT_EQ(test, row(0)->wait.max_ns, 5000ULL);
	KUNIT_EXPECT_EQ(test, row(1)->wait.count, 2ULL);
	KUNIT_EXPECT_EQ(test, row(1)->wait.sum_ns, 6000ULL);
	EXPECT_METRIC(test, ACCEPT_QUEUE, false, 5, 15000);
	sockwatch_account_free(sk[0]);
	sockwatch_account_free(sk[1]);
}

/*
 * A child that was accepted, closed and listens itself (connect() to
 * AF_UNSPEC, then listen()) has nothing to do with its parent any more.
 */
static void child_listens(struct kunit *test)
{
	struct sock *parent = listener_new(test, 1);
	struct sock *child = fake_tcp_child(test, parent, T0);

	fake_tcp_move(child, TCP_ESTABLISHED, T0 + 10);
	fake_tcp_accept(child, T0 + 20);
	fake_tcp_move(child, TCP_CLOSE, T0 + 30);
	fake_tcp_move(child, TCP_LISTEN, T0 + 40);
	look(test, 2);
	KUNIT_EXPECT_EQ(test, (int)row(0)->port, 1);
	sockwatch_account_free(child);
	look(test, 1);
	KUNIT_EXPECT_EQ(test, (int)row(0)->port, 1);
	sockwatch_account_free(parent);
	look(test, 0);
}

/* A namespace that goes takes its listeners, and leaves the others'. */
static void forget(struct kunit *test)
{
	struct net *other = fake_net(test, true);
	struct sock *here = fake_listener(test, &init_net);
	struct sock *there = fake_listener(test, other);
	u32 gone, id;

	gone = sockwatch_listen_start(sockwatch_net_held(other), there, true);
	id = sockwatch_listen_start(snet(), here, true);
	KUNIT_EXPECT_NE(test, gone, 0U);
	sockwatch_listen_forget(sockwatch_net_held(other));
	KUNIT_EXPECT_TRUE(test,
			  list_empty(&sockwatch_net_held(other)->listeners));
	wait(gone, 700);
	sockwatch_listen_stop(snet(), gone);
	look(test, 1);
	sockwatch_listen_stop(snet(), id);
	fake_net_free(other);
}

static struct kunit_case listen_cases[] = {
	KUNIT_CASE(start_stop),
	KUNIT_CASE(found),
	KUNIT_CASE(by_state),
	KUNIT_CASE(stop_nonsense),
	KUNIT_CASE(id_not_again),
	KUNIT_CASE(lost),
	KUNIT_CASE(lost_unknown),
	KUNIT_CASE(requests),
	KUNIT_CASE(waits),
	KUNIT_CASE(child_listens),
	KUNIT_CASE(forget),
	{}
};

struct kunit_suite sockwatch_listen_suite = {
	.name = "sockwatch_listen",
	.init = fake_tcp_start,
	.exit = listen_stop,
	.test_cases = listen_cases,
};
