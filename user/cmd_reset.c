// SPDX-License-Identifier: GPL-2.0
/* sockwatch reset: forget the samples. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] reset\n"
"\n"
"Forgets the samples, the slowest and the latest ones, so that `sockwatch\n"
"samples` prints those since now.  Prints nothing.\n"
"Counters and histograms only ever rise, for whoever reads them takes\n"
"differences: -i prints those of an interval.\n"
"Needs CAP_NET_ADMIN over the network namespace.\n";

static int run(struct ctx *ctx, struct error *error)
{
	int rc;

	rc = cmd_connect(ctx, error);
	if (!rc)
		rc = client_reset(ctx->client, &ctx->scope, error);
	return rc;
}

const struct command cmd_reset = {
	.name = "reset",
	.summary = "forget the samples, to gather them anew",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_none,
	.run = run,
};
