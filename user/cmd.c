// SPDX-License-Identifier: GPL-2.0
/* What several commands need. */
#include <errno.h>
#include <sys/socket.h>

#include "cmd.h"

int cmd_parse_filter(struct ctx *ctx, char *const *words, int count,
		     struct error *error)
{
	return filter_parse(&ctx->filter, FILTER_KIND, words, count, error);
}

#define METRIC_KEYS (FILTER_FAMILY | FILTER_SCOPE | FILTER_STATE)

int cmd_parse_metric(struct ctx *ctx, char *const *words, int count,
		     struct error *error)
{
	if (count && !filter_is_key(METRIC_KEYS, words[0])) {
		if (filter_parse_metric(&ctx->filter, words[0], error))
			return -EINVAL;
		words++;
		count--;
	}
	return filter_parse(&ctx->filter, METRIC_KEYS, words, count, error);
}

int cmd_parse_expr(struct ctx *ctx, enum expr_of of, char *const *words,
		   int count, struct error *error)
{
	uint64_t families = 0;
	int rc;

	rc = expr_parse(&ctx->expr, of, words, count, error);
	if (rc)
		return rc;
	if (ctx->filter.ipv4)
		families |= UINT64_C(1) << AF_INET;
	if (ctx->filter.ipv6)
		families |= UINT64_C(1) << AF_INET6;
	if (families)
		expr_only_families(ctx->expr, families);
	return 0;
}

int cmd_parse_none(struct ctx *ctx, char *const *words, int count,
		   struct error *error)
{
	(void)ctx;
	if (count)
		return error_set(error, -EINVAL,
				 "unknown word '%.64s': this command takes none",
				 words[0]);
	return 0;
}

int cmd_connect(struct ctx *ctx, struct error *error)
{
	return ctx->client ? 0 : client_open(&ctx->client, error);
}

int cmd_rendered(int rc, struct error *error)
{
	return rc ? error_set(error, rc, "out of memory") : 0;
}

int cmd_fetch(struct ctx *ctx, const struct client_layout *layout,
	      uint8_t metric, struct client_dump *dump, struct error *error)
{
	const struct client_query query = {
		.layout = layout,
		.scope = ctx->scope,
		.metric = metric,
	};
	int rc;

	rc = cmd_connect(ctx, error);
	if (!rc)
		rc = client_get_dump(ctx->client, &query, dump, error);
	if (!rc)
		filter_dump(&ctx->filter, dump);
	return rc;
}

int cmd_run_dump(struct ctx *ctx, const struct client_layout *layout,
		 cmd_render *table, cmd_render *json, struct error *error)
{
	struct client_dump dump = { 0 };
	int rc;

	rc = cmd_fetch(ctx, layout, 0, &dump, error);
	if (rc)
		return rc;
	rc = (ctx->json ? json : table)(ctx->out, &ctx->style, &dump);
	client_dump_free(&dump);
	return cmd_rendered(rc, error);
}
