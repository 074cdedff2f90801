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

/**
 * struct render_style - how the user wants to see it
 *
 * @numeric: numbers in place of names
 * @header: tables begin with the titles of their columns
 * @color: tables have color
 * @pretty: JSON over many lines
 * @by_netns: a list of namespaces, not just one
 */
struct render_style {
	bool numeric;
	bool header;
	bool color;
	bool pretty;
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
