/* SPDX-License-Identifier: GPL-2.0 */
/* Receives events; only the client uses this. */
#ifndef _SOCKWATCH_MONITOR_H
#define _SOCKWATCH_MONITOR_H

#include <stdint.h>

#include "client.h"
#include "error.h"

struct nl_sock;

/**
 * struct monitor_plan - what to receive, and who takes it
 *
 * @sock: connected
 * @family_id: the number of the netlink family
 * @group: that of its multicast group, 0 if it has none
 * @scope: which namespaces
 * @watcher: takes the events
 */
struct monitor_plan {
	struct nl_sock *sock;
	uint16_t family_id;
	uint32_t group;
	const struct client_scope *scope;
	const struct client_watcher *watcher;
};

/**
 * monitor_run() - receive events until a signal comes
 *
 * @plan: what and for whom
 * @error: filled on failure
 *
 * Return: as client_monitor().
 */
int monitor_run(const struct monitor_plan *plan, struct error *error);

#endif /* _SOCKWATCH_MONITOR_H */
