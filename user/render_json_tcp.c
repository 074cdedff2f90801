// SPDX-License-Identifier: GPL-2.0
/* Prints what TCP does as JSON; as in render_json.c, the keys are an ABI. */
#include <json-c/json.h>

#include <linux/sockwatch.h>

#include "json.h"
#include "names.h"
#include "render.h"

static struct json_object *state_row(const void *row, bool numeric)
{
	const struct client_state *state = row;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "family", &state->family, numeric, names_family);
	json_add_name(object, "state", &state->state, numeric, names_state);
	json_add_number(object, "sockets", &state->sockets);
	json_add_number(object, "entered", &state->entered);
	return object;
}

static struct json_object *transition_row(const void *row, bool numeric)
{
	const struct client_transition *transition = row;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "family", &transition->family, numeric,
		      names_family);
	json_add_name(object, "from", &transition->from, numeric, names_state);
	json_add_name(object, "to", &transition->to, numeric, names_state);
	json_add_number(object, "count", &transition->count);
	return object;
}

static struct json_object *tcp_row(const void *row, bool numeric)
{
	const struct client_tcp *tcp = row;
	struct json_object *object = json_object_new_object();
	const struct render_column *column;

	json_add_name(object, "family", &tcp->family, numeric, names_family);
	json_add_name(object, "scope", &tcp->scope, numeric, names_scope);
	for (column = render_tcp_columns; column->name; column++)
		json_add_number(object, column->name,
				render_number_at(row, column));
	return object;
}

static void add_sums(struct json_object *object,
		     const struct client_times *times)
{
	json_add_number(object, "count", &times->count);
	json_add_number(object, "sum_ns", &times->sum_ns);
	json_add_number(object, "max_ns", &times->max_ns);
}

static void add_quantile(struct json_object *object, const char *key,
			 const struct client_times *times,
			 unsigned int permille)
{
	const struct client_number ns = render_quantile(times, permille);

	json_add_number(object, key, &ns);
}

static struct json_object *new_bucket(uint64_t bound_ns, uint64_t count)
{
	struct json_object *object = json_object_new_object();
	const struct client_number le_ns = {
		.known = bound_ns != HIST_NO_LIMIT,
		.value = bound_ns,
	};

	json_add_number(object, "le_ns", &le_ns);
	json_add(object, "count", json_object_new_uint64(count));
	return object;
}

static struct json_object *new_buckets(const struct client_times *times)
{
	struct json_object *array;
	size_t i;

	if (!times->known)
		return NULL;
	array = json_object_new_array();
	for (i = 0; i < HIST_BUCKETS; i++)
		if (times->hist.count[i])
			json_append(array, new_bucket(hist_bound(i),
						      times->hist.count[i]));
	return array;
}

static struct json_object *latency_row(const void *row, bool numeric)
{
	const struct client_latency *latency = row;
	const struct client_times *times = &latency->times;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "metric", &latency->metric, numeric,
		      names_metric);
	json_add_name(object, "family", &latency->family, numeric,
		      names_family);
	json_add_name(object, "scope", &latency->scope, numeric, names_scope);
	if (latency->metric.value == SOCKWATCH_METRIC_TIME_IN_STATE)
		json_add_name(object, "state", &latency->state, numeric,
			      names_state);
	add_sums(object, times);
	add_quantile(object, "p50_ns", times, 500);
	add_quantile(object, "p90_ns", times, 900);
	add_quantile(object, "p99_ns", times, 990);
	add_quantile(object, "p999_ns", times, 999);
	json_add(object, "buckets", new_buckets(times));
	return object;
}

static struct json_object *unknown_row(const void *row, bool numeric)
{
	const struct client_latency *latency = row;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "metric", &latency->metric, numeric,
		      names_metric);
	json_add_name(object, "family", &latency->family, numeric,
		      names_family);
	json_add_number(object, "count", &latency->unknown);
	return object;
}

static struct json_object *option_row(const void *row, bool numeric)
{
	const struct client_option *option = row;
	struct json_object *object = json_object_new_object();

	json_add_name(object, "family", &option->family, numeric,
		      names_family);
	json_add_protocol(object, &option->family, &option->protocol, numeric);
	json_add_name(object, "option", &option->option, numeric,
		      names_option);
	if (option->option.value == SOCKWATCH_OPTION_CONGESTION)
		json_add_text(object, "name", option->name);
	json_add_number(object, "count", &option->count);
	json_add_number(object, "total", &option->total);
	return object;
}

static struct json_object *new_waits(const struct client_times *waits)
{
	struct json_object *object = json_object_new_object();

	add_sums(object, waits);
	add_quantile(object, "p50_ns", waits, 500);
	add_quantile(object, "p99_ns", waits, 990);
	return object;
}

static struct json_object *listener_row(const void *row, bool numeric)
{
	const struct client_listener *listener = row;
	struct json_object *object = json_object_new_object();
	char local[RENDER_ENDPOINT_BYTES] = "";

	render_endpoint(local, &listener->address, &listener->port);
	json_add_name(object, "family", &listener->family, numeric,
		      names_family);
	json_add_text(object, "local", local);
	json_add_number(object, "backlog", &listener->backlog);
	json_add_number(object, "queue", &listener->queue);
	json_add_number(object, "drops", &listener->drops);
	json_add(object, "accept_queue", new_waits(&listener->waits));
	json_add_number(object, "pid", &listener->pid);
	json_add_text(object, "comm", listener->comm);
	json_add_number(object, "uid", &listener->uid);
	return object;
}

int render_json_states(FILE *out, const struct render_style *style,
		       const struct render_states *all)
{
	const struct json_list lists[] = {
		{ "tcp_states", &all->states, NULL, state_row },
		{ "tcp_transitions", &all->transitions, NULL, transition_row },
		{ "latency", &all->times, render_has_times, latency_row },
		{ "tcp_counters", &all->tcp, NULL, tcp_row },
	};

	return json_print_lists(out, style, lists, all->stats ? 4 : 1);
}

int render_json_latency(FILE *out, const struct render_style *style,
			const struct client_dump *dump)
{
	const struct json_list lists[] = {
		{ "latency", dump, render_has_times, latency_row },
		{ "latency_unknown", dump, render_has_unknown, unknown_row },
	};

	return json_print_lists(out, style, lists, 2);
}

int render_json_options(FILE *out, const struct render_style *style,
			const struct client_dump *dump)
{
	const struct json_list list = { "options", dump, NULL, option_row };

	return json_print_lists(out, style, &list, 1);
}

int render_json_listeners(FILE *out, const struct render_style *style,
			  const struct client_dump *dump)
{
	const struct json_list list = { "listeners", dump, NULL, listener_row };

	return json_print_lists(out, style, &list, 1);
}
