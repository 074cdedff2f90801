// SPDX-License-Identifier: GPL-2.0
/*
 * Prints structs as JSON for programs.  The keys and their order are an ABI:
 * new ones are only appended.
 *
 * Without memory json-c's constructors return NULL, which json-c prints as
 * null, the word for what is not known; only the last step reports it.
 */
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "names.h"
#include "render.h"

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		json_object_put(value);
}

static void append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		json_object_put(value);
}

static void add_number(struct json_object *object, const char *key,
		       const struct client_number *number)
{
	add(object, key,
	    number->known ? json_object_new_uint64(number->value) : NULL);
}

/* A number by its name, or as it is for --numeric. */
static void add_name(struct json_object *object, const char *key,
		     const struct client_number *number, bool numeric,
		     void (*name)(char *buf, uint64_t number))
{
	char text[NAMES_BYTES];

	if (!number->known || numeric) {
		add_number(object, key, number);
		return;
	}
	name(text, number->value);
	add(object, key, json_object_new_string(text));
}

static void add_kind(struct json_object *object, const struct client_kind *kind,
		     bool numeric)
{
	char text[NAMES_BYTES];

	add_name(object, "family", &kind->family, numeric, names_family);
	add_name(object, "sock_type", &kind->sock_type, numeric, names_type);
	if (!kind->protocol.known || numeric) {
		add_number(object, "protocol", &kind->protocol);
		return;
	}
	names_protocol(text, kind->family.value, kind->protocol.value);
	add(object, "protocol", json_object_new_string(text));
}

static struct json_object *new_root(void)
{
	struct json_object *root = json_object_new_object();

	add(root, "schema_version", json_object_new_int(RENDER_SCHEMA_VERSION));
	return root;
}

static int print_and_free(struct json_object *root, FILE *out,
			  const struct render_style *style)
{
	int flags = style->pretty ? JSON_C_TO_STRING_PRETTY |
				    JSON_C_TO_STRING_SPACED :
				    JSON_C_TO_STRING_PLAIN;
	const char *text = json_object_to_json_string_ext(root, flags);

	if (text && root)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text && root ? 0 : -ENOMEM;
}

static struct json_object *counters_row(const void *row, bool numeric)
{
	const struct client_counters *counters = row;
	struct json_object *object = json_object_new_object();
	const struct render_column *column;

	add_kind(object, &counters->kind, numeric);
	for (column = render_counters_columns; column->name; column++)
		add_number(object, column->name,
			   render_number_at(row, column));
	return object;
}

static struct json_object *failure_row(const void *row, bool numeric)
{
	const struct client_failure *failure = row;
	struct json_object *object = json_object_new_object();

	add_name(object, "operation", &failure->operation, numeric,
		 names_operation);
	add_kind(object, &failure->kind, numeric);
	add_name(object, "errno", &failure->error, numeric, names_errno);
	add_number(object, "count", &failure->count);
	add_number(object, "errno_number", &failure->error);
	return object;
}

/* The rows of one namespace as an array below @key. */
static void add_rows(struct json_object *object, const char *key,
		     const struct client_dump *dump,
		     const struct client_netns *netns, bool numeric,
		     struct json_object *(*new_row)(const void *row,
						    bool numeric))
{
	struct json_object *array = json_object_new_array();
	const char *rows = dump->rows;
	size_t i;

	for (i = netns->first; i < netns->first + netns->count; i++)
		append(array, new_row(rows + i * dump->row_bytes, numeric));
	add(object, key, array);
}

static void add_netns(struct json_object *object,
		      const struct client_netns *netns)
{
	add(object, "netns", json_object_new_uint64(netns->inode));
	add_number(object, "time_ns", &netns->time_ns);
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

static int print_dump(FILE *out, const struct render_style *style,
		      const struct client_dump *dump, const char *key,
		      struct json_object *(*new_row)(const void *row,
						     bool numeric))
{
	struct json_object *root = new_root();
	struct json_object *array, *object;
	struct client_number time_ns;
	size_t i;

	if (!style->by_netns && dump->netns_count) {
		add_netns(root, dump->netns);
		add_rows(root, key, dump, dump->netns, style->numeric, new_row);
		return print_and_free(root, out, style);
	}
	time_ns = last_time(dump);
	add_number(root, "time_ns", &time_ns);
	array = json_object_new_array();
	for (i = 0; i < dump->netns_count; i++) {
		object = json_object_new_object();
		add_netns(object, &dump->netns[i]);
		add_rows(object, key, dump, &dump->netns[i], style->numeric,
			 new_row);
		append(array, object);
	}
	add(root, "namespaces", array);
	return print_and_free(root, out, style);
}

int render_json_counters(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	return print_dump(out, style, dump, "sockets_by_kind", counters_row);
}

int render_json_failures(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	return print_dump(out, style, dump, "failures", failure_row);
}

static struct json_object *new_hook(const struct client_hook *hook)
{
	struct json_object *object = json_object_new_object();

	add(object, "name", json_object_new_string(hook->name));
	add(object, "kind", json_object_new_string(hook->kind));
	add(object, "required", json_object_new_boolean(hook->required));
	add(object, "attached", json_object_new_boolean(hook->attached));
	add_number(object, "hits", &hook->hits);
	add_number(object, "missed", &hook->missed);
	return object;
}

int render_json_info(FILE *out, const struct render_style *style,
		     const struct client_info *info)
{
	struct json_object *root = new_root();
	struct json_object *object = json_object_new_object();
	struct json_object *hooks = json_object_new_array();
	size_t i;

	add_number(root, "netns", &info->netns);
	add_number(root, "time_ns", &info->time_ns);
	add(object, "version", info->version[0] ?
	    json_object_new_string(info->version) : NULL);
	add_number(object, "kinds", &info->kinds);
	add_number(object, "max_kinds", &info->max_kinds);
	add_number(object, "lost", &info->lost);
	add_number(object, "tracked", &info->tracked);
	add_number(object, "max_sockets", &info->max_sockets);
	add_number(object, "untracked", &info->untracked);
	add_number(object, "discarded", &info->discarded);
	add_number(object, "census_ns", &info->census_ns);
	for (i = 0; i < info->hook_count; i++)
		append(hooks, new_hook(&info->hooks[i]));
	add(object, "hooks", hooks);
	add(root, "info", object);
	return print_and_free(root, out, style);
}

static struct json_object *new_kind(const struct probe_result *result,
				    bool numeric)
{
	struct json_object *object = json_object_new_object();
	struct client_number error = {
		.known = result->error,
		.value = result->error,
	};

	add_kind(object, &result->kind, numeric);
	add(object, "status",
	    json_object_new_string(render_status(result->status)));
	add_name(object, "errno", &error, numeric, names_errno);
	add_number(object, "errno_number", &error);
	return object;
}

int render_json_kinds(FILE *out, const struct render_style *style,
		      const struct client_number *netns,
		      const struct client_number *time_ns,
		      const struct probe_list *list)
{
	struct json_object *root = new_root();
	struct json_object *array = json_object_new_array();
	size_t i;

	add_number(root, "netns", netns);
	add_number(root, "time_ns", time_ns);
	for (i = 0; i < list->count; i++)
		append(array, new_kind(&list->results[i], style->numeric));
	add(root, "kinds", array);
	return print_and_free(root, out, style);
}
