// SPDX-License-Identifier: GPL-2.0
/* tcp: what is counted as a connection ends, or does not come to be. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errqueue.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "fake_tcp.h"
#include "snapshot.h"
#include "suites.h"

#define T0	1000ULL

static struct sockwatch_net *snet(void)
{
	return sockwatch_net_held(&init_net);
}

static struct sock *connecting(struct kunit *test, u64 kind)
{
	struct sock *sk = fake_tcp_created(test, kind, T0);

	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 1);
	return sk;
}

static struct sock *connected(struct kunit *test, u64 kind)
{
	struct sock *sk = connecting(test, kind);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 2);
	return sk;
}

static void expect_failure(struct kunit *test, int line, u64 kind, int err,
			   u64 count)
{
	KUNIT_EXPECT_EQ_MSG(test, count,
			    fake_tcp_failures(test,
					      sockwatch_connect_pack(kind,
								     err)),
			    "line %d", line);
}

#define EXPECT_FAILURE(test, kind, err, count) \
	expect_failure(test, __LINE__, kind, err, count)

/* An answer came, and left its error with the sock. */
static void failed_by_answer(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	sk->sk_err = ECONNREFUSED;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP, -ECONNREFUSED, 1);
	EXPECT_FAILURE(test, TCP, 0, 0);
	/* No socket failed to be made. */
	EXPECT_ROW(test, &init_net, TCP, .attempts = 1, .created = 1,
		   .open = 1);
	sockwatch_account_free(sk);
}

static void failed_by_timeout(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP6);

	sk->sk_err = ETIMEDOUT;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP6, -ETIMEDOUT, 1);
	EXPECT_FAILURE(test, TCP, -ETIMEDOUT, 0);
	sockwatch_account_free(sk);
}

/* Both ends connected, and it came to nothing. */
static void failed_in_syn_recv(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	fake_tcp_move(sk, TCP_SYN_RECV, T0 + 2);
	sk->sk_err = ECONNRESET;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	EXPECT_FAILURE(test, TCP, -ECONNRESET, 1);
	sockwatch_account_free(sk);
}

/* Whoever asked gave up: there is no error to be known. */
static void aborted(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP, 0, 1);
	sockwatch_account_free(sk);
}

/* As ip_icmp_error() queues what a router says of a segment. */
static void queue_icmp(struct kunit *test, struct sock *sk, u32 seq, int err,
		       u8 origin)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct tcphdr), GFP_KERNEL);
	struct tcphdr *th;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	th = skb_put_zero(skb, sizeof(*th));
	th->seq = htonl(seq);
	SKB_EXT_ERR(skb)->ee.ee_errno = err;
	SKB_EXT_ERR(skb)->ee.ee_origin = origin;
	skb_queue_tail(&sk->sk_error_queue, skb);
}

/* The owner took the error out of the sock before its state changed. */
static void failed_by_icmp(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	tcp_sk(sk)->snd_una = 7;
	queue_icmp(test, sk, 7, EHOSTUNREACH, SO_EE_ORIGIN_ICMP);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP, -EHOSTUNREACH, 1);
	EXPECT_FAILURE(test, TCP, 0, 0);

	/* It is in the queue still, and the next one has another SYN. */
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 3);
	tcp_sk(sk)->snd_una = 8;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 4);
	EXPECT_FAILURE(test, TCP, -EHOSTUNREACH, 1);
	EXPECT_FAILURE(test, TCP, 0, 1);

	/* A time stamp of the SYN is no error. */
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 5);
	queue_icmp(test, sk, 8, ENOMSG, SO_EE_ORIGIN_TIMESTAMPING);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 6);
	EXPECT_FAILURE(test, TCP, -ENOMSG, 0);
	EXPECT_FAILURE(test, TCP, 0, 2);
	skb_queue_purge(&sk->sk_error_queue);
	sockwatch_account_free(sk);
}

/* connect() itself fails: its wrapper knows the error, and counts. */
static void left_to_the_wrapper(struct kunit *test)
{
	struct socket sock = { .state = SS_UNCONNECTED };
	struct sock *sk = connecting(test, TCP);

	sockwatch_tcp_wrapped(true, false);
	sk_set_socket(sk, &sock);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP, 0, 0);
	sockwatch_tcp_connect_failed(sk, -ENETUNREACH);
	EXPECT_FAILURE(test, TCP, -ENETUNREACH, 1);
	sockwatch_account_free(sk);
}

/* What the wrapper never hears of, though it is there. */
static void not_left_to_the_wrapper(struct kunit *test)
{
	struct socket sock = { .state = SS_UNCONNECTED };
	struct sock *sk = connecting(test, TCP6);

	/* The wrapper is that of the other family. */
	sockwatch_tcp_wrapped(true, false);
	sk_set_socket(sk, &sock);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 2);
	EXPECT_FAILURE(test, TCP6, 0, 1);

	/* connect() returned long ago (EINPROGRESS). */
	sockwatch_tcp_wrapped(true, true);
	sock.state = SS_CONNECTING;
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 3);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 4);
	EXPECT_FAILURE(test, TCP6, 0, 2);

	/* An answer has come, though connect() has not returned. */
	sock.state = SS_UNCONNECTED;
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 5);
	sk->sk_err = ECONNREFUSED;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 6);
	EXPECT_FAILURE(test, TCP6, -ECONNREFUSED, 1);

	/* Its socket is gone: it was closed. */
	sk->sk_err = 0;
	fake_tcp_move(sk, TCP_SYN_SENT, T0 + 7);
	sk_set_socket(sk, NULL);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 8);
	EXPECT_FAILURE(test, TCP6, 0, 3);
	sockwatch_account_free(sk);
}

/* Nobody here asked for a child, and what was open did not fail to open. */
static void no_connect(struct kunit *test)
{
	struct sock *listener = fake_tcp_created(test, TCP, T0);
	struct sock *sk = connected(test, TCP);
	struct sock *child;

	fake_tcp_move(listener, TCP_LISTEN, T0);
	child = fake_tcp_child(test, listener, T0);
	child->sk_err = ECONNRESET;
	fake_tcp_move(child, TCP_CLOSE, T0 + 3);
	sk->sk_err = ECONNRESET;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	fake_tcp_move(listener, TCP_CLOSE, T0 + 3);
	EXPECT_FAILURE(test, TCP, -ECONNRESET, 0);
	EXPECT_FAILURE(test, TCP, 0, 0);
	sockwatch_account_free(child);
	sockwatch_account_free(sk);
	sockwatch_account_free(listener);
}

static void set_nodelay(struct sock *sk)
{
	tcp_sk(sk)->nonagle = TCP_NAGLE_OFF;
}

static void set_cork(struct sock *sk)
{
	tcp_sk(sk)->nonagle = TCP_NAGLE_CORK;
}

/* What a push leaves behind, which is no option. */
static void set_push(struct sock *sk)
{
	tcp_sk(sk)->nonagle = TCP_NAGLE_PUSH;
}

static void set_sack(struct sock *sk)
{
	/* The second bit says that one was a D-SACK (TCP_DSACK_SEEN). */
	tcp_sk(sk)->rx_opt.sack_ok = 5;
}

static void set_timestamps(struct sock *sk)
{
	tcp_sk(sk)->rx_opt.tstamp_ok = 1;
}

static void set_wscale(struct sock *sk)
{
	tcp_sk(sk)->rx_opt.wscale_ok = 1;
}

static void set_ecn(struct sock *sk)
{
	tcp_sk(sk)->ecn_flags = TCP_ECN_OK | TCP_ECN_SEEN;
}

/* Seen, but not agreed on. */
static void set_ecn_seen(struct sock *sk)
{
	tcp_sk(sk)->ecn_flags = TCP_ECN_SEEN | TCP_ECN_QUEUE_CWR;
}

static void set_keepalive(struct sock *sk)
{
	sock_set_flag(sk, SOCK_KEEPOPEN);
}

static void set_fastopen(struct sock *sk)
{
	tcp_sk(sk)->syn_data_acked = 1;
}

static struct sockwatch_tcp_sum sum;

/* Each option alone: that one is counted, and no other. */
static void each_option(struct kunit *test)
{
	static const struct {
		void (*set)(struct sock *sk);
		unsigned int option;
	} options[] = {
		{ set_nodelay, SOCKWATCH_OPTION_NODELAY },
		{ set_cork, SOCKWATCH_OPTION_CORK },
		{ set_sack, SOCKWATCH_OPTION_SACK },
		{ set_timestamps, SOCKWATCH_OPTION_TIMESTAMPS },
		{ set_wscale, SOCKWATCH_OPTION_WSCALE },
		{ set_ecn, SOCKWATCH_OPTION_ECN },
		{ set_keepalive, SOCKWATCH_OPTION_KEEPALIVE },
		{ set_fastopen, SOCKWATCH_OPTION_FASTOPEN },
		{ set_push, 0 },
		{ set_ecn_seen, 0 },
	};
	u64 want[SOCKWATCH_NR_FLAGS + 1] = {};
	unsigned int i, option;
	struct sock *sk;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		sk = connected(test, TCP);
		options[i].set(sk);
		fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
		sockwatch_account_free(sk);
		want[options[i].option]++;
		sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
		KUNIT_EXPECT_EQ(test, sum.closed, i + 1ULL);
		for (option = 1; option <= SOCKWATCH_NR_FLAGS; option++)
			KUNIT_EXPECT_EQ_MSG(test, sum.option[option - 1],
					    want[option],
					    "option %u after step %u", option,
					    i);
	}
}

/* As it closes, not before, and not once more as it is freed. */
static void options_once(struct kunit *test)
{
	struct sock *sk = connected(test, TCP);

	set_sack(sk);
	set_nodelay(sk);
	fake_tcp_move(sk, TCP_FIN_WAIT1, T0 + 3);
	fake_tcp_move(sk, TCP_FIN_WAIT2, T0 + 4);
	sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
	KUNIT_EXPECT_EQ(test, sum.closed, 0ULL);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 5);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 6);
	sockwatch_account_free(sk);
	sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
	KUNIT_EXPECT_EQ(test, sum.closed, 1ULL);
	KUNIT_EXPECT_EQ(test, 1ULL, sum.option[SOCKWATCH_OPTION_SACK - 1]);
	KUNIT_EXPECT_EQ(test, 1ULL, sum.option[SOCKWATCH_OPTION_NODELAY - 1]);
	KUNIT_EXPECT_EQ(test, 0ULL, sum.option[SOCKWATCH_OPTION_CORK - 1]);
}

/* What never was open has agreed on nothing. */
static void options_of_none(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	set_nodelay(sk);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	fake_tcp_move(sk, TCP_LISTEN, T0 + 4);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 5);
	sockwatch_account_free(sk);
	sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
	KUNIT_EXPECT_EQ(test, sum.closed, 0ULL);
	KUNIT_EXPECT_EQ(test, sum.option[SOCKWATCH_OPTION_NODELAY - 1], 0ULL);
}

/* One that the census found was ESTABLISHED, so it counts too. */
static void options_of_found(struct kunit *test)
{
	struct sock *sk = fake_tcp_found(test, TCP, TCP_FIN_WAIT2);

	set_sack(sk);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	sockwatch_account_free(sk);
	sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
	KUNIT_EXPECT_EQ(test, sum.closed, 1ULL);
	KUNIT_EXPECT_EQ(test, sum.option[SOCKWATCH_OPTION_SACK - 1], 1ULL);
}

/* A connection with this congestion control opens and closes. */
static void close_with(struct kunit *test, u64 kind,
		       struct tcp_congestion_ops *ops)
{
	struct sock *sk = connected(test, kind);

	inet_csk(sk)->icsk_ca_ops = ops;
	fake_tcp_move(sk, TCP_CLOSE, T0 + 3);
	sockwatch_account_free(sk);
}

static void expect_congestion(struct kunit *test, int line,
			      unsigned int family, const char *name, u64 count,
			      u64 total)
{
	const struct sockwatch_option_row *row;
	struct sockwatch_snapshot *snapshot;
	unsigned int i, seen = 0;

	snapshot = sockwatch_snapshot_options(snet(), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	for (i = 0; i < snapshot->nr; i++) {
		row = sockwatch_snapshot_row(snapshot, i);
		if (row->option != SOCKWATCH_OPTION_CONGESTION ||
		    row->family != family || strcmp(row->name, name))
			continue;
		seen++;
		KUNIT_EXPECT_EQ_MSG(test, row->count, count, "%s at line %d",
				    name, line);
		KUNIT_EXPECT_EQ_MSG(test, row->total, total, "%s at line %d",
				    name, line);
		KUNIT_EXPECT_EQ(test, (int)row->protocol, IPPROTO_TCP);
	}
	KUNIT_EXPECT_EQ_MSG(test, seen, count ? 1U : 0U, "%s at line %d", name,
			    line);
	sockwatch_snapshot_free(snapshot);
}

#define EXPECT_CONGESTION(test, family, name, count, total) \
	expect_congestion(test, __LINE__, family, name, count, total)

static struct tcp_congestion_ops first = { .key = 81, .name = "first" };
static struct tcp_congestion_ops second = { .key = 82, .name = "second" };

/* The one that came first is counted apart, and shown as any other. */
static void congestion(struct kunit *test)
{
	int i;

	for (i = 0; i < 3; i++)
		close_with(test, TCP, &first);
	close_with(test, TCP, &second);
	close_with(test, TCP, &second);
	close_with(test, TCP, &first);
	EXPECT_CONGESTION(test, AF_INET, "first", 4, 6);
	EXPECT_CONGESTION(test, AF_INET, "second", 2, 6);
	EXPECT_CONGESTION(test, AF_INET, "other", 0, 0);
	EXPECT_CONGESTION(test, AF_INET6, "first", 0, 0);
	/* What cost the hot path an addition: all but its first. */
	sockwatch_tcpstat_fold(snet()->tcp[0], &sum);
	KUNIT_EXPECT_EQ(test, sum.common, 3ULL);
}

/* Each family has a common one of its own. */
static void congestion_by_family(struct kunit *test)
{
	close_with(test, TCP, &first);
	close_with(test, TCP6, &second);
	close_with(test, TCP6, &second);
	close_with(test, TCP6, &first);
	EXPECT_CONGESTION(test, AF_INET, "first", 1, 1);
	EXPECT_CONGESTION(test, AF_INET, "second", 0, 0);
	EXPECT_CONGESTION(test, AF_INET6, "second", 2, 3);
	EXPECT_CONGESTION(test, AF_INET6, "first", 1, 3);
}

/* Its module may be gone before anybody asks for its name. */
static void congestion_unloaded(struct kunit *test)
{
	struct tcp_congestion_ops *ops;

	ops = kunit_kzalloc(test, sizeof(*ops), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	ops->key = 99;
	strscpy(ops->name, "leaves", sizeof(ops->name));
	close_with(test, TCP, ops);
	memset(ops, 0x6b, sizeof(*ops));
	EXPECT_CONGESTION(test, AF_INET, "leaves", 1, 1);
}

/* More than there are rows: the rest is `other`, and nothing is lost. */
static void congestion_overflow(struct kunit *test)
{
	struct tcp_congestion_ops *ops;
	char name[TCP_CA_NAME_MAX];
	int i;

	ops = kunit_kcalloc(test, SOCKWATCH_CONGESTIONS + 3, sizeof(*ops),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ops);
	for (i = 0; i < SOCKWATCH_CONGESTIONS + 3; i++) {
		ops[i].key = 1000 + i;
		snprintf(ops[i].name, TCP_CA_NAME_MAX, "cc%d", i);
		close_with(test, TCP, &ops[i]);
	}
	for (i = 0; i < SOCKWATCH_CONGESTIONS; i++) {
		snprintf(name, sizeof(name), "cc%d", i);
		EXPECT_CONGESTION(test, AF_INET, name, 1,
				  SOCKWATCH_CONGESTIONS + 3);
	}
	EXPECT_CONGESTION(test, AF_INET, "other", 3,
			  SOCKWATCH_CONGESTIONS + 3);
	EXPECT_CONGESTION(test, AF_INET, "cc16", 0, 0);
	/* The other family's first finds no row: it is common to none. */
	close_with(test, TCP6, &first);
	close_with(test, TCP6, &first);
	EXPECT_CONGESTION(test, AF_INET, "other", 5,
			  SOCKWATCH_CONGESTIONS + 3);
	EXPECT_CONGESTION(test, AF_INET6, "other", 0, 0);
	EXPECT_CONGESTION(test, AF_INET6, "first", 0, 0);
}

/* A lifetime is counted once, whichever way it is counted. */
static void reset_from_established(struct kunit *test)
{
	struct sock *sk = connecting(test, TCP);

	fake_tcp_move(sk, TCP_ESTABLISHED, T0 + 1000);
	fake_tcp_move(sk, TCP_CLOSE, T0 + 5000);
	EXPECT_METRIC(test, LIFETIME, false, 1, 4000);
	EXPECT_TIME(test, ESTABLISHED, false, 1, 4000);
	sockwatch_account_free(sk);
}

static struct kunit_case close_cases[] = {
	KUNIT_CASE(failed_by_answer),
	KUNIT_CASE(failed_by_timeout),
	KUNIT_CASE(failed_in_syn_recv),
	KUNIT_CASE(aborted),
	KUNIT_CASE(failed_by_icmp),
	KUNIT_CASE(left_to_the_wrapper),
	KUNIT_CASE(not_left_to_the_wrapper),
	KUNIT_CASE(no_connect),
	KUNIT_CASE(each_option),
	KUNIT_CASE(options_once),
	KUNIT_CASE(options_of_none),
	KUNIT_CASE(options_of_found),
	KUNIT_CASE(congestion),
	KUNIT_CASE(congestion_by_family),
	KUNIT_CASE(congestion_unloaded),
	KUNIT_CASE(congestion_overflow),
	KUNIT_CASE(reset_from_established),
	{}
};

/* The same by the long way. */
static struct kunit_case close_behind_cases[] = {
	KUNIT_CASE(failed_by_answer),
	KUNIT_CASE(failed_by_timeout),
	KUNIT_CASE(failed_in_syn_recv),
	KUNIT_CASE(aborted),
	KUNIT_CASE(failed_by_icmp),
	KUNIT_CASE(left_to_the_wrapper),
	KUNIT_CASE(not_left_to_the_wrapper),
	KUNIT_CASE(no_connect),
	KUNIT_CASE(each_option),
	KUNIT_CASE(options_once),
	KUNIT_CASE(options_of_none),
	KUNIT_CASE(options_of_found),
	KUNIT_CASE(congestion),
	KUNIT_CASE(congestion_by_family),
	KUNIT_CASE(congestion_unloaded),
	KUNIT_CASE(congestion_overflow),
	KUNIT_CASE(reset_from_established),
	{}
};

struct kunit_suite sockwatch_tcp_close_suite = {
	.name = "sockwatch_tcp_close",
	.init = fake_tcp_start,
	.exit = fake_stop,
	.test_cases = close_cases,
};

struct kunit_suite sockwatch_tcp_close_behind_suite = {
	.name = "sockwatch_tcp_close_behind",
	.init = fake_tcp_start_behind,
	.exit = fake_stop,
	.test_cases = close_behind_cases,
};
