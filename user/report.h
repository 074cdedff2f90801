/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of the sockets: printed as they come, sorted, or counted. */
#ifndef _SOCKWATCH_REPORT_H
#define _SOCKWATCH_REPORT_H

#include <stdbool.h>

#include "client.h"
#include "error.h"
#include "groups.h"
#include "render_sockets.h"
#include "rows.h"

/**
 * enum report_what - what a report is
 *
 * @REPORT_LIST: every socket, as it comes
 * @REPORT_BY_AGE: every socket, the oldest first
 * @REPORT_BY_STATE_AGE: every socket, the one longest in its state first
 * @REPORT_GROUPS: how many sockets by what they have in common
 */
enum report_what {
	REPORT_LIST,
	REPORT_BY_AGE,
	REPORT_BY_STATE_AGE,
	REPORT_GROUPS,
};

/**
 * struct report_plan - what the user wants
 *
 * @what: what it is
 * @key: of groups
 */
struct report_plan {
	enum report_what what;
	enum group_key key;
};

/**
 * struct report - a report while it is made
 *
 * @plan: what is wanted
 * @json: JSON in place of tables
 * @list: how sockets are printed; @out, @style and @cgroups are those of the
 *	whole report
 * @form: the form of @list
 * @rows: sockets that are to be sorted
 * @groups: sockets that are counted
 *
 * The caller fills what stands before @form.
 */
struct report {
	struct report_plan plan;
	bool json;
	struct render_sockets list;
	const struct render_sockets_form *form;
	struct rows rows;
	struct groups *groups;
};

/**
 * report_parse() - read what is wanted
 *
 * @plan: where it goes
 * @sort: the argument of --sort, or NULL
 * @group: the argument of --group, or NULL
 * @error: filled on failure
 *
 * Return: 0, or -EINVAL.
 */
int report_parse(struct report_plan *plan, const char *sort, const char *group,
		 struct error *error);

/**
 * report_begin() - begin a report
 *
 * @report: to be freed by report_free(), whatever this returns
 *
 * Return: 0, or -ENOMEM.
 */
int report_begin(struct report *report);

/**
 * report_netns() - begin a network namespace
 *
 * @report: from report_begin()
 * @netns: the namespace
 *
 * Return: 0, or -ENOMEM.
 */
int report_netns(struct report *report, const struct client_netns *netns);

/**
 * report_row() - take a socket of that namespace
 *
 * @report: from report_begin()
 * @sock: the socket
 *
 * Return: 0, or -ENOMEM.
 */
int report_row(struct report *report, const struct client_socket *sock);

/**
 * report_end() - print what is not printed yet
 *
 * @report: from report_begin()
 *
 * Return: 0, or -ENOMEM.
 */
int report_end(struct report *report);

/**
 * report_free() - free what a report holds
 *
 * @report: may be used for report_begin() again
 */
void report_free(struct report *report);

#endif /* _SOCKWATCH_REPORT_H */
