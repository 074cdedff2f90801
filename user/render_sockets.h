/* SPDX-License-Identifier: GPL-2.0 */
/* Prints sockets as they come, as tables and as JSON. */
#ifndef _SOCKWATCH_RENDER_SOCKETS_H
#define _SOCKWATCH_RENDER_SOCKETS_H

#include <stddef.h>
#include <stdio.h>

#include "cgroups.h"
#include "client.h"
#include "groups.h"
#include "render.h"
#include "table.h"

/**
 * struct render_sockets - a list of sockets while it is printed
 *
 * @out: where to
 * @style: how
 * @cgroups: names cgroups
 * @netns: the namespace of the next socket
 * @time_ns: when the last namespace was read
 * @netns_count: namespaces so far
 * @row_count: sockets so far of this namespace
 * @table: those that are not printed yet; NULL for JSON
 *
 * The caller fills @out, @style and @cgroups.
 */
struct render_sockets {
	FILE *out;
	const struct render_style *style;
	struct cgroups *cgroups;
	struct client_number netns;
	struct client_number time_ns;
	size_t netns_count;
	size_t row_count;
	struct table *table;
};

/**
 * struct render_sockets_form - a form that a list is printed in
 *
 * @begin: before all others
 * @netns: begins a namespace
 * @row: prints a socket of it; returns 0, or -ENOMEM
 * @end: prints the rest; returns 0, or -ENOMEM
 */
struct render_sockets_form {
	void (*begin)(struct render_sockets *list);
	void (*netns)(struct render_sockets *list,
		      const struct client_netns *netns);
	int (*row)(struct render_sockets *list,
		   const struct client_socket *sock);
	int (*end)(struct render_sockets *list);
};

/** render_sockets_table - a table */
extern const struct render_sockets_form render_sockets_table;

/** render_sockets_json - JSON */
extern const struct render_sockets_form render_sockets_json;

/**
 * render_cgroup() - the path of a cgroup, if it is to be printed
 *
 * @list: the list
 * @cgroup: its number
 *
 * Return: the path, or NULL to print the number.
 */
const char *render_cgroup(const struct render_sockets *list,
			  const struct client_number *cgroup);

/**
 * render_sockets_free() - free what a list holds, ended or not
 *
 * @list: the list; is as before its begin then
 */
void render_sockets_free(struct render_sockets *list);

/**
 * render_table_groups() - print groups of sockets as a table
 *
 * @out: where to
 * @style: how
 * @key: what the groups have in common
 * @dump: of &struct group
 *
 * Return: 0, or -ENOMEM.
 */
int render_table_groups(FILE *out, const struct render_style *style,
			enum group_key key, const struct client_dump *dump);

/**
 * render_json_groups() - print groups of sockets as JSON
 *
 * @out: where to
 * @style: how
 * @dump: of &struct group
 *
 * Return: 0, or -ENOMEM.
 */
int render_json_groups(FILE *out, const struct render_style *style,
		       const struct client_dump *dump);

#endif /* _SOCKWATCH_RENDER_SOCKETS_H */
