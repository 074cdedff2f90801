// SPDX-License-Identifier: GPL-2.0
/* sockwatch show: counters, a row a family, type and protocol. */
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] show [FILTER]\n"
"\n"
"Prints how many sockets there were and are, a row for each family, type and\n"
"protocol:\n"
"  attempts     calls that asked for a socket: failures + created + kernel\n"
"  failures     of these, the calls that failed\n"
"  created      sockets made by a system call\n"
"  kernel       sockets the kernel made for itself\n"
"  accepted     sockets handed out by accept\n"
"  preexisting  sockets found when the module was loaded\n"
"  released     sockets that are gone\n"
"  open         created + kernel + accepted + preexisting - released\n"
"The row `other` counts what found no room of its own; `-` is not known.\n"
"--json adds kernel_open, cloned, unaccepted and lost: see sockwatch(8).\n"
"\n"
"FILTER is any of, and all must hold:\n"
"  family NAME   such as inet, inet6, unix, netlink, packet, vsock\n"
"  type NAME     such as stream, dgram, raw, seqpacket\n"
"  proto NAME    such as tcp, udp, mptcp, icmp\n"
"A number does in place of a name.\n";

static int run(struct ctx *ctx, struct error *error)
{
	return cmd_run_dump(ctx, &client_layout_counters, render_table_counters,
			    render_json_counters, error);
}

const struct command cmd_show = {
	.name = "show",
	.summary = "counters by family, type and protocol (the default)",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_filter,
	.run = run,
};
