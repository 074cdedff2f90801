// SPDX-License-Identifier: GPL-2.0
/* sockwatch states: sockets by TCP state. */
#include <linux/sockwatch.h>

#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] states [-s] [FILTER]\n"
"\n"
"Prints the states of TCP, a row for each family and state:\n"
"  sockets  how many are in the state, orphans, TIME-WAIT and the requests of\n"
"           SYN-RECV included; close is every socket that is in no other\n"
"  entered  how often one came into it\n"
"`-` is not known.  -s, --stats adds tables of\n"
"  how often a socket went from one state to another (`new`: a connection came\n"
"  in), how long it stayed in a state, and TCP's retransmits and resets.\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   inet or inet6\n"
"  state NAME    established, syn-sent, syn-recv, fin-wait-1, fin-wait-2,\n"
"                time-wait, close, close-wait, last-ack, listen, closing;\n"
"                of a transition one of the two\n"
"A number does in place of a name.\n";

static int parse(struct ctx *ctx, char *const *words, int count,
		 struct error *error)
{
	return filter_parse(&ctx->filter, FILTER_FAMILY | FILTER_STATE, words,
			    count, error);
}

static int fetch(struct ctx *ctx, struct render_states *all,
		 struct error *error)
{
	int rc;

	rc = cmd_fetch(ctx, &client_layout_states, 0, &all->states, error);
	if (rc || !all->stats)
		return rc;
	rc = cmd_fetch(ctx, &client_layout_transitions, 0, &all->transitions,
		       error);
	if (!rc)
		rc = cmd_fetch(ctx, &client_layout_latency,
			       SOCKWATCH_METRIC_TIME_IN_STATE, &all->times,
			       error);
	if (!rc)
		rc = cmd_fetch(ctx, &client_layout_tcp, 0, &all->tcp, error);
	return rc;
}

static int run(struct ctx *ctx, struct error *error)
{
	struct render_states all = { .stats = ctx->stats };
	int rc;

	rc = fetch(ctx, &all, error);
	if (!rc && ctx->json)
		rc = cmd_rendered(render_json_states(ctx->out, &ctx->style,
						     &all), error);
	else if (!rc)
		rc = cmd_rendered(render_table_states(ctx->out, &ctx->style,
						      &all), error);
	client_dump_free(&all.states);
	client_dump_free(&all.transitions);
	client_dump_free(&all.times);
	client_dump_free(&all.tcp);
	return rc;
}

const struct command cmd_states = {
	.name = "states",
	.summary = "sockets by TCP state",
	.help = help,
	.all_netns = true,
	.stats = true,
	.parse = parse,
	.run = run,
};
