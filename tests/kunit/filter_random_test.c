// SPDX-License-Identifier: GPL-2.0
/* filter: random programs, against an evaluator that is written otherwise. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "filter.h"
#include "suites.h"

#define PROGRAMS	20000

static struct rnd_state rnd;

static u32 below(u32 n)
{
	return prandom_u32_state(&rnd) % n;
}

/* Small numbers, so that tests are true now and then. */
static void row_random(struct sockwatch_socket_row *row)
{
	prandom_bytes_state(&rnd, row, sizeof(*row));
	row->family = below(2) ? 2 : 10;
	row->type = below(4);
	row->protocol = below(4);
	row->state = below(12);
	row->origin = below(6);
	row->port = below(4);
	row->peer_port = below(4);
	row->pid = below(4);
	row->uid = below(4);
	row->cgroup = below(4);
	row->age_ns = below(4);
	row->state_age_ns = below(4);
	row->id = below(4);
	memset(row->address, below(2), sizeof(row->address));
	memset(row->peer_address, 0, sizeof(row->peer_address));
	memset(row->peer_address + 10, 0xff, 2);
	row->peer_address[15] = below(2);
	memset(row->comm, 0, sizeof(row->comm));
	row->comm[0] = 'a' + below(2);
}

static void op_random(struct sockwatch_filter_op *op)
{
	memset(op, 0, sizeof(*op));
	op->code = 1 + below(SOCKWATCH_FILTER_IN);
	if (op->code < SOCKWATCH_FILTER_EQ)
		return;
	op->field = 1 + below(SOCKWATCH_FIELD_ID);
	if (op->field == SOCKWATCH_FIELD_COMM) {
		op->bytes[0] = 'a' + below(2);
	} else if (op->field == SOCKWATCH_FIELD_ADDRESS ||
		   op->field == SOCKWATCH_FIELD_PEER_ADDRESS) {
		op->len = below(2) ? 4 : 16;
		op->prefix = below(op->len * 8 + 1);
		memset(op->bytes, below(2), op->len);
	} else {
		op->number = below(op->code == SOCKWATCH_FILTER_IN ? 64 : 4);
	}
}

/* Bit by bit; @from is where the bits of IPv4 begin. */
static bool bits_agree(const u8 *one, unsigned int from, const u8 *other,
		       unsigned int nr)
{
	unsigned int bit, at;

	for (bit = 0; bit < nr; bit++) {
		at = bit + from;
		if ((one[at / 8] >> (7 - at % 8) & 1) !=
		    (other[bit / 8] >> (7 - bit % 8) & 1))
			return false;
	}
	return true;
}

static bool is_mapped(const u8 *address)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		if (address[i])
			return false;
	return address[10] == 255 && address[11] == 255;
}

static bool address_expected(const struct sockwatch_filter_op *op,
			     const struct sockwatch_socket_row *row,
			     const u8 *address)
{
	if (row->family == 2)
		return op->len == 4 &&
		       bits_agree(address, 0, op->bytes, op->prefix);
	if (op->len == 16)
		return bits_agree(address, 0, op->bytes, op->prefix);
	return is_mapped(address) &&
	       bits_agree(address, 96, op->bytes, op->prefix);
}

static bool test_expected(const struct sockwatch_filter_op *op,
			  const struct sockwatch_socket_row *row)
{
	const u64 number[] = {
		[1] = row->family, row->type, row->protocol, row->state,
		row->origin, row->port, row->peer_port, 0, 0, row->pid,
		row->uid, 0, row->cgroup, row->age_ns, row->state_age_ns,
		row->id
	};

	if (!(row->known >> op->field & 1))
		return false;
	if (op->field == SOCKWATCH_FIELD_ADDRESS)
		return address_expected(op, row, row->address);
	if (op->field == SOCKWATCH_FIELD_PEER_ADDRESS)
		return address_expected(op, row, row->peer_address);
	if (op->field == SOCKWATCH_FIELD_COMM)
		return row->comm[0] == op->bytes[0];
	if (op->code == SOCKWATCH_FILTER_EQ)
		return number[op->field] == op->number;
	if (op->code == SOCKWATCH_FILTER_LT)
		return number[op->field] < op->number;
	if (op->code == SOCKWATCH_FILTER_GT)
		return number[op->field] > op->number;
	return op->number & 1ULL << number[op->field];
}

/*
 * From the last step back to the first, as an expression: what the step at
 * *@at stands for, leaving *@at before its first.  -1: it is not complete.
 */
static int expected(const struct sockwatch_filter_op *ops, int *at,
		    const struct sockwatch_socket_row *row)
{
	const struct sockwatch_filter_op *op;
	int right, left;

	if (*at < 0)
		return -1;
	op = &ops[(*at)--];
	if (op->code == SOCKWATCH_FILTER_TRUE)
		return 1;
	if (op->code == SOCKWATCH_FILTER_FALSE)
		return 0;
	if (op->code >= SOCKWATCH_FILTER_EQ)
		return test_expected(op, row);
	right = expected(ops, at, row);
	if (op->code == SOCKWATCH_FILTER_NOT)
		return right < 0 ? -1 : !right;
	left = expected(ops, at, row);
	if (left < 0 || right < 0)
		return -1;
	return op->code == SOCKWATCH_FILTER_AND ? left && right :
						  left || right;
}

/* Whether each step by itself is right. */
static bool steps_right(const struct sockwatch_filter_op *ops, unsigned int nr)
{
	bool number;

	for (; nr; nr--, ops++) {
		number = ops->field != SOCKWATCH_FIELD_ADDRESS &&
			 ops->field != SOCKWATCH_FIELD_PEER_ADDRESS &&
			 ops->field != SOCKWATCH_FIELD_COMM;
		if (ops->code > SOCKWATCH_FILTER_EQ && !number)
			return false;
		if (ops->code == SOCKWATCH_FILTER_IN &&
		    ops->field != SOCKWATCH_FIELD_FAMILY &&
		    ops->field != SOCKWATCH_FIELD_TYPE &&
		    ops->field != SOCKWATCH_FIELD_STATE &&
		    ops->field != SOCKWATCH_FIELD_ORIGIN)
			return false;
	}
	return true;
}

/* Of few steps, so that a good part of them is right. */
static int program_random(struct kunit *test, unsigned int *truths)
{
	struct sockwatch_filter_fault fault;
	struct sockwatch_filter_op ops[10];
	unsigned int i, nr = 1 + below(ARRAY_SIZE(ops));
	struct sockwatch_socket_row row;
	int at = nr - 1, want;
	bool good, have;

	for (i = 0; i < nr; i++)
		op_random(&ops[i]);
	row_random(&row);
	want = expected(ops, &at, &row);
	good = sockwatch_filter_check(ops, nr, &fault);
	KUNIT_EXPECT_EQ(test, good,
			want >= 0 && at < 0 && steps_right(ops, nr));
	if (!good)
		return 0;
	have = sockwatch_filter_match(ops, nr, &row);
	KUNIT_EXPECT_EQ(test, (int)have, want);
	*truths += have;
	return 1;
}

static void programs(struct kunit *test)
{
	unsigned int i, right = 0, truths = 0;

	prandom_seed_state(&rnd, 20261125);
	for (i = 0; i < PROGRAMS; i++) {
		right += program_random(test, &truths);
		cond_resched();
	}
	kunit_info(test, "%u right, %u true\n", right, truths);
	KUNIT_EXPECT_GT(test, right, (unsigned int)PROGRAMS / 20);
	KUNIT_EXPECT_GT(test, truths, right / 20);
}

/* Whatever comes, it is refused or it can be used. */
static void garbage(struct kunit *test)
{
	struct sockwatch_filter_fault fault;
	struct sockwatch_filter_op ops[4];
	struct sockwatch_socket_row row;
	unsigned int i, nr;

	prandom_seed_state(&rnd, 4711);
	for (i = 0; i < PROGRAMS; i++) {
		prandom_bytes_state(&rnd, ops, sizeof(ops));
		prandom_bytes_state(&rnd, &row, sizeof(row));
		ops[below(4)].code %= 12;
		nr = below(ARRAY_SIZE(ops) + 1);
		fault.why = NULL;
		if (sockwatch_filter_check(ops, nr, &fault)) {
			sockwatch_filter_match(ops, nr, &row);
			continue;
		}
		KUNIT_EXPECT_NOT_NULL(test, fault.why);
		KUNIT_EXPECT_LE(test, fault.step, nr);
		cond_resched();
	}
}

static struct kunit_case filter_random_cases[] = {
	KUNIT_CASE(programs),
	KUNIT_CASE(garbage),
	{}
};

struct kunit_suite sockwatch_filter_random_suite = {
	.name = "sockwatch_filter_random",
	.test_cases = filter_random_cases,
};
