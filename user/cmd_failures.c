// SPDX-License-Identifier: GPL-2.0
/* sockwatch failures: failed attempts by errno. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] failures [FILTER]\n"
"\n"
"Prints how often making a socket (create) and connecting one (connect: TCP,\n"
"and UNIX stream and seqpacket) failed, a row for each errno and each family,\n"
"type and protocol that was asked for.  An errno may be `unknown`.  What found\n"
"no room of its own is counted as `other`.\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   such as inet, inet6, unix, netlink, packet, vsock\n"
"  type NAME     such as stream, dgram, raw, seqpacket\n"
"  proto NAME    such as tcp, udp, mptcp, icmp\n"
"A number does in place of a name.\n";

static int run(struct ctx *ctx, struct error *error)
{
	return cmd_run_dump(ctx, &client_layout_failures, render_table_failures,
			    render_json_failures, error);
}

const struct command cmd_failures = {
	.name = "failures",
	.summary = "failed attempts by errno",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_filter,
	.run = run,
};
