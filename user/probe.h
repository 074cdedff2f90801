/* SPDX-License-Identifier: GPL-2.0 */
/* Which kinds of socket the running kernel offers, found by making them. */
#ifndef _SOCKWATCH_PROBE_H
#define _SOCKWATCH_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"
#include "error.h"
#include "filter.h"

/**
 * enum probe_status - what the kernel said to socket()
 *
 * @PROBE_USABLE: it made one
 * @PROBE_NOT_PERMITTED: this user may not
 * @PROBE_NOT_SUPPORTED: there is no such kind
 */
enum probe_status {
	PROBE_USABLE,
	PROBE_NOT_PERMITTED,
	PROBE_NOT_SUPPORTED,
};

/**
 * struct probe_result - what is known about a kind
 *
 * @kind: what the socket turned out to be, or what was asked for if none was
 *	made; a part that is not known stands for all of them
 * @status: what the kernel said
 * @error: the errno with it, or 0
 */
struct probe_result {
	struct client_kind kind;
	enum probe_status status;
	int error;
};

/**
 * struct probe_list - the results
 *
 * @results: sorted by family, type and protocol
 * @count: how many
 */
struct probe_list {
	struct probe_result *results;
	size_t count;
};

/**
 * probe_kinds() - try every family, type and common protocol
 *
 * @filter: what is wanted
 * @all: every attempt by itself; else the ones without success are summed up
 * @list: where the results go; only touched on success
 * @error: filled on failure
 *
 * Every socket is closed before the next one is made.  The kernel may load
 * modules while it is asked, as with any call of socket().
 *
 * Return: 0, or a negative errno when no answer could be had, such as -EMFILE.
 */
int probe_kinds(const struct filter *filter, bool all, struct probe_list *list,
		struct error *error);

/**
 * probe_free() - free what a list holds
 *
 * @list: filled by probe_kinds(), or all zero
 */
void probe_free(struct probe_list *list);

#endif /* _SOCKWATCH_PROBE_H */
