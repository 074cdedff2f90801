// SPDX-License-Identifier: GPL-2.0
/*
 * Prints sockets, and groups of them, as JSON.  Sockets are printed one by one:
 * a tree of a million of them would not fit into memory.  As in render_json.c,
 * the keys are an ABI.
 */
#include <errno.h>
#include <inttypes.h>

#include <json-c/json.h>

#include "json.h"
#include "names.h"
#include "render_sockets.h"

/* What json-c indents by. */
#define INDENT 2

/* How deep a namespace stands, and a socket in it. */
static int netns_level(const struct render_sockets *list)
{
	return list->style->by_netns ? 3 : 1;
}

static void new_line(const struct render_sockets *list, int level)
{
	if (list->style->pretty)
		fprintf(list->out, "\n%*s", INDENT * level, "");
}

/* The next member of an object. */
static void put_key(const struct render_sockets *list, int level, bool first,
		    const char *key)
{
	if (!first)
		fputc(',', list->out);
	new_line(list, level);
	fprintf(list->out, list->style->pretty ? "\"%s\": " : "\"%s\":", key);
}

static void put_number(const struct render_sockets *list,
		       const struct client_number *number)
{
	if (number->known)
		fprintf(list->out, "%" PRIu64, number->value);
	else
		fputs("null", list->out);
}

/* An object of json-c, moved to where it stands here; frees it. */
static int put_object(const struct render_sockets *list, int level,
		      struct json_object *object)
{
	const char *text = object ? json_text(object, list->style) : NULL;
	const char *at;

	new_line(list, level);
	for (at = text; at && *at; at++)
		if (*at == '\n')
			new_line(list, level);
		else
			fputc(*at, list->out);
	json_object_put(object);
	return text ? 0 : -ENOMEM;
}

static void begin(struct render_sockets *list)
{
	fputc('{', list->out);
	put_key(list, 1, true, "schema_version");
	fprintf(list->out, "%d", RENDER_SCHEMA_VERSION);
	if (!list->style->by_netns)
		return;
	put_key(list, 1, false, "namespaces");
	fputc('[', list->out);
}

static void end_netns(struct render_sockets *list)
{
	int level = netns_level(list);

	if (!list->netns_count)
		return;
	if (list->row_count)
		new_line(list, level);
	fputc(']', list->out);
	if (list->style->by_netns) {
		new_line(list, level - 1);
		fputc('}', list->out);
	}
}

static void begin_netns(struct render_sockets *list,
			const struct client_netns *netns)
{
	const struct client_number inode = { true, netns->inode };
	int level = netns_level(list);

	end_netns(list);
	if (list->style->by_netns) {
		if (list->netns_count)
			fputc(',', list->out);
		new_line(list, level - 1);
		fputc('{', list->out);
	}
	put_key(list, level, list->style->by_netns, "netns");
	put_number(list, &inode);
	put_key(list, level, false, "time_ns");
	put_number(list, &netns->time_ns);
	put_key(list, level, false, "sockets");
	fputc('[', list->out);
	list->time_ns = netns->time_ns;
	list->netns_count++;
	list->row_count = 0;
}

static int row(struct render_sockets *list, const struct client_socket *sock)
{
	struct json_object *object = json_object_new_object();
	bool numeric = list->style->numeric;

	json_add_number(object, "id", &sock->id);
	json_add_name(object, "family", &sock->kind.family, numeric,
		      names_family);
	json_add_name(object, "sock_type", &sock->kind.sock_type, numeric,
		      names_type);
	json_add_protocol(object, &sock->kind.family, &sock->kind.protocol,
			  numeric);
	json_add_name(object, "state", &sock->state, numeric, names_state);
	json_add_addresses(object, sock);
	json_add_number(object, "age_ns", &sock->age_ns);
	json_add_number(object, "state_age_ns", &sock->state_age_ns);
	json_add_number(object, "pid", &sock->pid);
	json_add_text(object, "comm", sock->comm);
	json_add_number(object, "uid", &sock->uid);
	json_add_cgroup(object, &sock->cgroup,
			render_cgroup(list, &sock->cgroup));
	json_add_name(object, "origin", &sock->origin, numeric, names_origin);
	json_add_number(object, "inode", &sock->inode);
	if (list->row_count++)
		fputc(',', list->out);
	return put_object(list, netns_level(list) + 1, object);
}

static int end(struct render_sockets *list)
{
	end_netns(list);
	if (list->style->by_netns) {
		if (list->netns_count)
			new_line(list, 1);
		fputc(']', list->out);
		put_key(list, 1, false, "time_ns");
		put_number(list, &list->time_ns);
	}
	new_line(list, 0);
	fputs("}\n", list->out);
	return 0;
}

const struct render_sockets_form render_sockets_json = {
	.begin = begin,
	.netns = begin_netns,
	.row = row,
	.end = end,
};

static struct json_object *group_row(const void *row, bool numeric)
{
	const struct group *group = row;
	const char *key = groups_key_name(group->key);
	struct json_object *object = json_object_new_object();

	if (group->key == GROUP_COMM)
		json_add_text(object, key, group->comm);
	else if (group->key == GROUP_CGROUP)
		json_add_cgroup(object, &group->number,
				numeric ? NULL : group->path);
	else if (group->key == GROUP_STATE)
		json_add_name(object, key, &group->number, numeric,
			      names_state);
	else
		json_add_number(object, key, &group->number);
	json_add(object, "sockets", json_object_new_uint64(group->sockets));
	json_add_number(object, "oldest_age_ns", &group->oldest_age_ns);
	json_add_number(object, "oldest_state_age_ns",
			&group->oldest_state_age_ns);
	return object;
}

int render_json_groups(FILE *out, const struct render_style *style,
		       const struct client_dump *dump)
{
	const struct json_list list = { "groups", dump, NULL, group_row };

	return json_print_lists(out, style, &list, 1);
}
