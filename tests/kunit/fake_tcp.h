/* SPDX-License-Identifier: GPL-2.0 */
/* What happens to socks of TCP that are not real, and what it adds up to. */
#ifndef _SOCKWATCH_FAKE_TCP_H
#define _SOCKWATCH_FAKE_TCP_H

#include <kunit/test.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "fake.h"
#include "netns.h"
#include "tcp.h"
#include "tcpstat.h"

int fake_tcp_start(struct kunit *test);
int fake_tcp_start_near(struct kunit *test);
int fake_tcp_start_behind(struct kunit *test);
struct sock *fake_tcp_created(struct kunit *test, u64 kind, u64 now_ns);
struct sock *fake_tcp_found(struct kunit *test, u64 kind, unsigned int state);
struct sock *fake_tcp_child(struct kunit *test, const struct sock *listener,
			    u64 now_ns);
void fake_tcp_move(struct sock *sk, unsigned int state, u64 now_ns);
void fake_tcp_accept(struct sock *sk, u64 now_ns);
void fake_tcp_srtt(struct sock *sk, u32 srtt_us);
u64 fake_tcp_moves(unsigned int family, unsigned int from, unsigned int to);
u64 fake_tcp_unknown(unsigned int family, enum sockwatch_metric metric);
u64 fake_tcp_failures(struct kunit *test, u64 key);
void fake_expect_state(struct kunit *test, int line, unsigned int family,
		       unsigned int state, u64 sockets, u64 entered);
void fake_expect_metric(struct kunit *test, int line, unsigned int family,
			enum sockwatch_metric metric, bool remote, u64 count,
			u64 sum_ns);
void fake_expect_time(struct kunit *test, int line, unsigned int family,
		      unsigned int state, bool remote, u64 count, u64 sum_ns);

/* EXPECT_STATE(test, AF_INET, ESTABLISHED, 1, 2): one now, two in all. */
#define EXPECT_STATE(test, family, state, sockets, entered)		\
	fake_expect_state(test, __LINE__, family, TCP_##state, sockets,	\
			  entered)

/* EXPECT_METRIC(test, CONNECT, true, 1, 30): one with a remote peer, 30 ns. */
#define EXPECT_METRIC(test, metric, remote, count, sum_ns)		\
	fake_expect_metric(test, __LINE__, AF_INET,			\
			   SOCKWATCH_METRIC_TCP_##metric, remote, count, \
			   sum_ns)

/* EXPECT_TIME(test, ESTABLISHED, false, 1, 30): likewise, time in a state. */
#define EXPECT_TIME(test, state, remote, count, sum_ns)			\
	fake_expect_time(test, __LINE__, AF_INET, TCP_##state, remote,	\
			 count, sum_ns)

#define EXPECT_UNKNOWN(test, metric, count)				\
	KUNIT_EXPECT_EQ(test, (u64)(count),				\
			fake_tcp_unknown(AF_INET,			\
					 SOCKWATCH_METRIC_TCP_##metric))

#endif /* _SOCKWATCH_FAKE_TCP_H */
