// SPDX-License-Identifier: GPL-2.0
/* sockwatch sockets: every socket, those of a filter, or how many by owner. */
#include <linux/sockwatch.h>

#include "cmd.h"
#include "report.h"

static const char help[] =
"Usage: sockwatch [OPTIONS] sockets [--sort KEY | --group KEY] [FILTER]\n"
"\n"
"Prints the sockets that the module tracks, a row for each, as they come:\n"
"  state, state-age  of TCP, and how long it has been in it\n"
"  age               since it was made; `-` is older than the module\n"
"  local, peer       addresses and ports, or the path of a UNIX socket\n"
"  pid, comm         the process that made it, or accepted it\n"
"  uid, cgroup       the user and the cgroup of the socket\n"
"  origin            socket, kernel, accept, preexisting or queued: not\n"
"                    accepted yet\n"
"  id                its cookie, as ss -e prints it\n"
"`-` is not known.  Needs CAP_NET_ADMIN over the network namespace.\n"
"  --sort age|state-age               the oldest first\n"
"  --group pid|comm|cgroup|uid|state  how many, and the oldest; most first\n"
"\n"
"FILTER is that of ss, with more to ask about:\n"
"  state NAME                  a state, or all, connected, synchronized,\n"
"                              bucket, big\n"
"  src ADDRESS, dst ADDRESS    10.0.0.0/8, [::1]:443, :80; src unix:/run/*\n"
"  sport PORT, dport PORT      a number or a name: dport = :https\n"
"  family, type, proto NAME    such as inet, stream, tcp\n"
"  pid N, comm NAME, uid USER, cgroup PATH, origin NAME, id ID\n"
"  age TIME, state-age TIME    such as age > 10m; ns, us, ms, s, m, h, d\n"
"Between word and value = != < > <= >= (eq ne lt gt le ge) may stand; tests\n"
"are put together with and, or, not and parentheses (& | !).\n"
"  sockwatch sockets state close-wait --group comm\n"
"  sockwatch sockets 'state established and dport = :443 and age > 1h'\n";

/* All about one round. */
struct round {
	struct ctx *ctx;
	size_t mark;
	struct report report;
};

static int parse(struct ctx *ctx, char *const *words, int count,
		 struct error *error)
{
	int rc;

	rc = report_parse(&ctx->plan, ctx->sort, ctx->group, error);
	if (!rc)
		rc = cmd_parse_expr(ctx, EXPR_OF_SOCKETS, words, count, error);
	return rc;
}

/* What was printed is written now and then, and nobody may read it. */
static int took(const struct round *round, int rc, struct error *error)
{
	if (!rc)
		rc = output_error(round->ctx->output);
	return rc ? error_set(error, rc, "out of memory") : 0;
}

static int take_netns(void *arg, const struct client_netns *netns,
		      struct error *error)
{
	struct round *round = arg;

	return took(round, report_netns(&round->report, netns), error);
}

/* The kernel may have let through more than what is wanted. */
static int take_row(void *arg, const void *row, struct error *error)
{
	struct round *round = arg;
	struct report *report = &round->report;

	if (!expr_match(round->ctx->expr, row, report->list.cgroups))
		return 0;
	return took(round, report_row(report, row), error);
}

static bool begin_again(void *arg)
{
	struct round *round = arg;

	report_free(&round->report);
	return output_rewind(round->ctx->output, round->mark) &&
	       !report_begin(&round->report);
}

static int read_sockets(struct round *round, struct error *error)
{
	struct sockwatch_filter_op ops[SOCKWATCH_FILTER_MAX];
	struct ctx *ctx = round->ctx;
	const struct client_query query = {
		.layout = &client_layout_sockets,
		.scope = ctx->scope,
		.filter = ops,
		.filter_count = expr_program(ctx->expr, ops),
	};
	const struct client_sink sink = {
		.netns = take_netns,
		.row = take_row,
		.again = begin_again,
		.arg = round,
	};
	int rc;

	rc = cmd_connect(ctx, error);
	if (!rc)
		rc = cmd_rendered(report_begin(&round->report), error);
	if (!rc)
		rc = client_stream(ctx->client, &query, &sink, error);
	if (!rc)
		rc = cmd_rendered(report_end(&round->report), error);
	return rc;
}

static int run(struct ctx *ctx, struct error *error)
{
	struct cgroups *cgroups = cgroups_new();
	struct round round = {
		.ctx = ctx,
		.mark = output_mark(ctx->output),
		.report = {
			.plan = ctx->plan,
			.json = ctx->json,
			.list = {
				.out = ctx->out,
				.style = &ctx->style,
				.cgroups = cgroups,
			},
		},
	};
	int rc = read_sockets(&round, error);

	report_free(&round.report);
	cgroups_free(cgroups);
	return rc;
}

const struct command cmd_sockets = {
	.name = "sockets",
	.summary = "every socket, its owner, state and age",
	.help = help,
	.all_netns = true,
	.order = true,
	.parse = parse,
	.run = run,
};
