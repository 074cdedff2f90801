// SPDX-License-Identifier: GPL-2.0
/* Makes a socket of every kind, closes it at once and remembers the answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "names.h"
#include "probe.h"
#include "probe_list.h"

/* The families that have a name end here; the numbers go on without a gap. */
#define PROBE_NAMED_FAMILIES 46
#define PROBE_FAMILIES 64

/* Netlink protocols are numbered up to here (MAX_LINKS). */
#define PROBE_NETLINK_PROTOCOLS 32

/* Types that only one or two families ever had; 7 to 9 are nobody's. */
#define TYPE_DCCP 6
#define TYPE_PACKET 10

struct probe {
	const struct filter *filter;
	struct probe_list list;
	size_t capacity;
	int error_number;
	struct error *error;
};

/**
 * struct candidate - a protocol that is tried beside 0
 *
 * @family: its family
 * @type: its type; 0 is every type of the family
 * @protocol: its number
 *
 * Each attempt that fails can make the kernel look for a module, so a family
 * with many protocols has them by type: inet here, raw apart from that, which
 * takes any.  What is not here: unix, packet, vsock and all that have only 0.
 */
static const struct candidate {
	unsigned int family;
	unsigned int type;
	unsigned int protocol;
} candidates[] = {
	{ AF_INET, SOCK_STREAM, 6 },		/* tcp */
	{ AF_INET, SOCK_STREAM, 132 },		/* sctp */
	{ AF_INET, SOCK_STREAM, 256 },		/* smc */
	{ AF_INET, SOCK_STREAM, 262 },		/* mptcp */
	{ AF_INET, SOCK_DGRAM, 1 },		/* icmp */
	{ AF_INET, SOCK_DGRAM, 17 },		/* udp */
	{ AF_INET, SOCK_DGRAM, 58 },		/* ipv6-icmp */
	{ AF_INET, SOCK_DGRAM, 115 },		/* l2tp */
	{ AF_INET, SOCK_DGRAM, 136 },		/* udplite */
	{ AF_INET, SOCK_SEQPACKET, 132 },	/* sctp */
	{ AF_INET, TYPE_DCCP, 33 },		/* dccp */
	{ AF_PPPOX, 0, 1 },			/* over L2TP */
	{ AF_PPPOX, 0, 2 },			/* over PPTP */
	{ AF_KEY, 0, 2 },			/* PF_KEY_V2 */
	{ AF_CAN, 0, 1 },			/* raw */
	{ AF_CAN, 0, 2 },			/* bcm */
	{ AF_CAN, 0, 6 },			/* isotp */
	{ AF_CAN, 0, 7 },			/* j1939 */
	{ AF_BLUETOOTH, 0, 1 },			/* hci */
	{ AF_BLUETOOTH, 0, 2 },			/* sco */
	{ AF_BLUETOOTH, 0, 3 },			/* rfcomm */
	{ AF_BLUETOOTH, 0, 4 },			/* bnep */
	{ AF_BLUETOOTH, 0, 5 },			/* cmtp */
	{ AF_BLUETOOTH, 0, 6 },			/* hidp */
	{ AF_BLUETOOTH, 0, 7 },			/* avdtp */
	{ AF_BLUETOOTH, 0, 8 },			/* iso */
	{ AF_RXRPC, 0, 2 },			/* over inet */
	{ AF_RXRPC, 0, 10 },			/* over inet6 */
	{ AF_PHONET, SOCK_DGRAM, 1 },		/* phonet */
	{ AF_PHONET, SOCK_SEQPACKET, 2 },	/* pipe */
	{ AF_NFC, 0, 1 },			/* llcp */
	{ AF_SMC, SOCK_STREAM, 1 },		/* over inet6 */
};

static bool has_status(int error, enum probe_status *status)
{
	switch (error) {
	case 0:
		*status = PROBE_USABLE;
		return true;
	case EPERM:
	case EACCES:
		*status = PROBE_NOT_PERMITTED;
		return true;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		/* Says something about this moment, not about the kind. */
		return false;
	default:
		*status = PROBE_NOT_SUPPORTED;
		return true;
	}
}

static void ask_option(int fd, int option, struct client_number *number)
{
	socklen_t len = sizeof(int);
	int value;

	if (!getsockopt(fd, SOL_SOCKET, option, &value, &len))
		number->value = value;
}

/* What the socket is, which is not always what was asked for. */
static void resolve(int fd, struct client_kind *kind)
{
	ask_option(fd, SO_DOMAIN, &kind->family);
	ask_option(fd, SO_TYPE, &kind->sock_type);
	ask_option(fd, SO_PROTOCOL, &kind->protocol);
}

static int keep(struct probe *probe, const struct probe_result *result)
{
	struct probe_list *list = &probe->list;

	if (!filter_match(probe->filter, &result->kind))
		return 0;
	if (list->count == probe->capacity) {
		size_t capacity = probe->capacity ? 2 * probe->capacity : 256;
		void *results = reallocarray(list->results, capacity,
					     sizeof(*list->results));

		if (!results)
			return error_set(probe->error, -ENOMEM,
					 "out of memory");
		list->results = results;
		probe->capacity = capacity;
	}
	list->results[list->count++] = *result;
	return 0;
}

/* One attempt; its errno stays in error_number. */
static int attempt(struct probe *probe, unsigned int family, unsigned int type,
		   unsigned int protocol)
{
	struct probe_result result = {
		.kind = {
			.family = { true, family },
			.sock_type = { true, type },
			.protocol = { true, protocol },
		},
	};
	int fd;

	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	result.error = fd < 0 ? errno : 0;
	if (fd >= 0) {
		resolve(fd, &result.kind);
		close(fd);
	}
	if (!has_status(result.error, &result.status))
		return error_set(probe->error, -result.error,
				 "cannot try all kinds of socket: %s",
				 strerror(result.error));
	probe->error_number = result.error;
	return keep(probe, &result);
}

/* The same for inet and inet6. */
static unsigned int like(unsigned int family)
{
	return family == AF_INET6 ? AF_INET : family;
}

static int attempt_candidates(struct probe *probe, unsigned int family,
			      unsigned int type)
{
	const struct candidate *c = candidates;
	const struct candidate *end = c + sizeof(candidates) / sizeof(*c);
	int rc = 0;

	for (; !rc && c < end; c++)
		if (c->family == like(family) && (!c->type || c->type == type))
			rc = attempt(probe, family, type, c->protocol);
	return rc;
}

/* A raw socket takes any protocol, so the ones with a name. */
static int attempt_raw(struct probe *probe, unsigned int family)
{
	const struct names_entry *table;
	size_t count, i;
	int rc = 0;

	table = names_protocol_table(&count);
	for (i = 0; !rc && i < count; i++)
		if (table[i].family == family && table[i].number)
			rc = attempt(probe, family, SOCK_RAW, table[i].number);
	return rc;
}

/* Netlink's two types are the same: what one does not have is not tried. */
static int attempt_netlink(struct probe *probe)
{
	unsigned int protocol;
	int rc = 0;

	for (protocol = 1; protocol < PROBE_NETLINK_PROTOCOLS; protocol++) {
		rc = attempt(probe, AF_NETLINK, SOCK_RAW, protocol);
		if (!rc && !probe->error_number)
			rc = attempt(probe, AF_NETLINK, SOCK_DGRAM, protocol);
		if (rc)
			break;
	}
	return rc;
}

/* Protocols beside 0. */
static int attempt_more(struct probe *probe, unsigned int family,
			unsigned int type)
{
	if (family == AF_NETLINK)
		return type == SOCK_RAW ? attempt_netlink(probe) : 0;
	if (like(family) == AF_INET && type == SOCK_RAW)
		return attempt_raw(probe, family);
	return attempt_candidates(probe, family, type);
}

/* DCCP and PACKET are types of one family each. */
static bool has_type(unsigned int family, unsigned int type)
{
	if (type == TYPE_DCCP)
		return like(family) == AF_INET;
	return type <= SOCK_SEQPACKET ||
	       (type == TYPE_PACKET && family == AF_PACKET);
}

static int attempt_family(struct probe *probe, unsigned int family,
			  bool *exists)
{
	unsigned int type;
	int rc = 0;

	*exists = true;
	for (type = SOCK_STREAM; !rc && type <= TYPE_PACKET; type++) {
		if (!has_type(family, type))
			continue;
		rc = attempt(probe, family, type, 0);
		if (probe->error_number == EAFNOSUPPORT) {
			*exists = false;
			return rc;
		}
		if (!rc)
			rc = attempt_more(probe, family, type);
	}
	return rc;
}

/* Whether it is worth asking: a filter may rule a family out. */
static bool wanted_family(const struct filter *filter, unsigned int family)
{
	struct filter only = {
		.ipv4 = filter->ipv4,
		.ipv6 = filter->ipv6,
		.family = filter->family,
	};
	struct client_kind kind = { .family = { true, family } };

	return filter_match(&only, &kind);
}

/* Past the last name, the first family that does not exist is the end. */
static int attempt_all(struct probe *probe)
{
	unsigned int family;
	bool exists = true;
	int rc = 0;

	for (family = 1; !rc && family < PROBE_FAMILIES; family++) {
		if (family > PROBE_NAMED_FAMILIES && !exists)
			break;
		if (wanted_family(probe->filter, family))
			rc = attempt_family(probe, family, &exists);
	}
	return rc;
}

int probe_kinds(const struct filter *filter, bool all, struct probe_list *list,
		struct error *error)
{
	struct probe probe = { .filter = filter, .error = error };
	int rc = attempt_all(&probe);

	if (rc) {
		probe_free(&probe.list);
		return rc;
	}
	probe_arrange(&probe.list, all);
	*list = probe.list;
	return 0;
}
