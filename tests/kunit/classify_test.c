// SPDX-License-Identifier: GPL-2.0
/* classify: kinds and failures as numbers and back. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/net.h>
#include <linux/socket.h>

#include "classify.h"
#include "suites.h"

static void expect_round_trip(struct kunit *test, int family, int type,
			      int protocol)
{
	u64 key = sockwatch_kind_pack(family, type, protocol);
	struct sockwatch_kind kind = sockwatch_kind_unpack(key);

	KUNIT_EXPECT_NE(test, key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_NE(test, key, 0ULL);
	KUNIT_EXPECT_EQ(test, (int)kind.family, family);
	KUNIT_EXPECT_EQ(test, (int)kind.type, type);
	KUNIT_EXPECT_EQ(test, (int)kind.protocol, protocol);
}

/* Every family and type that a socket can have, over the protocols' range. */
static void round_trip(struct kunit *test)
{
	static const int protocols[] = { 0, 1, 6, 17, 255, 262, 0x7fff, 0x8000,
					 0xffff };
	int family, type, i;

	for (family = 0; family < AF_MAX; family++)
		for (type = 0; type < SOCK_MAX; type++)
			for (i = 0; i < ARRAY_SIZE(protocols); i++)
				expect_round_trip(test, family, type,
						  protocols[i]);
}

/* Each of the three over all of its 16 bits, with the others at both ends. */
static void round_trip_bits(struct kunit *test)
{
	int n;

	for (n = 0; n <= U16_MAX; n += 251) {
		expect_round_trip(test, n, 0, 0);
		expect_round_trip(test, 0, n, 0);
		expect_round_trip(test, 0, 0, n);
		expect_round_trip(test, n, U16_MAX, U16_MAX);
		expect_round_trip(test, U16_MAX, n, U16_MAX);
		expect_round_trip(test, U16_MAX, U16_MAX, n);
	}
	expect_round_trip(test, U16_MAX, U16_MAX, U16_MAX);
}

/*
 * By errno, then family, then type, then protocol: each is more than all that
 * come behind it.  Connects come behind the others, and `other` is the last.
 */
static void order(struct kunit *test)
{
	const u64 kinds[] = {
		sockwatch_kind_pack(0, 0, 0),
		sockwatch_kind_pack(1, 5, U16_MAX),
		sockwatch_kind_pack(2, 1, 6),
		sockwatch_kind_pack(2, 1, 262),
		sockwatch_kind_pack(2, 2, 17),
		sockwatch_kind_pack(2, U16_MAX, 0),
		sockwatch_kind_pack(U16_MAX, U16_MAX, U16_MAX),
		sockwatch_failure_pack(sockwatch_kind_pack(1, 1, 0), -1),
		sockwatch_failure_pack(sockwatch_kind_pack(0, 0, 0), -2),
		sockwatch_failure_pack(sockwatch_kind_pack(0, 0, 0),
				       -MAX_ERRNO),
		sockwatch_connect_pack(sockwatch_kind_pack(0, 0, 0), 0),
		sockwatch_connect_pack(sockwatch_kind_pack(0, 0, 0), -1),
		SOCKWATCH_KIND_OTHER,
	};
	int i;

	for (i = 1; i < ARRAY_SIZE(kinds); i++)
		KUNIT_EXPECT_LT_MSG(test, sockwatch_kind_order(kinds[i - 1]),
				    sockwatch_kind_order(kinds[i]), "%d", i);
}

/* What a system call can ask for, and no socket can be. */
static void out_of_range(struct kunit *test)
{
	static const int bad[] = { -1, INT_MIN, INT_MAX, U16_MAX + 1,
				   1 << 20, -U16_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ(test, sockwatch_kind_pack(bad[i], 1, 6),
				SOCKWATCH_KIND_OTHER);
		KUNIT_EXPECT_EQ(test, sockwatch_kind_pack(2, bad[i], 6),
				SOCKWATCH_KIND_OTHER);
		KUNIT_EXPECT_EQ(test, sockwatch_kind_pack(2, 1, bad[i]),
				SOCKWATCH_KIND_OTHER);
		KUNIT_EXPECT_EQ(test, sockwatch_kind_pack(bad[i], bad[i],
							  bad[i]),
				SOCKWATCH_KIND_OTHER);
	}
}

static void expect_failure(struct kunit *test, u64 kind, int err)
{
	u64 key = sockwatch_failure_pack(kind, err);
	struct sockwatch_kind was = sockwatch_kind_unpack(kind);
	struct sockwatch_kind is = sockwatch_kind_unpack(key);

	KUNIT_EXPECT_NE(test, key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, sockwatch_failure_kind(key), kind);
	KUNIT_EXPECT_EQ(test, (int)sockwatch_failure_errno(key), -err);
	KUNIT_EXPECT_EQ(test, is.family, was.family);
	KUNIT_EXPECT_EQ(test, is.type, was.type);
	KUNIT_EXPECT_EQ(test, is.protocol, was.protocol);
}

static void failure_every_errno(struct kunit *test)
{
	u64 kind = sockwatch_kind_pack(10, 1, 262);
	u64 top = sockwatch_kind_pack(U16_MAX, U16_MAX, U16_MAX);
	int err;

	for (err = 1; err <= MAX_ERRNO; err++) {
		expect_failure(test, kind, -err);
		expect_failure(test, top, -err);
	}
}

static void failure_not_an_errno(struct kunit *test)
{
	static const int bad[] = { 0, 1, 22, INT_MAX, INT_MIN, -MAX_ERRNO - 1 };
	u64 kind = sockwatch_kind_pack(2, 1, 6);
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, sockwatch_failure_pack(kind, bad[i]),
				SOCKWATCH_KIND_OTHER);
}

static void failure_of_other(struct kunit *test)
{
	u64 key = sockwatch_failure_pack(SOCKWATCH_KIND_OTHER, -EINVAL);

	KUNIT_EXPECT_EQ(test, key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, sockwatch_failure_kind(key),
			SOCKWATCH_KIND_OTHER);
}

static void expect_connect(struct kunit *test, u64 kind, int err)
{
	u64 key = sockwatch_connect_pack(kind, err);

	KUNIT_EXPECT_NE(test, key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_TRUE(test, sockwatch_failure_is_connect(key));
	KUNIT_EXPECT_EQ(test, sockwatch_failure_kind(key), kind);
	KUNIT_EXPECT_EQ(test, (int)sockwatch_failure_errno(key), -err);
	/* A creation that failed the same way is another row. */
	if (err)
		KUNIT_EXPECT_NE(test, key, sockwatch_failure_pack(kind, err));
	KUNIT_EXPECT_NE(test, key, kind);
}

/* 0 is an errno too: one that is not known. */
static void connect_every_errno(struct kunit *test)
{
	u64 kind = sockwatch_kind_pack(10, 1, 6);
	u64 top = sockwatch_kind_pack(U16_MAX, U16_MAX, U16_MAX);
	int err;

	for (err = 0; err <= MAX_ERRNO; err++) {
		expect_connect(test, kind, -err);
		expect_connect(test, top, -err);
	}
}

/* No creation is taken for a connect, whatever its kind and errno. */
static void connect_is_no_creation(struct kunit *test)
{
	u64 kind = sockwatch_kind_pack(2, 1, 6);
	u64 top = sockwatch_kind_pack(U16_MAX, U16_MAX, U16_MAX);
	u64 key;
	int err;

	KUNIT_EXPECT_FALSE(test, sockwatch_failure_is_connect(kind));
	KUNIT_EXPECT_FALSE(test, sockwatch_failure_is_connect(top));
	for (err = 1; err <= MAX_ERRNO; err++) {
		key = sockwatch_failure_pack(kind, -err);
		KUNIT_EXPECT_FALSE(test, sockwatch_failure_is_connect(key));
		key = sockwatch_failure_pack(top, -err);
		KUNIT_EXPECT_FALSE(test, sockwatch_failure_is_connect(key));
	}
}

/* `other` has no operation: it holds creations as well. */
static void connect_of_other(struct kunit *test)
{
	u64 kind = sockwatch_kind_pack(2, 1, 6);
	u64 key = sockwatch_connect_pack(SOCKWATCH_KIND_OTHER, -EINVAL);

	KUNIT_EXPECT_EQ(test, key, SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_FALSE(test, sockwatch_failure_is_connect(key));
	KUNIT_EXPECT_EQ(test, sockwatch_connect_pack(SOCKWATCH_KIND_OTHER, 0),
			SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, sockwatch_connect_pack(kind, 1),
			SOCKWATCH_KIND_OTHER);
	KUNIT_EXPECT_EQ(test, sockwatch_connect_pack(kind, -MAX_ERRNO - 1),
			SOCKWATCH_KIND_OTHER);
}

/* The name's key and the family come back, whatever their bits. */
static void congestion(struct kunit *test)
{
	u64 key = sockwatch_congestion_pack(AF_INET6, U32_MAX);

	KUNIT_EXPECT_EQ(test, (u32)key, U32_MAX);
	KUNIT_EXPECT_EQ(test, (int)sockwatch_kind_unpack(key).family,
			AF_INET6);
	KUNIT_EXPECT_NE(test, key, sockwatch_congestion_pack(AF_INET,
							     U32_MAX));
	/* 0 would be an empty row. */
	KUNIT_EXPECT_NE(test, sockwatch_congestion_pack(0, 0), 0ULL);
	KUNIT_EXPECT_NE(test, sockwatch_congestion_pack(U16_MAX, U32_MAX),
			SOCKWATCH_KIND_OTHER);
}

static struct kunit_case classify_cases[] = {
	KUNIT_CASE(round_trip),
	KUNIT_CASE(round_trip_bits),
	KUNIT_CASE(order),
	KUNIT_CASE(out_of_range),
	KUNIT_CASE(failure_every_errno),
	KUNIT_CASE(failure_not_an_errno),
	KUNIT_CASE(failure_of_other),
	KUNIT_CASE(connect_every_errno),
	KUNIT_CASE(connect_is_no_creation),
	KUNIT_CASE(connect_of_other),
	KUNIT_CASE(congestion),
	{}
};

struct kunit_suite sockwatch_classify_suite = {
	.name = "sockwatch_classify",
	.test_cases = classify_cases,
};
