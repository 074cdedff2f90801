// SPDX-License-Identifier: GPL-2.0
/* list: which socks are shown, what of them, and that none is held up. */
#include <kunit/test.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <net/af_unix.h>
#include <net/tcp_states.h>

#include "clock.h"
#include "event.h"
#include "fake.h"
#include "list.h"
#include "netns.h"
#include "suites.h"
#include "tcp.h"

static struct net *net;
static struct sockwatch_list list;
static struct sockwatch_socket_row row;

static int list_start(struct kunit *test)
{
	int err = fake_start(test);

	if (err)
		return err;
	/* An event would give a sock its cookie. */
	sockwatch_event_set_sink(NULL);
	net = fake_net(test, true);
	list = (struct sockwatch_list) {
		.snet = sockwatch_net_held(net),
		.pid_ns = &init_pid_ns,
		.user_ns = &init_user_ns,
	};
	return 0;
}

static void list_stop(struct kunit *test)
{
	fake_stop(test);
	fake_net_free(net);
}

#ifdef CONFIG_SOCK_CGROUP_DATA
static void cgroup_give(struct sock *sk)
{
	sk->sk_cgrp_data.cgroup = &cgrp_dfl_root.cgrp;
}
#else
static void cgroup_give(struct sock *sk)
{
}
#endif

static void live(struct sock *sk)
{
	refcount_set(&sk->sk_refcnt, 1);
	sk->sk_uid = KUIDT_INIT(1001);
	cgroup_give(sk);
}

static struct sock *new_sock(struct kunit *test, struct net *of, u64 kind)
{
	struct sock *sk = fake_sock(test, of, kind);

	live(sk);
	sockwatch_account_alloc(sk);
	return sk;
}

/* From the first slot on. */
static bool first(void)
{
	list.slot = 0;
	return sockwatch_list_row(&list, &row);
}

static bool next(void)
{
	list.slot++;
	return sockwatch_list_row(&list, &row);
}

static bool has(enum sockwatch_filter_field field)
{
	return sockwatch_row_has(&row, field);
}

static void nothing(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, first());
	KUNIT_EXPECT_EQ(test, list.slot, sockwatch_track_max());
	KUNIT_EXPECT_FALSE(test, sockwatch_list_row(&list, &row));
}

static void created(struct kunit *test)
{
	u64 now_ns = sockwatch_clock_ns();
	struct sock *sk = new_sock(test, net, UDP);

	sk->sk_num = 5353;
	sk->sk_rcv_saddr = htonl(0x7f000001);
	fake_create(net, sk, false, now_ns);
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.family, AF_INET);
	KUNIT_EXPECT_EQ(test, row.type, SOCK_DGRAM);
	KUNIT_EXPECT_EQ(test, row.protocol, IPPROTO_UDP);
	KUNIT_EXPECT_EQ(test, row.origin, SOCKWATCH_SOCKET_ORIGIN_SOCKET);
	KUNIT_EXPECT_EQ(test, row.port, 5353);
	KUNIT_EXPECT_EQ(test, row.address[0], 127);
	KUNIT_EXPECT_EQ(test, row.address[3], 1);
	KUNIT_EXPECT_EQ(test, row.uid, 1001U);
	KUNIT_EXPECT_EQ(test, row.pid, (u32)current->tgid);
	KUNIT_EXPECT_STREQ(test, row.comm, current->comm);
	KUNIT_EXPECT_LE(test, row.age_ns, sockwatch_clock_ns() - now_ns);
	KUNIT_EXPECT_TRUE(test, has(SOCKWATCH_FIELD_AGE_NS));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_STATE));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_PEER_PORT));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_PEER_ADDRESS));
	KUNIT_EXPECT_NE(test, row.id, 0ULL);
	KUNIT_EXPECT_EQ(test, row.id, (u64)atomic64_read(&sk->sk_cookie));
	KUNIT_EXPECT_EQ(test, row.inode, 0U);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk->sk_refcnt), 1U);
	KUNIT_EXPECT_FALSE(test, next());
}

/* The same row as long as nobody says that he has it. */
static void cursor(struct kunit *test)
{
	struct sock *sk[2] = { new_sock(test, net, UDP),
			       new_sock(test, net, UDP) };
	u64 id;

	fake_create(net, sk[0], false, 1);
	fake_create(net, sk[1], false, 1);
	KUNIT_ASSERT_TRUE(test, first());
	id = row.id;
	KUNIT_ASSERT_TRUE(test, sockwatch_list_row(&list, &row));
	KUNIT_EXPECT_EQ(test, row.id, id);
	KUNIT_ASSERT_TRUE(test, next());
	KUNIT_EXPECT_NE(test, row.id, id);
	KUNIT_EXPECT_FALSE(test, next());
}

/* A sock is read in vain, and has no cookie after that. */
static void filtered(struct kunit *test)
{
	const struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ,
		.field = SOCKWATCH_FIELD_UID,
		.number = 1002,
	};
	struct sock *sk[2] = { new_sock(test, net, UDP),
			       new_sock(test, net, UDP) };

	sk[1]->sk_uid = KUIDT_INIT(1002);
	fake_create(net, sk[0], false, 1);
	fake_create(net, sk[1], false, 1);
	/* It may have one from a sample of how long its creation took. */
	atomic64_set(&sk[0]->sk_cookie, 0);
	list.ops = &op;
	list.nr_ops = 1;
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.uid, 1002U);
	KUNIT_EXPECT_FALSE(test, next());
	KUNIT_EXPECT_EQ(test, atomic64_read(&sk[0]->sk_cookie), 0LL);
	KUNIT_EXPECT_EQ(test, refcount_read(&sk[0]->sk_refcnt), 1U);
}

static void not_shown(struct kunit *test)
{
	struct net *other = fake_net(test, true);
	struct sock *far = new_sock(test, other, UDP);
	struct sock *going = new_sock(test, net, UDP);

	/* Pending, of another namespace, and on its way out. */
	new_sock(test, net, UDP);
	fake_create(other, far, false, 1);
	fake_create(net, going, false, 1);
	refcount_set(&going->sk_refcnt, 0);
	KUNIT_EXPECT_FALSE(test, first());
	KUNIT_EXPECT_EQ(test, refcount_read(&going->sk_refcnt), 0U);
	KUNIT_EXPECT_EQ(test, refcount_read(&far->sk_refcnt), 1U);

	refcount_set(&going->sk_refcnt, 1);
	KUNIT_EXPECT_TRUE(test, first());
	sockwatch_account_free(going);
	KUNIT_EXPECT_FALSE(test, first());
	sockwatch_account_free(far);
	fake_net_free(other);
}

/* A socket of the kernel has an inode, and no descriptor. */
static void kernel_made(struct kunit *test)
{
	struct socket_alloc *inode;
	struct sock *sk = new_sock(test, net, RTNL);

	inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	inode->vfs_inode.i_ino = 4711;
	sk->sk_socket = &inode->socket;
	fake_create(net, sk, true, 1);
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.origin, SOCKWATCH_SOCKET_ORIGIN_KERNEL);
	KUNIT_EXPECT_EQ(test, row.inode, 4711U);
	sk->sk_kern_sock = 1;
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.inode, 0U);
}

static void found(struct kunit *test)
{
	struct sock *sk = new_sock(test, net, TCP);

	sk->sk_state = TCP_CLOSE_WAIT;
	sockwatch_account_found(sk, true);
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.origin,
			SOCKWATCH_SOCKET_ORIGIN_PREEXISTING);
	KUNIT_EXPECT_EQ(test, row.state, TCP_CLOSE_WAIT);
	KUNIT_EXPECT_TRUE(test, has(SOCKWATCH_FIELD_STATE));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_AGE_NS));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_STATE_AGE_NS));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_PID));
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_COMM));
}

/*
 * A child is not shown before its handshake is over: its reference count may not
 * be set up.  It has no owner until somebody accepts it, and its times
 * throughout.
 */
static void child(struct kunit *test)
{
	u64 born_ns = sockwatch_clock_ns() - NSEC_PER_SEC;
	struct sock *sk = new_sock(test, net, TCP);

	sockwatch_net_grow(sockwatch_net_held(net), AF_INET, GFP_KERNEL);
	sockwatch_account_clone(sk, SOCK_STREAM, born_ns);
	KUNIT_EXPECT_FALSE(test, first());

	preempt_disable();
	sockwatch_tcp_state(sk, TCP_ESTABLISHED, born_ns + NSEC_PER_MSEC);
	preempt_enable();
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.origin, SOCKWATCH_SOCKET_ORIGIN_QUEUED);
	KUNIT_EXPECT_EQ(test, row.state, TCP_ESTABLISHED);
	KUNIT_EXPECT_FALSE(test, has(SOCKWATCH_FIELD_PID));
	fake_accept(sk, SOCK_STREAM, sockwatch_clock_ns());
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.origin, SOCKWATCH_SOCKET_ORIGIN_ACCEPT);
	KUNIT_EXPECT_EQ(test, row.state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, row.pid, (u32)current->tgid);
	KUNIT_EXPECT_GE(test, row.age_ns, (u64)NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, row.age_ns - row.state_age_ns,
			(u64)NSEC_PER_MSEC);
}

/* One that has not moved is in CLOSE since it was made, and no time runs back. */
static void state_age(struct kunit *test)
{
	struct sock *sk = new_sock(test, net, TCP);

	fake_create(net, sk, false, sockwatch_clock_ns() + NSEC_PER_SEC);
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, row.state, TCP_CLOSE);
	KUNIT_EXPECT_TRUE(test, has(SOCKWATCH_FIELD_STATE_AGE_NS));
	KUNIT_EXPECT_EQ(test, row.age_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, row.state_age_ns, 0ULL);
}

static void unix_name(struct kunit *test, struct unix_sock *u,
		      const char *name, int len, const char *want,
		      int want_len)
{
	struct unix_address *address;

	address = kunit_kzalloc(test, sizeof(*address) +
				sizeof(struct sockaddr_un), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, address);
	address->len = offsetof(struct sockaddr_un, sun_path) + len;
	memcpy(address->name->sun_path, name, len);
	u->addr = address;
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, (int)row.path_len, want_len);
	KUNIT_EXPECT_EQ(test, memcmp(row.path, want, want_len), 0);
}

static void unix_names(struct kunit *test)
{
	struct unix_sock *u = kunit_kzalloc(test, sizeof(*u), GFP_KERNEL);
	char longest[UNIX_PATH_MAX];

	KUNIT_ASSERT_NOT_NULL(test, u);
	u->sk.sk_family = AF_UNIX;
	u->sk.sk_type = SOCK_STREAM;
	sock_net_set(&u->sk, net);
	live(&u->sk);
	sockwatch_account_alloc(&u->sk);
	fake_create(net, &u->sk, false, 1);
	KUNIT_ASSERT_TRUE(test, first());
	KUNIT_EXPECT_EQ(test, (int)row.path_len, 0);
	unix_name(test, u, "/run/x", 7, "/run/x", 6);
	unix_name(test, u, "\0abc", 4, "\0abc", 4);
	unix_name(test, u, "\0ab\0", 4, "\0ab\0", 4);
	unix_name(test, u, "", 0, "", 0);
	longest[0] = 0;
	memset(longest + 1, 'x', sizeof(longest) - 1);
	unix_name(test, u, longest, sizeof(longest), longest,
		  sizeof(longest));
}

static struct kunit_case list_cases[] = {
	KUNIT_CASE(nothing),
	KUNIT_CASE(created),
	KUNIT_CASE(cursor),
	KUNIT_CASE(filtered),
	KUNIT_CASE(not_shown),
	KUNIT_CASE(kernel_made),
	KUNIT_CASE(found),
	KUNIT_CASE(child),
	KUNIT_CASE(state_age),
	KUNIT_CASE(unix_names),
	{}
};

struct kunit_suite sockwatch_list_suite = {
	.name = "sockwatch_list",
	.init = list_start,
	.exit = list_stop,
	.test_cases = list_cases,
};
