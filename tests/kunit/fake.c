// SPDX-License-Identifier: GPL-2.0
/* Socks, namespaces and a sink that are not real, and what they must add to. */
#include <linux/err.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/dst.h>
#include <net/netns/generic.h>
#include <net/tcp.h>

#include "account_created.h"
#include "event.h"
#include "fake.h"
#include "listen.h"
#include "netns.h"
#include "samples.h"
#include "track.h"

struct fake_events fake_events;

static struct sockwatch_totals at_start;

static void fake_event(struct sockwatch_net *snet,
		       const struct sockwatch_event *event)
{
	if (preemptible())
		fake_events.preemptible++;
	fake_events.nr++;
	fake_events.last = *event;
}

static const struct sockwatch_sink fake_sink = {
	.event = fake_event,
};

static int net_watch(struct sockwatch_net *snet, void *unused)
{
	snet->watched = true;
	return 0;
}

/**
 * fake_start() - an account of every namespace, with nothing in it
 * @test: the test
 *
 * Return: 0 or a negative errno.
 */
int fake_start(struct kunit *test)
{
	int err;

	err = sockwatch_listen_init(FAKE_LISTENERS);
	if (err)
		return err;
	err = sockwatch_account_init(FAKE_SOCKETS, FAKE_KINDS);
	if (err)
		goto err_listen;
	memset(&fake_events, 0, sizeof(fake_events));
	sockwatch_net_for_each(net_watch, NULL);
	sockwatch_event_set_sink(&fake_sink);
	sockwatch_account_totals(&at_start);
	return 0;

err_listen:
	sockwatch_listen_exit();
	return err;
}

/**
 * fake_stop() - the opposite of fake_start()
 * @test: the test
 */
void fake_stop(struct kunit *test)
{
	sockwatch_event_set_sink(NULL);
	sockwatch_account_exit();
	sockwatch_listen_exit();
	KUNIT_EXPECT_EQ(test, fake_events.preemptible, 0U);
}

static struct net_device loopback = { .flags = IFF_LOOPBACK };
static struct net_device ethernet;
static struct dst_entry routes[] = {
	{ .dev = &loopback },
	{ .dev = &ethernet },
};

/**
 * fake_peer() - give a sock a peer
 * @sk: a sock of TCP
 * @remote: not on this host
 */
void fake_peer(struct sock *sk, bool remote)
{
	RCU_INIT_POINTER(sk->sk_dst_cache, &routes[remote]);
}

static struct tcp_congestion_ops common_ops = {
	.key = 4711,
	.name = "common",
};

static struct proto unix_stream = { .name = "UNIX-STREAM" };
static struct proto unix_other = { .name = "UNIX" };

/* What account asks a sock of TCP, which is larger than others. */
static void tcp_setup(struct sock *sk)
{
	inet_csk(sk)->icsk_ca_ops = &common_ops;
	fake_peer(sk, false);
}

/**
 * fake_sock() - a sock with just what account looks at
 * @test: the test; the sock goes with it
 * @net: its namespace
 * @kind: sockwatch_kind_pack()
 *
 * Return: the sock.
 */
struct sock *fake_sock(struct kunit *test, struct net *net, u64 kind)
{
	struct sockwatch_kind parts = sockwatch_kind_unpack(kind);
	bool large = parts.family == AF_INET || parts.family == AF_INET6 ||
		     parts.protocol == IPPROTO_TCP;
	struct sock *sk;

	sk = kunit_kzalloc(test, large ? sizeof(struct tcp6_sock) : sizeof(*sk),
			   GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sk);
	sk->sk_state = TCP_CLOSE;
	sk->sk_family = parts.family;
	sk->sk_type = parts.type;
	sk->sk_protocol = parts.protocol;
	if (parts.protocol == IPPROTO_TCP)
		tcp_setup(sk);
	if (parts.family == AF_UNIX)
		sk->sk_prot = parts.type == SOCK_STREAM ? &unix_stream :
							  &unix_other;
	skb_queue_head_init(&sk->sk_error_queue);
	sock_net_set(sk, net);
	return sk;
}

/**
 * fake_create() - a socket is created
 * @net: as for sockwatch_account_create()
 * @sk: likewise
 * @kern: likewise
 * @now_ns: likewise; how long it took matters to few tests
 *
 * As the hook does it: the short way, if that will do.
 */
void fake_create(const struct net *net, const struct sock *sk, bool kern,
		 u64 now_ns)
{
	preempt_disable();
	if (kern || !sockwatch_account_created(net, sk, FAKE_TOOK_NS, now_ns))
		sockwatch_account_create(net, sk, kern, GFP_KERNEL,
					 FAKE_TOOK_NS, now_ns);
	preempt_enable();
}

static struct sockwatch_net *snet_new(struct kunit *test, struct net *net)
{
	struct sockwatch_net *snet;

	snet = kunit_kzalloc(test, sizeof(*snet), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, snet);
	snet->net = net;
	snet->watched = true;
	INIT_LIST_HEAD(&snet->listeners);
	KUNIT_ASSERT_EQ(test, 0,
			sockwatch_counters_init(&snet->kinds, FAKE_KINDS,
						SOCKWATCH_C_MAX, 8));
	KUNIT_ASSERT_EQ(test, 0,
			sockwatch_counters_init(&snet->failures,
						2 * FAKE_KINDS, 1, 8));
	KUNIT_ASSERT_EQ(test, 0,
			sockwatch_counters_init(&snet->congestion,
						SOCKWATCH_CONGESTIONS, 1,
						SOCKWATCH_CONGESTION_ROWS));
	return snet;
}

/**
 * fake_net() - a namespace that the kernel does not know of
 * @test: the test; ends when there is no memory
 * @ready: it has an account; if not, it is still being set up
 *
 * Return: the namespace, for fake_net_free().
 */
struct net *fake_net(struct kunit *test, bool ready)
{
	struct net *net = kunit_kzalloc(test, sizeof(*net), GFP_KERNEL);
	unsigned int nr = sockwatch_net_id + 1;
	struct sockwatch_net *snet = NULL;
	struct net_generic *gen;

	KUNIT_ASSERT_NOT_NULL(test, net);
	gen = kunit_kzalloc(test, struct_size(gen, ptr, nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gen);
	if (ready)
		snet = snet_new(test, net);
	gen->s.len = nr;
	gen->ptr[sockwatch_net_id] = snet;
	RCU_INIT_POINTER(net->gen, gen);
	refcount_set(&net->ns.count, 1);
	return net;
}

/**
 * fake_net_free() - the opposite of fake_net()
 * @net: the namespace
 */
void fake_net_free(struct net *net)
{
	struct sockwatch_net *snet = sockwatch_net_held(net);
	unsigned int i;

	if (!snet)
		return;
	for (i = 0; i < ARRAY_SIZE(snet->tcp); i++)
		sockwatch_tcpstat_free(snet->tcp[i]);
	for (i = 0; i < ARRAY_SIZE(snet->create); i++)
		sockwatch_hist_free(snet->create[i]);
	sockwatch_hist_free(snet->unix_wait);
	sockwatch_samples_free(snet->samples);
	sockwatch_counters_free(&snet->congestion);
	sockwatch_counters_free(&snet->failures);
	sockwatch_counters_free(&snet->kinds);
}

/**
 * fake_table_fill() - leave no room in the tracking table
 * @test: the test
 */
void fake_table_fill(struct kunit *test)
{
	unsigned long address = 64;

	while (sockwatch_track_used() < FAKE_SOCKETS) {
		KUNIT_ASSERT_NOT_NULL(test,
				      sockwatch_track_add((void *)address));
		address += 64;
	}
}

/**
 * fake_totals() - what the machine's totals have gained in this test
 * @totals: filled
 */
void fake_totals(struct sockwatch_totals *totals)
{
	sockwatch_account_totals(totals);
	totals->untracked -= at_start.untracked;
	totals->discarded -= at_start.discarded;
}

static void row_read(struct sockwatch_snapshot *snapshot, u64 kind,
		     struct sockwatch_row *row)
{
	unsigned int i;

	memset(row, 0, sizeof(*row));
	for (i = 0; i < snapshot->nr; i++)
		if (row_of(snapshot, i)->key == kind)
			*row = *row_of(snapshot, i);
}

static void expect_number(struct kunit *test, int line, const char *name,
			  u64 have, u64 want)
{
	KUNIT_EXPECT_EQ_MSG(test, have, want, "%s at line %d", name, line);
}

/**
 * fake_expect_row() - compare a row with what it must say
 * @test: the test
 * @line: where it is expected
 * @net: the namespace
 * @kind: the row
 * @want: what it must say
 */
void fake_expect_row(struct kunit *test, int line, const struct net *net,
		     u64 kind, const struct fake_row *want)
{
	struct sockwatch_snapshot *snapshot;
	struct sockwatch_row row;

	snapshot = sockwatch_snapshot_kinds(sockwatch_net_held(net), 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(snapshot));
	row_read(snapshot, kind, &row);
	sockwatch_snapshot_free(snapshot);

#define EXPECT_NUMBER(name, value) \
	expect_number(test, line, #name, value, want->name)
	EXPECT_NUMBER(attempts, sockwatch_row_attempts(&row));
	EXPECT_NUMBER(failures, row.failures);
	EXPECT_NUMBER(created, row.count[SOCKWATCH_C_CREATED]);
	EXPECT_NUMBER(kernel, row.count[SOCKWATCH_C_KERNEL]);
	EXPECT_NUMBER(accepted, row.count[SOCKWATCH_C_ACCEPTED]);
	EXPECT_NUMBER(preexisting, row.count[SOCKWATCH_C_PREEXISTING]);
	EXPECT_NUMBER(released, row.count[SOCKWATCH_C_RELEASED]);
	EXPECT_NUMBER(open, sockwatch_row_open(&row));
	EXPECT_NUMBER(kernel_open, sockwatch_row_kernel_open(&row));
	EXPECT_NUMBER(cloned, row.count[SOCKWATCH_C_CLONED]);
	EXPECT_NUMBER(unaccepted, row.count[SOCKWATCH_C_UNACCEPTED]);
	EXPECT_NUMBER(lost, row.count[SOCKWATCH_C_LOST]);
#undef EXPECT_NUMBER
}

/**
 * fake_expect_event() - compare what the sink was told
 * @test: the test
 * @line: where it is expected
 * @nr: how many events since the start
 * @last: the last one
 * @sk: its sock
 * @err: its error
 */
void fake_expect_event(struct kunit *test, int line, unsigned int nr,
		       enum sockwatch_event_type last, const struct sock *sk,
		       int err)
{
	const struct sockwatch_event *event = &fake_events.last;
	u64 id = sk ? atomic64_read(&sk->sk_cookie) : 0;

	KUNIT_EXPECT_EQ_MSG(test, fake_events.nr, nr, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, (int)event->event, (int)last, "line %d",
			    line);
	KUNIT_EXPECT_EQ_MSG(test, event->id, id, "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, !!(event->known & SOCKWATCH_KNOWN_ID), !!sk,
			    "line %d", line);
	KUNIT_EXPECT_EQ_MSG(test, -(int)event->errno_nr, err, "line %d", line);
}
