// SPDX-License-Identifier: GPL-2.0
/* Which attributes the rows of each list have, and how rows are sorted. */
#include <string.h>

#include <linux/sockwatch.h>

#include "client_row.h"

/* They are numbered from 1 to this. */
#define TCP_STATES 11

#define COUNTERS(member, attribute) \
	CLIENT_FIELD(struct client_counters, member, attribute)

static const struct client_field counters_fields[] = {
	COUNTERS(kind.family, FAMILY),
	COUNTERS(kind.sock_type, TYPE),
	COUNTERS(kind.protocol, PROTOCOL),
	COUNTERS(attempts, ATTEMPTS),
	COUNTERS(failures, FAILURES),
	COUNTERS(created, CREATED),
	COUNTERS(kernel, KERNEL),
	COUNTERS(accepted, ACCEPTED),
	COUNTERS(preexisting, PREEXISTING),
	COUNTERS(released, RELEASED),
	COUNTERS(open, OPEN),
	COUNTERS(kernel_open, KERNEL_OPEN),
	COUNTERS(cloned, CLONED),
	COUNTERS(unaccepted, UNACCEPTED),
	COUNTERS(lost, LOST),
	{ 0 }
};

const struct client_layout client_layout_counters = {
	.cmd = SOCKWATCH_CMD_GET_COUNTERS,
	.row_bytes = sizeof(struct client_counters),
	.fields = counters_fields,
};

#define FAILURE(member, attribute) \
	CLIENT_FIELD(struct client_failure, member, attribute)

static const struct client_field failure_fields[] = {
	FAILURE(kind.family, FAMILY),
	FAILURE(kind.sock_type, TYPE),
	FAILURE(kind.protocol, PROTOCOL),
	FAILURE(operation, OPERATION),
	FAILURE(error, ERRNO),
	FAILURE(count, COUNT),
	{ 0 }
};

const struct client_layout client_layout_failures = {
	.cmd = SOCKWATCH_CMD_GET_FAILURES,
	.row_bytes = sizeof(struct client_failure),
	.fields = failure_fields,
};

#define STATE(member, attribute, ...) \
	CLIENT_FIELD(struct client_state, member, attribute, ##__VA_ARGS__)

static const struct client_field state_fields[] = {
	STATE(family, FAMILY),
	STATE(state, STATE, .max = TCP_STATES),
	STATE(sockets, SOCKETS),
	STATE(entered, ENTERED),
	{ 0 }
};

const struct client_layout client_layout_states = {
	.cmd = SOCKWATCH_CMD_GET_STATES,
	.row_bytes = sizeof(struct client_state),
	.fields = state_fields,
};

#define TRANSITION(member, attribute, ...) \
	CLIENT_FIELD(struct client_transition, member, attribute, ##__VA_ARGS__)

static const struct client_field transition_fields[] = {
	TRANSITION(family, FAMILY),
	TRANSITION(from, FROM, .max = TCP_STATES),
	TRANSITION(to, TO, .max = TCP_STATES),
	TRANSITION(count, COUNT),
	{ 0 }
};

const struct client_layout client_layout_transitions = {
	.cmd = SOCKWATCH_CMD_GET_TRANSITIONS,
	.row_bytes = sizeof(struct client_transition),
	.fields = transition_fields,
};

#define LATENCY(member, attribute, ...) \
	CLIENT_FIELD(struct client_latency, member, attribute, ##__VA_ARGS__)

static const struct client_field latency_fields[] = {
	LATENCY(metric, METRIC),
	LATENCY(family, FAMILY),
	LATENCY(scope, SCOPE),
	LATENCY(state, STATE, .max = TCP_STATES),
	LATENCY(unknown, UNKNOWN),
	LATENCY(times.count, COUNT),
	LATENCY(times.sum_ns, SUM_NS),
	LATENCY(times.max_ns, MAX_NS),
	LATENCY(times, BUCKETS, .kind = CLIENT_TIMES),
	{ 0 }
};

const struct client_layout client_layout_latency = {
	.cmd = SOCKWATCH_CMD_GET_LATENCY,
	.row_bytes = sizeof(struct client_latency),
	.fields = latency_fields,
};

#define TCP(member, attribute) \
	CLIENT_FIELD(struct client_tcp, member, attribute)

static const struct client_field tcp_fields[] = {
	TCP(family, FAMILY),
	TCP(scope, SCOPE),
	TCP(retransmits, RETRANSMITS),
	TCP(synack_retransmits, SYNACK_RETRANSMITS),
	TCP(resets_sent, RESETS_SENT),
	TCP(resets_received, RESETS_RECEIVED),
	{ 0 }
};

const struct client_layout client_layout_tcp = {
	.cmd = SOCKWATCH_CMD_GET_TCP,
	.row_bytes = sizeof(struct client_tcp),
	.fields = tcp_fields,
};

#define OPTION(member, attribute, ...) \
	CLIENT_FIELD(struct client_option, member, attribute, ##__VA_ARGS__)

static const struct client_field option_fields[] = {
	OPTION(family, FAMILY),
	OPTION(protocol, PROTOCOL),
	OPTION(option, OPTION),
	OPTION(name, NAME, .kind = CLIENT_TEXT),
	OPTION(count, COUNT),
	OPTION(total, TOTAL),
	{ 0 }
};

const struct client_layout client_layout_options = {
	.cmd = SOCKWATCH_CMD_GET_OPTIONS,
	.row_bytes = sizeof(struct client_option),
	.fields = option_fields,
};

#define LISTENER(member, attribute, ...) \
	CLIENT_FIELD(struct client_listener, member, attribute, ##__VA_ARGS__)

static const struct client_field listener_fields[] = {
	LISTENER(family, FAMILY),
	LISTENER(address, ADDRESS, .kind = CLIENT_ADDRESS),
	LISTENER(port, PORT),
	LISTENER(backlog, BACKLOG),
	LISTENER(queue, QUEUE),
	LISTENER(drops, DROPS),
	LISTENER(pid, PID),
	LISTENER(comm, COMM, .kind = CLIENT_TEXT),
	LISTENER(uid, UID),
	LISTENER(waits.count, COUNT),
	LISTENER(waits.sum_ns, SUM_NS),
	LISTENER(waits.max_ns, MAX_NS),
	LISTENER(waits, BUCKETS, .kind = CLIENT_TIMES),
	{ 0 }
};

const struct client_layout client_layout_listeners = {
	.cmd = SOCKWATCH_CMD_GET_LISTENERS,
	.privileged = true,
	.row_bytes = sizeof(struct client_listener),
	.fields = listener_fields,
};

#define SOCKET(member, attribute, ...) \
	CLIENT_FIELD(struct client_socket, member, attribute, ##__VA_ARGS__)

static const struct client_field socket_fields[] = {
	SOCKET(kind.family, FAMILY),
	SOCKET(kind.sock_type, TYPE),
	SOCKET(kind.protocol, PROTOCOL),
	SOCKET(origin, ORIGIN),
	SOCKET(state, STATE, .max = TCP_STATES),
	SOCKET(address, ADDRESS, .kind = CLIENT_ADDRESS),
	SOCKET(port, PORT),
	SOCKET(peer_address, PEER_ADDRESS, .kind = CLIENT_ADDRESS),
	SOCKET(peer_port, PEER_PORT),
	SOCKET(path, PATH, .kind = CLIENT_PATH),
	SOCKET(age_ns, AGE_NS),
	SOCKET(state_age_ns, STATE_AGE_NS),
	SOCKET(pid, PID),
	SOCKET(comm, COMM, .kind = CLIENT_TEXT),
	SOCKET(uid, UID),
	SOCKET(cgroup, CGROUP),
	SOCKET(id, ID),
	SOCKET(inode, INODE),
	{ 0 }
};

const struct client_layout client_layout_sockets = {
	.cmd = SOCKWATCH_CMD_GET_SOCKETS,
	.privileged = true,
	.row_bytes = sizeof(struct client_socket),
	.fields = socket_fields,
};

void client_path_text(char *buf, const struct client_path *path)
{
	size_t i;

	for (i = 0; i < path->bytes; i++)
		buf[i] = path->data[i] ? path->data[i] : '@';
	buf[i] = '\0';
}

static const void *at(const void *row, const struct client_field *field)
{
	return (const char *)row + field->offset;
}

struct client_number client_row_number(const struct client_layout *layout,
				       const void *row, uint16_t attr)
{
	const struct client_field *field = layout->fields;

	while (field->attr && field->attr != attr)
		field++;
	if (!field->attr)
		return (struct client_number) { 0 };
	return *(const struct client_number *)at(row, field);
}

static int compare_numbers(const struct client_number *a,
			   const struct client_number *b)
{
	if (a->known != b->known)
		return a->known ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

static int compare_addresses(const struct client_address *a,
			     const struct client_address *b)
{
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return memcmp(a->data, b->data, a->bytes);
}

static int compare_fields(enum client_field_kind kind, const void *a,
			  const void *b)
{
	switch (kind) {
	case CLIENT_NUMBER:
		return compare_numbers(a, b);
	case CLIENT_TEXT:
		return strcmp(a, b);
	case CLIENT_ADDRESS:
		return compare_addresses(a, b);
	case CLIENT_FLAG:
	case CLIENT_PATH:
	case CLIENT_TIMES:
	case CLIENT_SAMPLE:
		break;
	}
	return 0;
}

int client_row_compare(const struct client_layout *layout, const void *a,
		       const void *b)
{
	const struct client_field *field;
	int order = 0;

	if (layout->compare)
		return layout->compare(a, b);
	for (field = layout->fields; !order && field->attr; field++)
		order = compare_fields(field->kind, at(a, field),
				       at(b, field));
	return order;
}

/* Of each metric as the kernel sends them: the slowest, then the latest. */
static int compare_samples(const void *a, const void *b)
{
	const struct client_sample *one = a, *other = b;
	int order = compare_numbers(&one->metric, &other->metric);

	if (!order)
		order = other->slowest - one->slowest;
	if (!order && one->slowest)
		order = compare_numbers(&other->duration_ns, &one->duration_ns);
	if (!order)
		order = compare_numbers(&other->time_ns, &one->time_ns);
	return order ? order : compare_numbers(&one->sock.id, &other->sock.id);
}

#define SAMPLE(member, attribute, ...) \
	CLIENT_FIELD(struct client_sample, member, attribute, ##__VA_ARGS__)

/* What follows the event is in it, not in the message: so filters find it. */
static const struct client_field sample_fields[] = {
	SAMPLE(metric, METRIC),
	SAMPLE(slowest, SLOWEST, .kind = CLIENT_FLAG),
	{ .attr = SOCKWATCH_A_EVENTS, .kind = CLIENT_SAMPLE },
	SAMPLE(scope, SCOPE),
	SAMPLE(sock.kind.family, FAMILY),
	SAMPLE(sock.state, STATE),
	{ 0 }
};

const struct client_layout client_layout_samples = {
	.cmd = SOCKWATCH_CMD_GET_SAMPLES,
	.privileged = true,
	.row_bytes = sizeof(struct client_sample),
	.fields = sample_fields,
	.compare = compare_samples,
};
