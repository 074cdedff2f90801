/* SPDX-License-Identifier: GPL-2.0 */
/* Prints structs as tables and as JSON. */
#ifndef _SOCKWATCH_RENDER_H
#define _SOCKWATCH_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "client.h"
#include "probe.h"

/** RENDER_SCHEMA_VERSION - moves when a JSON key changes what it means */
#define RENDER_SCHEMA_VERSION 1

/** RENDER_ENDPOINT_BYTES - room for an address and a port, or for a path */
#define RENDER_ENDPOINT_BYTES 128

/**
 * struct render_style - how the user wants to see it
 *
 * @numeric: numbers in place of names
 * @header: tables begin with the titles of their columns
 * @color: tables have color
 * @pretty: JSON over many lines
 * @hist: latencies with their histograms drawn
 * @by_netns: a list of namespaces, not just one
 */
struct render_style {
	bool numeric;
	bool header;
	bool color;
	bool pretty;
	bool hist;
	bool by_netns;
};

/**
 * struct render_column - a number of a row
 *
 * @name: title in the table and key in JSON
 * @offset: of the &struct client_number in the row
 * @json_only: not in the table, which has to fit a screen
 * @bad: a number other than zero wants attention
 */
struct render_column {
	const char *name;
	size_t offset;
	bool json_only;
	bool bad;
};

/**
 * struct render_states - what the command states prints
 *
 * @states: of &struct client_state
 * @stats: whether the others are printed too
 * @transitions: of &struct client_transition
 * @times: of &struct client_latency
 * @tcp: of &struct client_tcp
 */
struct render_states {
	struct client_dump states;
	bool stats;
	struct client_dump transitions;
	struct client_dump times;
	struct client_dump tcp;
};

/** render_tcp_columns - &struct client_tcp; ends with a NULL name */
extern const struct render_column render_tcp_columns[];

/** render_counters_columns - &struct client_counters; ends with a NULL name */
extern const struct render_column render_counters_columns[];

/**
 * render_number_at() - the number of a column
 *
 * @row: the row
 * @column: the column
 *
 * Return: the number in the row.
 */
const struct client_number *render_number_at(const void *row,
					     const struct render_column *column);

/**
 * render_quantile() - a quantile of a histogram
 *
 * @times: the histogram
 * @permille: of so many of a thousand
 *
 * Return: nanoseconds, not known if it has no samples.
 */
struct client_number render_quantile(const struct client_times *times,
				     unsigned int permille);

/**
 * render_has_times() - whether a latency is a histogram
 *
 * @row: &struct client_latency
 *
 * Return: whether it is; the others say how many times are not known.
 */
bool render_has_times(const void *row);

/**
 * render_has_unknown() - whether a latency says how many are not known
 *
 * @row: &struct client_latency
 *
 * Return: whether it does.
 */
bool render_has_unknown(const void *row);

/**
 * render_endpoint() - an address and a port as text
 *
 * @buf: at least RENDER_ENDPOINT_BYTES
 * @address: the address
 * @port: the port
 *
 * Such as 127.0.0.1:80 or [::]:80; the port is `*` if there is none.
 *
 * Return: whether the address is known.
 */
bool render_endpoint(char *buf, const struct client_address *address,
		     const struct client_number *port);

/**
 * render_local() - the address of a socket, or its path, as text
 *
 * @buf: at least RENDER_ENDPOINT_BYTES
 * @sock: the socket
 *
 * Return: whether it is known.
 */
bool render_local(char *buf, const struct client_socket *sock);

/**
 * render_which() - the word for why there is a sample
 *
 * @sample: the sample
 *
 * Return: "slowest" or "latest".
 */
const char *render_which(const struct client_sample *sample);

/**
 * render_status() - the word for the status of a kind
 *
 * @status: what the kernel said
 *
 * Return: "usable", "not-permitted" or "not-supported".
 */
const char *render_status(enum probe_status status);

/**
 * render_table_counters() - print counters as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_counters
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_counters(FILE *out, const struct render_style *style,
			  const struct client_dump *dump);

/**
 * render_table_failures() - print failed attempts as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_failure
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_failures(FILE *out, const struct render_style *style,
			  const struct client_dump *dump);

/**
 * render_table_states() - print sockets by TCP state as a table
 *
 * @out: where to
 * @style: how
 * @all: the lists
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_states(FILE *out, const struct render_style *style,
			const struct render_states *all);

/**
 * render_table_latency() - print latencies as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_latency
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_latency(FILE *out, const struct render_style *style,
			 const struct client_dump *dump);

/**
 * render_table_options() - print options in use as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_option
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_options(FILE *out, const struct render_style *style,
			 const struct client_dump *dump);

/**
 * render_table_listeners() - print listening sockets as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_listener
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_listeners(FILE *out, const struct render_style *style,
			   const struct client_dump *dump);

/**
 * render_table_samples() - print single latencies as a table
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_sample
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_samples(FILE *out, const struct render_style *style,
			 const struct client_dump *dump);

/**
 * render_table_info() - print what the module says about itself, for people
 *
 * @out: where to
 * @style: how
 * @info: what it said
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_info(FILE *out, const struct render_style *style,
		      const struct client_info *info);

/**
 * render_table_kinds() - print kinds of socket as a table
 *
 * @out: where to
 * @style: how
 * @list: the kinds
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_kinds(FILE *out, const struct render_style *style,
		       const struct probe_list *list);

/**
 * render_json_counters() - print counters as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_counters
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_counters(FILE *out, const struct render_style *style,
			 const struct client_dump *dump);

/**
 * render_json_failures() - print failed attempts as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_failure
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_failures(FILE *out, const struct render_style *style,
			 const struct client_dump *dump);

/**
 * render_json_states() - print sockets by TCP state as JSON
 *
 * @out: where to
 * @style: how
 * @all: the lists
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_states(FILE *out, const struct render_style *style,
		       const struct render_states *all);

/**
 * render_json_latency() - print latencies as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_latency
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_latency(FILE *out, const struct render_style *style,
			const struct client_dump *dump);

/**
 * render_json_options() - print options in use as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_option
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_options(FILE *out, const struct render_style *style,
			const struct client_dump *dump);

/**
 * render_json_listeners() - print listening sockets as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_listener
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_listeners(FILE *out, const struct render_style *style,
			  const struct client_dump *dump);

/**
 * render_json_samples() - print single latencies as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct client_sample
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_samples(FILE *out, const struct render_style *style,
			const struct client_dump *dump);

/**
 * render_json_info() - print what the module says about itself as JSON
 *
 * @out: where to
 * @style: how
 * @info: what it said
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_info(FILE *out, const struct render_style *style,
		     const struct client_info *info);

/**
 * render_json_kinds() - print kinds of socket as JSON
 *
 * @out: where to
 * @style: how
 * @netns: the namespace they were tried in
 * @time_ns: when
 * @list: the kinds
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_kinds(FILE *out, const struct render_style *style,
		      const struct client_number *netns,
		      const struct client_number *time_ns,
		      const struct probe_list *list);

#endif /* _SOCKWATCH_RENDER_H */
