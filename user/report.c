// SPDX-License-Identifier: GPL-2.0
/* Prints sockets as they come, or keeps them to be sorted, or counts them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

int report_parse(struct report_plan *plan, const char *sort, const char *group,
		 struct error *error)
{
	if (group) {
		plan->what = REPORT_GROUPS;
		return groups_parse_key(group, &plan->key, error);
	}
	if (!sort)
		plan->what = REPORT_LIST;
	else if (!strcmp(sort, "age"))
		plan->what = REPORT_BY_AGE;
	else if (!strcmp(sort, "state-age"))
		plan->what = REPORT_BY_STATE_AGE;
	else
		return error_set(error, -EINVAL,
				 "unknown order '%.64s': use age or state-age",
				 sort);
	return 0;
}

int report_begin(struct report *report)
{
	report->form = report->json ? &render_sockets_json :
				      &render_sockets_table;
	report->rows.dump.layout = &client_layout_sockets;
	if (report->plan.what == REPORT_GROUPS) {
		report->groups = groups_new(report->plan.key,
					    report->list.cgroups);
		return report->groups ? 0 : -ENOMEM;
	}
	report->form->begin(&report->list);
	return 0;
}

int report_netns(struct report *report, const struct client_netns *netns)
{
	switch (report->plan.what) {
	case REPORT_LIST:
		report->form->netns(&report->list, netns);
		return 0;
	case REPORT_GROUPS:
		return groups_netns(report->groups, netns);
	default:
		return rows_netns(&report->rows, netns);
	}
}

static int keep(struct rows *rows, const struct client_socket *sock)
{
	struct client_socket *row = rows_add(rows);

	if (!row)
		return -ENOMEM;
	*row = *sock;
	return 0;
}

int report_row(struct report *report, const struct client_socket *sock)
{
	switch (report->plan.what) {
	case REPORT_LIST:
		return report->form->row(&report->list, sock);
	case REPORT_GROUPS:
		return groups_add(report->groups, sock);
	default:
		return keep(&report->rows, sock);
	}
}

/* The greater first. */
static int compare_ages(const struct client_number *a,
			const struct client_number *b)
{
	return (a->value < b->value) - (a->value > b->value);
}

/* What has no known age is older than the module, and all others. */
static int by_age(const void *a, const void *b)
{
	const struct client_socket *one = a, *other = b;

	if (one->age_ns.known != other->age_ns.known)
		return one->age_ns.known ? 1 : -1;
	if (one->age_ns.value != other->age_ns.value)
		return compare_ages(&one->age_ns, &other->age_ns);
	return client_row_compare(&client_layout_sockets, a, b);
}

/* What has no state comes last. */
static int by_state_age(const void *a, const void *b)
{
	const struct client_socket *one = a, *other = b;

	if (one->state_age_ns.known != other->state_age_ns.known)
		return one->state_age_ns.known ? -1 : 1;
	if (one->state_age_ns.value != other->state_age_ns.value)
		return compare_ages(&one->state_age_ns, &other->state_age_ns);
	return by_age(a, b);
}

static int print_netns(struct report *report, const struct client_netns *netns)
{
	struct client_socket *first = report->rows.dump.rows;
	size_t i;
	int rc = 0;

	first += netns->first;
	if (netns->count)
		qsort(first, netns->count, sizeof(*first),
		      report->plan.what == REPORT_BY_AGE ? by_age :
							   by_state_age);
	report->form->netns(&report->list, netns);
	for (i = 0; !rc && i < netns->count; i++)
		rc = report->form->row(&report->list, &first[i]);
	return rc;
}

static int print_sorted(struct report *report)
{
	const struct client_dump *dump = &report->rows.dump;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < dump->netns_count; i++)
		rc = print_netns(report, &dump->netns[i]);
	return rc ? rc : report->form->end(&report->list);
}

static int print_groups(struct report *report)
{
	const struct render_sockets *list = &report->list;
	const struct client_dump *dump = groups_sorted(report->groups);

	if (!dump)
		return -ENOMEM;
	if (report->json)
		return render_json_groups(list->out, list->style, dump);
	return render_table_groups(list->out, list->style, report->plan.key,
				   dump);
}

int report_end(struct report *report)
{
	switch (report->plan.what) {
	case REPORT_LIST:
		return report->form->end(&report->list);
	case REPORT_GROUPS:
		return print_groups(report);
	default:
		return print_sorted(report);
	}
}

void report_free(struct report *report)
{
	render_sockets_free(&report->list);
	client_dump_free(&report->rows.dump);
	groups_free(report->groups);
	report->rows = (struct rows) { 0 };
	report->groups = NULL;
}
