// SPDX-License-Identifier: GPL-2.0
/* Finds the module and asks it, again if an answer got lost. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockwatch.h>

#include <netlink/errno.h>
#include <netlink/socket.h>

#include "client.h"
#include "decode.h"
#include "error.h"
#include "exchange.h"
#include "monitor.h"
#include "rows.h"
#include "transport.h"

struct client {
	struct nl_sock *sock;
	uint16_t family_id;
	uint32_t events_group;
};

static int check_version(uint32_t version, struct error *error)
{
	if (version == SOCKWATCH_GENL_VERSION)
		return 0;
	return error_set(error, -EPROTONOSUPPORT,
			 "the loaded module is %s than this command: it speaks version %u of their interface, not %u",
			 version > SOCKWATCH_GENL_VERSION ? "newer" : "older",
			 version, SOCKWATCH_GENL_VERSION);
}

static int find_family(struct client *client, struct error *error)
{
	struct decode_family family = { 0 };
	struct exchange ex = {
		.type = GENL_ID_CTRL,
		.cmd = CTRL_CMD_GETFAMILY,
		.handle = decode_ctrl,
		.arg = &family,
		.error = error,
	};
	int rc = exchange_talk(client->sock, &ex);

	if (rc == -ENOENT)
		return error_set(error, rc,
				 "the module is not loaded: modprobe sockwatch");
	if (rc)
		return rc;
	client->family_id = family.id;
	client->events_group = family.events;
	return check_version(family.version, error);
}

/* A fresh socket: what an abandoned answer left behind goes with the old. */
static int reconnect(struct client *client, struct error *error)
{
	int rc;

	nl_socket_free(client->sock);
	client->sock = nl_socket_alloc();
	if (!client->sock)
		return error_set(error, -ENOMEM, "out of memory");
	rc = transport_connect(client->sock);
	if (rc < 0)
		return error_set(error, -EIO, "cannot talk to the kernel: %s",
				 nl_geterror(rc));
	return find_family(client, error);
}

/*
 * One try of a request.  -ENOENT means that the family has gone since it was
 * found, for a module loaded anew has another number; -EPROTONOSUPPORT that it
 * is going (a dump then gets no module, __netlink_dump_start()).
 */
static int try_once(struct client *client, const struct exchange *request,
		    bool first)
{
	struct exchange ex = *request;
	int rc;

	if (!first) {
		rc = reconnect(client, ex.error);
		if (rc)
			return rc;
	}
	ex.type = client->family_id;
	rc = exchange_talk(client->sock, &ex);
	if ((rc == -ENOENT || rc == -EPROTONOSUPPORT) && !ex.text[0])
		return -EAGAIN;
	return rc;
}

int client_open(struct client **clientp, struct error *error)
{
	struct client *client = calloc(1, sizeof(*client));
	int rc = -EAGAIN;
	int tries;

	if (!client)
		return error_set(error, -ENOMEM, "out of memory");
	for (tries = 0; rc == -EAGAIN && tries < EXCHANGE_TRIES; tries++)
		rc = reconnect(client, error);
	if (rc) {
		client_close(client);
		return rc;
	}
	*clientp = client;
	return 0;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	nl_socket_free(client->sock);
	free(client);
}

int client_get_dump(struct client *client, const struct client_query *query,
		    struct client_dump *dump, struct error *error)
{
	struct rows rows = { 0 };
	const struct exchange ex = {
		.cmd = query->layout->cmd,
		.flags = NLM_F_DUMP,
		.scope = &query->scope,
		.metric = query->metric,
		.privileged = query->layout->privileged,
		.handle = decode_dump,
		.arg = &rows,
		.error = error,
	};
	int rc = -EAGAIN;
	int tries;

	for (tries = 0; rc == -EAGAIN && tries < EXCHANGE_TRIES; tries++) {
		client_dump_free(&rows.dump);
		rows = (struct rows) { .dump.layout = query->layout };
		rc = try_once(client, &ex, !tries);
	}
	if (!rc)
		rc = decode_dump_complete(&rows.dump, error);
	if (!rc && rows.dump.netns_count > 1 &&
	    query->scope.which != CLIENT_ALL_NETNS)
		rc = error_set(error, -EBADMSG,
			       "the kernel's answer is about more than was asked");
	if (rc)
		client_dump_free(&rows.dump);
	else
		*dump = rows.dump;
	return rc;
}

/* Whether what came before a new try is forgotten. */
static int begin_again(const struct client_sink *sink, struct error *error)
{
	if (sink->again(sink->arg))
		return 0;
	return error_set(error, -EIO,
			 "the kernel's answer was lost half way");
}

int client_stream(struct client *client, const struct client_query *query,
		  const struct client_sink *sink, struct error *error)
{
	struct decode_stream stream = {
		.query = query,
		.sink = sink,
		.row = malloc(query->layout->row_bytes),
	};
	const struct exchange ex = {
		.cmd = query->layout->cmd,
		.flags = NLM_F_DUMP,
		.scope = &query->scope,
		.filter = query->filter,
		.filter_count = query->filter_count,
		.privileged = query->layout->privileged,
		.handle = decode_stream,
		.arg = &stream,
		.error = error,
	};
	int rc = -EAGAIN;
	int tries;

	if (!stream.row)
		return error_set(error, -ENOMEM, "out of memory");
	for (tries = 0; rc == -EAGAIN && tries < EXCHANGE_TRIES; tries++) {
		stream.netns_count = 0;
		rc = tries ? begin_again(sink, error) : 0;
		if (!rc)
			rc = try_once(client, &ex, !tries);
	}
	free(stream.row);
	return rc;
}

int client_monitor(struct client *client, const struct client_scope *scope,
		   const struct client_watcher *watcher, struct error *error)
{
	const struct monitor_plan plan = {
		.sock = client->sock,
		.family_id = client->family_id,
		.group = client->events_group,
		.scope = scope,
		.watcher = watcher,
	};

	return monitor_run(&plan, error);
}

int client_get_info(struct client *client, const struct client_scope *scope,
		    struct client_info *info, struct error *error)
{
	struct client_info fresh = { 0 };
	const struct exchange ex = {
		.cmd = SOCKWATCH_CMD_GET_INFO,
		.scope = scope,
		.handle = decode_info,
		.arg = &fresh,
		.error = error,
	};
	int rc = -EAGAIN;
	int tries;

	for (tries = 0; rc == -EAGAIN && tries < EXCHANGE_TRIES; tries++) {
		client_info_free(&fresh);
		rc = try_once(client, &ex, !tries);
	}
	if (rc) {
		client_info_free(&fresh);
		return rc;
	}
	*info = fresh;
	return 0;
}

int client_reset(struct client *client, const struct client_scope *scope,
		 struct error *error)
{
	const struct exchange ex = {
		.cmd = SOCKWATCH_CMD_RESET,
		.scope = scope,
		.privileged = true,
		.error = error,
	};
	int rc = -EAGAIN;
	int tries;

	for (tries = 0; rc == -EAGAIN && tries < EXCHANGE_TRIES; tries++)
		rc = try_once(client, &ex, !tries);
	return rc;
}

static void *copy(const void *from, size_t count, size_t bytes)
{
	/* One more: an empty list is no lack of memory. */
	void *to = calloc(count + 1, bytes);

	return to && count ? memcpy(to, from, count * bytes) : to;
}

int client_dump_copy(struct client_dump *to, const struct client_dump *from)
{
	*to = *from;
	to->netns = copy(from->netns, from->netns_count, sizeof(*to->netns));
	to->rows = copy(from->rows, from->row_count, from->layout->row_bytes);
	if (to->netns && to->rows)
		return 0;
	client_dump_free(to);
	return -ENOMEM;
}

void client_dump_free(struct client_dump *dump)
{
	free(dump->netns);
	free(dump->rows);
	*dump = (struct client_dump) { 0 };
}

void client_info_free(struct client_info *info)
{
	free(info->hooks);
	*info = (struct client_info) { 0 };
}
