// SPDX-License-Identifier: GPL-2.0
/* Makes a random message for netfuzz.c: right, nearly right, or nonsense. */
#include <linux/genetlink.h>
#include <linux/sockwatch.h>
#include <string.h>
#include <unistd.h>

#include "netfuzz.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array) ((array)[below(COUNT(array))])
#define BIT(n) (1U << (n))
#define PAYLOAD (NLMSG_HDRLEN + GENL_HDRLEN)

static uint64_t state = 1;

void random_seed(uint64_t seed)
{
	state = seed * 2654435761U + 1;
}

/* xorshift64 */
uint32_t below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % limit;
}

static bool one_in(uint32_t n)
{
	return !below(n);
}

static uint32_t any(void)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 255, 256, 65535, 65536,
		0x7fffffff, 0x80000000, 0xffffffff,
	};

	return one_in(2) ? PICK(edges) : below(0xffffffff);
}

static void random_bytes(void *to, size_t bytes)
{
	unsigned char *at = to;

	while (bytes--)
		*at++ = below(256);
}

/* Room for so many bytes and what aligns them, zeroed; NULL: it is full. */
static void *room(struct message *message, size_t bytes)
{
	size_t aligned = NLMSG_ALIGN(bytes);
	void *at = message->data + message->bytes;

	if (message->bytes + aligned > MESSAGE_BYTES)
		return NULL;
	memset(at, 0, aligned);
	message->bytes += aligned;
	return at;
}

static void put(struct message *message, uint16_t type, const void *data,
		size_t bytes)
{
	struct nlattr *attr = room(message, NLA_HDRLEN + bytes);

	if (!attr)
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + bytes;
	memcpy(attr + 1, data, bytes);
}

/* Filters */

static bool is_small(unsigned int field)
{
	return field == SOCKWATCH_FIELD_FAMILY ||
	       field == SOCKWATCH_FIELD_TYPE ||
	       field == SOCKWATCH_FIELD_STATE ||
	       field == SOCKWATCH_FIELD_ORIGIN;
}

static void address_test(struct sockwatch_filter_op *op)
{
	op->code = SOCKWATCH_FILTER_EQ;
	op->len = one_in(2) ? 4 : 16;
	op->prefix = below(8 * op->len + 1);
	random_bytes(op->bytes, op->len);
}

static struct sockwatch_filter_op random_test(void)
{
	struct sockwatch_filter_op op = {
		.code = SOCKWATCH_FILTER_EQ + below(3),
		.field = 1 + below(SOCKWATCH_FIELD_ID),
		.number = one_in(2) ? below(12) : any(),
	};

	if (op.field == SOCKWATCH_FIELD_ADDRESS ||
	    op.field == SOCKWATCH_FIELD_PEER_ADDRESS) {
		address_test(&op);
	} else if (op.field == SOCKWATCH_FIELD_COMM) {
		op.code = SOCKWATCH_FILTER_EQ;
		memcpy(op.bytes, "netfuzz", 8);
	} else if (is_small(op.field) && one_in(2)) {
		op.code = SOCKWATCH_FILTER_IN;
	}
	return op;
}

static uint8_t join(void)
{
	return SOCKWATCH_FILTER_AND + below(2);
}

/* Returns how many steps: one that the kernel takes, or very nearly. */
static size_t program(struct sockwatch_filter_op *ops)
{
	size_t most = 1 + below(SOCKWATCH_FILTER_MAX + 1), nr = 0, values = 0;
	uint8_t code;

	while (nr + values < most) {
		code = one_in(3) ? SOCKWATCH_FILTER_TRUE + below(2) :
				   SOCKWATCH_FILTER_EQ;
		if (values && one_in(5))
			code = SOCKWATCH_FILTER_NOT;
		else if (values > 1 && one_in(3))
			code = join();
		values += code > SOCKWATCH_FILTER_NOT;
		values -= code < SOCKWATCH_FILTER_NOT;
		ops[nr] = (struct sockwatch_filter_op) { .code = code };
		if (code == SOCKWATCH_FILTER_EQ)
			ops[nr] = random_test();
		nr++;
	}
	for (; values > 1; values--)
		ops[nr++] = (struct sockwatch_filter_op) { .code = join() };
	return nr;
}

static void put_filter(struct message *message)
{
	struct sockwatch_filter_op ops[2 * SOCKWATCH_FILTER_MAX + 4];
	size_t nr, i;

	if (one_in(3)) {
		nr = below(SOCKWATCH_FILTER_MAX + 3);
		random_bytes(ops, nr * sizeof(*ops));
		/* Far enough into the checks for more of them. */
		for (i = 0; i < nr && one_in(2); i++)
			ops[i] = random_test();
	} else {
		nr = program(ops);
	}
	put(message, SOCKWATCH_A_FILTER, ops,
	    nr * sizeof(*ops) + (one_in(16) ? below(24) : 0));
}

/* Attributes */

static void put_fd(struct message *message, const struct descriptors *known)
{
	uint32_t fd = any();

	if (known->count && !one_in(3))
		fd = known->fds[below(known->count)];
	else if (one_in(2))
		fd = below(12);
	put(message, SOCKWATCH_A_NETNS_FD, &fd, sizeof(fd));
}

static void put_pid(struct message *message)
{
	uint32_t pids[] = { getpid(), getppid(), 1, 0, any() }, pid;

	pid = PICK(pids);
	put(message, SOCKWATCH_A_NETNS_PID, &pid, sizeof(pid));
}

static void put_metric(struct message *message)
{
	uint8_t metric = one_in(8) ? below(256) :
				     below(SOCKWATCH_METRIC_TIME_IN_STATE + 2);

	put(message, SOCKWATCH_A_METRIC, &metric, sizeof(metric));
}

static void put_right(struct message *message, unsigned int cmd,
		      const struct descriptors *known)
{
	bool metric = cmd == SOCKWATCH_CMD_GET_LATENCY ||
		      cmd == SOCKWATCH_CMD_GET_SAMPLES;

	if (one_in(4))
		put(message, SOCKWATCH_A_ALL_NETNS, "", 0);
	else if (one_in(3))
		put_fd(message, known);
	else if (one_in(3))
		put_pid(message);
	if (one_in(metric ? 2 : 16))
		put_metric(message);
	if (one_in(cmd == SOCKWATCH_CMD_GET_SOCKETS ? 2 : 32))
		put_filter(message);
}

/* An attribute that is wrong, or not of a request, or whose length lies. */
static void put_wrong(struct message *message)
{
	static const uint16_t lengths[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 28, 100, 4096, 32768, 65535,
	};
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 8, 16, 24, 100 };
	size_t bytes = PICK(sizes);
	struct nlattr *attr = room(message, NLA_HDRLEN + bytes);

	if (!attr)
		return;
	random_bytes(attr + 1, bytes);
	attr->nla_type = one_in(4) ? below(65536) :
				     below(SOCKWATCH_A_MAX + 3);
	if (one_in(4))
		attr->nla_type |= one_in(2) ? NLA_F_NESTED :
					      NLA_F_NET_BYTEORDER;
	attr->nla_len = one_in(4) ? PICK(lengths) : NLA_HDRLEN + bytes;
}

/* One in the other, down to a depth that no parser should follow. */
static void put_nest(struct message *message)
{
	unsigned int depth = 1 + below(40);
	struct nlattr *attr;
	size_t begin;

	while (depth--) {
		begin = message->bytes;
		attr = room(message, NLA_HDRLEN);
		if (!attr)
			return;
		attr->nla_type = below(SOCKWATCH_A_MAX + 1) | NLA_F_NESTED;
		attr->nla_len = NLA_HDRLEN * (depth + 1);
		if (one_in(16))
			attr->nla_len = MESSAGE_BYTES - begin;
	}
}

static void put_nonsense(struct message *message)
{
	size_t bytes = below(200);
	void *at = room(message, bytes);

	if (at)
		random_bytes(at, bytes);
}

static void put_any(struct message *message, unsigned int cmd,
		    const struct descriptors *known)
{
	unsigned int left = below(one_in(50) ? 200 : 6);

	while (left--) {
		if (one_in(2))
			put_wrong(message);
		else if (one_in(8))
			put_nest(message);
		else if (one_in(16))
			put_nonsense(message);
		else
			put_right(message, cmd, known);
	}
}

/* Changes to what was made: each leaves a whole number of words. */
static void mutate(struct message *message)
{
	size_t bytes = message->bytes - PAYLOAD, at;

	if (!bytes)
		return;
	at = PAYLOAD + below(bytes);
	switch (below(5)) {
	case 0:
		message->data[at] ^= BIT(below(8));
		break;
	case 1:
		message->data[at] = any();
		break;
	case 2:
		message->data[at & ~3] = any();
		message->data[(at & ~3) + 1] = one_in(2) ? 0 : any();
		break;
	case 3:
		message->bytes = at & ~3;
		break;
	default:
		put_wrong(message);
	}
}

/* The headers */

static uint16_t random_flags(void)
{
	static const uint16_t flags[] = {
		0, NLM_F_ACK, NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP,
		NLM_F_DUMP | NLM_F_ACK, NLM_F_DUMP | NLM_F_ACK, NLM_F_ROOT,
		NLM_F_MATCH | NLM_F_ACK, NLM_F_ATOMIC, NLM_F_MULTI,
		NLM_F_ECHO | NLM_F_ACK,
	};

	if (one_in(16))
		return below(65536);
	return PICK(flags) | (one_in(32) ? 0 : NLM_F_REQUEST);
}

static uint8_t random_cmd(uint16_t *flags)
{
	uint8_t cmd = 1 + below(SOCKWATCH_CMD_MAX);
	bool dump = cmd != SOCKWATCH_CMD_GET_INFO &&
		    cmd != SOCKWATCH_CMD_RESET &&
		    cmd != SOCKWATCH_CMD_MONITOR;

	if (one_in(10))
		return one_in(2) ? below(SOCKWATCH_CMD_MAX + 4) : below(256);
	if (one_in(2))		/* those that it takes */
		*flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0) |
			 (one_in(2) ? NLM_F_ACK : 0);
	return cmd;
}

/* A length that the kernel takes for the end of what it was given. */
static void break_header(struct message *message)
{
	message->broken = true;
	message->header.nlmsg_len = one_in(2) ? below(NLMSG_HDRLEN) :
				    MESSAGE_BYTES * 32 + below(1 << 30);
}

/* Too short for its family's header. */
static void cut_header(struct message *message)
{
	message->header.nlmsg_len = NLMSG_HDRLEN + below(GENL_HDRLEN);
	message->bytes = NLMSG_ALIGN(message->header.nlmsg_len);
}

void message_make(struct message *message, uint16_t family, uint32_t seq,
		  const struct descriptors *known)
{
	uint16_t flags = random_flags();
	struct genlmsghdr *request;

	message->bytes = 0;
	message->broken = false;
	request = (void *)((char *)room(message, PAYLOAD) + NLMSG_HDRLEN);
	request->cmd = random_cmd(&flags);
	request->version = one_in(4) ? below(256) : SOCKWATCH_GENL_VERSION;
	request->reserved = one_in(32) ? below(65536) : 0;
	if (one_in(2))
		put_right(message, request->cmd, known);
	else
		put_any(message, request->cmd, known);
	while (one_in(3))
		mutate(message);
	message->header = (struct nlmsghdr) {
		.nlmsg_len = message->bytes,
		.nlmsg_type = family,
		.nlmsg_flags = flags,
		.nlmsg_seq = seq,
		.nlmsg_pid = one_in(8) ? any() : 0,
	};
	if (one_in(200))
		break_header(message);
	else if (one_in(100))
		cut_header(message);
}
