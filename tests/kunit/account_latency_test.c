// SPDX-License-Identifier: GPL-2.0
/* account: how long it took, and what is known of a socket when it goes. */
#include <kunit/test.h>
#include <linux/err.h>

#include "counters.h"
#include "fake_tcp.h"
#include "netns.h"
#include "snapshot.h"
#include "suites.h"

#define T0	1000ULL

static u64 latency(struct kunit *test, enum sockwatch_metric metric,
		   unsigned int family, bool unknown, u64 *sum_ns)
{
	const struct sockwatch_latency_row *row;
	struct sockwatch_snapshot *snapshot;
	unsigned int i;
	u64 count = 0;

	*sum_ns = 0;
	snapshot = sockwatch_snapshot_latency(sockwatch_net_held(&init_net),
					      metric);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	for (i = 0; i < snapshot->nr; i++) {
		row = sockwatch_snapshot_row(snapshot, i);
		if (row->family != family || row->unknown != unknown)
			continue;
		count += row->sum.count;
		*sum_ns += row->sum.sum_ns;
	}
	sockwatch_snapshot_free(snapshot);
	return count;
}

/* What the kernel makes for itself is no system call, and what fails none. */
static void created(struct kunit *test)
{
	struct sock *mine = fake_sock(test, &init_net, UDP);
	struct sock *kernel = fake_sock(test, &init_net, UDP);
	u64 sum_ns;

	preempt_disable();
	sockwatch_account_create(&init_net, mine, false, GFP_KERNEL, 1234, T0);
	sockwatch_account_create(&init_net, kernel, true, GFP_KERNEL, 99, T0);
	preempt_enable();
	sockwatch_account_create_failed(&init_net, AF_INET, SOCK_STREAM,
					IPPROTO_TCP, -EMFILE);
	KUNIT_EXPECT_EQ(test, 1ULL,
			latency(test, SOCKWATCH_METRIC_SOCKET_CREATE, AF_INET,
				false, &sum_ns));
	KUNIT_EXPECT_EQ(test, sum_ns, 1234ULL);
	KUNIT_EXPECT_EQ(test, 0ULL,
			latency(test, SOCKWATCH_METRIC_SOCKET_CREATE, AF_INET6,
				false, &sum_ns));
	sockwatch_account_free(mine);
	sockwatch_account_free(kernel);
}

/* From connect to accept; before the census, connect's time is not known. */
static void unix_queue(struct kunit *test)
{
	struct sock *listener = fake_sock(test, &init_net, UNIX);
	struct sock *sk = fake_sock(test, &init_net, UNIX);
	struct sock *old = fake_sock(test, &init_net, UNIX);
	u64 sum_ns;

	fake_create(&init_net, listener, false, T0);
	sockwatch_account_alloc(sk);
	sockwatch_account_clone(sk, SOCK_STREAM, T0);
	fake_accept(sk, SOCK_STREAM, T0 + 800);
	sockwatch_account_found_child(old, false);
	fake_accept(old, SOCK_STREAM, T0 + 900);
	KUNIT_EXPECT_EQ(test, 1ULL,
			latency(test, SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE,
				AF_UNIX, false, &sum_ns));
	KUNIT_EXPECT_EQ(test, sum_ns, 800ULL);
	KUNIT_EXPECT_EQ(test, 1ULL,
			latency(test, SOCKWATCH_METRIC_UNIX_ACCEPT_QUEUE,
				AF_UNIX, true, &sum_ns));
	sockwatch_account_free(sk);
	sockwatch_account_free(old);
	sockwatch_account_free(listener);
}

/* A child that goes before it was queued is a connect that found nobody. */
static void unix_not_connected(struct kunit *test)
{
	u64 seqpacket = sockwatch_kind_pack(AF_UNIX, SOCK_SEQPACKET, 0);
	struct sock *stream = fake_sock(test, &init_net, UNIX);
	struct sock *packets = fake_sock(test, &init_net,
					 sockwatch_kind_pack(AF_UNIX, 0, 0));

	/* Its type is not set yet. */
	stream->sk_type = 0;
	sockwatch_account_alloc(stream);
	sockwatch_account_free(stream);
	sockwatch_account_alloc(packets);
	sockwatch_account_free(packets);
	KUNIT_EXPECT_EQ(test, 1ULL,
			fake_tcp_failures(test,
					  sockwatch_connect_pack(UNIX, 0)));
	KUNIT_EXPECT_EQ(test, 1ULL,
			fake_tcp_failures(test,
					  sockwatch_connect_pack(seqpacket,
								 0)));
	EXPECT_ROW(test, &init_net, UNIX);
	EXPECT_TOTALS(test, 0, 2);
}

static u64 udp_connected(void)
{
	return sockwatch_counters_total(&sockwatch_net_held(&init_net)->kinds,
					SOCKWATCH_C_CONNECTED);
}

/* UDP says only as it goes whether it had a peer; TCP says it otherwise. */
static void udp_peer(struct kunit *test)
{
	struct sock *with = fake_sock(test, &init_net, UDP);
	struct sock *without = fake_sock(test, &init_net, UDP);
	struct sock *tcp = fake_sock(test, &init_net, TCP);

	fake_create(&init_net, with, false, T0);
	fake_create(&init_net, without, false, T0);
	fake_create(&init_net, tcp, false, T0);
	with->sk_state = TCP_ESTABLISHED;
	tcp->sk_state = TCP_ESTABLISHED;
	sockwatch_account_free(without);
	sockwatch_account_free(tcp);
	KUNIT_EXPECT_EQ(test, udp_connected(), 0ULL);
	sockwatch_account_free(with);
	KUNIT_EXPECT_EQ(test, udp_connected(), 1ULL);
}

static struct kunit_case latency_cases[] = {
	KUNIT_CASE(created),
	KUNIT_CASE(unix_queue),
	KUNIT_CASE(unix_not_connected),
	KUNIT_CASE(udp_peer),
	{}
};

struct kunit_suite sockwatch_account_latency_suite = {
	.name = "sockwatch_account_latency",
	.init = fake_start,
	.exit = fake_stop,
	.test_cases = latency_cases,
};
