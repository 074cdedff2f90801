// SPDX-License-Identifier: GPL-2.0
/* sockwatch failures: failed attempts by errno. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] failures [FILTER]\n"
"\n"
"Prints how often making a socket failed, a row for each errno and each\n"
"family, type and protocol that was asked for.  What found no room of its own\n"
"is counted as `other`.\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   such as inet, inet6, unix, netlink, packet, vsock\n"
"  type NAME     such as stream, dgram, raw, seqpacket\n"
"  proto NAME    such as tcp, udp, mptcp, icmp\n"
"A number does in place of a name.\n";

static int run(struct ctx *ctx, struct error *error)
{
	struct client_dump dump = { 0 };
	int rc;

	rc = cmd_connect(ctx, error);
	if (!rc)
		rc = client_get_failures(ctx->client, &ctx->scope, &dump,
					 error);
	if (rc)
		return rc;
	filter_dump(&ctx->filter, &dump);
	if (ctx->json)
		rc = render_json_failures(ctx->out, &ctx->style, &dump);
	else
		rc = render_table_failures(ctx->out, &ctx->style, &dump);
	client_dump_free(&dump);
	return cmd_rendered(rc, error);
}

const struct command cmd_failures = {
	.name = "failures",
	.summary = "failed attempts by errno",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_filter,
	.run = run,
};
