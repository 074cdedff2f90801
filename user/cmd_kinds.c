// SPDX-License-Identifier: GPL-2.0
/* sockwatch kinds: the kinds of socket that this kernel offers. */
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "netns.h"
#include "probe.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] kinds [all] [FILTER]\n"
"\n"
"Tries to make a socket of every family, type and common protocol, closes it\n"
"at once, and prints what the kernel said: usable, not-permitted or\n"
"not-supported.  A usable kind is printed as the kernel resolved it.  A family\n"
"without a usable kind takes one line, and `any` stands for all of it; `all`\n"
"prints every attempt.\n"
"\n"
"Works without the module.  The kernel may load modules of its own while it is\n"
"asked, and with sockwatch loaded the attempts are counted like any other.\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   such as inet, inet6, unix, netlink, packet, vsock\n"
"  type NAME     such as stream, dgram, raw, seqpacket\n"
"  proto NAME    such as tcp, udp, mptcp, icmp\n"
"A number does in place of a name.\n";

static int parse(struct ctx *ctx, char *const *words, int count,
		 struct error *error)
{
	if (count && !strcmp(words[0], "all")) {
		ctx->all = true;
		words++;
		count--;
	}
	return cmd_parse_filter(ctx, words, count, error);
}

static struct client_number now_ns(void)
{
	struct client_number ns = { .known = true };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	ns.value = now.tv_sec * 1000000000ULL + now.tv_nsec;
	return ns;
}

static int run(struct ctx *ctx, struct error *error)
{
	struct client_number netns, time_ns = now_ns();
	struct probe_list list = { 0 };
	int rc;

	rc = netns_enter(&ctx->scope, error);
	if (!rc)
		rc = probe_kinds(&ctx->filter, ctx->all, &list, error);
	if (rc)
		return rc;
	netns = netns_inode();
	if (ctx->json)
		rc = render_json_kinds(ctx->out, &ctx->style, &netns, &time_ns,
				       &list);
	else
		rc = render_table_kinds(ctx->out, &ctx->style, &list);
	probe_free(&list);
	return cmd_rendered(rc, error);
}

const struct command cmd_kinds = {
	.name = "kinds",
	.summary = "the kinds of socket that this kernel offers",
	.help = help,
	.parse = parse,
	.run = run,
};
