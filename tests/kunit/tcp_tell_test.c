// SPDX-License-Identifier: GPL-2.0
/* tcp_tell: what is told of a connection, and that it counts all the same. */
#include <kunit/test.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/tcp.h>

#include "event.h"
#include "fake_tcp.h"
#include "segment.h"
#include "suites.h"

#define T0	1000ULL

static struct sockwatch_event told[8];
static unsigned int nr_told;

static void take(struct sockwatch_net *snet,
		 const struct sockwatch_event *event)
{
	if (nr_told < ARRAY_SIZE(told))
		told[nr_told] = *event;
	nr_told++;
}

static const struct sockwatch_sink sink = {
	.event = take,
};

static int tell_start(struct kunit *test)
{
	int err = fake_tcp_start(test);

	nr_told = 0;
	if (!err)
		sockwatch_event_set_sink(&sink);
	return err;
}

/* What event @i is, how it moved, and how long it took; 0: not known. */
static void expect_move(struct kunit *test, unsigned int i,
			enum sockwatch_event_type type, unsigned int from,
			unsigned int state, u64 duration_ns)
{
	const struct sockwatch_event *event = &told[i];

	KUNIT_ASSERT_GT(test, nr_told, i);
	KUNIT_EXPECT_EQ(test, (int)event->event, (int)type);
	KUNIT_EXPECT_EQ(test, (unsigned int)event->from, from);
	KUNIT_EXPECT_EQ(test, (unsigned int)event->state, state);
	KUNIT_EXPECT_EQ(test, event->duration_ns, duration_ns);
	KUNIT_EXPECT_EQ(test, !!(event->known & SOCKWATCH_KNOWN_DURATION),
			!!duration_ns);
}

#define EXPECT_MOVE(test, i, type, from, state, ns)			\
	expect_move(test, i, SOCKWATCH_EVENT_##type, TCP_##from,	\
		    TCP_##state, ns)

static void active(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_peer(sk, true);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 10);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 30);
	fake_tcp_srtt(sk, 7);
	tcp_sk(sk)->bytes_sent = 11;
	tcp_sk(sk)->segs_in = 3;
	fake_tcp_move(sk, TCP_FIN_WAIT1, T0 + 40);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 70);
	sockwatch_account_free(sk);

	KUNIT_EXPECT_EQ(test, nr_told, 6U);
	KUNIT_EXPECT_EQ(test, (int)told[0].event, (int)SOCKWATCH_EVENT_CREATE);
	EXPECT_MOVE(test, 1, CONNECT, CLOSE, SYN_SENT, 0);
	KUNIT_EXPECT_EQ(test, (int)told[1].pid, current->tgid);
	EXPECT_MOVE(test, 2, ESTABLISHED, SYN_SENT, ESTABLISHED, 20);
	KUNIT_EXPECT_EQ(test, (int)told[2].scope, (int)SOCKWATCH_SCOPE_REMOTE);
	EXPECT_MOVE(test, 3, STATE, ESTABLISHED, FIN_WAIT1, 0);
	EXPECT_MOVE(test, 4, STATE, FIN_WAIT1, CLOSE, 40);
	KUNIT_EXPECT_EQ(test, told[4].bytes_sent, 11ULL);
	KUNIT_EXPECT_EQ(test, told[4].srtt_us, 7U);
	KUNIT_EXPECT_EQ(test, (int)told[5].event, (int)SOCKWATCH_EVENT_CLOSE);
	KUNIT_EXPECT_EQ(test, told[5].bytes_sent, 11ULL);
	KUNIT_EXPECT_EQ(test, told[0].id, told[5].id);

	/* It counts as if nobody were told. */
	EXPECT_METRIC(test, CONNECT, true, 1, 20);
	EXPECT_METRIC(test, LIFETIME, true, 1, 40);
}

static void passive(struct kunit *test)
{
	struct sock *listener = fake_tcp_created(test, TCP, T0);
	struct sock *sk;

	fake_tcp_move(listener, TCP_LISTEN, T0 + 1);
	sk = fake_tcp_child(test, listener, T0 + 2);
	nr_told = 0;
	fake_tcp_srtt(sk, 40);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 3);
	fake_tcp_accept(sk, T0 + 303);
	EXPECT_MOVE(test, 0, ESTABLISHED, SYN_RECV, ESTABLISHED, 40000);
	KUNIT_EXPECT_EQ(test, (int)told[0].origin,
			(int)SOCKWATCH_SOCKET_ORIGIN_QUEUED);
	KUNIT_EXPECT_FALSE(test, told[0].known & SOCKWATCH_KNOWN_PID);
	KUNIT_EXPECT_EQ(test, (int)told[1].event, (int)SOCKWATCH_EVENT_ACCEPT);
	KUNIT_EXPECT_EQ(test, told[1].duration_ns, 300ULL);
	KUNIT_EXPECT_EQ(test, (int)told[1].pid, current->tgid);
	KUNIT_EXPECT_EQ(test, nr_told, 2U);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 400);
	sockwatch_account_free(sk);
	fake_tcp_move(listener, TCP_CLOSE, T0 + 400);
	sockwatch_account_free(listener);
}

static void refused(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	nr_told = 0;
	sk->sk_err = ECONNREFUSED;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	KUNIT_EXPECT_EQ(test, nr_told, 2U);
	KUNIT_EXPECT_EQ(test, (int)told[0].event, (int)SOCKWATCH_EVENT_FAIL);
	KUNIT_EXPECT_EQ(test, (int)told[0].errno_nr, ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, (int)told[0].operation,
			(int)SOCKWATCH_OPERATION_CONNECT);
	EXPECT_MOVE(test, 1, STATE, SYN_SENT, CLOSE, 0);
	KUNIT_EXPECT_FALSE(test, told[1].known & SOCKWATCH_KNOWN_TRAFFIC);
	sockwatch_account_free(sk);
}

static void segments(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2);
	nr_told = 0;
	preempt_disable();
	sockwatch_segment_reset(sk);
	sockwatch_tcp_reset(sk);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, nr_told, 2U);
	KUNIT_EXPECT_EQ(test, (int)told[0].event, (int)SOCKWATCH_EVENT_RESET);
	KUNIT_EXPECT_FALSE(test, told[0].known & SOCKWATCH_KNOWN_RECEIVED);
	KUNIT_EXPECT_EQ(test, (int)told[1].event, (int)SOCKWATCH_EVENT_RESET);
	KUNIT_EXPECT_TRUE(test, told[1].known & SOCKWATCH_KNOWN_RECEIVED);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	sockwatch_account_free(sk);
}

/* A namespace that nobody watches, while another one is. */
static void not_watched(struct kunit *test)
{
	struct sock *sk;

	sockwatch_net_held(&init_net)->watched = false;
	sk = fake_tcp_created(test, TCP, T0);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	sockwatch_account_free(sk);
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM, 0,
					-EMFILE);
	KUNIT_EXPECT_EQ(test, nr_told, 0U);
	EXPECT_METRIC(test, LIFETIME, false, 1, 1);
}

static struct kunit_case tell_cases[] = {
	KUNIT_CASE(active),
	KUNIT_CASE(passive),
	KUNIT_CASE(refused),
	KUNIT_CASE(segments),
	KUNIT_CASE(not_watched),
	{}
};

struct kunit_suite sockwatch_tcp_tell_suite = {
	.name = "sockwatch_tcp_tell",
	.init = tell_start,
	.exit = fake_stop,
	.test_cases = tell_cases,
};
