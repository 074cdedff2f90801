// SPDX-License-Identifier: GPL-2.0
/* Turns messages of the module into structs, refuses what makes no sense. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/sockwatch.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "decode.h"
#include "error.h"
#include "event.h"
#include "rows.h"

static const struct client_field info_fields[] = {
	CLIENT_FIELD(struct client_info, netns, NETNS),
	CLIENT_FIELD(struct client_info, time_ns, TIME_NS),
	CLIENT_FIELD(struct client_info, kinds, KINDS),
	CLIENT_FIELD(struct client_info, max_kinds, MAX_KINDS),
	CLIENT_FIELD(struct client_info, lost, LOST),
	CLIENT_FIELD(struct client_info, tracked, TRACKED),
	CLIENT_FIELD(struct client_info, max_sockets, MAX_SOCKETS),
	CLIENT_FIELD(struct client_info, max_listeners, MAX_LISTENERS),
	CLIENT_FIELD(struct client_info, listeners_lost, LISTENERS_LOST),
	CLIENT_FIELD(struct client_info, no_memory, NO_MEMORY),
	CLIENT_FIELD(struct client_info, untracked, UNTRACKED),
	CLIENT_FIELD(struct client_info, discarded, DISCARDED),
	CLIENT_FIELD(struct client_info, census_ns, CENSUS_NS),
	CLIENT_FIELD(struct client_info, events_sent, EVENTS_SENT),
	CLIENT_FIELD(struct client_info, events_lost, EVENTS_LOST),
	CLIENT_FIELD(struct client_info, events_overrun, EVENTS_OVERRUN),
	CLIENT_FIELD(struct client_info, memory_bytes, MEMORY_BYTES),
	CLIENT_FIELD(struct client_info, memory_max_bytes, MEMORY_MAX_BYTES),
	CLIENT_FIELD(struct client_info, table_bytes, TABLE_BYTES),
	{ 0 }
};

static const struct client_field hook_fields[] = {
	CLIENT_FIELD(struct client_hook, hits, HOOK_HITS),
	CLIENT_FIELD(struct client_hook, missed, HOOK_MISSED),
	CLIENT_FIELD(struct client_hook, timed, HOOK_TIMED),
	CLIENT_FIELD(struct client_hook, time_ns, HOOK_TIME_NS),
	{ 0 }
};

int decode_bad(struct error *error, const char *why)
{
	return error_set(error, -EBADMSG,
			 "cannot make sense of the kernel's answer: %s", why);
}

void decode_text(char *to, size_t to_bytes, const char *from,
		 size_t from_bytes)
{
	size_t i;

	for (i = 0; i < from_bytes && i + 1 < to_bytes && from[i]; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	to[i] = '\0';
}

/* The length says how wide a number is: a module may widen one some day. */
int decode_number(const struct nlattr *nla, struct client_number *number)
{
	switch (nla_len(nla)) {
	case 1:
		number->value = nla_get_u8(nla);
		break;
	case 2:
		number->value = nla_get_u16(nla);
		break;
	case 4:
		number->value = nla_get_u32(nla);
		break;
	case 8:
		number->value = nla_get_u64(nla);
		break;
	default:
		return -EBADMSG;
	}
	number->known = true;
	return 0;
}

static void get_text(struct nlattr *nla, char *to, size_t to_bytes)
{
	if (nla)
		decode_text(to, to_bytes, nla_data(nla), nla_len(nla));
}

static const char *get_address(struct nlattr *nla,
			       struct client_address *address)
{
	size_t bytes = nla_len(nla);

	if (bytes != 4 && bytes != 16)
		return "an address of an odd size";
	address->bytes = bytes;
	memcpy(address->data, nla_data(nla), bytes);
	return NULL;
}

static const char *get_path(struct nlattr *nla, struct client_path *path)
{
	size_t bytes = nla_len(nla);

	if (bytes > sizeof(path->data))
		return "a path that is too long";
	path->bytes = bytes;
	memcpy(path->data, nla_data(nla), bytes);
	return NULL;
}

/* They are sent by rising bound; @next is the first that may still come. */
static const char *get_bucket(const struct sockwatch_bucket *from, size_t *next,
			      struct hist *hist)
{
	size_t bucket = hist_find(from->le_ns);

	if (bucket == HIST_BUCKETS)
		return "a bucket with an odd bound";
	if (bucket < *next)
		return "buckets out of order";
	hist->count[bucket] = from->count;
	*next = bucket + 1;
	return NULL;
}

static const char *get_times(struct nlattr *nla, struct client_times *times)
{
	const char *data = nla_data(nla);
	struct sockwatch_bucket from;
	const char *why = NULL;
	size_t next = 0;
	uint64_t total;
	int left;

	for (left = nla_len(nla); !why && left > 0; left -= sizeof(from)) {
		if (left < (int)sizeof(from))
			return "buckets of an odd size";
		memcpy(&from, data, sizeof(from));
		data += sizeof(from);
		why = get_bucket(&from, &next, &times->hist);
	}
	if (!why && (!hist_total(&times->hist, &total) ||
		     (times->count.known && times->count.value != total)))
		why = "a histogram that does not add up";
	times->known = true;
	times->limit_ns = times->max_ns.known ? times->max_ns.value :
						HIST_NO_LIMIT;
	return why;
}

static const char *get_field(struct nlattr *nla,
			     const struct client_field *field, void *to)
{
	struct client_number *number = to;

	switch (field->kind) {
	case CLIENT_NUMBER:
		if (decode_number(nla, number))
			return "a number of an odd size";
		if (field->max && number->value - 1 >= field->max)
			return "a TCP state that does not exist";
		break;
	case CLIENT_FLAG:
		*(bool *)to = true;
		break;
	case CLIENT_TEXT:
		get_text(nla, to, CLIENT_TEXT_BYTES);
		break;
	case CLIENT_ADDRESS:
		return get_address(nla, to);
	case CLIENT_PATH:
		return get_path(nla, to);
	case CLIENT_TIMES:
		return get_times(nla, to);
	case CLIENT_SAMPLE:
		return event_sample(to, nla_data(nla), nla_len(nla));
	}
	return NULL;
}

static int get_fields(struct nlattr **tb, const struct client_field *field,
		      void *to, struct error *error)
{
	const char *why = NULL;

	for (; !why && field->attr; field++)
		if (tb[field->attr])
			why = get_field(tb[field->attr], field,
					(char *)to + field->offset);
	return why ? decode_bad(error, why) : 0;
}

int decode_parse(struct nlmsghdr *nlh, struct nlattr **tb, int max,
		 struct error *error)
{
	if (genlmsg_parse(nlh, 0, tb, max, NULL) < 0)
		return decode_bad(error, "its attributes do not parse");
	return 0;
}

static int decode_head(struct rows *rows, struct nlattr **tb, uint64_t inode,
		       struct error *error)
{
	struct client_netns netns = { .inode = inode };
	struct client_number announced = { 0 };

	if (decode_number(tb[SOCKWATCH_A_ROWS], &announced) ||
	    (tb[SOCKWATCH_A_TIME_NS] &&
	     decode_number(tb[SOCKWATCH_A_TIME_NS], &netns.time_ns)))
		return decode_bad(error, "a number of an odd size");
	netns.announced = announced.value;
	if (rows_netns(rows, &netns))
		return error_set(error, -ENOMEM, "out of memory");
	return 0;
}

static int decode_row(struct rows *rows, struct nlattr **tb, uint64_t inode,
		      struct error *error)
{
	const struct client_netns *netns = rows_last(rows);
	void *row;

	if (!netns || netns->inode != inode)
		return decode_bad(error, "a row before its namespace");
	if (netns->count == netns->announced)
		return decode_bad(error, "more rows than announced");
	row = rows_add(rows);
	if (!row)
		return error_set(error, -ENOMEM, "out of memory");
	return get_fields(tb, rows->dump.layout->fields, row, error);
}

int decode_dump(struct nlmsghdr *nlh, void *arg, struct error *error)
{
	struct nlattr *tb[SOCKWATCH_A_MAX + 1];
	struct client_number inode = { 0 };
	struct rows *rows = arg;
	int rc;

	rc = decode_parse(nlh, tb, SOCKWATCH_A_MAX, error);
	if (rc)
		return rc;
	if (!tb[SOCKWATCH_A_NETNS] ||
	    decode_number(tb[SOCKWATCH_A_NETNS], &inode))
		return decode_bad(error, "a row without a namespace");
	if (!tb[SOCKWATCH_A_ROWS])
		return decode_row(rows, tb, inode.value, error);
	rc = decode_dump_complete(&rows->dump, error);
	if (rc)
		return rc;
	return decode_head(rows, tb, inode.value, error);
}

int decode_dump_complete(const struct client_dump *dump,
			 struct error *error)
{
	const struct client_netns *netns;

	if (!dump->netns_count)
		return 0;
	/* The ones before it were checked when the next head came. */
	netns = &dump->netns[dump->netns_count - 1];
	if (netns->count == netns->announced)
		return 0;
	return error_set(error, -EBADMSG,
			 "the kernel's answer broke off: %zu of %llu rows",
			 netns->count, (unsigned long long)netns->announced);
}

static int stream_head(struct decode_stream *stream, struct nlattr **tb,
		       uint64_t inode, struct error *error)
{
	struct client_netns netns = { .inode = inode };

	if (decode_number(tb[SOCKWATCH_A_TIME_NS], &netns.time_ns))
		return decode_bad(error, "a number of an odd size");
	if (stream->netns_count &&
	    stream->query->scope.which != CLIENT_ALL_NETNS)
		return error_set(error, -EBADMSG,
				 "the kernel's answer is about more than was asked");
	stream->netns_count++;
	stream->inode = inode;
	return stream->sink->netns(stream->sink->arg, &netns, error);
}

static int stream_row(struct decode_stream *stream, struct nlattr **tb,
		      uint64_t inode, struct error *error)
{
	const struct client_layout *layout = stream->query->layout;
	int rc;

	if (!stream->netns_count || stream->inode != inode)
		return decode_bad(error, "a row before its namespace");
	memset(stream->row, 0, layout->row_bytes);
	rc = get_fields(tb, layout->fields, stream->row, error);
	if (rc)
		return rc;
	return stream->sink->row(stream->sink->arg, stream->row, error);
}

int decode_stream(struct nlmsghdr *nlh, void *arg, struct error *error)
{
	struct nlattr *tb[SOCKWATCH_A_MAX + 1];
	struct decode_stream *stream = arg;
	struct client_number inode = { 0 };
	int rc;

	rc = decode_parse(nlh, tb, SOCKWATCH_A_MAX, error);
	if (rc)
		return rc;
	if (!tb[SOCKWATCH_A_NETNS] ||
	    decode_number(tb[SOCKWATCH_A_NETNS], &inode))
		return decode_bad(error, "a row without a namespace");
	if (tb[SOCKWATCH_A_TIME_NS])
		return stream_head(stream, tb, inode.value, error);
	return stream_row(stream, tb, inode.value, error);
}

static int decode_hook(struct nlattr *nest, struct client_info *info,
		       struct error *error)
{
	struct nlattr *tb[SOCKWATCH_A_HOOK_MAX + 1];
	struct client_hook *hook;

	if (nla_parse_nested(tb, SOCKWATCH_A_HOOK_MAX, nest, NULL) < 0)
		return decode_bad(error, "a hook does not parse");
	hook = reallocarray(info->hooks, info->hook_count + 1, sizeof(*hook));
	if (!hook)
		return error_set(error, -ENOMEM, "out of memory");
	info->hooks = hook;
	hook += info->hook_count++;
	memset(hook, 0, sizeof(*hook));
	get_text(tb[SOCKWATCH_A_HOOK_NAME], hook->name, sizeof(hook->name));
	get_text(tb[SOCKWATCH_A_HOOK_KIND], hook->kind, sizeof(hook->kind));
	hook->required = tb[SOCKWATCH_A_HOOK_REQUIRED];
	hook->attached = tb[SOCKWATCH_A_HOOK_ATTACHED];
	return get_fields(tb, hook_fields, hook, error);
}

int decode_info(struct nlmsghdr *nlh, void *arg, struct error *error)
{
	struct nlattr *tb[SOCKWATCH_A_MAX + 1], *nla;
	struct client_info *info = arg;
	int rem, rc;

	if (info->netns.known)
		return decode_bad(error, "more than one reply");
	rc = decode_parse(nlh, tb, SOCKWATCH_A_MAX, error);
	if (!rc)
		rc = get_fields(tb, info_fields, info, error);
	if (rc)
		return rc;
	if (!info->netns.known)
		return decode_bad(error, "no namespace");
	get_text(tb[SOCKWATCH_A_VERSION], info->version,
		 sizeof(info->version));

	nla = genlmsg_attrdata(nlmsg_data(nlh), 0);
	rem = genlmsg_attrlen(nlmsg_data(nlh), 0);
	for (; nla_ok(nla, rem); nla = nla_next(nla, &rem)) {
		if (nla_type(nla) != SOCKWATCH_A_HOOK)
			continue;
		rc = decode_hook(nla, info, error);
		if (rc)
			return rc;
	}
	return 0;
}
