/* SPDX-License-Identifier: GPL-2.0 */
/* Socks, namespaces and a sink that are not real, and what they must add to. */
#ifndef _SOCKWATCH_FAKE_H
#define _SOCKWATCH_FAKE_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "account.h"
#include "classify.h"
#include "snapshot.h"
#include "track.h"

/* Entries: as many as a search looks at, so that the table can be filled. */
#define FAKE_SOCKETS	128
/* Rows of a namespace. */
#define FAKE_KINDS	16
/* Sockets that listen, on the whole machine. */
#define FAKE_LISTENERS	4
/* How long it takes to create one. */
#define FAKE_TOOK_NS	700

#define TCP	sockwatch_kind_pack(AF_INET, SOCK_STREAM, IPPROTO_TCP)
#define TCP6	sockwatch_kind_pack(AF_INET6, SOCK_STREAM, IPPROTO_TCP)
#define UDP	sockwatch_kind_pack(AF_INET, SOCK_DGRAM, IPPROTO_UDP)
#define UNIX	sockwatch_kind_pack(AF_UNIX, SOCK_STREAM, 0)
#define LLC	sockwatch_kind_pack(AF_LLC, SOCK_DGRAM, 0)
#define RTNL	sockwatch_kind_pack(AF_NETLINK, SOCK_RAW, 0)

/* The slot of a sock in the tracking table, or -1. */
static inline int fake_slot(const void *sk)
{
	const struct sockwatch_entry *entry = sockwatch_track_find(sk);

	return entry ? entry - sockwatch_track.entries : -1;
}

/*
 * The slot at which a sock is looked for in the @nr-th place, of those whose
 * first one is @first: by triangular numbers, in a piece of 128.
 */
static inline unsigned int fake_place(unsigned int first, unsigned int nr)
{
	return first ^ (nr * (nr + 1) / 2 & 127);
}

/* A row of a snapshot of kinds or failures. */
static inline const struct sockwatch_row *
row_of(const struct sockwatch_snapshot *snapshot, unsigned int i)
{
	return sockwatch_snapshot_row(snapshot, i);
}

/* Accept hands out a sock: sock_graft() has its lock, and bottom halves off. */
static inline void fake_accept(const struct sock *sk, unsigned int type,
			       u64 now_ns)
{
	local_bh_disable();
	sockwatch_account_accept(sk, type, now_ns);
	local_bh_enable();
}

/**
 * struct fake_row - what a row must say; a field left out must be 0
 * @attempts: as in include/uapi/linux/sockwatch.h, and so are the others
 * @failures: calls that failed
 * @created: by a system call
 * @kernel: by the kernel
 * @accepted: handed out by accept
 * @preexisting: found by the census
 * @released: gone
 * @open: there
 * @kernel_open: there, and the kernel's
 * @cloned: made for a connection
 * @unaccepted: of these, gone without an accept
 * @lost: without room in the tracking table
 */
struct fake_row {
	u64 attempts;
	u64 failures;
	u64 created;
	u64 kernel;
	u64 accepted;
	u64 preexisting;
	u64 released;
	u64 open;
	u64 kernel_open;
	u64 cloned;
	u64 unaccepted;
	u64 lost;
};

/**
 * struct fake_events - what the sink was told
 * @nr: how many events
 * @last: the last one
 * @preemptible: how many came with preemption on, which must not be
 */
struct fake_events {
	unsigned int nr;
	struct sockwatch_event last;
	unsigned int preemptible;
};

extern struct fake_events fake_events;

int fake_start(struct kunit *test);
void fake_stop(struct kunit *test);
struct sock *fake_sock(struct kunit *test, struct net *net, u64 kind);
void fake_create(const struct net *net, const struct sock *sk, bool kern,
		 u64 now_ns);
void fake_peer(struct sock *sk, bool remote);
struct net *fake_net(struct kunit *test, bool ready);
void fake_net_free(struct net *net);
void fake_table_fill(struct kunit *test);
void fake_totals(struct sockwatch_totals *totals);
void fake_expect_row(struct kunit *test, int line, const struct net *net,
		     u64 kind, const struct fake_row *want);
void fake_expect_event(struct kunit *test, int line, unsigned int nr,
		       enum sockwatch_event_type last, const struct sock *sk,
		       int err);

/* EXPECT_ROW(test, net, kind, .created = 1, .open = 1): nothing else. */
#define EXPECT_ROW(test, net, kind, ...)				\
	fake_expect_row(test, __LINE__, net, kind,			\
			&(struct fake_row){ __VA_ARGS__ })

#define EXPECT_EVENT(test, nr, last, sk, err)				\
	fake_expect_event(test, __LINE__, nr, SOCKWATCH_EVENT_##last, sk, err)

#define EXPECT_TOTALS(test, want_untracked, want_discarded)		\
do {									\
	struct sockwatch_totals __totals;				\
									\
	fake_totals(&__totals);						\
	KUNIT_EXPECT_EQ(test, __totals.untracked, (u64)(want_untracked)); \
	KUNIT_EXPECT_EQ(test, __totals.discarded, (u64)(want_discarded)); \
} while (0)

#endif /* _SOCKWATCH_FAKE_H */
