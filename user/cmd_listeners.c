// SPDX-License-Identifier: GPL-2.0
/* sockwatch listeners: listening TCP sockets and their accept queues. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] listeners\n"
"\n"
"Prints the listening TCP sockets:\n"
"  local    address and port\n"
"  backlog  connections that the accept queue may hold\n"
"  queue    connections that it holds\n"
"  drops    connections that it dropped since the socket listens\n"
"  waits    connections that were accepted, and p50, p99 and max of the time\n"
"           that they waited for it (-n prints nanoseconds)\n"
"  pid, comm, uid   the process that called listen(), and the socket's user\n"
"`-` is not known.  Needs CAP_NET_ADMIN over the network namespace.\n";

static int run(struct ctx *ctx, struct error *error)
{
	return cmd_run_dump(ctx, &client_layout_listeners,
			    render_table_listeners, render_json_listeners,
			    error);
}

const struct command cmd_listeners = {
	.name = "listeners",
	.summary = "listening TCP sockets and their accept queues",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_none,
	.run = run,
};
