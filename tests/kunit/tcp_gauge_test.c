// SPDX-License-Identifier: GPL-2.0
/* tcp: how many are in each state, whenever a sock came into sight. */
#include <kunit/test.h>

#include "fake_tcp.h"
#include "listen.h"
#include "suites.h"

#define T0	1000ULL

/* A socket that has done nothing yet is in CLOSE, though none has moved. */
static void life(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	EXPECT_STATE(test, AF_INET, CLOSE, 1, 0);
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 1, 1);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 0, 1);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 1);
	EXPECT_STATE(test, AF_INET6, ESTABLISHED, 0, 0);
	fake_tcp_move(sk, TCP_FIN_WAIT1, T0 + 3);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 1);
	EXPECT_STATE(test, AF_INET, FIN_WAIT1, 1, 1);
	fake_tcp_move(sk, TCP_FIN_WAIT2, T0 + 4);
	EXPECT_STATE(test, AF_INET, FIN_WAIT2, 1, 1);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 5);
	EXPECT_STATE(test, AF_INET, FIN_WAIT2, 0, 1);
	EXPECT_STATE(test, AF_INET, CLOSE, 1, 1);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 1);
}

/* Several at a time, of both families. */
static void several(struct kunit *test)
{
	struct sock *sk[6];
	int i;

	for (i = 0; i < ARRAY_SIZE(sk); i++) {
		sk[i] = fake_tcp_created(test, i & 1 ? TCP6 : TCP, T0);
		fake_tcp_move(sk[i], TCP_SYN_SENT, T0 + 1);
	}
	fake_tcp_move(sk[0], TCP_ESTABLISHED, T0 + 2);
	fake_tcp_move(sk[1], TCP_ESTABLISHED, T0 + 2);
	fake_tcp_move(sk[2], TCP_ESTABLISHED, T0 + 2);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 2, 2);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 1, 3);
	EXPECT_STATE(test, AF_INET6, ESTABLISHED, 1, 1);
	EXPECT_STATE(test, AF_INET6, SYN_SENT, 2, 3);
	EXPECT_STATE(test, AF_INET6, CLOSE, 0, 0);
	for (i = 0; i < ARRAY_SIZE(sk); i++)
		sockwatch_account_free(sk[i]);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 2);
	EXPECT_STATE(test, AF_INET6, SYN_SENT, 0, 3);
}

/* A child begins in SYN_RECV, and never was in LISTEN. */
static void child(struct kunit *test)
{
	struct sock *listener = fake_tcp_created(test, TCP, T0);
	struct sock *sk;

	fake_tcp_move(listener, TCP_LISTEN, T0 + 1);
	sk = fake_tcp_child(test, listener, T0 + 2);
	EXPECT_STATE(test, AF_INET, LISTEN, 1, 1);
	EXPECT_STATE(test, AF_INET, SYN_RECV, 1, 1);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
	KUNIT_EXPECT_EQ(test, 1ULL,
			fake_tcp_moves(AF_INET, SOCKWATCH_MOVE_BORN,
				       TCP_SYN_RECV));
	KUNIT_EXPECT_EQ(test, 0ULL,
			fake_tcp_moves(AF_INET, TCP_LISTEN, TCP_SYN_RECV));
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 3);
	EXPECT_STATE(test, AF_INET, SYN_RECV, 0, 1);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 1);
	fake_tcp_accept(sk, T0 + 4);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 1);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 1);
	EXPECT_STATE(test, AF_INET, LISTEN, 1, 1);
	sockwatch_account_free(listener);
	EXPECT_STATE(test, AF_INET, LISTEN, 0, 1);
}

/* Every state from which a sock could be freed: no way to that is known. */
static void free_in_any_state(struct kunit *test)
{
	static const u8 states[] = {
		TCP_SYN_SENT, TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
		TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING, TCP_SYN_RECV,
	};
	struct sock *sk;
	int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		sk = fake_tcp_created(test, TCP, T0);
		fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
		fake_tcp_move(sk, states[i], T0 + 2);
		fake_expect_state(test, __LINE__, AF_INET, states[i], 1, 1);
		sockwatch_account_free(sk);
		fake_expect_state(test, __LINE__, AF_INET, states[i], 0, 1);
		EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
		KUNIT_EXPECT_EQ(test, 1ULL,
				fake_tcp_moves(AF_INET, states[i],
					       SOCKWATCH_MOVE_TAKEN));
	}
}

/* What the tracking table had no room for is in no state. */
static void untracked(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 0, 0);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	KUNIT_EXPECT_EQ(test, sockwatch_track_used(), 0ULL);
}

/* Nor what was only allocated: nobody has said yet where it counts. */
static void pending(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sockwatch_account_alloc(sk);
	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 0, 0);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 0, 0);
}

/* A request's state (TCP_NEW_SYN_RECV) is none of a sock's. */
static void no_state(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_NEW_SYN_RECV, T0 + 1);
	EXPECT_STATE(test, AF_INET, SYN_SENT, 1, 1);
	sockwatch_account_free(sk);
}

/* Found by the census: it is there, but did not come into its state now. */
static void found(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_ESTABLISHED);

	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 0);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
	fake_tcp_move(sk, TCP_CLOSE, T0);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
	EXPECT_STATE(test, AF_INET, CLOSE, 1, 1);
	/* Since when is not known: no time, and certainly not since 0. */
	EXPECT_TIME(test, ESTABLISHED, false, 0, 0);
	EXPECT_METRIC(test, LIFETIME, false, 0, 0);
	EXPECT_UNKNOWN(test, LIFETIME, 1);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 1);
}

/* In each state; a sock in CLOSE is one of those in no other state. */
static void found_in_any_state(struct kunit *test)
{
	struct sock *sk[SOCKWATCH_STATES];
	unsigned int state;

	for (state = 1; state < SOCKWATCH_STATES; state++) {
		if (state == TCP_TIME_WAIT)
			continue;
		sk[state] = fake_tcp_found(test, TCP6, state);
	}
	for (state = 1; state < SOCKWATCH_STATES; state++) {
		if (state == TCP_TIME_WAIT)
			continue;
		fake_expect_state(test, __LINE__, AF_INET6, state, 1, 0);
		fake_expect_state(test, __LINE__, AF_INET, state, 0, 0);
		sockwatch_account_free(sk[state]);
		fake_expect_state(test, __LINE__, AF_INET6, state, 0, 0);
	}
}

/* The census looks twice, and the move was first: it counts once. */
static void found_again(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_ESTABLISHED);
	struct sock *made = fake_tcp_created(test, TCP, T0);

	fake_tcp_move(made, TCP_SYN_SENT, T0);
	fake_tcp_move(made, TCP_ESTABLISHED, T0 + 30);
	sockwatch_account_found(sk, false);
	sockwatch_account_found(made, true);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 2, 1);
	fake_tcp_move(made, TCP_CLOSE, T0 + 90);
	EXPECT_METRIC(test, LIFETIME, false, 1, 60);
	sockwatch_account_free(sk);
	sockwatch_account_free(made);
}

/* In the midst of a connect: its begin is not known, but its end is. */
static void found_connecting(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_SYN_SENT);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0);
	EXPECT_METRIC(test, CONNECT, false, 0, 0);
	EXPECT_UNKNOWN(test, CONNECT, 1);
	EXPECT_UNKNOWN(test, HANDSHAKE, 0);
	EXPECT_TIME(test, SYN_SENT, false, 0, 0);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 500);
	EXPECT_METRIC(test, LIFETIME, false, 1, 500);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 500);
	EXPECT_UNKNOWN(test, LIFETIME, 0);
	sockwatch_account_free(sk);
}

/* In the midst of closing: what it does from now on is known. */
static void found_closing(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_FIN_WAIT1);

	fake_peer(sk, true);
	fake_tcp_move(sk, TCP_FIN_WAIT2, T0);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 800);
	EXPECT_TIME(test, FIN_WAIT1, true, 0, 0);
	EXPECT_TIME(test, FIN_WAIT2, true, 1, 800);
	EXPECT_METRIC(test, LIFETIME, true, 0, 0);
	EXPECT_UNKNOWN(test, LIFETIME, 1);
	sockwatch_account_free(sk);
}

/* Found before it did anything: only how long it did nothing is unknown. */
static void found_closed(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_CLOSE);

	EXPECT_STATE(test, AF_INET, CLOSE, 1, 0);
	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	EXPECT_TIME(test, CLOSE, false, 0, 0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 70);
	EXPECT_METRIC(test, CONNECT, false, 1, 70);
	EXPECT_UNKNOWN(test, CONNECT, 0);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 0);
	sockwatch_account_free(sk);
}

/* In an accept queue: since when is not known. */
static void found_child(struct kunit *test)
{
	struct sock *sk = fake_sock(test, &init_net, TCP);

	sk->sk_state = TCP_ESTABLISHED;
	sockwatch_account_found_child(sk, false);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 0);
	fake_tcp_accept(sk, T0);
	EXPECT_METRIC(test, ACCEPT_QUEUE, false, 0, 0);
	EXPECT_UNKNOWN(test, ACCEPT_QUEUE, 1);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 0);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
}

/*
 * The census looked in the instant of a change, and took the old state: what
 * went into it goes out again, and the new one is left as it was entered.
 */
static void found_too_late(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_ESTABLISHED);

	sk->sk_state = TCP_FIN_WAIT1;
	fake_tcp_move(sk, TCP_FIN_WAIT2, T0);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
	EXPECT_STATE(test, AF_INET, FIN_WAIT1, 0, 0);
	EXPECT_STATE(test, AF_INET, FIN_WAIT2, 1, 1);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 1);
	EXPECT_STATE(test, AF_INET, FIN_WAIT2, 0, 1);
	sockwatch_account_free(sk);
}

/* IPV6_ADDRFORM: the gauge follows at the next move, which is inet's. */
static void addrform(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP6, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 10);
	EXPECT_STATE(test, AF_INET6, ESTABLISHED, 1, 1);
	sk->sk_family = AF_INET;
	fake_tcp_move(sk, TCP_CLOSE_WAIT, T0 + 30);
	EXPECT_STATE(test, AF_INET6, ESTABLISHED, 0, 1);
	EXPECT_STATE(test, AF_INET6, CLOSE_WAIT, 0, 0);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
	EXPECT_STATE(test, AF_INET, CLOSE_WAIT, 1, 1);
	fake_tcp_move(sk, TCP_LAST_ACK, T0 + 31);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 40);
	EXPECT_STATE(test, AF_INET, LAST_ACK, 0, 1);
	/* The time it had been inet6 for goes with it. */
	EXPECT_METRIC(test, LIFETIME, false, 1, 30);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 20);
	fake_expect_metric(test, __LINE__, AF_INET6,
			   SOCKWATCH_METRIC_TCP_LIFETIME, false, 0, 0);
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET, CLOSE, 0, 1);
	EXPECT_STATE(test, AF_INET6, CLOSE, 0, 0);
}

/* Freed before it moved again: inet6 gives back what it had. */
static void addrform_freed(struct kunit *test)
{
	struct sock *sk = fake_tcp_created(test, TCP6, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0);
	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 10);
	sk->sk_family = AF_INET;
	sockwatch_account_free(sk);
	EXPECT_STATE(test, AF_INET6, ESTABLISHED, 0, 1);
	EXPECT_STATE(test, AF_INET, ESTABLISHED, 0, 0);
}

static struct kunit_case gauge_cases[] = {
	KUNIT_CASE(life),
	KUNIT_CASE(several),
	KUNIT_CASE(child),
	KUNIT_CASE(free_in_any_state),
	KUNIT_CASE(untracked),
	KUNIT_CASE(pending),
	KUNIT_CASE(no_state),
	KUNIT_CASE(found),
	KUNIT_CASE(found_in_any_state),
	KUNIT_CASE(found_again),
	KUNIT_CASE(found_connecting),
	KUNIT_CASE(found_closing),
	KUNIT_CASE(found_closed),
	KUNIT_CASE(found_child),
	KUNIT_CASE(found_too_late),
	KUNIT_CASE(addrform),
	KUNIT_CASE(addrform_freed),
	{}
};

/* The same by the long way. */
static struct kunit_case gauge_behind_cases[] = {
	KUNIT_CASE(life),
	KUNIT_CASE(several),
	KUNIT_CASE(child),
	KUNIT_CASE(free_in_any_state),
	KUNIT_CASE(untracked),
	KUNIT_CASE(pending),
	KUNIT_CASE(no_state),
	KUNIT_CASE(found),
	KUNIT_CASE(found_in_any_state),
	KUNIT_CASE(found_again),
	KUNIT_CASE(found_connecting),
	KUNIT_CASE(found_closing),
	KUNIT_CASE(found_closed),
	KUNIT_CASE(found_child),
	KUNIT_CASE(found_too_late),
	KUNIT_CASE(addrform),
	KUNIT_CASE(addrform_freed),
	{}
};

struct kunit_suite sockwatch_tcp_gauge_suite = {
	.name = "sockwatch_tcp_gauge",
	.init = fake_tcp_start,
	.exit = fake_stop,
	.test_cases = gauge_cases,
};

struct kunit_suite sockwatch_tcp_gauge_behind_suite = {
	.name = "sockwatch_tcp_gauge_behind",
	.init = fake_tcp_start_behind,
	.exit = fake_stop,
	.test_cases = gauge_behind_cases,
};
