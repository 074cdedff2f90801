// SPDX-License-Identifier: GPL-2.0
/* What happens to socks of TCP that are not real, and what it adds up to. */
#include <linux/err.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "event.h"
#include "fake_tcp.h"
#include "snapshot.h"

/* Too large for a stack.  One test runs at a time. */
static struct sockwatch_tcp_sum tcp_sum;
static struct sockwatch_hist_sum hist_sum;

/* How many of its first places are taken when a sock comes. */
static unsigned int taken;

static struct sockwatch_net *snet(void)
{
	return sockwatch_net_held(&init_net);
}

static const struct sockwatch_tcpstat *stat(unsigned int family)
{
	return snet()->tcp[family == AF_INET6];
}

/**
 * fake_tcp_start() - fake_start(), with room for the numbers of TCP
 * @test: the test
 *
 * Return: 0 or a negative errno.
 */
int fake_tcp_start(struct kunit *test)
{
	int err = fake_start(test);

	if (err)
		return err;
	sockwatch_net_grow(snet(), AF_INET, GFP_KERNEL);
	sockwatch_net_grow(snet(), AF_INET6, GFP_KERNEL);
	sockwatch_tcp_wrapped(false, false);
	/* With nobody to be told, things go their short ways. */
	sockwatch_event_set_sink(NULL);
	taken = 0;
	return atomic_read(&snet()->grow_failed) ? -ENOMEM : 0;
}

/**
 * fake_tcp_start_near() - fake_tcp_start(), and no sock in its first place
 * @test: the test
 *
 * Return: 0 or a negative errno.
 */
int fake_tcp_start_near(struct kunit *test)
{
	int err = fake_tcp_start(test);

	taken = err ? 0 : 1;
	return err;
}

/**
 * fake_tcp_start_behind() - fake_tcp_start(), and all goes the long way
 * @test: the test
 *
 * No sock will lie where the short ways look for it.
 *
 * Return: 0 or a negative errno.
 */
int fake_tcp_start_behind(struct kunit *test)
{
	int err = fake_tcp_start(test);

	taken = err ? 0 : SOCKWATCH_TRACK_NEAR;
	return err;
}

/* Something else has the first places for a moment. */
static void alloc(const struct sock *sk)
{
	unsigned int first = sockwatch_track_hash(sk), i;
	const void **key[SOCKWATCH_TRACK_NEAR];

	for (i = 0; i < taken; i++) {
		key[i] = &sockwatch_track.keys[fake_place(first, i)];
		if (!*key[i])
			*key[i] = key;
	}
	sockwatch_account_alloc(sk);
	for (i = 0; i < taken; i++)
		if (*key[i] == key)
			*key[i] = NULL;
}

/**
 * fake_tcp_created() - a socket, made by a call
 * @test: the test
 * @kind: TCP or TCP6
 * @now_ns: when
 *
 * Return: its sock.
 */
struct sock *fake_tcp_created(struct kunit *test, u64 kind, u64 now_ns)
{
	struct sock *sk = fake_sock(test, &init_net, kind);

	alloc(sk);
	fake_create(&init_net, sk, false, now_ns);
	return sk;
}

/**
 * fake_tcp_found() - a socket that the census comes across
 * @test: the test
 * @kind: TCP or TCP6
 * @state: its state
 *
 * Return: its sock.
 */
struct sock *fake_tcp_found(struct kunit *test, u64 kind, unsigned int state)
{
	struct sock *sk = fake_sock(test, &init_net, kind);

	sk->sk_state = state;
	sockwatch_account_found(sk, true);
	return sk;
}

/**
 * fake_tcp_child() - a listener is cloned for a connection
 * @test: the test
 * @listener: the listener
 * @now_ns: when
 *
 * Return: the child, in TCP_SYN_RECV.
 */
struct sock *fake_tcp_child(struct kunit *test, const struct sock *listener,
			    u64 now_ns)
{
	u64 kind = sockwatch_kind_pack(listener->sk_family, SOCK_STREAM,
				       IPPROTO_TCP);
	struct sock *sk = fake_sock(test, &init_net, kind);

	sk->sk_state = TCP_SYN_RECV;
	alloc(sk);
	sockwatch_account_inherit(listener, sk, now_ns);
	/* What the tracepoint calls, for what was not counted by then. */
	sockwatch_account_clone(sk, SOCK_STREAM, now_ns);
	return sk;
}

/**
 * fake_tcp_move() - a sock changes its state
 * @sk: the sock
 * @state: the new state
 * @now_ns: when
 *
 * The tracepoint comes first, and then the sock shows it (inet_sk_state_store(),
 * net/ipv4/af_inet.c).
 */
void fake_tcp_move(struct sock *sk, unsigned int state, u64 now_ns)
{
	preempt_disable();
	sockwatch_tcp_state(sk, state, now_ns);
	preempt_enable();
	sk->sk_state = state;
}

/**
 * fake_tcp_accept() - accept hands a child out
 * @sk: the child
 * @now_ns: when
 */
void fake_tcp_accept(struct sock *sk, u64 now_ns)
{
	fake_accept(sk, SOCK_STREAM, now_ns);
}

/**
 * fake_tcp_srtt() - say what round trip the kernel has measured
 * @sk: the sock
 * @srtt_us: the round trip, 0: none
 */
void fake_tcp_srtt(struct sock *sk, u32 srtt_us)
{
	tcp_sk(sk)->srtt_us = srtt_us << 3;
}

/**
 * fake_tcp_moves() - how often socks went from a state to another
 * @family: AF_INET or AF_INET6
 * @from: a state or &enum sockwatch_move
 * @to: likewise
 *
 * Return: how often.
 */
u64 fake_tcp_moves(unsigned int family, unsigned int from, unsigned int to)
{
	sockwatch_tcpstat_fold(stat(family), &tcp_sum);
	return tcp_sum.move[sockwatch_move(from, to)];
}

/**
 * fake_tcp_unknown() - how many durations are not known
 * @family: AF_INET or AF_INET6
 * @metric: of what
 *
 * Return: how many.
 */
u64 fake_tcp_unknown(unsigned int family, enum sockwatch_metric metric)
{
	sockwatch_tcpstat_fold(stat(family), &tcp_sum);
	return tcp_sum.unknown[metric - SOCKWATCH_METRIC_FIRST];
}

/**
 * fake_tcp_failures() - how often something failed
 * @test: the test
 * @key: sockwatch_failure_pack() or sockwatch_connect_pack()
 *
 * Return: how often.
 */
u64 fake_tcp_failures(struct kunit *test, u64 key)
{
	struct sockwatch_snapshot *snapshot;
	unsigned int i;
	u64 count = 0;

	snapshot = sockwatch_snapshot_failures(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	for (i = 0; i < snapshot->nr; i++)
		if (row_of(snapshot, i)->key == key)
			count += row_of(snapshot, i)->failures;
	sockwatch_snapshot_free(snapshot);
	return count;
}

/**
 * fake_expect_state() - compare the sockets in a state, as they are shown
 * @test: the test
 * @line: where it is expected
 * @family: AF_INET or AF_INET6
 * @state: the state
 * @sockets: how many must be in it
 * @entered: how many must have come into it
 */
void fake_expect_state(struct kunit *test, int line, unsigned int family,
		       unsigned int state, u64 sockets, u64 entered)
{
	const struct sockwatch_state_row *row;
	struct sockwatch_snapshot *snapshot;
	unsigned int i;

	snapshot = sockwatch_snapshot_states(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	for (i = 0; i < snapshot->nr; i++) {
		row = sockwatch_snapshot_row(snapshot, i);
		if (row->family != family || row->state != state)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, row->sockets, sockets,
				    "in state %u at line %d", state, line);
		KUNIT_EXPECT_EQ_MSG(test, row->entered, entered,
				    "into state %u at line %d", state, line);
	}
	KUNIT_EXPECT_EQ(test, snapshot->nr, 22U);
	sockwatch_snapshot_free(snapshot);
}

static void expect_hist(struct kunit *test, int line, u64 count, u64 sum_ns)
{
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.count, count, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, hist_sum.sum_ns, sum_ns, "line %d", line);
}

/**
 * fake_expect_metric() - compare the durations of a metric
 * @test: the test
 * @line: where it is expected
 * @family: AF_INET or AF_INET6
 * @metric: the metric
 * @remote: of connections with a remote peer
 * @count: how many there must be
 * @sum_ns: their sum
 */
void fake_expect_metric(struct kunit *test, int line, unsigned int family,
			enum sockwatch_metric metric, bool remote, u64 count,
			u64 sum_ns)
{
	KUNIT_EXPECT_EQ_MSG(test, !!count,
			    sockwatch_tcpstat_metric(stat(family), metric,
						     remote, &hist_sum),
			    "line %d", line);
	expect_hist(test, line, count, sum_ns);
}

/**
 * fake_expect_time() - compare the time spent in a state
 * @test: the test
 * @line: where it is expected
 * @family: AF_INET or AF_INET6
 * @state: the state
 * @remote: of connections with a remote peer
 * @count: how many stays there must be
 * @sum_ns: their sum
 */
void fake_expect_time(struct kunit *test, int line, unsigned int family,
		      unsigned int state, bool remote, u64 count, u64 sum_ns)
{
	KUNIT_EXPECT_EQ_MSG(test, !!count,
			    sockwatch_tcpstat_state(stat(family), state,
						    remote, &hist_sum),
			    "line %d", line);
	expect_hist(test, line, count, sum_ns);
}
