// SPDX-License-Identifier: GPL-2.0
/* sockwatch options: which options connections had. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] options\n"
"\n"
"Prints how many of the connections that have closed had an option, a row for\n"
"each family, protocol and option; of UDP it is sockets.\n"
"  nodelay, cork, keepalive          set by the program\n"
"  sack, timestamps, wscale, ecn     agreed on with the peer\n"
"  fastopen                          data in the SYN was sent and acknowledged\n"
"  congestion:NAME                   the congestion control\n"
"  connected                         of UDP: the socket had a peer\n";

static int run(struct ctx *ctx, struct error *error)
{
	return cmd_run_dump(ctx, &client_layout_options, render_table_options,
			    render_json_options, error);
}

const struct command cmd_options = {
	.name = "options",
	.summary = "options that connections had when they closed",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_none,
	.run = run,
};
