/* SPDX-License-Identifier: GPL-2.0 */
/* The commands, one a file, and what they are given. */
#ifndef _SOCKWATCH_CMD_H
#define _SOCKWATCH_CMD_H

#include <stdbool.h>
#include <stdio.h>

#include "client.h"
#include "error.h"
#include "expr.h"
#include "filter.h"
#include "output.h"
#include "render.h"
#include "report.h"

/**
 * struct ctx - what a command works with
 *
 * @json: JSON in place of tables
 * @style: how to print it
 * @scope: the network namespaces to ask about
 * @filter: which rows to print
 * @expr: which sockets, or events, the command is about, or NULL
 * @sort: the option --sort of it, or NULL
 * @group: the option --group of it, or NULL
 * @plan: what these two mean
 * @all: the word `all` of the command kinds
 * @stats: the option --stats of the command states
 * @count: the option --count of the command monitor, or 0
 * @before: what the command latency read in the round before
 * @client: connected by cmd_connect() when first needed, or NULL
 * @output: what main writes to stdout when the round is complete
 * @out: where to print, the stream of @output
 */
struct ctx {
	bool json;
	struct render_style style;
	struct client_scope scope;
	struct filter filter;
	struct expr *expr;
	const char *sort;
	const char *group;
	struct report_plan plan;
	bool all;
	bool stats;
	unsigned long count;
	struct client_dump before;
	struct client *client;
	struct output *output;
	FILE *out;
};

/**
 * struct command - a row of the command table
 *
 * @name: as the user types it
 * @summary: one line for the general help
 * @help: the text of --help
 * @all_netns: whether it takes --all-netns
 * @stats: whether it takes --stats
 * @hist: whether it takes --hist
 * @order: whether it takes --sort and --group
 * @endless: whether it goes on by itself: one round that takes --count, and no
 *	--interval; its JSON has a line for each object, so no --pretty
 * @parse: reads the words after the command; returns 0 or -EINVAL
 * @run: one round; returns 0 or a negative errno
 */
struct command {
	const char *name;
	const char *summary;
	const char *help;
	bool all_netns;
	bool stats;
	bool hist;
	bool order;
	bool endless;
	int (*parse)(struct ctx *ctx, char *const *words, int count,
		     struct error *error);
	int (*run)(struct ctx *ctx, struct error *error);
};

/** cmd_render - prints a list, returns 0 or -ENOMEM */
typedef int cmd_render(FILE *out, const struct render_style *style,
		       const struct client_dump *dump);

/** cmd_show - the command show */
extern const struct command cmd_show;

/** cmd_failures - the command failures */
extern const struct command cmd_failures;

/** cmd_states - the command states */
extern const struct command cmd_states;

/** cmd_latency - the command latency */
extern const struct command cmd_latency;

/** cmd_options - the command options */
extern const struct command cmd_options;

/** cmd_listeners - the command listeners */
extern const struct command cmd_listeners;

/** cmd_sockets - the command sockets */
extern const struct command cmd_sockets;

/** cmd_samples - the command samples */
extern const struct command cmd_samples;

/** cmd_monitor - the command monitor */
extern const struct command cmd_monitor;

/** cmd_info - the command info */
extern const struct command cmd_info;

/** cmd_reset - the command reset */
extern const struct command cmd_reset;

/** cmd_kinds - the command kinds */
extern const struct command cmd_kinds;

/**
 * cmd_parse_filter() - read words that are nothing but a kind's filter
 *
 * @ctx: its filter is filled
 * @words: the words
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int cmd_parse_filter(struct ctx *ctx, char *const *words, int count,
		     struct error *error);

/**
 * cmd_parse_metric() - read a metric, if there is one, and a filter of latencies
 *
 * @ctx: its filter is filled
 * @words: the words
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int cmd_parse_metric(struct ctx *ctx, char *const *words, int count,
		     struct error *error);

/**
 * cmd_parse_expr() - read ss's filter, with the options -4 and -6
 *
 * @ctx: its expr is filled
 * @of: what the filter is of
 * @words: the words
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int cmd_parse_expr(struct ctx *ctx, enum expr_of of, char *const *words,
		   int count, struct error *error);

/**
 * cmd_parse_none() - refuse every word
 *
 * @ctx: not touched
 * @words: the words
 * @count: how many
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int cmd_parse_none(struct ctx *ctx, char *const *words, int count,
		   struct error *error);

/**
 * cmd_connect() - connect to the module, unless that is done already
 *
 * @ctx: its client is filled
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int cmd_connect(struct ctx *ctx, struct error *error);

/**
 * cmd_fetch() - read a list and leave what is wanted of it
 *
 * @ctx: its filter says what
 * @layout: which list
 * @metric: only this one of the latencies, or 0
 * @dump: where the rows go; only touched on success
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int cmd_fetch(struct ctx *ctx, const struct client_layout *layout,
	      uint8_t metric, struct client_dump *dump, struct error *error);

/**
 * cmd_run_dump() - a round of a command that prints one list
 *
 * @ctx: what the command works with
 * @layout: which list
 * @table: prints it as a table
 * @json: prints it as JSON
 * @error: filled on failure
 *
 * Return: 0, or a negative errno.
 */
int cmd_run_dump(struct ctx *ctx, const struct client_layout *layout,
		 cmd_render *table, cmd_render *json, struct error *error);

/**
 * cmd_rendered() - turn what a renderer returned into an error
 *
 * @rc: 0, or -ENOMEM
 * @error: filled on failure
 *
 * Return: @rc.
 */
int cmd_rendered(int rc, struct error *error);

#endif /* _SOCKWATCH_CMD_H */
