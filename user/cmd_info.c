// SPDX-License-Identifier: GPL-2.0
/* sockwatch info: the module's version, limits, losses and hooks. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] info\n"
"\n"
"Prints what the module says about itself:\n"
"  kinds      families, types and protocols counted one by one, and the limit\n"
"  lost       sockets that did not fit into the tracking table\n"
"  tracked    sockets in the tracking table, and its size\n"
"  untracked  sockets that went and had never been seen\n"
"  discarded  socks that went before they became a socket\n"
"  census     how long it took to find the sockets that existed at load\n"
"  events     sent to readers; lost, for the module had no room for them; and\n"
"             overrun, for a reader had no room for them\n"
"and where it listens in the kernel, with hits and misses.  `-` is not known:\n"
"what counts for the whole machine is told in the first network namespace only.\n";

static int run(struct ctx *ctx, struct error *error)
{
	struct client_info info = { 0 };
	int rc;

	rc = cmd_connect(ctx, error);
	if (!rc)
		rc = client_get_info(ctx->client, &ctx->scope, &info, error);
	if (rc)
		return rc;
	if (ctx->json)
		rc = render_json_info(ctx->out, &ctx->style, &info);
	else
		rc = render_table_info(ctx->out, &ctx->style, &info);
	client_info_free(&info);
	return cmd_rendered(rc, error);
}

const struct command cmd_info = {
	.name = "info",
	.summary = "the module's version, limits, losses and hooks",
	.help = help,
	.parse = cmd_parse_none,
	.run = run,
};
