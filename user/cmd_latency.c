// SPDX-License-Identifier: GPL-2.0
/* sockwatch latency: how long things took. */
#include "cmd.h"
#include "latency.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] latency [METRIC] [--hist] [FILTER]\n"
"\n"
"Prints how long things took, a row for each metric, family and scope: count,\n"
"quantiles, the longest time, and in a second table how many times could not be\n"
"known.  Quantiles are off by 12.5% at the most from 512 ns to 137 s.\n"
"--hist draws the histograms, -n prints nanoseconds.  METRIC is one of\n"
"  socket_create      a system call that made a socket\n"
"  tcp_connect        first SYN to ESTABLISHED, active\n"
"  tcp_handshake      SYN/ACK to its ACK, passive\n"
"  tcp_accept_queue   ESTABLISHED to accept\n"
"  tcp_lifetime       ESTABLISHED to CLOSE\n"
"  tcp_rtt            the smoothed round trip when it closed\n"
"  unix_accept_queue  connect to accept\n"
"  time_in_state      in a TCP state\n"
"With -i, each round but the first is about the time since the round before;\n"
"`<=` marks a longest time that is only known to be no longer.\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   such as inet, inet6, unix\n"
"  scope NAME    local (the peer is on this host, in this namespace), remote\n"
"  state NAME    such as established, of time_in_state\n"
"A number does in place of a name.\n";

/* What is to be printed of it: @dump itself is what the next round needs. */
static int prepare(const struct ctx *ctx, const struct client_dump *dump,
		   struct client_dump *shown)
{
	int rc = client_dump_copy(shown, dump);

	if (!rc && ctx->before.layout)
		latency_since(shown, &ctx->before);
	return rc;
}

static int run(struct ctx *ctx, struct error *error)
{
	struct client_dump dump = { 0 }, shown = { 0 };
	int rc;

	rc = cmd_fetch(ctx, &client_layout_latency, ctx->filter.metric.value,
		       &dump, error);
	if (rc)
		return rc;
	rc = prepare(ctx, &dump, &shown);
	if (!rc && ctx->json)
		rc = render_json_latency(ctx->out, &ctx->style, &shown);
	else if (!rc)
		rc = render_table_latency(ctx->out, &ctx->style, &shown);
	client_dump_free(&shown);
	client_dump_free(&ctx->before);
	ctx->before = dump;
	return cmd_rendered(rc, error);
}

const struct command cmd_latency = {
	.name = "latency",
	.summary = "how long connecting, accepting and more took",
	.help = help,
	.all_netns = true,
	.hist = true,
	.parse = cmd_parse_metric,
	.run = run,
};
