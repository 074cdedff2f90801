// SPDX-License-Identifier: GPL-2.0
/* tcp: how long a connection takes, lives, and stays in each state. */
#include <kunit/test.h>

#include "fake_tcp.h"
#include "suites.h"

/* Any time will do, but 0, which is none. */
#define T0	1000ULL

#define US	1000ULL

/* The first SYN to ESTABLISHED, which is all the time in SYN_SENT. */
static void connect(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 4000);
	EXPECT_TIME(test, CLOSE, false, 1, 4000);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 34000);
	EXPECT_METRIC(test, CONNECT, false, 1, 30000);
	EXPECT_TIME(test, SYN_SENT, false, 1, 30000);
	/* Nobody came to this socket, and it has a local peer. */
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	EXPECT_METRIC(test, CONNECT, true, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 0);
	EXPECT_UNKNOWN(test, CONNECT, 0);
	sockwatch_account_free(sk);
}

/* The route says where the peer is; what has none yet has no scope. */
static void connect_remote(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_peer(sk, true);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 50001);
	EXPECT_TIME(test, CLOSE, false, 1, 1);
	EXPECT_METRIC(test, CONNECT, true, 1, 50000);
	EXPECT_TIME(test, SYN_SENT, true, 1, 50000);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	EXPECT_TIME(test, SYN_SENT, false, 0, 0);
	sockwatch_account_free(sk);
}

/* The connection keeps the scope it had when it opened, route or not. */
static void scope_stays(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_peer(sk, true);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2);
	fake_peer(sk, false);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 102);
	EXPECT_METRIC(test, LIFETIME, true, 1, 100);
	EXPECT_METRIC(test, LIFETIME, false, 0, 0);
	sockwatch_account_free(sk);
}

/* Nothing of inet6 is counted under inet. */
static void connect_inet6(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP6, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1001);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	fake_expect_metric(test, __LINE__, AF_INET6,
			   SOCKWATCH_METRIC_TCP_CONNECT, false, 1, 1000);
	fake_expect_time(test, __LINE__, AF_INET6, TCP_CLOSE, false, 1, 1);
	sockwatch_account_free(sk);
}

static struct sock *listener_new(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_LISTEN, T0 + 7);
	return sk;
}

/* How long it listened, which is in no scope, whenever it ends. */
static void listened(struct kunit *test)
{
	struct sock *sk = listener_new(test);

	fake_tcp_move(sk, TCP_CLOSE, T0 + 5007);
	EXPECT_TIME(test, CLOSE, false, 1, 7);
	EXPECT_TIME(test, LISTEN, false, 1, 5000);
	fake_tcp_move(sk, TCP_LISTEN, T0 + 6007);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 9007);
	EXPECT_TIME(test, LISTEN, false, 2, 8000);
	sockwatch_account_free(sk);
}

/* It counts as it is cloned, but not before all hooks are there. */
static void child_of_unknown(struct kunit *test)
{
	struct sock *listener = fake_sock(test, &init_net, TCP);
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	sockwatch_account_inherits = false;
	sockwatch_account_inherit(listener, sk, T0);
	EXPECT_ROW(test, &init_net, TCP);
	sockwatch_account_inherits = true;
	sockwatch_account_inherit(listener, sk, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	KUNIT_EXPECT_EQ(test,
			fake_tcp_moves(AF_INET, SOCKWATCH_MOVE_BORN,
				       TCP_SYN_RECV), 1ULL);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	EXPECT_ROW(test, &init_net, TCP, .cloned = 1);
	KUNIT_EXPECT_TRUE(test, sockwatch_account_inherits);
	sockwatch_account_free(sk);
	sockwatch_account_inherits = false;
}

/*
 * The kernel's own round trip, not the time in SYN_RECV: the child came into
 * being when the handshake was over.
 */
static void handshake(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0 + 1000);

	fake_tcp_srtt(sk, 250);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1400);
	EXPECT_METRIC(test, HANDSHAKE, false, 1, 250 * US);
	EXPECT_TIME(test, SYN_RECV, false, 1, 400);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 0);
	EXPECT_TIME(test, LISTEN, false, 0, 0);
	EXPECT_TIME(test, CLOSE, false, 1, 7);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

static void handshake_remote(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	fake_peer(sk, true);
	fake_tcp_srtt(sk, 9);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1);
	EXPECT_METRIC(test, HANDSHAKE, true, 1, 9 * US);
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* A SYN/ACK sent again, without timestamps: the kernel has no round trip. */
static void handshake_without_srtt(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 400);
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 1);
	EXPECT_TIME(test, SYN_RECV, false, 1, 400);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* Of a syncookie the round trip is no true one. */
static void handshake_of_cookie(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	sockwatch_tcp_cookie(sk);
	fake_tcp_srtt(sk, 250);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 400);
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 1);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* TCP_DEFER_ACCEPT: it runs to the first data. */
static void handshake_deferred(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk;

	inet_csk(listener)->icsk_accept_queue.rskq_defer_accept = 1;
	sk = fake_tcp_child(test, listener, T0);
	fake_tcp_srtt(sk, 250);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 400);
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 1);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* Both ends connect: from the first SYN on, and no handshake of ours. */
static void simultaneous_open(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_srtt(sk, 250);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1000);
	fake_tcp_move(sk, TCP_SYN_RECV, T0 + 4000);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 9000);
	EXPECT_METRIC(test, CONNECT, false, 1, 8000);
	EXPECT_TIME(test, SYN_SENT, false, 1, 3000);
	EXPECT_TIME(test, SYN_RECV, false, 1, 5000);
	EXPECT_METRIC(test, HANDSHAKE, false, 0, 0);
	EXPECT_UNKNOWN(test, HANDSHAKE, 0);
	sockwatch_account_free(sk);
}

/* What stays in its state has not moved: its time goes on. */
static void self_transition(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_CLOSE, T0 + 10);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1000);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2000);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 5000);
	EXPECT_METRIC(test, CONNECT, false, 1, 1000);
	KUNIT_EXPECT_EQ(test, 0ULL,
			fake_tcp_moves(AF_INET, TCP_ESTABLISHED,
				       TCP_ESTABLISHED));
	KUNIT_EXPECT_EQ(test, 0ULL,
			fake_tcp_moves(AF_INET, TCP_CLOSE, TCP_CLOSE));
	fake_tcp_move(sk, TCP_CLOSE, T0 + 12000);
	EXPECT_TIME(test, CLOSE, false, 1, 1000);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 10000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 10000);
	sockwatch_account_free(sk);
}

static struct sock *connection(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 10000);
	return sk;
}

/* A reset: the life is the time in ESTABLISHED. */
static void lifetime_reset(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_move(sk, TCP_CLOSE, T0 + 17000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 7000);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 7000);
	sockwatch_account_free(sk);
}

/* This end closes first.  What is left to a time-wait sock is not this one. */
static void lifetime_active(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_move(sk, TCP_FIN_WAIT1, T0 + 20000);
	EXPECT_METRIC(test, LIFETIME, false, 0, 0);
	fake_tcp_move(sk, TCP_FIN_WAIT2, T0 + 25000);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 27000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 17000);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 10000);
	EXPECT_TIME(test, FIN_WAIT1, false, 1, 5000);
	EXPECT_TIME(test, FIN_WAIT2, false, 1, 2000);
	sockwatch_account_free(sk);
}

/* The peer closes first. */
static void lifetime_passive(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_move(sk, TCP_CLOSE_WAIT, T0 + 20000);
	fake_tcp_move(sk, TCP_LAST_ACK, T0 + 25000);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 26000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 16000);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 10000);
	EXPECT_TIME(test, CLOSE_WAIT, false, 1, 5000);
	EXPECT_TIME(test, LAST_ACK, false, 1, 1000);
	sockwatch_account_free(sk);
}

/* Both at once. */
static void lifetime_closing(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_move(sk, TCP_FIN_WAIT1, T0 + 20000);
	fake_tcp_move(sk, TCP_CLOSING, T0 + 21000);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 24000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 14000);
	EXPECT_TIME(test, FIN_WAIT1, false, 1, 1000);
	EXPECT_TIME(test, CLOSING, false, 1, 3000);
	sockwatch_account_free(sk);
}

/* A child closed before the handshake's end never lived. */
static void never_lived(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	fake_tcp_srtt(sk, 250);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 300);
	EXPECT_METRIC(test, LIFETIME, false, 0, 0);
	EXPECT_METRIC(test, RTT, false, 0, 0);
	EXPECT_UNKNOWN(test, LIFETIME, 0);
	EXPECT_UNKNOWN(test, RTT, 0);
	EXPECT_TIME(test, SYN_RECV, false, 1, 300);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

static void rtt(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_srtt(sk, 1234);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 17000);
	EXPECT_METRIC(test, RTT, false, 1, 1234 * US);
	EXPECT_UNKNOWN(test, RTT, 0);
	sockwatch_account_free(sk);
}

static void rtt_unknown(struct kunit *test)
{
	struct sock *sk = connection(test);

	fake_tcp_move(sk, TCP_CLOSE, T0 + 17000);
	EXPECT_METRIC(test, RTT, false, 0, 0);
	EXPECT_UNKNOWN(test, RTT, 1);
	sockwatch_account_free(sk);
}

/* A socket that connects once more: nothing of the first time sticks. */
static void again(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_peer(sk, true);
	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 100);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 300);
	fake_peer(sk, false);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1300);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 8300);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 9300);
	EXPECT_METRIC(test, CONNECT, true, 1, 100);
	EXPECT_METRIC(test, CONNECT, false, 1, 7000);
	EXPECT_METRIC(test, LIFETIME, true, 1, 200);
	EXPECT_METRIC(test, LIFETIME, false, 1, 1000);
	EXPECT_TIME(test, CLOSE, false, 2, 1000);
	sockwatch_account_free(sk);
}

/* A failed connect has a time in SYN_SENT, but none to ESTABLISHED. */
static void connect_again(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 100);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	EXPECT_UNKNOWN(test, CONNECT, 0);
	EXPECT_TIME(test, SYN_SENT, false, 1, 100);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1000);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1500);
	EXPECT_METRIC(test, CONNECT, false, 1, 500);
	EXPECT_TIME(test, SYN_SENT, false, 2, 600);
	sockwatch_account_free(sk);
}

/* From ESTABLISHED to accept, whatever the child has done meanwhile. */
static void accept_queue(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1000);
	fake_tcp_move(sk, TCP_CLOSE_WAIT, T0 + 3000);
	fake_tcp_accept(sk, T0 + 6000);
	EXPECT_METRIC(test, ACCEPT_QUEUE, false, 1, 5000);
	EXPECT_UNKNOWN(test, ACCEPT_QUEUE, 0);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* Fast Open lets accept have it in SYN_RECV: it waits since its clone. */
static void accept_fastopen(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0);

	fake_peer(sk, true);
	fake_tcp_accept(sk, T0 + 600);
	EXPECT_METRIC(test, ACCEPT_QUEUE, true, 1, 600);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 900);
	EXPECT_METRIC(test, ACCEPT_QUEUE, true, 1, 600);
	EXPECT_TIME(test, SYN_RECV, true, 1, 900);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

/* A reset in the queue takes its wait from nobody: accept hands it out. */
static void accept_after_reset(struct kunit *test)
{
	struct sock *listener = listener_new(test);
	struct sock *sk = fake_tcp_child(test, listener, T0 + 100);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 100);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 500);
	fake_tcp_accept(sk, T0 + 1100);
	EXPECT_METRIC(test, ACCEPT_QUEUE, false, 1, 1000);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

#define TCP_CASES {						\
	KUNIT_CASE(connect),						\
	KUNIT_CASE(connect_remote),					\
	KUNIT_CASE(scope_stays),					\
	KUNIT_CASE(connect_inet6),					\
	KUNIT_CASE(listened),						\
	KUNIT_CASE(child_of_unknown),					\
	KUNIT_CASE(handshake),						\
	KUNIT_CASE(handshake_remote),					\
	KUNIT_CASE(handshake_without_srtt),				\
	KUNIT_CASE(handshake_of_cookie),				\
	KUNIT_CASE(handshake_deferred),					\
	KUNIT_CASE(simultaneous_open),					\
	KUNIT_CASE(self_transition),					\
	KUNIT_CASE(lifetime_reset),					\
	KUNIT_CASE(lifetime_active),					\
	KUNIT_CASE(lifetime_passive),					\
	KUNIT_CASE(lifetime_closing),					\
	KUNIT_CASE(never_lived),					\
	KUNIT_CASE(rtt),						\
	KUNIT_CASE(rtt_unknown),					\
	KUNIT_CASE(again),						\
	KUNIT_CASE(connect_again),					\
	KUNIT_CASE(accept_queue),					\
	KUNIT_CASE(accept_fastopen),					\
	KUNIT_CASE(accept_after_reset),					\
	{}							\
}

static struct kunit_case tcp_cases[] = TCP_CASES;

/* The same with socks that are not in their first place, and far from it. */
static struct kunit_case tcp_near_cases[] = TCP_CASES;
static struct kunit_case tcp_behind_cases[] = TCP_CASES;

struct kunit_suite sockwatch_tcp_suite = {
	.name = "sockwatch_tcp",
	.init = fake_tcp_start,
	.exit = fake_stop,
	.test_cases = tcp_cases,
};

struct kunit_suite sockwatch_tcp_near_suite = {
	.name = "sockwatch_tcp_near",
	.init = fake_tcp_start_near,
	.exit = fake_stop,
	.test_cases = tcp_near_cases,
};

struct kunit_suite sockwatch_tcp_behind_suite = {
	.name = "sockwatch_tcp_behind",
	.init = fake_tcp_start_behind,
	.exit = fake_stop,
	.test_cases = tcp_behind_cases,
};
