// SPDX-License-Identifier: GPL-2.0
/* Holds a socket against a filter. */
#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "expr_node.h"

/* Where the IPv4 address of a v4-mapped one begins, and what is before it. */
#define MAPPED_AT 12
static const uint8_t mapped[MAPPED_AT] = { [10] = 0xff, [11] = 0xff };

#define NUMBER(id, member) \
	[SOCKWATCH_FIELD_##id] = offsetof(struct client_socket, member)

static const size_t numbers[] = {
	NUMBER(FAMILY, kind.family),
	NUMBER(TYPE, kind.sock_type),
	NUMBER(PROTOCOL, kind.protocol),
	NUMBER(STATE, state),
	NUMBER(ORIGIN, origin),
	NUMBER(PORT, port),
	NUMBER(PEER_PORT, peer_port),
	NUMBER(PID, pid),
	NUMBER(UID, uid),
	NUMBER(CGROUP, cgroup),
	NUMBER(AGE_NS, age_ns),
	NUMBER(STATE_AGE_NS, state_age_ns),
	NUMBER(ID, id),
};

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int left = 8 - bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return left == 8 || a[bits / 8] >> left == b[bits / 8] >> left;
}

static bool match_address(const struct sockwatch_filter_op *op,
			  const struct client_address *address)
{
	const uint8_t *data = address->data;

	if (address->bytes == op->len)
		return same_bits(data, op->bytes, op->prefix);
	return op->len == 4 && address->bytes == sizeof(address->data) &&
	       !memcmp(data, mapped, sizeof(mapped)) &&
	       same_bits(data + MAPPED_AT, op->bytes, op->prefix);
}

static bool match_number(const struct sockwatch_filter_op *op,
			 const struct client_number *number)
{
	if (!number->known)
		return false;
	switch (op->code) {
	case SOCKWATCH_FILTER_EQ:
		return number->value == op->number;
	case SOCKWATCH_FILTER_LT:
		return number->value < op->number;
	case SOCKWATCH_FILTER_GT:
		return number->value > op->number;
	default:
		return number->value < 64 && op->number >> number->value & 1;
	}
}

static bool match_test(const struct sockwatch_filter_op *op,
		       const struct client_socket *sock)
{
	switch (op->field) {
	case SOCKWATCH_FIELD_ADDRESS:
		return match_address(op, &sock->address);
	case SOCKWATCH_FIELD_PEER_ADDRESS:
		return match_address(op, &sock->peer_address);
	case SOCKWATCH_FIELD_COMM:
		return !strncmp(sock->comm, (const char *)op->bytes,
				sizeof(op->bytes));
	default:
		return match_number(op, (const void *)((const char *)sock +
						       numbers[op->field]));
	}
}

static bool match_path(const char *pattern, const struct client_path *path)
{
	char text[CLIENT_PATH_BYTES + 1];

	if (!path->bytes)
		return false;
	client_path_text(text, path);
	return !fnmatch(pattern, text, 0);
}

static bool match_cgroup(const char *pattern,
			 const struct client_number *cgroup,
			 struct cgroups *cgroups)
{
	const char *path = cgroup->known ?
			   cgroups_path(cgroups, cgroup->value) : NULL;

	return path && !fnmatch(pattern, path, 0);
}

static bool match(const struct expr_node *node,
		  const struct client_socket *sock,
		  struct cgroups *cgroups)
{
	switch (node->kind) {
	case EXPR_TRUE:
		return true;
	case EXPR_FALSE:
		return false;
	case EXPR_AND:
		return match(node->left, sock, cgroups) &&
		       match(node->right, sock, cgroups);
	case EXPR_OR:
		return match(node->left, sock, cgroups) ||
		       match(node->right, sock, cgroups);
	case EXPR_NOT:
		return !match(node->left, sock, cgroups);
	case EXPR_TEST:
		return match_test(&node->op, sock);
	case EXPR_EVENT:
		return sock->event.known &&
		       sock->event.value == node->op.number;
	case EXPR_PATH:
		return match_path(node->pattern, &sock->path);
	case EXPR_CGROUP:
		break;
	}
	return match_cgroup(node->pattern, &sock->cgroup, cgroups);
}

bool expr_match(const struct expr *expr, const struct client_socket *sock,
		struct cgroups *cgroups)
{
	return match(expr->root, sock, cgroups);
}
