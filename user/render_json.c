// SPDX-License-Identifier: GPL-2.0
/*
 * Prints structs as JSON for programs.  The keys and their order are an ABI:
 * new ones are only appended.
 */
#include <json-c/json.h>

#include "json.h"
#include "names.h"
#include "render.h"

static void add_kind(struct json_object *object, const struct client_kind *kind,
		     bool numeric)
{
	json_add_name(object, "family", &kind->family, numeric, names_family);
	json_add_name(object, "sock_type", &kind->sock_type, numeric,
		      names_type);
	json_add_protocol(object, &kind->family, &kind->protocol, numeric);
}

static struct json_object *counters_row(const void *row, bool numeric)
{
	const struct client_counters *counters = row;
	struct json_object *object = json_object_new_object();
	const struct render_column *column;

	add_kind(object, &counters->kind, numeric);
	for (column = render_counters_columns; column->name; column++)
		json_add_number(object, column->name,
				render_number_at(row, column));
	return object;
}

static struct json_object *failure_row(const void *row, bool numeric)
{
	const struct client_failure *failure = row;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "operation", &failure->operation, numeric,
		      names_operation);
	add_kind(object, &failure->kind, numeric);
	json_add_name(object, "errno", &failure->error, numeric, names_errno);
	json_add_number(object, "count", &failure->count);
	json_add_number(object, "errno_number", &failure->error);
	return object;
}

static int print_list(FILE *out, const struct render_style *style,
		      const struct client_dump *dump, const char *key,
		      struct json_object *(*new_row)(const void *row,
						     bool numeric))
{
	const struct json_list list = {
		.key = key,
		.dump = dump,
		.new_row = new_row,
	};

	return json_print_lists(out, style, &list, 1);
}

int render_json_counters(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	return print_list(out, style, dump, "sockets_by_kind", counters_row);
}

int render_json_failures(FILE *out, const struct render_style *style,
			 const struct client_dump *dump)
{
	return print_list(out, style, dump, "failures", failure_row);
}

static struct json_object *new_hook(const struct client_hook *hook)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "name", json_object_new_string(hook->name));
	json_add(object, "kind", json_object_new_string(hook->kind));
	json_add(object, "required", json_object_new_boolean(hook->required));
	json_add(object, "attached", json_object_new_boolean(hook->attached));
	json_add_number(object, "hits", &hook->hits);
	json_add_number(object, "missed", &hook->missed);
	json_add_number(object, "timed", &hook->timed);
	json_add_number(object, "time_ns", &hook->time_ns);
	return object;
}

int render_json_info(FILE *out, const struct render_style *style,
		     const struct client_info *info)
{
	struct json_object *root = json_new_root();
	struct json_object *object = json_object_new_object();
	struct json_object *hooks = json_object_new_array();
	size_t i;

	json_add_number(root, "netns", &info->netns);
	json_add_number(root, "time_ns", &info->time_ns);
	json_add_text(object, "version", info->version);
	json_add_number(object, "kinds", &info->kinds);
	json_add_number(object, "max_kinds", &info->max_kinds);
	json_add_number(object, "lost", &info->lost);
	json_add_number(object, "tracked", &info->tracked);
	json_add_number(object, "max_sockets", &info->max_sockets);
	json_add_number(object, "max_listeners", &info->max_listeners);
	json_add_number(object, "listeners_lost", &info->listeners_lost);
	json_add_number(object, "no_memory", &info->no_memory);
	json_add_number(object, "untracked", &info->untracked);
	json_add_number(object, "discarded", &info->discarded);
	json_add_number(object, "census_ns", &info->census_ns);
	for (i = 0; i < info->hook_count; i++)
		json_append(hooks, new_hook(&info->hooks[i]));
	json_add(object, "hooks", hooks);
	json_add_number(object, "events_sent", &info->events_sent);
	json_add_number(object, "events_lost", &info->events_lost);
	json_add_number(object, "events_overrun", &info->events_overrun);
	json_add_number(object, "memory_bytes", &info->memory_bytes);
	json_add_number(object, "memory_max_bytes", &info->memory_max_bytes);
	json_add_number(object, "table_bytes", &info->table_bytes);
	json_add(root, "info", object);
	return json_print(root, out, style);
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
	json_add(object, "status",
		 json_object_new_string(render_status(result->status)));
	json_add_name(object, "errno", &error, numeric, names_errno);
	json_add_number(object, "errno_number", &error);
	return object;
}

int render_json_kinds(FILE *out, const struct render_style *style,
		      const struct client_number *netns,
		      const struct client_number *time_ns,
		      const struct probe_list *list)
{
	struct json_object *root = json_new_root();
	struct json_object *array = json_object_new_array();
	size_t i;

	json_add_number(root, "netns", netns);
	json_add_number(root, "time_ns", time_ns);
	for (i = 0; i < list->count; i++)
		json_append(array, new_kind(&list->results[i], style->numeric));
	json_add(root, "kinds", array);
	return json_print(root, out, style);
}
