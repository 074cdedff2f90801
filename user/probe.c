// SPDX-License-Identifier: GPL-2.0
/* Makes a socket of every kind, closes it at once and remembers the answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "names.h"
#include "probe.h"

/* The kernel has 46 families; the ones above its own cost next to nothing. */
#define PROBE_FAMILIES 64

/* SOCK_MAX of the kernel, which libc does not have. */
#define PROBE_TYPES 11

/* Netlink protocols are numbered up to here (MAX_LINKS). */
#define PROBE_NETLINK_PROTOCOLS 32

/* An obsolete type, which is made into a packet socket for any inet one. */
#define TYPE_PACKET 10

struct probe {
	const struct filter *filter;
	struct probe_list list;
	size_t capacity;
	bool give_up;
	struct error *error;
};

/*
 * Protocols beside 0 and those with a name: smc6; the versions of PF_KEY;
 * pppox over L2TP and PPTP; phonet's and caif's own; NFC's LLCP; rxrpc over
 * inet and inet6; smc as a protocol of inet and inet6; bluetooth's iso.
 */
static const struct {
	unsigned int family;
	unsigned int protocol;
} more_protocols[] = {
	{ 43, 1 }, { 15, 2 }, { 24, 1 }, { 24, 2 }, { 35, 1 }, { 35, 2 },
	{ 37, 1 }, { 37, 2 }, { 37, 3 }, { 37, 4 }, { 37, 5 }, { 39, 1 },
	{ 33, 2 }, { 33, 10 }, { 2, 256 }, { 10, 256 }, { 31, 8 },
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

/* One attempt; sets give_up when the whole family does not exist. */
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
	probe->give_up = result.error == EAFNOSUPPORT;
	return keep(probe, &result);
}

/* Types that no protocol of the family has are tried with protocol 0 only. */
static bool has_protocols(unsigned int family, unsigned int type)
{
	bool named = type == SOCK_STREAM || type == SOCK_DGRAM ||
		     type == SOCK_RAW;

	if (family == AF_NETLINK)
		return type == SOCK_RAW || type == SOCK_DGRAM;
	if (family == AF_INET || family == AF_INET6)
		return named || type == SOCK_SEQPACKET || type == SOCK_DCCP;
	return true;
}

static int attempt_type(struct probe *probe, unsigned int family,
			unsigned int type)
{
	const struct names_entry *table;
	size_t count, i;
	int rc;

	rc = attempt(probe, family, type, 0);
	if (rc || probe->give_up || !has_protocols(family, type))
		return rc;
	if (family == AF_NETLINK) {
		for (i = 1; !rc && i < PROBE_NETLINK_PROTOCOLS; i++)
			rc = attempt(probe, family, type, i);
		return rc;
	}
	table = names_protocol_table(&count);
	for (i = 0; !rc && i < count; i++)
		if (table[i].family == family && table[i].number)
			rc = attempt(probe, family, type, table[i].number);
	count = sizeof(more_protocols) / sizeof(*more_protocols);
	for (i = 0; !rc && i < count; i++)
		if (more_protocols[i].family == family)
			rc = attempt(probe, family, type,
				     more_protocols[i].protocol);
	return rc;
}

static int attempt_family(struct probe *probe, unsigned int family)
{
	unsigned int type;
	int rc = 0;

	probe->give_up = false;
	for (type = 1; !rc && !probe->give_up && type < PROBE_TYPES; type++) {
		/* The kernel would complain in its log about old software. */
		if (type == TYPE_PACKET && family == AF_INET)
			continue;
		rc = attempt_type(probe, family, type);
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

static int compare_numbers(const struct client_number *a,
			   const struct client_number *b)
{
	return (a->value > b->value) - (a->value < b->value);
}

static int compare(const void *a, const void *b)
{
	const struct probe_result *x = a, *y = b;
	int order = compare_numbers(&x->kind.family, &y->kind.family);

	if (!order)
		order = compare_numbers(&x->kind.sock_type, &y->kind.sock_type);
	if (!order)
		order = compare_numbers(&x->kind.protocol, &y->kind.protocol);
	if (!order)
		order = (int)x->status - (int)y->status;
	return order;
}

static bool same_family(const struct probe_result *a,
			const struct probe_result *b)
{
	return a->kind.family.value == b->kind.family.value;
}

static bool same_type(const struct probe_result *a,
		      const struct probe_result *b)
{
	return same_family(a, b) &&
	       a->kind.sock_type.value == b->kind.sock_type.value;
}

static bool same_kind(const struct probe_result *a,
		      const struct probe_result *b)
{
	return same_type(a, b) &&
	       a->kind.protocol.value == b->kind.protocol.value;
}

/* Several ways of asking lead to one kind; the best answer counts. */
static void drop_doubles(struct probe_list *list)
{
	size_t kept = 0, i;

	for (i = 0; i < list->count; i++)
		if (!kept || !same_kind(&list->results[kept - 1],
					&list->results[i]))
			list->results[kept++] = list->results[i];
	list->count = kept;
}

typedef bool (*same_fn)(const struct probe_result *a,
			const struct probe_result *b);

/* How many results from @first on belong together. */
static size_t run_length(const struct probe_list *list, size_t first,
			 same_fn same)
{
	size_t n = 1;

	while (first + n < list->count &&
	       same(&list->results[first], &list->results[first + n]))
		n++;
	return n;
}

/* The best status among them, which is the lowest. */
static enum probe_status best_of(const struct probe_result *results, size_t n)
{
	enum probe_status best = results->status;
	size_t i;

	for (i = 1; i < n; i++)
		if (results[i].status < best)
			best = results[i].status;
	return best;
}

/* Replace what is not usable at all by one result that stands for it. */
static void sum_up(struct probe_list *list, same_fn same)
{
	size_t kept = 0, first, n;

	for (first = 0; first < list->count; first += n) {
		struct probe_result *run = &list->results[first];
		enum probe_status best;

		n = run_length(list, first, same);
		best = best_of(run, n);
		/* EAFNOSUPPORT was said once, about the whole family. */
		if (best < PROBE_NOT_PERMITTED ||
		    (n < 2 && run->error != EAFNOSUPPORT)) {
			memmove(&list->results[kept], run, n * sizeof(*run));
			kept += n;
			continue;
		}
		while (run->status != best)
			run++;
		list->results[kept] = *run;
		list->results[kept].kind.protocol.known = false;
		if (same == same_family)
			list->results[kept].kind.sock_type.known = false;
		kept++;
	}
	list->count = kept;
}

static void drop_not_supported(struct probe_list *list)
{
	size_t kept = 0, first, n, i;

	for (first = 0; first < list->count; first += n) {
		n = run_length(list, first, same_family);
		for (i = first; i < first + n; i++)
			if (n == 1 ||
			    list->results[i].status != PROBE_NOT_SUPPORTED)
				list->results[kept++] = list->results[i];
	}
	list->count = kept;
}

int probe_kinds(const struct filter *filter, bool all, struct probe_list *list,
		struct error *error)
{
	struct probe probe = { .filter = filter, .error = error };
	unsigned int family;
	int rc = 0;

	for (family = 0; !rc && family < PROBE_FAMILIES; family++)
		if (wanted_family(filter, family))
			rc = attempt_family(&probe, family);
	if (rc) {
		probe_free(&probe.list);
		return rc;
	}
	if (probe.list.count)
		qsort(probe.list.results, probe.list.count,
		      sizeof(*probe.list.results), compare);
	drop_doubles(&probe.list);
	if (!all) {
		sum_up(&probe.list, same_family);
		sum_up(&probe.list, same_type);
		drop_not_supported(&probe.list);
	}
	*list = probe.list;
	return 0;
}

void probe_free(struct probe_list *list)
{
	free(list->results);
	*list = (struct probe_list) { 0 };
}
