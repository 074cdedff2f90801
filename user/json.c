// SPDX-License-Identifier: GPL-2.0
/* JSON put together and printed. */
#include <errno.h>

#include <json-c/json.h>

#include "json.h"
#include "names.h"

void json_add(struct json_object *object, const char *key,
	      struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		json_object_put(value);
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		json_object_put(value);
}

void json_add_number(struct json_object *object, const char *key,
		     const struct client_number *number)
{
	json_add(object, key, number->known ?
		 json_object_new_uint64(number->value) : NULL);
}

void json_add_text(struct json_object *object, const char *key,
		   const char *text)
{
	json_add(object, key, *text ? json_object_new_string(text) : NULL);
}

void json_add_name(struct json_object *object, const char *key,
		   const struct client_number *number, bool numeric,
		   void (*name)(char *buf, uint64_t number))
{
	char text[NAMES_BYTES];

	if (!number->known || numeric) {
		json_add_number(object, key, number);
		return;
	}
	name(text, number->value);
	json_add_text(object, key, text);
}

void json_add_protocol(struct json_object *object,
		       const struct client_number *family,
		       const struct client_number *protocol, bool numeric)
{
	char text[NAMES_BYTES];

	if (!protocol->known || numeric) {
		json_add_number(object, "protocol", protocol);
		return;
	}
	names_protocol(text, family->value, protocol->value);
	json_add_text(object, "protocol", text);
}

void json_add_addresses(struct json_object *object,
			const struct client_socket *sock)
{
	char text[RENDER_ENDPOINT_BYTES];

	json_add_text(object, "local", render_local(text, sock) ? text : "");
	json_add_text(object, "remote",
		      render_endpoint(text, &sock->peer_address,
				      &sock->peer_port) ? text : "");
}

void json_add_cgroup(struct json_object *object,
		     const struct client_number *cgroup, const char *path)
{
	if (path)
		json_add_text(object, "cgroup", path);
	else
		json_add_number(object, "cgroup", cgroup);
}

struct json_object *json_new_root(void)
{
	struct json_object *root = json_object_new_object();

	json_add(root, "schema_version",
		 json_object_new_int(RENDER_SCHEMA_VERSION));
	return root;
}

const char *json_text(struct json_object *object,
		      const struct render_style *style)
{
	int flags = style->pretty ? JSON_C_TO_STRING_PRETTY |
				    JSON_C_TO_STRING_SPACED :
				    JSON_C_TO_STRING_PLAIN;

	return json_object_to_json_string_ext(object, flags |
					JSON_C_TO_STRING_NOSLASHESCAPE);
}

int json_print(struct json_object *root, FILE *out,
	       const struct render_style *style)
{
	const char *text = json_text(root, style);

	if (text && root)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text && root ? 0 : -ENOMEM;
}

static const struct client_netns *find_netns(const struct client_dump *dump,
					     uint64_t inode)
{
	size_t i;

	for (i = 0; i < dump->netns_count; i++)
		if (dump->netns[i].inode == inode)
			return &dump->netns[i];
	return NULL;
}

/* The rows of one namespace. */
static struct json_object *new_list(const struct json_list *list,
				    uint64_t inode, bool numeric)
{
	const struct client_netns *netns = find_netns(list->dump, inode);
	size_t bytes = list->dump->layout->row_bytes;
	const char *row = list->dump->rows;
	struct json_object *array;
	size_t i;

	if (!netns)
		return NULL;
	array = json_object_new_array();
	row += netns->first * bytes;
	for (i = 0; i < netns->count; i++, row += bytes)
		if (!list->has || list->has(row))
			json_append(array, list->new_row(row, numeric));
	return array;
}

static void add_netns(struct json_object *object,
		      const struct client_netns *netns, bool numeric,
		      const struct json_list *lists, size_t count)
{
	json_add(object, "netns", json_object_new_uint64(netns->inode));
	json_add_number(object, "time_ns", &netns->time_ns);
	for (; count; count--, lists++)
		json_add(object, lists->key,
			 new_list(lists, netns->inode, numeric));
}

/* When the last of several namespaces was read. */
static struct client_number last_time(const struct client_dump *dump)
{
	struct client_number last = { 0 };
	size_t i;

	for (i = 0; i < dump->netns_count; i++)
		if (dump->netns[i].time_ns.known &&
		    dump->netns[i].time_ns.value >= last.value)
			last = dump->netns[i].time_ns;
	return last;
}

int json_print_lists(FILE *out, const struct render_style *style,
		     const struct json_list *lists, size_t count)
{
	const struct client_dump *dump = lists->dump;
	struct json_object *root = json_new_root();
	struct json_object *array, *object;
	struct client_number time_ns;
	size_t i;

	if (!style->by_netns && dump->netns_count) {
		add_netns(root, dump->netns, style->numeric, lists, count);
		return json_print(root, out, style);
	}
	time_ns = last_time(dump);
	json_add_number(root, "time_ns", &time_ns);
	array = json_object_new_array();
	for (i = 0; i < dump->netns_count; i++) {
		object = json_object_new_object();
		add_netns(object, &dump->netns[i], style->numeric, lists,
			  count);
		json_append(array, object);
	}
	json_add(root, "namespaces", array);
	return json_print(root, out, style);
}
