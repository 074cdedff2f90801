// SPDX-License-Identifier: GPL-2.0
/* What tables and JSON have in common: the columns and their names. */
#include "render.h"

#define COLUMN(field) \
	.name = #field, .offset = offsetof(struct client_counters, field)

const struct render_column render_counters_columns[] = {
	{ COLUMN(attempts) },
	{ COLUMN(failures), .bad = true },
	{ COLUMN(created) },
	{ COLUMN(kernel) },
	{ COLUMN(accepted) },
	{ COLUMN(preexisting) },
	{ COLUMN(released) },
	{ COLUMN(open) },
	{ COLUMN(kernel_open), .json_only = true },
	{ COLUMN(cloned), .json_only = true },
	{ COLUMN(unaccepted), .json_only = true },
	{ COLUMN(lost), .json_only = true },
	{ 0 }
};

const struct client_number *render_number_at(const void *row,
					     const struct render_column *column)
{
	return (const void *)((const char *)row + column->offset);
}

const char *render_status(enum probe_status status)
{
	switch (status) {
	case PROBE_USABLE:
		return "usable";
	case PROBE_NOT_PERMITTED:
		return "not-permitted";
	case PROBE_NOT_SUPPORTED:
		break;
	}
	return "not-supported";
}
