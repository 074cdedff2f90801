// SPDX-License-Identifier: GPL-2.0
/* Which sockets are wanted: a program over the fields of one. */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "filter.h"

/* One bit for each value: the stack is a number. */
#define STACK_MAX	32

/* What a field is; SMALL is a number that SOCKWATCH_FILTER_IN has a bit for. */
enum sort {
	NUMBER = 1,
	SMALL,
	ADDRESS,
	TEXT,
};

static const u8 sorts[] = {
	[SOCKWATCH_FIELD_FAMILY] = SMALL,
	[SOCKWATCH_FIELD_TYPE] = SMALL,
	[SOCKWATCH_FIELD_PROTOCOL] = NUMBER,
	[SOCKWATCH_FIELD_STATE] = SMALL,
	[SOCKWATCH_FIELD_ORIGIN] = SMALL,
	[SOCKWATCH_FIELD_PORT] = NUMBER,
	[SOCKWATCH_FIELD_PEER_PORT] = NUMBER,
	[SOCKWATCH_FIELD_ADDRESS] = ADDRESS,
	[SOCKWATCH_FIELD_PEER_ADDRESS] = ADDRESS,
	[SOCKWATCH_FIELD_PID] = NUMBER,
	[SOCKWATCH_FIELD_UID] = NUMBER,
	[SOCKWATCH_FIELD_COMM] = TEXT,
	[SOCKWATCH_FIELD_CGROUP] = NUMBER,
	[SOCKWATCH_FIELD_AGE_NS] = NUMBER,
	[SOCKWATCH_FIELD_STATE_AGE_NS] = NUMBER,
	[SOCKWATCH_FIELD_ID] = NUMBER,
};

/* What is not used must be 0, so that it can mean something one day. */
static bool zero_from(const struct sockwatch_filter_op *op, unsigned int byte)
{
	return !memchr_inv(op->bytes + byte, 0, sizeof(op->bytes) - byte);
}

static const char *operator_wrong(const struct sockwatch_filter_op *op)
{
	if (op->field || op->len || op->prefix || !zero_from(op, 0))
		return "this code takes no field and no value: leave them 0";
	return NULL;
}

static const char *address_wrong(const struct sockwatch_filter_op *op)
{
	if (op->code != SOCKWATCH_FILTER_EQ)
		return "an address can only be tested by EQ";
	if (op->len != 4 && op->len != 16)
		return "len must be 4 or 16, the bytes of the address";
	if (op->prefix > op->len * BITS_PER_BYTE)
		return "prefix is more than the bits of the address";
	if (!zero_from(op, op->len))
		return "bytes behind the address: leave them 0";
	return NULL;
}

static const char *text_wrong(const struct sockwatch_filter_op *op)
{
	size_t len = strnlen(op->bytes, sizeof(op->bytes));

	if (op->code != SOCKWATCH_FILTER_EQ)
		return "a name can only be tested by EQ";
	if (op->len || op->prefix)
		return "a name takes no len and no prefix: leave them 0";
	if (len == sizeof(op->bytes))
		return "a name has 15 bytes at the most";
	if (!zero_from(op, len))
		return "bytes behind the name: leave them 0";
	return NULL;
}

static const char *number_wrong(const struct sockwatch_filter_op *op)
{
	if (op->code == SOCKWATCH_FILTER_IN && sorts[op->field] != SMALL)
		return "IN takes FAMILY, TYPE, STATE or ORIGIN: use EQ, LT or GT";
	if (op->len || op->prefix)
		return "a number takes no len and no prefix: leave them 0";
	if (!zero_from(op, sizeof(op->number)))
		return "bytes behind the number: leave them 0";
	return NULL;
}

static const char *test_wrong(const struct sockwatch_filter_op *op)
{
	if (!op->field)
		return "a test needs a field";
	if (op->field >= ARRAY_SIZE(sorts))
		return "there is no such field: is the module older than the program?";
	switch (sorts[op->field]) {
	case ADDRESS:
		return address_wrong(op);
	case TEXT:
		return text_wrong(op);
	default:
		return number_wrong(op);
	}
}

static const char *step_wrong(const struct sockwatch_filter_op *op)
{
	if (op->unused)
		return "unused must be 0";
	switch (op->code) {
	case SOCKWATCH_FILTER_AND ... SOCKWATCH_FILTER_FALSE:
		return operator_wrong(op);
	case SOCKWATCH_FILTER_EQ ... SOCKWATCH_FILTER_IN:
		return test_wrong(op);
	default:
		return "there is no such code: is the module older than the program?";
	}
}

static unsigned int takes(const struct sockwatch_filter_op *op)
{
	switch (op->code) {
	case SOCKWATCH_FILTER_AND:
	case SOCKWATCH_FILTER_OR:
		return 2;
	case SOCKWATCH_FILTER_NOT:
		return 1;
	default:
		return 0;
	}
}

static const char *stack_wrong(const struct sockwatch_filter_op *op,
			       unsigned int *depth)
{
	if (*depth < takes(op))
		return takes(op) == 2 ?
			"AND and OR need two values before them" :
			"NOT needs a value before it";
	*depth += 1 - takes(op);
	if (*depth > STACK_MAX)
		return "more than 32 values wait: join some by AND or OR before";
	return NULL;
}

/**
 * sockwatch_filter_check() - whether a filter can be used
 * @ops: its steps
 * @nr: how many
 * @fault: filled if it cannot
 *
 * Context: any.
 * Return: true: it can.
 */
bool sockwatch_filter_check(const struct sockwatch_filter_op *ops,
			    unsigned int nr,
			    struct sockwatch_filter_fault *fault)
{
	unsigned int depth = 0;

	for (fault->step = 1; fault->step <= nr; fault->step++) {
		if (fault->step > SOCKWATCH_FILTER_MAX) {
			fault->why = "64 steps at the most: test some of it yourself";
			return false;
		}
		fault->why = step_wrong(&ops[fault->step - 1]);
		if (!fault->why)
			fault->why = stack_wrong(&ops[fault->step - 1], &depth);
		if (fault->why)
			return false;
	}
	fault->step = nr;
	if (depth != 1)
		fault->why = depth ?
			"it ends with more than one value: join them by AND or OR" :
			"it is empty: leave it out, or give one step TRUE";
	return depth == 1;
}

static u64 number_of(const struct sockwatch_socket_row *row, u8 field)
{
	switch (field) {
	case SOCKWATCH_FIELD_FAMILY:
		return row->family;
	case SOCKWATCH_FIELD_TYPE:
		return row->type;
	case SOCKWATCH_FIELD_PROTOCOL:
		return row->protocol;
	case SOCKWATCH_FIELD_STATE:
		return row->state;
	case SOCKWATCH_FIELD_ORIGIN:
		return row->origin;
	case SOCKWATCH_FIELD_PORT:
		return row->port;
	case SOCKWATCH_FIELD_PEER_PORT:
		return row->peer_port;
	case SOCKWATCH_FIELD_PID:
		return row->pid;
	case SOCKWATCH_FIELD_UID:
		return row->uid;
	case SOCKWATCH_FIELD_CGROUP:
		return row->cgroup;
	case SOCKWATCH_FIELD_AGE_NS:
		return row->age_ns;
	case SOCKWATCH_FIELD_STATE_AGE_NS:
		return row->state_age_ns;
	default:
		return row->id;
	}
}

static bool number_matches(const struct sockwatch_filter_op *op,
			   const struct sockwatch_socket_row *row)
{
	u64 number = number_of(row, op->field);

	switch (op->code) {
	case SOCKWATCH_FILTER_EQ:
		return number == op->number;
	case SOCKWATCH_FILTER_LT:
		return number < op->number;
	case SOCKWATCH_FILTER_GT:
		return number > op->number;
	default:
		return number < 64 && op->number >> number & 1;
	}
}

static bool prefix_equal(const u8 *one, const u8 *other, unsigned int bits)
{
	unsigned int bytes = bits / BITS_PER_BYTE;
	u8 mask = ~(0xff >> bits % BITS_PER_BYTE);

	return !memcmp(one, other, bytes) &&
	       (!mask || !((one[bytes] ^ other[bytes]) & mask));
}

static bool address_matches(const struct sockwatch_filter_op *op,
			    const struct sockwatch_socket_row *row)
{
	static const u8 mapped[] = { [10] = 0xff, [11] = 0xff };
	const u8 *address = op->field == SOCKWATCH_FIELD_ADDRESS ?
			    row->address : row->peer_address;
	unsigned int len = row->family == AF_INET6 ? 16 : 4;

	if (op->len < len && !memcmp(address, mapped, sizeof(mapped))) {
		address += sizeof(mapped);
		len = 4;
	}
	return op->len == len && prefix_equal(address, op->bytes, op->prefix);
}

static bool test_matches(const struct sockwatch_filter_op *op,
			 const struct sockwatch_socket_row *row)
{
	if (!sockwatch_row_has(row, op->field))
		return false;
	switch (sorts[op->field]) {
	case ADDRESS:
		return address_matches(op, row);
	case TEXT:
		return !strncmp(row->comm, op->bytes, sizeof(op->bytes));
	default:
		return number_matches(op, row);
	}
}

/* The top of the stack is its lowest bit. */
static u32 stack_step(u32 stack, const struct sockwatch_filter_op *op,
		      const struct sockwatch_socket_row *row)
{
	switch (op->code) {
	case SOCKWATCH_FILTER_AND:
		return stack & 1 ? stack >> 1 : stack >> 1 & ~1U;
	case SOCKWATCH_FILTER_OR:
		return stack >> 1 | (stack & 1);
	case SOCKWATCH_FILTER_NOT:
		return stack ^ 1;
	case SOCKWATCH_FILTER_TRUE:
		return stack << 1 | 1;
	case SOCKWATCH_FILTER_FALSE:
		return stack << 1;
	default:
		return stack << 1 | test_matches(op, row);
	}
}

/**
 * sockwatch_filter_match() - whether a socket is wanted
 * @ops: the steps of a filter that sockwatch_filter_check() has found right
 * @nr: how many; 0: there is none, and every socket is
 * @row: the socket
 *
 * Context: any.
 * Return: true: it is.
 */
bool sockwatch_filter_match(const struct sockwatch_filter_op *ops,
			    unsigned int nr,
			    const struct sockwatch_socket_row *row)
{
	unsigned int i;
	u32 stack = 0;

	static_assert(BITS_PER_TYPE(stack) == STACK_MAX);
	if (!nr)
		return true;
	for (i = 0; i < nr; i++)
		stack = stack_step(stack, &ops[i], row);
	return stack & 1;
}
