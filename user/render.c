// SPDX-License-Identifier: GPL-2.0
/* What tables and JSON have in common: the columns and their names. */
#include "names.h"
#include "render.h"
#include "render_sockets.h"
#include "text.h"

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

#define TCP_COLUMN(field) \
	.name = #field, .offset = offsetof(struct client_tcp, field)

const struct render_column render_tcp_columns[] = {
	{ TCP_COLUMN(retransmits) },
	{ TCP_COLUMN(synack_retransmits) },
	{ TCP_COLUMN(resets_sent) },
	{ TCP_COLUMN(resets_received) },
	{ 0 }
};

const struct client_number *render_number_at(const void *row,
					     const struct render_column *column)
{
	return (const void *)((const char *)row + column->offset);
}

struct client_number render_quantile(const struct client_times *times,
				     unsigned int permille)
{
	struct client_number ns = { 0 };

	ns.known = times->known &&
		   hist_quantile(&times->hist, permille, times->limit_ns,
				 &ns.value);
	return ns;
}

bool render_has_times(const void *row)
{
	return !render_has_unknown(row);
}

bool render_has_unknown(const void *row)
{
	return ((const struct client_latency *)row)->unknown.known;
}

bool render_endpoint(char *buf, const struct client_address *address,
		     const struct client_number *port)
{
	if (!address->bytes)
		return false;
	*text_endpoint(buf, address->data, address->bytes, port->value) = '\0';
	return true;
}

bool render_local(char *buf, const struct client_socket *sock)
{
	char *at;

	if (!sock->path.bytes)
		return render_endpoint(buf, &sock->address, &sock->port);
	client_path_text(buf, &sock->path);
	for (at = buf; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return true;
}

const char *render_cgroup(const struct render_sockets *list,
			  const struct client_number *cgroup)
{
	if (!cgroup->known || list->style->numeric)
		return NULL;
	return cgroups_path(list->cgroups, cgroup->value);
}

void render_sockets_free(struct render_sockets *list)
{
	table_free(list->table);
	*list = (struct render_sockets) {
		.out = list->out,
		.style = list->style,
		.cgroups = list->cgroups,
	};
}

const char *render_which(const struct client_sample *sample)
{
	return sample->slowest ? "slowest" : "latest";
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
