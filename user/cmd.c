// SPDX-License-Identifier: GPL-2.0
/* What several commands need. */
#include "cmd.h"

int cmd_parse_filter(struct ctx *ctx, char *const *words, int count,
		     struct error *error)
{
	return filter_parse(&ctx->filter, words, count, error);
}

int cmd_connect(struct ctx *ctx, struct error *error)
{
	return ctx->client ? 0 : client_open(&ctx->client, error);
}

int cmd_rendered(int rc, struct error *error)
{
	return rc ? error_set(error, rc, "out of memory") : 0;
}
