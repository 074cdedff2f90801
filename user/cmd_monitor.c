// SPDX-License-Identifier: GPL-2.0
/* sockwatch monitor: events as they happen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/sockwatch.h>

#include "cgroups.h"
#include "cmd.h"
#include "event.h"
#include "netns.h"
#include "render_events.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

static const char help[] =
"Usage: sockwatch [OPTIONS] monitor [FILTER]\n"
"\n"
"Prints what happens to sockets, a line for each event, until Ctrl-C:\n"
"  create       a socket was made\n"
"  fail         making one failed, or connecting one: operation, errno\n"
"  connect      TCP: a connection is begun\n"
"  accept       accept handed one out\n"
"  established  TCP: a connection has opened\n"
"  state        TCP: any other change of the state\n"
"  retransmit   TCP: segments were sent again\n"
"  reset        TCP: a RST was sent, or has ended a connection\n"
"  close        a socket is gone\n"
"  lost         so many events did not get here; printed whatever the filter\n"
"The last column says how long it took (create, connect, handshake,\n"
"accept_wait, lifetime, age) and what else is known.  `-` is not known.\n"
"-c N ends it after N events.  -A has those of every network namespace that the\n"
"own user namespace owns, or one below it; -N enters the other one.  Needs\n"
"CAP_NET_ADMIN over the network namespace.\n"
"\n"
"FILTER is that of sockets but for ages and paths, and in addition:\n"
"  event NAME    one of these\n"
"  sockwatch monitor 'event established and not dst 10.0.0.0/8'\n"
"  sockwatch -j monitor event fail or event reset\n";

/**
 * struct watch - all about one run
 *
 * @ctx: what the command works with
 * @list: what prints the events
 * @form: as what
 * @left: so many more, 0 for all
 */
struct watch {
	struct ctx *ctx;
	struct render_events *list;
	const struct render_events_form *form;
	unsigned long left;
};

static int parse(struct ctx *ctx, char *const *words, int count,
		 struct error *error)
{
	/* Without a filter nothing has to be held against one. */
	if (!count && !ctx->filter.ipv4 && !ctx->filter.ipv6)
		return 0;
	return cmd_parse_expr(ctx, EXPR_OF_EVENTS, words, count, error);
}

static bool is_wanted(const struct watch *watch,
		      const struct sockwatch_event *event)
{
	struct client_socket sock;

	if (!watch->ctx->expr)
		return true;
	event_socket(&sock, event);
	return expr_match(watch->ctx->expr, &sock, watch->list->cgroups);
}

static int flush(void *arg, struct error *error)
{
	struct watch *watch = arg;
	struct render_events *list = watch->list;
	int rc;

	rc = output_put(watch->ctx->output, list->text, list->at - list->text);
	list->at = list->text;
	return rc ? error_set(error, rc, "out of memory") : 0;
}

/* As a rule they are aligned: see MONITOR_SHIFT. */
static const struct sockwatch_event *event_at(const char *data,
					      struct sockwatch_event *copy)
{
	if ((uintptr_t)data % _Alignof(struct sockwatch_event) == 0)
		return (const void *)data;
	memcpy(copy, data, sizeof(*copy));
	return copy;
}

static int take_events(void *arg, const struct client_batch *batch,
		       struct error *error)
{
	const struct sockwatch_event *event;
	const char *data = batch->events;
	struct sockwatch_event copy;
	struct watch *watch = arg;
	size_t i;
	int rc;

	rc = render_events_are_many(watch->list) ? flush(watch, error) : 0;
	if (rc)
		return rc;
	for (i = 0; i < batch->count; i++, data += sizeof(copy)) {
		event = event_at(data, &copy);
		if (!is_wanted(watch, event))
			continue;
		watch->form->event(watch->list, batch->netns, batch->seq + i,
				   event);
		if (watch->left && !--watch->left)
			return 1;
	}
	return 0;
}

static int take_lost(void *arg, uint64_t netns, uint64_t count,
		     struct error *error)
{
	struct watch *watch = arg;
	struct timespec now;

	(void)error;
	clock_gettime(CLOCK_REALTIME, &now);
	watch->form->lost(watch->list, netns, count,
			  now.tv_sec * NSEC_PER_SEC + now.tv_nsec);
	return 0;
}

static int watch_events(struct ctx *ctx, struct render_events *list,
			struct error *error)
{
	struct watch watch = {
		.ctx = ctx,
		.list = list,
		.form = ctx->json ? &render_events_json : &render_events_table,
		.left = ctx->count,
	};
	const struct client_watcher watcher = {
		.events = take_events,
		.lost = take_lost,
		.flush = flush,
		.arg = &watch,
	};
	/* The kernel sends those of the namespace that the socket is in. */
	const struct client_scope scope = {
		.which = ctx->style.by_netns ? CLIENT_ALL_NETNS :
					       CLIENT_OWN_NETNS,
	};
	int rc = ctx->style.by_netns ? 0 : netns_enter(&ctx->scope, error);

	if (!rc)
		rc = cmd_connect(ctx, error);
	if (rc)
		return rc;
	watch.form->begin(list);
	return client_monitor(ctx->client, &scope, &watcher, error);
}

static int run(struct ctx *ctx, struct error *error)
{
	struct cgroups *cgroups = cgroups_new();
	struct render_events *list;
	int rc = -ENOMEM;

	cgroups_follow(cgroups);
	list = render_events_new(ctx->out, &ctx->style, cgroups);
	if (list)
		rc = watch_events(ctx, list, error);
	else
		cmd_rendered(rc, error);
	free(list);
	cgroups_free(cgroups);
	return rc;
}

const struct command cmd_monitor = {
	.name = "monitor",
	.summary = "events as they happen",
	.help = help,
	.all_netns = true,
	.endless = true,
	.parse = parse,
	.run = run,
};
