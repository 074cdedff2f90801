// SPDX-License-Identifier: GPL-2.0
/* sockwatch samples: single latencies, and whose they were. */
#include "cgroups.h"
#include "cmd.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] samples [METRIC] [FILTER]\n"
"\n"
"Prints single latencies with the addresses and the owner of the socket: of\n"
"each metric the slowest ones since the load or `sockwatch reset`, the slowest\n"
"first, and the latest ones, the latest first.\n"
"  duration      how long it took; -n prints nanoseconds\n"
"  time          when it had ended\n"
"  state         of time_in_state: which\n"
"  scope         where the peer is\n"
"  local, peer   addresses and ports\n"
"  pid, comm     the process that made or accepted the socket, or called\n"
"  uid           the user of the socket\n"
"  id            its cookie, as ss -e prints it\n"
"The latest are those that came first in each second on each CPU: where few\n"
"come, all of them.  `-` is not known.  Needs CAP_NET_ADMIN over the network\n"
"namespace.  METRIC and FILTER are those of the command latency:\n"
"  sockwatch samples tcp_connect scope remote\n";

/* Needed by JSON only: the table has no room for them. */
static void find_cgroups(struct client_dump *dump, struct cgroups *cgroups)
{
	struct client_sample *sample = dump->rows;
	size_t i;

	for (i = 0; i < dump->row_count; i++, sample++)
		if (sample->sock.cgroup.known)
			sample->cgroup_path =
				cgroups_path(cgroups,
					     sample->sock.cgroup.value);
}

static int print_json(struct ctx *ctx, struct client_dump *dump)
{
	struct cgroups *cgroups = cgroups_new();
	int rc;

	if (!ctx->style.numeric)
		find_cgroups(dump, cgroups);
	rc = render_json_samples(ctx->out, &ctx->style, dump);
	cgroups_free(cgroups);
	return rc;
}

static int run(struct ctx *ctx, struct error *error)
{
	struct client_dump dump = { 0 };
	int rc;

	rc = cmd_fetch(ctx, &client_layout_samples, ctx->filter.metric.value,
		       &dump, error);
	if (rc)
		return rc;
	if (ctx->json)
		rc = print_json(ctx, &dump);
	else
		rc = render_table_samples(ctx->out, &ctx->style, &dump);
	client_dump_free(&dump);
	return cmd_rendered(rc, error);
}

const struct command cmd_samples = {
	.name = "samples",
	.summary = "the slowest and the latest latencies, and whose they were",
	.help = help,
	.all_netns = true,
	.parse = cmd_parse_metric,
	.run = run,
};
