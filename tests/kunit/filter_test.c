// SPDX-License-Identifier: GPL-2.0
/* filter: what is right and what is wrong, and what each step lets through. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/prandom.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/tcp_states.h>

#include "filter.h"
#include "suites.h"

#define ALL_FIELDS	GENMASK(SOCKWATCH_FIELD_ID, SOCKWATCH_FIELD_FAMILY)

/* Every field has another value. */
static const struct sockwatch_socket_row inet = {
	.known = ALL_FIELDS,
	.family = AF_INET,
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
	.state = TCP_CLOSE_WAIT,
	.origin = SOCKWATCH_SOCKET_ORIGIN_ACCEPT,
	.port = 443,
	.peer_port = 50000,
	.address = { 10, 1, 2, 3 },
	.peer_address = { 192, 168, 255, 1 },
	.pid = 1234,
	.uid = 1001,
	.comm = "nginx",
	.cgroup = 77,
	.age_ns = 5000000000,
	.state_age_ns = 4000000000,
	.id = 0x100000001,
};

static struct sockwatch_filter_op step(u8 code, u8 field, u64 number)
{
	return (struct sockwatch_filter_op) {
		.code = code,
		.field = field,
		.number = number,
	};
}

static struct sockwatch_filter_op address(u8 field, const char *bytes, u8 len,
					  u8 prefix)
{
	struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ,
		.field = field,
		.len = len,
		.prefix = prefix,
	};

	memcpy(op.bytes, bytes, len);
	return op;
}

static struct sockwatch_filter_op name(const char *comm)
{
	struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ,
		.field = SOCKWATCH_FIELD_COMM,
	};

	memcpy(op.bytes, comm, strnlen(comm, sizeof(op.bytes)));
	return op;
}

#define OP(code)	step(SOCKWATCH_FILTER_##code, 0, 0)
#define TEST(code, field, number)					\
	step(SOCKWATCH_FILTER_##code, SOCKWATCH_FIELD_##field, number)

/* The step of the fault and a word of its text; NULL: there is none. */
static void expect_fault(struct kunit *test, int line,
			 const struct sockwatch_filter_op *ops,
			 unsigned int nr, unsigned int at, const char *word)
{
	struct sockwatch_filter_fault fault = {};
	bool good = sockwatch_filter_check(ops, nr, &fault);

	KUNIT_EXPECT_EQ_MSG(test, good, !word, "line %d: %s", line, fault.why);
	if (good || !word)
		return;
	KUNIT_EXPECT_EQ_MSG(test, fault.step, at, "line %d: %s", line,
			    fault.why);
	KUNIT_EXPECT_TRUE_MSG(test, strstr(fault.why, word), "line %d: %s",
			      line, fault.why);
}

#define EXPECT_FAULT(test, at, word, ...)				\
do {									\
	const struct sockwatch_filter_op __ops[] = { __VA_ARGS__ };	\
									\
	expect_fault(test, __LINE__, __ops, ARRAY_SIZE(__ops), at, word); \
} while (0)

#define EXPECT_GOOD(test, ...)	EXPECT_FAULT(test, 0, NULL, __VA_ARGS__)

static void expect_match(struct kunit *test, int line,
			 const struct sockwatch_filter_op *ops,
			 unsigned int nr,
			 const struct sockwatch_socket_row *row, bool want)
{
	expect_fault(test, line, ops, nr, 0, NULL);
	KUNIT_EXPECT_EQ_MSG(test, sockwatch_filter_match(ops, nr, row), want,
			    "line %d", line);
}

#define EXPECT_MATCH(test, row, want, ...)				\
do {									\
	const struct sockwatch_filter_op __ops[] = { __VA_ARGS__ };	\
									\
	expect_match(test, __LINE__, __ops, ARRAY_SIZE(__ops), row,	\
		     want);						\
} while (0)

static void none(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, sockwatch_filter_match(NULL, 0, &inet));
	expect_fault(test, __LINE__, NULL, 0, 0, "empty");
}

static void operators(struct kunit *test)
{
	EXPECT_MATCH(test, &inet, true, OP(TRUE));
	EXPECT_MATCH(test, &inet, false, OP(FALSE));
	EXPECT_MATCH(test, &inet, false, OP(TRUE), OP(NOT));
	EXPECT_MATCH(test, &inet, true, OP(FALSE), OP(NOT));
	EXPECT_MATCH(test, &inet, true, OP(TRUE), OP(TRUE), OP(AND));
	EXPECT_MATCH(test, &inet, false, OP(FALSE), OP(TRUE), OP(AND));
	EXPECT_MATCH(test, &inet, false, OP(TRUE), OP(FALSE), OP(AND));
	EXPECT_MATCH(test, &inet, false, OP(FALSE), OP(FALSE), OP(AND));
	EXPECT_MATCH(test, &inet, true, OP(TRUE), OP(TRUE), OP(OR));
	EXPECT_MATCH(test, &inet, true, OP(FALSE), OP(TRUE), OP(OR));
	EXPECT_MATCH(test, &inet, true, OP(TRUE), OP(FALSE), OP(OR));
	EXPECT_MATCH(test, &inet, false, OP(FALSE), OP(FALSE), OP(OR));
	/* What lies below is not touched. */
	EXPECT_MATCH(test, &inet, false, OP(FALSE), OP(TRUE), OP(FALSE),
		     OP(OR), OP(AND));
	EXPECT_MATCH(test, &inet, true, OP(TRUE), OP(FALSE), OP(TRUE),
		     OP(AND), OP(OR));
	EXPECT_MATCH(test, &inet, true, OP(TRUE), OP(FALSE), OP(NOT),
		     OP(AND));
}

struct number_field {
	u8 field;
	u64 value;
	bool small;
};

static const struct number_field numbers[] = {
	{ SOCKWATCH_FIELD_FAMILY, AF_INET, true },
	{ SOCKWATCH_FIELD_TYPE, SOCK_STREAM, true },
	{ SOCKWATCH_FIELD_PROTOCOL, IPPROTO_TCP },
	{ SOCKWATCH_FIELD_STATE, TCP_CLOSE_WAIT, true },
	{ SOCKWATCH_FIELD_ORIGIN, SOCKWATCH_SOCKET_ORIGIN_ACCEPT, true },
	{ SOCKWATCH_FIELD_PORT, 443 },
	{ SOCKWATCH_FIELD_PEER_PORT, 50000 },
	{ SOCKWATCH_FIELD_PID, 1234 },
	{ SOCKWATCH_FIELD_UID, 1001 },
	{ SOCKWATCH_FIELD_CGROUP, 77 },
	{ SOCKWATCH_FIELD_AGE_NS, 5000000000 },
	{ SOCKWATCH_FIELD_STATE_AGE_NS, 4000000000 },
	{ SOCKWATCH_FIELD_ID, 0x100000001 },
};

static void expect_number(struct kunit *test, const struct number_field *n,
			  u8 code, u64 number, bool want)
{
	struct sockwatch_socket_row without = inet;
	struct sockwatch_filter_op op = step(code, n->field, number);

	expect_fault(test, __LINE__, &op, 1, 0, NULL);
	KUNIT_EXPECT_EQ_MSG(test, sockwatch_filter_match(&op, 1, &inet), want,
			    "field %u, code %u, %llu", n->field, code, number);
	without.known &= ~BIT(n->field);
	KUNIT_EXPECT_FALSE_MSG(test, sockwatch_filter_match(&op, 1, &without),
			       "field %u is not there", n->field);
}

static void number_fields(struct kunit *test)
{
	const struct number_field *n;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		n = &numbers[i];
		expect_number(test, n, SOCKWATCH_FILTER_EQ, n->value, true);
		expect_number(test, n, SOCKWATCH_FILTER_EQ, n->value + 1,
			      false);
		/* All 64 bits count. */
		expect_number(test, n, SOCKWATCH_FILTER_EQ,
			      n->value + (1ULL << 40), false);
		expect_number(test, n, SOCKWATCH_FILTER_LT, n->value, false);
		expect_number(test, n, SOCKWATCH_FILTER_LT, n->value + 1,
			      true);
		expect_number(test, n, SOCKWATCH_FILTER_LT, U64_MAX, true);
		expect_number(test, n, SOCKWATCH_FILTER_GT, n->value, false);
		expect_number(test, n, SOCKWATCH_FILTER_GT, n->value - 1,
			      true);
	}
}

static void bits(struct kunit *test)
{
	const struct number_field *n;
	struct sockwatch_filter_op op;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		n = &numbers[i];
		op = step(SOCKWATCH_FILTER_IN, n->field, 1);
		if (!n->small) {
			expect_fault(test, __LINE__, &op, 1, 1, "IN takes");
			continue;
		}
		expect_number(test, n, SOCKWATCH_FILTER_IN, BIT_ULL(n->value),
			      true);
		expect_number(test, n, SOCKWATCH_FILTER_IN,
			      ~BIT_ULL(n->value), false);
		expect_number(test, n, SOCKWATCH_FILTER_IN, U64_MAX, true);
		expect_number(test, n, SOCKWATCH_FILTER_IN, 0, false);
	}
}

/* A family beyond the bits is in no set. */
static void bits_beyond(struct kunit *test)
{
	struct sockwatch_socket_row row = inet;

	row.family = 64 + AF_INET;
	EXPECT_MATCH(test, &row, false, TEST(IN, FAMILY, U64_MAX));
}

static void names(struct kunit *test)
{
	struct sockwatch_socket_row row = inet;

	EXPECT_MATCH(test, &inet, true, name("nginx"));
	EXPECT_MATCH(test, &inet, false, name("ngin"));
	EXPECT_MATCH(test, &inet, false, name("nginx2"));
	strscpy(row.comm, "fifteen-letters", sizeof(row.comm));
	EXPECT_MATCH(test, &row, true, name("fifteen-letters"));
	EXPECT_MATCH(test, &row, false, name("fifteen-letter"));
	row.known &= ~BIT(SOCKWATCH_FIELD_COMM);
	EXPECT_MATCH(test, &row, false, name("fifteen-letters"));
}

static void addresses(struct kunit *test)
{
	const u8 local = SOCKWATCH_FIELD_ADDRESS;
	const u8 peer = SOCKWATCH_FIELD_PEER_ADDRESS;
	struct sockwatch_socket_row row = inet;

	EXPECT_MATCH(test, &inet, true, address(local, "\x0a\1\2\3", 4, 32));
	EXPECT_MATCH(test, &inet, false, address(local, "\x0a\1\2\2", 4, 32));
	EXPECT_MATCH(test, &inet, true, address(local, "\x0a\1\2\2", 4, 31));
	EXPECT_MATCH(test, &inet, false, address(local, "\x0a\1\2\1", 4, 31));
	EXPECT_MATCH(test, &inet, true, address(local, "\x0a\xff\0\0", 4, 8));
	EXPECT_MATCH(test, &inet, false, address(local, "\x0b\1\2\3", 4, 8));
	EXPECT_MATCH(test, &inet, true, address(local, "\xff\0\0\0", 4, 0));
	EXPECT_MATCH(test, &inet, false, address(peer, "\x0a\1\2\3", 4, 32));
	EXPECT_MATCH(test, &inet, true, address(peer, "\xc0\xa8\0\0", 4, 16));
	/* A zero of 16 bytes says inet6. */
	EXPECT_MATCH(test, &inet, false,
		     address(local, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 0));
	row.known &= ~BIT(SOCKWATCH_FIELD_ADDRESS);
	EXPECT_MATCH(test, &row, false, address(local, "\x0a\1\2\3", 4, 0));
}

static const char mapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\1\2\3";
static const char pure[] = "\xfd\x77\0\0\0\0\0\0\0\0\0\0\x0a\1\2\3";

static void addresses6(struct kunit *test)
{
	const u8 local = SOCKWATCH_FIELD_ADDRESS;
	struct sockwatch_socket_row row = inet;

	row.family = AF_INET6;
	memcpy(row.address, mapped, 16);
	EXPECT_MATCH(test, &row, true, address(local, "\x0a\1\2\3", 4, 32));
	EXPECT_MATCH(test, &row, true, address(local, "\x0a\0\0\0", 4, 8));
	EXPECT_MATCH(test, &row, false, address(local, "\x0a\1\2\4", 4, 32));
	EXPECT_MATCH(test, &row, true, address(local, mapped, 16, 128));
	EXPECT_MATCH(test, &row, true, address(local, mapped, 16, 96));
	EXPECT_MATCH(test, &row, false, address(local, pure, 16, 1));

	memcpy(row.address, pure, 16);
	EXPECT_MATCH(test, &row, true, address(local, pure, 16, 128));
	EXPECT_MATCH(test, &row, false, address(local, "\x0a\1\2\3", 4, 32));
	EXPECT_MATCH(test, &row, false, address(local, "\x0a\1\2\3", 4, 0));
}

static void stack_limits(struct kunit *test)
{
	static struct sockwatch_filter_op ops[SOCKWATCH_FILTER_MAX + 1];
	unsigned int i;

	EXPECT_FAULT(test, 1, "NOT needs", OP(NOT));
	EXPECT_FAULT(test, 2, "two values", OP(TRUE), OP(AND));
	EXPECT_FAULT(test, 2, "two values", OP(TRUE), OP(OR));
	EXPECT_FAULT(test, 1, "two values", OP(AND));
	EXPECT_FAULT(test, 2, "more than one", OP(TRUE), OP(TRUE));

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ops[i] = i ? OP(NOT) : OP(TRUE);
	expect_fault(test, __LINE__, ops, 64, 0, NULL);
	expect_fault(test, __LINE__, ops, 65, 65, "64 steps");
	KUNIT_EXPECT_FALSE(test, sockwatch_filter_match(ops, 64, &inet));

	/* The bottom of a full stack is still there at the end. */
	for (i = 0; i < 63; i++)
		ops[i] = i < 32 ? OP(TRUE) : OP(AND);
	expect_fault(test, __LINE__, ops, 63, 0, NULL);
	KUNIT_EXPECT_TRUE(test, sockwatch_filter_match(ops, 63, &inet));
	ops[0] = OP(FALSE);
	KUNIT_EXPECT_FALSE(test, sockwatch_filter_match(ops, 63, &inet));
	ops[32] = OP(TRUE);
	expect_fault(test, __LINE__, ops, 63, 33, "32 values");
}

static void unused_bytes(struct kunit *test)
{
	struct sockwatch_filter_op op = TEST(EQ, PORT, 443);
	unsigned int i;

	op.unused = 1;
	EXPECT_FAULT(test, 1, "unused", op);
	op = OP(TRUE);
	op.unused = 1;
	EXPECT_FAULT(test, 1, "unused", op);
	for (i = 0; i < sizeof(op.bytes); i++) {
		op = OP(TRUE);
		op.bytes[i] = 1;
		EXPECT_FAULT(test, 1, "takes no field", op);
		op = TEST(EQ, PORT, 443);
		op.bytes[i] = 1;
		EXPECT_FAULT(test, 1, i < 8 ? NULL : "behind the number", op);
		op = address(SOCKWATCH_FIELD_ADDRESS, "\x0a\1\2\3", 4, 32);
		op.bytes[i] = 1;
		EXPECT_FAULT(test, 1, i < 4 ? NULL : "behind the address", op);
		op = name("ab");
		op.bytes[i] = 1;
		EXPECT_FAULT(test, 1, i < 3 ? NULL : "behind the name", op);
	}
	op = name("0123456789abcdef");
	EXPECT_FAULT(test, 1, "15 bytes", op);
}

static void wrong_fields(struct kunit *test)
{
	struct sockwatch_filter_op op;
	unsigned int i;

	for (i = SOCKWATCH_FILTER_AND; i <= SOCKWATCH_FILTER_FALSE; i++) {
		op = step(i, SOCKWATCH_FIELD_PORT, 0);
		EXPECT_FAULT(test, 2, "takes no field", OP(TRUE), op);
		op = step(i, 0, 0);
		op.len = 4;
		EXPECT_FAULT(test, 2, "takes no field", OP(TRUE), op);
		op = step(i, 0, 0);
		op.prefix = 4;
		EXPECT_FAULT(test, 2, "takes no field", OP(TRUE), op);
	}
	for (i = SOCKWATCH_FILTER_EQ; i <= SOCKWATCH_FILTER_IN; i++) {
		op = step(i, 0, 0);
		EXPECT_FAULT(test, 1, "needs a field", op);
		op = step(i, SOCKWATCH_FIELD_ID + 1, 0);
		EXPECT_FAULT(test, 1, "no such field", op);
		op = step(i, 255, 0);
		EXPECT_FAULT(test, 1, "no such field", op);
	}
	EXPECT_FAULT(test, 1, "no such code", step(0, 0, 0));
	EXPECT_FAULT(test, 1, "no such code",
		     step(SOCKWATCH_FILTER_IN + 1, 0, 0));
	EXPECT_FAULT(test, 1, "no such code", step(255, 0, 0));
}

static void wrong_lengths(struct kunit *test)
{
	struct sockwatch_filter_op op;
	unsigned int i, len;

	for (i = SOCKWATCH_FILTER_LT; i <= SOCKWATCH_FILTER_IN; i++) {
		op = address(SOCKWATCH_FIELD_PEER_ADDRESS, mapped, 16, 128);
		op.code = i;
		EXPECT_FAULT(test, 1, "only be tested by EQ", op);
		op = name("ab");
		op.code = i;
		EXPECT_FAULT(test, 1, "only be tested by EQ", op);
	}
	for (len = 0; len < 256; len++) {
		op = address(SOCKWATCH_FIELD_ADDRESS, "", 0, 0);
		op.len = len;
		EXPECT_FAULT(test, 1,
			     len == 4 || len == 16 ? NULL : "len must", op);
		op = address(SOCKWATCH_FIELD_ADDRESS, mapped, 4, len);
		EXPECT_FAULT(test, 1, len <= 32 ? NULL : "prefix", op);
		op = address(SOCKWATCH_FIELD_ADDRESS, mapped, 16, len);
		EXPECT_FAULT(test, 1, len <= 128 ? NULL : "prefix", op);
		op = TEST(EQ, PORT, 1);
		op.len = len;
		EXPECT_FAULT(test, 1, len ? "no len" : NULL, op);
		op = name("ab");
		op.prefix = len;
		EXPECT_FAULT(test, 1, len ? "no len" : NULL, op);
	}
}

static struct kunit_case filter_cases[] = {
	KUNIT_CASE(none),
	KUNIT_CASE(operators),
	KUNIT_CASE(number_fields),
	KUNIT_CASE(bits),
	KUNIT_CASE(bits_beyond),
	KUNIT_CASE(names),
	KUNIT_CASE(addresses),
	KUNIT_CASE(addresses6),
	KUNIT_CASE(stack_limits),
	KUNIT_CASE(unused_bytes),
	KUNIT_CASE(wrong_fields),
	KUNIT_CASE(wrong_lengths),
	{}
};

struct kunit_suite sockwatch_filter_suite = {
	.name = "sockwatch_filter",
	.test_cases = filter_cases,
};
