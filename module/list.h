/* SPDX-License-Identifier: GPL-2.0 */
/* The tracked sockets of a namespace, one by one, without holding any up. */
#ifndef _SOCKWATCH_LIST_H
#define _SOCKWATCH_LIST_H

#include <linux/types.h>

#include "filter.h"

struct pid_namespace;
struct sockwatch_net;
struct user_namespace;

/**
 * struct sockwatch_list - a walk through the sockets of a namespace
 * @snet: the namespace, of which the caller holds a reference
 * @slot: where in the tracking table it is; 0 at first
 * @pid_ns: how the reader numbers processes
 * @user_ns: how the reader numbers users
 * @ops: the filter
 * @nr_ops: its steps; 0: all sockets are wanted
 *
 * Between two calls nothing is held but the namespace, so the walk may take as
 * long as the reader likes.  A socket that is there all the time is seen once,
 * one that comes or goes meanwhile may be seen or not.
 */
struct sockwatch_list {
	const struct sockwatch_net *snet;
	unsigned int slot;
	struct pid_namespace *pid_ns;
	struct user_namespace *user_ns;
	const struct sockwatch_filter_op *ops;
	unsigned int nr_ops;
};

bool sockwatch_list_row(struct sockwatch_list *list,
			struct sockwatch_socket_row *row);

#endif /* _SOCKWATCH_LIST_H */
